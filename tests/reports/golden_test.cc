// Approval tests: the whole of each format against tests/golden/reports. After a change that is
// meant, look at the new files and take them over:
//   scripts/approve
#include "made_up_run.h"
#include "reports/report.h"
#include "reports/writers/formats.h"

#include <assay/common/files.h>

#include <catch2/catch.hpp>
#include <cstdlib>

using namespace assay;
using namespace assay::reports;

namespace {

// Where the two texts part, with the line of each.
std::string first_difference(const std::string& a, const std::string& b) {
  std::size_t line = 1, from = 0;
  for (std::size_t i = 0; i < a.size() && i < b.size() && a[i] == b[i]; ++i) {
    if (a[i] == '\n') ++line, from = i + 1;
  }
  const auto line_of = [from](const std::string& text) {
    return text.substr(from, std::min<std::size_t>(text.find('\n', from) - from, 300));
  };
  return "line " + std::to_string(line) + "\n  approved: " + line_of(a) +
         "\n  now:      " + line_of(b);
}

void compare_with_golden(const std::string& format) {
  const test::TemporaryFolder folder;
  test::write_made_up_run(folder.path() / "run");
  const std::string now = report_text(folder.path() / "run", format);
  const std::string name = std::string("report.") + find_format(format)->extension;
  const fs::path golden = fs::path(ASSAY_TEST_SOURCE_DIR) / "tests/golden/reports" / name;
  if (std::getenv("ASSAY_APPROVE") != nullptr) {
    make_folders(golden.parent_path());
    write_file(golden, now);
  }
  REQUIRE(fs::exists(golden));
  const std::string approved = read_file(golden);
  if (approved != now) {
    FAIL(golden.string() << " is not what the report is now; " << first_difference(approved, now)
                         << "\nIf the change is meant: scripts/approve");
  }
}

}  // namespace

TEST_CASE("golden HTML") {
  compare_with_golden("html");
}
TEST_CASE("golden Markdown") {
  compare_with_golden("md");
}
TEST_CASE("golden JSON") {
  compare_with_golden("json");
}
TEST_CASE("golden CSV") {
  compare_with_golden("csv");
}
TEST_CASE("golden JUnit") {
  compare_with_golden("junit");
}
TEST_CASE("golden pull-request comment") {
  compare_with_golden("pr-comment");
}
TEST_CASE("golden LaTeX") {
  compare_with_golden("tex");
}
