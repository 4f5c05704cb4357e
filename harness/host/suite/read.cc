#include "host/suite/read.h"

#include "host/suite/override.h"
#include "host/suite/reading.h"
#include "host/suite/text_check.h"
#include "host/suite/toml_document.h"

#include <assay/common/error.h>
#include <assay/common/text.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <tuple>
#include <utility>
#include <variant>

namespace assay {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_problems = 200;  // more help nobody, and a file may hold 100,000
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Of an override as messages show it: on one line, and not endless.
std::string override_name(const std::string& given) {
  const std::string quoted = quote(given);
  return "--set " + quoted.substr(1, quoted.size() - 2);
}

bool before(const Mistake& a, const Mistake& b) {
  return std::tuple(a.at.override_index, a.at.line, a.at.column) <
         std::tuple(b.at.override_index, b.at.line, b.at.column);
}

// An override of `*` makes the same mistake in every benchmark.
bool same(const Mistake& a, const Mistake& b) {
  return !before(a, b) && !before(b, a) && a.message == b.message;
}

std::vector<SuiteProblem> problems_of(std::vector<Mistake> mistakes, const Source& source,
                                      const std::string& name,
                                      const std::vector<std::string>& overrides) {
  std::stable_sort(mistakes.begin(), mistakes.end(), before);
  mistakes.erase(std::unique(mistakes.begin(), mistakes.end(), same), mistakes.end());
  std::vector<SuiteProblem> problems;
  for (const Mistake& mistake : mistakes) {
    if (problems.size() == most_problems) {
      const std::size_t more = mistakes.size() - most_problems;
      problems.push_back({name, 0, 0, "and " + std::to_string(more) + " more mistakes", ""});
      break;
    }
    const int index = mistake.at.override_index;
    problems.push_back(
        {index < 0 ? name : override_name(overrides[static_cast<std::size_t>(index)]),
         mistake.at.line, mistake.at.column, mistake.message, source.snippet(mistake.at)});
  }
  return problems;
}

/// Reads up to one byte more than a suite may have. Returns "" or why the file cannot be read.
std::string read_some(const fs::path& path, std::string& text) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return "this is a folder, not a suite file";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  if (file == nullptr) {
    return errno == ENOENT ? "there is no such file"
                           : std::string("cannot be read: ") + std::strerror(errno);
  }
  text.resize(largest_suite + byte_order_mark.size() + 1);
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return std::string("cannot be read: ") + std::strerror(errno);
  return "";
}

/// For a missing file: a file beside it with nearly that name; for a folder: a suite inside.
std::string hint(const fs::path& path) {
  std::error_code ignored;
  const bool is_folder = fs::is_directory(path, ignored);
  const fs::path folder = is_folder ? path : path.parent_path();
  std::vector<std::string> files;
  for (fs::directory_iterator entry(folder.empty() ? "." : folder, ignored), end;
       !ignored && entry != end; entry.increment(ignored)) {
    if (entry->path().extension() == ".toml") files.push_back(entry->path().filename().string());
  }
  std::sort(files.begin(), files.end());
  if (is_folder) return files.empty() ? "" : "; it holds " + (folder / files[0]).string();
  const std::string near = nearest(path.filename().string(), files);
  return near.empty() ? "" : " (did you mean '" + (folder / near).string() + "'?)";
}

}  // namespace

std::string SuiteProblem::text() const {
  std::string place = where;
  if (line > 0) place += ":" + std::to_string(line) + ":" + std::to_string(column);
  return place + ": " + message + "\n" + snippet;
}

std::string problems_text(const std::vector<SuiteProblem>& problems) {
  std::string text;
  for (const SuiteProblem& problem : problems) text += problem.text();
  return text;
}

SuiteReading read_suite_text(std::string_view text, const std::string& name,
                             const Catalogue& catalogue,
                             const std::vector<std::string>& overrides) {
  const bool marked = text.substr(0, byte_order_mark.size()) == byte_order_mark;
  const Source source(std::string(text.substr(marked ? byte_order_mark.size() : 0)));
  SuiteReading result;
  if (const auto mistake = check_text(source)) {
    result.problems = problems_of({*mistake}, source, name, overrides);
    return result;
  }
  auto parsed = parse_document(source);
  if (const auto* mistake = std::get_if<Mistake>(&parsed)) {
    result.problems = problems_of({*mistake}, source, name, overrides);
    return result;
  }
  Reading reading(catalogue, source, overrides);
  Node& root = std::get<Node>(parsed);
  apply_overrides(reading, root);
  result.suite = read_root(reading, root);
  result.suite.text = text;
  result.problems = problems_of(std::move(reading.mistakes), source, name, overrides);
  return result;
}

SuiteReading read_suite_file(const fs::path& path, const Catalogue& catalogue,
                             const std::vector<std::string>& overrides) {
  std::string text;
  const std::string trouble = read_some(path, text);
  if (trouble.empty()) return read_suite_text(text, path.string(), catalogue, overrides);
  SuiteReading result;
  result.problems.push_back({path.string(), 0, 0, trouble + hint(path), ""});
  return result;
}

Suite load_suite(const fs::path& path, const Catalogue& catalogue,
                 const std::vector<std::string>& overrides) {
  SuiteReading reading = read_suite_file(path, catalogue, overrides);
  if (reading.ok()) return std::move(reading.suite);
  std::string text = problems_text(reading.problems);
  text.pop_back();  // whoever prints an Error ends the line
  throw Error(text, ExitStatus::wrong_use);
}

}  // namespace assay
