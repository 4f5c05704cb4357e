#include "made_up_run.h"
#include "reports/report.h"
#include "reports/writers/formats.h"

#include <catch2/catch.hpp>
#include <regex>
#include <sstream>

using namespace assay;
using namespace assay::reports;

namespace {

std::string made_up_markdown() {
  const test::TemporaryFolder folder;
  test::write_made_up_run(folder.path() / "run");
  return report_text(folder.path() / "run", "md");
}

// Without fenced code, where everything may stand.
std::string without_code(const std::string& markdown) {
  std::string rest;
  bool fenced = false;
  std::istringstream lines(markdown);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("```", 0) == 0) fenced = !fenced;
    if (!fenced) rest += line + "\n";
  }
  return rest;
}

std::string markdown_of(Document document) {
  Report report;
  report.document = std::move(document);
  return write_markdown(report);
}

}  // namespace

TEST_CASE("Markdown shows foreign text without running, mentioning or linking") {
  const std::string text = without_code(made_up_markdown());
  CHECK(text.find("<script") == std::string::npos);
  CHECK(text.find("<img") == std::string::npos);
  CHECK(text.find("@everyone") == std::string::npos);
  CHECK(text.find("javascript:alert") != std::string::npos);  // as text,
  CHECK(text.find("](javascript") == std::string::npos);      // not as a link
  CHECK(text.find("](https://arxiv.org/abs/2312.09390)") != std::string::npos);
}

TEST_CASE("each line of a Markdown table has as many bars as its head") {
  std::istringstream lines(without_code(made_up_markdown()));
  std::size_t expected = 0;
  std::size_t tables = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("|", 0) != 0) {
      expected = 0;
      continue;
    }
    std::size_t bars = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '|' && (i == 0 || line[i - 1] != '\\')) ++bars;
    }
    if (expected == 0) ++tables;
    if (expected == 0) expected = bars;
    INFO(line);
    CHECK(bars == expected);
  }
  CHECK(tables >= 10);
}

TEST_CASE("the suite's own backticks do not end its block") {
  const std::string markdown = made_up_markdown();
  CHECK(markdown.find("````toml\n[suite]\nname = \"made-up\"  # ```\n") != std::string::npos);
}

TEST_CASE("HTML and Markdown print the same numbers") {
  const test::TemporaryFolder folder;
  test::write_made_up_run(folder.path() / "run");
  const std::string html = report_text(folder.path() / "run", "html");
  const std::string markdown = report_text(folder.path() / "run", "md");
  const std::regex estimate("[0-9]\\.[0-9]{3} \u00b1 [0-9]\\.[0-9]{3}");
  std::size_t found = 0;
  for (std::sregex_iterator at(markdown.begin(), markdown.end(), estimate), end; at != end; ++at) {
    CHECK(html.find(at->str()) != std::string::npos);
    ++found;
  }
  CHECK(found > 20);
}

TEST_CASE("characters of Markdown are escaped") {
  Document document;
  document.title = "a*b_c`d[e](f) | <g> #1 @h http://i";
  CHECK(markdown_of(document) ==
        "# a\\*b\\_c\\`d\\[e\\](f) \\| &lt;g&gt; #<!-- -->1 @<!-- -->h http:<!-- -->//i\n");
}
