// `assay report` as a user calls it.
#include "made_up_run.h"

#include <assay/common/files.h>

#include <sys/wait.h>
#include <catch2/catch.hpp>
#include <cstdio>

using namespace assay;
using namespace assay::reports;

namespace {

struct Answer {
  int status = -1;
  std::string output;  // both streams
};

Answer assay_report(const std::string& arguments) {
  const std::string command =
      std::string("'") + ASSAY_TEST_BIN_DIR + "/assay' report " + arguments + " 2>&1";
  Answer answer;
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
    answer.output += static_cast<char>(c);
  answer.status = WEXITSTATUS(::pclose(pipe));
  return answer;
}

}  // namespace

TEST_CASE("assay report writes beside the results, to a file, or to standard output") {
  const test::TemporaryFolder folder;
  const std::string run = (folder.path() / "run").string();
  test::write_made_up_run(run);

  const Answer both = assay_report(run);
  CHECK(both.status == 0);
  CHECK(both.output == run + "/report.html\n" + run + "/report.md\n");
  const Answer numbers = assay_report(run + " --format json,csv");
  CHECK(numbers.output == run + "/report.json\n" + run + "/report.csv\n");

  const fs::path file = folder.path() / "elsewhere.md";
  CHECK(assay_report(run + " --out " + file.string()).status == 0);
  CHECK(read_file(file) == read_file(run + "/report.md"));
  CHECK(assay_report(run + " --format md --out -").output == read_file(run + "/report.md"));
  CHECK(assay_report(run + " --baseline logconf --format md --out -").output.find("Over logconf") !=
        std::string::npos);
}

TEST_CASE("assay report tells what is wrong and exits 2") {
  const test::TemporaryFolder folder;
  const std::string run = (folder.path() / "run").string();
  const Answer nowhere = assay_report(run);
  CHECK(nowhere.status == 2);
  CHECK(nowhere.output == "assay: there is no run at " + run + ": no such folder\n");
  test::write_made_up_run(run);
  CHECK(assay_report(run + " --format pdf").status == 2);
  const Answer two = assay_report(run + " --format html,md --out x.html");
  CHECK(two.status == 2);
  CHECK(two.output ==
        "assay: --out x.html takes one format; several go into a folder: --out FOLDER/\n");
  const Answer ending = assay_report(run + " --out x.pdf");
  CHECK(ending.status == 2);
  CHECK(ending.output ==
        "assay: --out x.pdf: no format has files that end so; name one with --format (html, md, "
        "pr-comment, tex, json, csv, junit)\n");
  const Answer twice = assay_report(run + " " + run + "/ --out x.html");
  CHECK(twice.status == 2);
  CHECK(twice.output == "assay: " + run + "/ is named twice: name each run once\n");
  const Answer second = assay_report(run + " " + folder.path().string() + " --out x.html");
  CHECK(second.status == 2);
  CHECK(second.output == "assay: " + folder.path().string() +
                             " is not a run: it has no run.json (a run is made by `assay run`)\n");
}

TEST_CASE(
    "assay report takes the format from a file's ending, and makes one report of several runs") {
  const test::TemporaryFolder folder;
  const std::string day = (folder.path() / "day").string();
  const std::string night = (folder.path() / "night").string();
  test::write_made_up_run(day);
  fs::copy(day, night, fs::copy_options::recursive);

  for (const auto& [file, begins] : {std::pair{"x.tex", "% Tables"},
                                     {"x.junit.xml", "<?xml"},
                                     {"x.xml", "<?xml"},
                                     {"x.pr-comment.md", "# Assay: "},
                                     {"x.md", "# A made-up"},
                                     {"x.csv", "benchmark,"},
                                     {"x", "<!doctype"}}) {
    const std::string path = (folder.path() / file).string();
    CHECK(assay_report(day + " " + night + " --out " + path).output == path + "\n");
    CHECK(read_file(path).starts_with(begins));
  }
  const std::string both = (folder.path() / "both").string();
  CHECK(assay_report(day + " " + night + " --format json,junit --out " + both + "/").output ==
        both + "/report.json\n" + both + "/report.junit.xml\n");
  CHECK(read_file(both + "/report.json").find("\"label\": \"night\"") != std::string::npos);
  // Without --out each report is of its own run.
  CHECK(assay_report(day + " " + night + " --format json").output ==
        day + "/report.json\n" + night + "/report.json\n");
  CHECK(read_file(day + "/report.json") == read_file(night + "/report.json"));
}
