// Broken suites as data: tests/data/broken_suites/NAME.toml must give exactly NAME.expected. After
// a wanted change of messages run this program with ASSAY_APPROVE=1, and read the difference.
#include "catalogue_fixture.h"
#include "host/suite/read.h"
#include "host/suite/text_check.h"

#include <assay/common/error.h>
#include <assay/common/files.h>

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

using namespace assay;

namespace {

std::vector<fs::path> broken_suites() {
  std::vector<fs::path> files;
  const fs::path folder = fs::path(ASSAY_TEST_SOURCE_DIR) / "tests/data/broken_suites";
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string mistakes(std::string_view text, const std::vector<std::string>& overrides = {}) {
  return problems_text(read_suite_text(text, "s.toml", test::catalogue(), overrides).problems);
}

/// A folder of this process, removed at the end.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("assay-suites-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

std::string file_mistakes(const fs::path& path) {
  return problems_text(read_suite_file(path, test::catalogue()).problems);
}

std::string repeated(std::string_view text, std::size_t count) {
  std::string result;
  result.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) result += text;
  return result;
}

}  // namespace

TEST_CASE("broken suites give the expected messages") {
  const auto files = broken_suites();
  CHECK(files.size() >= 40);
  for (const fs::path& file : files) {
    const std::string name = file.filename().string();
    const SuiteReading reading = read_suite_text(read_file(file), name, test::catalogue());
    const std::string found = problems_text(reading.problems);
    const fs::path expected = fs::path(file).replace_extension(".expected");
    if (std::getenv("ASSAY_APPROVE") != nullptr) write_file(expected, found);
    INFO(name);
    CHECK_FALSE(reading.ok());
    CHECK(found == read_file(expected));
  }
}

TEST_CASE("files that are not text, or too much of it") {
  CHECK(mistakes("[suite]\nname = \"\xff\"\n") ==
        "s.toml:2:9: not UTF-8: the byte 0xff cannot stand here\n"
        "    2 | name = \"?\"\n"
        "      |         ^\n");
  // Latin-1, behind a character of two bytes: columns count characters.
  CHECK(mistakes("# \xc3\xa9 caf\xe9\n") ==
        "s.toml:1:8: not UTF-8: the byte 0xe9 cannot stand here\n"
        "    1 | # \xc3\xa9 caf?\n"
        "      |        ^\n");
  CHECK(mistakes(std::string_view("[suite]\nname\0= 1\n", 16)) ==
        "s.toml:2:5: a NUL byte: is this a text file?\n"
        "    2 | name?= 1\n"
        "      |     ^\n");
  CHECK(mistakes("") ==
        "s.toml: the file is empty: a suite needs a [suite] table and a "
        "[[benchmark]]\n");
  CHECK(mistakes(" \r\n\n") == mistakes(""));
  CHECK(mistakes("\xEF\xBB\xBF") == mistakes(""));
  const std::string too_large =
      "s.toml: the file has more than the 1048576 bytes (1 MB) that a suite may have\n";
  CHECK(mistakes(std::string(10'000'000, '[')) == too_large);
  CHECK(mistakes(std::string(largest_suite + 1, '\n')) == too_large);
}

TEST_CASE("deep nesting is refused before it is parsed") {
  const std::string deep = "nested more than 64 levels deep";
  CHECK(mistakes(std::string(1'000'000, '[')).rfind("s.toml:1:65: " + deep, 0) == 0);
  CHECK(mistakes("a = " + std::string(1'000'000, '[')).rfind("s.toml:1:69: " + deep, 0) == 0);
  CHECK(mistakes("a = " + repeated("{a=", 300'000)).find(deep) != std::string::npos);
  CHECK(mistakes("a" + repeated(".a", 100'000) + " = 1").rfind("s.toml:1:130: " + deep, 0) == 0);
  CHECK(mistakes("[a" + repeated(" . a", 100'000) + "]").find(deep) != std::string::npos);
  // Half of the levels come from keys, half from brackets.
  CHECK(mistakes(repeated("a.a = { ", 40)).find(deep) != std::string::npos);
  // Brackets and dots in strings and comments are text.
  CHECK(mistakes("# " + std::string(200, '[') + "\nx = \"\\\"" + std::string(200, '[') +
                 "\"\ny = '" + std::string(200, '.') + "'\nz = \"\"\"\n" + std::string(200, '{') +
                 "\"\"\"\n")
            .find(deep) == std::string::npos);
}

TEST_CASE("one long line is shown around the mistake") {
  const std::string text = "[suite]\nname = \"a\"\nseeds = 1\nx = [" + repeated("1, ", 1000) +
                           "]\n[[benchmark]]\nid = \"" + std::string(300, 'x') + "\"\n";
  const std::string found = mistakes(text);
  CHECK(found.find("s.toml:6:6: 'id' = '" + std::string(60, 'x') + "...' is not an id") !=
        std::string::npos);
  for (std::size_t begin = 0; begin < found.size();) {
    const std::size_t end = found.find('\n', begin);
    CHECK(end - begin < 200);
    begin = end + 1;
  }
}

TEST_CASE("a caret stands under its character") {
  // Two columns for a wide character, none for a combining one, tabs as they are.
  const std::string head =
      "[suite]\nname = \"a\"\nseeds = 1\n[[benchmark]]\nid = \"b\"\n"
      "family = \"weak_to_strong\"\nmethods = [\"xent\"]\n"
      "weak = { model = { arch = \"mlp\" }, labels = 9 }\n"
      "strong = { model = { arch = \"mlp\" } }\n";
  const std::string found = mistakes(
      head +
      "\ttask = { \"\xe6\xbc\xa2\" = 1, \"e\xcc\x81\" = 2, use = \"fashion_mnist\", z = 3 }\n");
  CHECK(found ==
        "s.toml:10:11: unknown key '\xe6\xbc\xa2' for use = \"fashion_mnist\"; the keys here are "
        "use, "
        "size, transfer\n"
        "   10 | \ttask = { \"\xe6\xbc\xa2\" = 1, \"e\xcc\x81\" = 2, use = \"fashion_mnist\", z = "
        "3 }\n"
        "      | \t         ^\n"
        "s.toml:10:20: unknown key 'e\xcc\x81' for use = \"fashion_mnist\"; the keys here are use, "
        "size, transfer\n"
        "   10 | \ttask = { \"\xe6\xbc\xa2\" = 1, \"e\xcc\x81\" = 2, use = \"fashion_mnist\", z = "
        "3 }\n"
        "      | \t                   ^\n"
        "s.toml:10:53: unknown key 'z' for use = \"fashion_mnist\"; the keys here are use, size, "
        "transfer\n"
        "   10 | \ttask = { \"\xe6\xbc\xa2\" = 1, \"e\xcc\x81\" = 2, use = \"fashion_mnist\", z = "
        "3 }\n"
        "      | \t                                                   ^\n");
}

TEST_CASE("very many mistakes are counted, not printed") {
  std::string text = "[suite]\nname = \"a\"\nseeds = 1\n";
  for (int i = 0; i < 5000; ++i) text += "zz" + std::to_string(i) + " = 1\n";
  const SuiteReading reading = read_suite_text(text, "s.toml", test::catalogue());
  CHECK(reading.problems.size() == 201);
  // 5000 unknown keys and the missing [[benchmark]].
  CHECK(reading.problems.back().text() == "s.toml: and 4801 more mistakes\n");
}

TEST_CASE("files that cannot be read say why") {
  const Folder folder;
  write_file(folder.path / "quickstart.toml", "x");
  const std::string base = folder.path.string();
  CHECK(file_mistakes(folder.path / "qiuckstart.toml") ==
        base + "/qiuckstart.toml: there is no such file (did you mean '" + base +
            "/quickstart.toml'?)\n");
  CHECK(file_mistakes(folder.path / "nowhere" / "x.toml") ==
        base + "/nowhere/x.toml: there is no such file\n");
  CHECK(file_mistakes(folder.path) ==
        base + ": this is a folder, not a suite file; it holds " + base + "/quickstart.toml\n");
  write_file(folder.path / "empty.toml", "");
  CHECK(file_mistakes(folder.path / "empty.toml") ==
        base +
            "/empty.toml: the file is empty: a suite needs a [suite] table and a [[benchmark]]\n");
  CHECK(file_mistakes(folder.path / "quickstart.toml" / "x.toml") ==
        base + "/quickstart.toml/x.toml: cannot be read: Not a directory\n");
  // Root may read everything.
  if (::geteuid() != 0) {
    ::chmod((folder.path / "quickstart.toml").c_str(), 0);
    CHECK(file_mistakes(folder.path / "quickstart.toml") ==
          base + "/quickstart.toml: cannot be read: Permission denied\n");
  }
  CHECK(file_mistakes("/dev/zero") ==
        "/dev/zero: the file has more than the 1048576 bytes (1 MB) that a suite may have\n");
}

TEST_CASE("load_suite throws every mistake, as wrong use") {
  const Folder folder;
  const fs::path file = folder.path / "two.toml";
  write_file(file, "[suite]\nname = \"a\"\n");
  try {
    load_suite(file, test::catalogue());
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.status() == ExitStatus::wrong_use);
    CHECK(error.what() == file.string() + ": missing [[benchmark]]: a suite needs at least one\n" +
                              file.string() +
                              ":1:1: missing required key 'seeds', a number of seeds or a list of "
                              "seeds\n    1 | [suite]\n      | ^");
  }
}
