#include "command.h"

#include <catch2/catch.hpp>

using namespace assay;

namespace {

// The installed templates, beside a made-up worker.
void fill(const FakePrefix& prefix) {
  prefix.worker(R"({"build":{},"families":[{"id":"f"}]})");
  fs::create_directories(prefix / "share/assay");
  fs::create_directory_symlink(fs::path(ASSAY_TEST_SOURCE_DIR) / "harness/cli/templates",
                               prefix / "share/assay/templates");
}

std::string error_of(const std::vector<std::string>& arguments, const FakePrefix& prefix) {
  std::vector<std::string> all = {"new-plugin"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const ProcessResult result = command(all, prefix / "more");
  CHECK(result.exit_status == 2);
  return result.err;
}

}  // namespace

TEST_CASE("new-plugin writes a folder without a mark left in it") {
  const FakePrefix prefix;
  fill(prefix);
  const ProcessResult result =
      command({"new-plugin", "my-first_method", "--family", "weak_to_strong"}, prefix / "more");
  INFO(result.err);
  REQUIRE(result.exit_status == 0);
  CHECK(result.out.find("cmake -B build -DCMAKE_PREFIX_PATH=" +
                        (prefix / "").parent_path().string()) != std::string::npos);
  const fs::path folder = prefix / "more/my-first_method";
  int files = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    INFO(entry.path());
    CHECK(read_file(entry.path()).find('@') == std::string::npos);
    ++files;
  }
  CHECK(files == 5);
  const std::string source = read_file(folder / "my-first_method.cc");
  CHECK(source.find("ASSAY_METHOD(MyFirstMethod);") != std::string::npos);
  CHECK(source.find("MethodInfo(\"my-first_method\")") != std::string::npos);
  CHECK(read_file(folder / "suite.toml").find("methods  = [\"xent\", \"my-first_method\"]") !=
        std::string::npos);
  CHECK(fs::exists(folder / ".gitignore"));
  CHECK(fs::exists(folder / "CMakeLists.txt"));
}

TEST_CASE("--out names another folder") {
  const FakePrefix prefix;
  fill(prefix);
  const fs::path folder = prefix / "more/a/b";
  CHECK(command({"new-plugin", "mine", "--family", "weak_to_strong", "--out", folder}).ok());
  CHECK(fs::exists(folder / "mine.cc"));
}

TEST_CASE("mistakes of new-plugin are named") {
  const FakePrefix prefix;
  fill(prefix);
  CHECK(error_of({"My Method", "--family", "weak_to_strong"}, prefix) ==
        "assay: 'My Method' cannot be the name of a plugin: use a-z, 0-9, '-' and '_', a letter "
        "first, "
        "at most 64 characters\n");
  for (const char* name : {"../x", "9lives", "a.b", "", "-x", "ü"}) {
    INFO(name);
    CHECK(
        command({"new-plugin", name, "--family", "weak_to_strong"}, prefix / "more").exit_status ==
        2);
  }
  CHECK(error_of({"mine", "--family", "weak_to_stron"}, prefix) ==
        "assay: there is no template for plugins of the family 'weak_to_stron' (did you mean "
        "'weak_to_strong'?); families with one: continual, debate, delta, unlearning, weak_to_strong\n");
  prefix.write("more/mine", "");
  CHECK(error_of({"mine", "--family", "weak_to_strong"}, prefix) ==
        "assay: mine exists already: remove it, or choose another folder with --out\n");
  const fs::path taken = prefix.write("lib/assay/plugins/taken.so", good_plugin("taken"));
  CHECK(error_of({"taken", "--family", "weak_to_strong"}, prefix) ==
        "assay: there is a method 'taken' already, in " + taken.string() +
            ": choose another name\n");
  CHECK_FALSE(fs::exists(prefix / "more/taken"));
}
