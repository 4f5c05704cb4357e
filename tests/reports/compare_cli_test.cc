// `assay compare` as a user calls it: exit statuses, words, formats, hostile texts.
#include "compare_runs.h"
#include "made_up_run.h"
#include "reports/compare/writers.h"

#include <assay/common/files.h>

#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <cmath>
#include <cstdio>

using namespace assay;
using namespace assay::reports;

namespace {

struct Answer {
  int status = -1;
  std::string output;  // both streams
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Two runs and what the command says of them.
class Pair {
 public:
  Pair(const test::CompareRun& base, const test::CompareRun& now) {
    test::write_run(base_, base);
    test::write_run(now_, now);
  }

  Answer compare(const std::string& arguments = "") const {
    return call(base_.string() + " " + now_.string() + " " + arguments);
  }
  static Answer call(const std::string& arguments) {
    const std::string command =
        std::string("'") + ASSAY_TEST_BIN_DIR + "/assay' compare " + arguments + " 2>&1";
    Answer answer;
    FILE* pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
      answer.output += static_cast<char>(c);
    }
    answer.status = WEXITSTATUS(::pclose(pipe));
    return answer;
  }
  const fs::path& base() const { return base_; }
  const fs::path& now() const { return now_; }
  fs::path file(const std::string& name) const { return folder_.path() / name; }

 private:
  test::TemporaryFolder folder_;
  fs::path base_ = folder_.path() / "base", now_ = folder_.path() / "new";
};

test::CompareRun six_seeds() {
  return test::one_row({.80, .84, .79, .82, .81, .83});
}
const std::vector<double> noise{.001, -.002, .003, .000, -.001, .002};
const std::vector<double> worse{-.031, -.028, -.035, -.026, -.030, -.029};
const std::vector<double> unclear{-.02, .01, -.015, .02, -.01, .005};

}  // namespace

TEST_CASE("assay compare: the worked example gives 0, 1 and 3") {
  const Pair passes(six_seeds(), shifted(six_seeds(), noise));
  const Answer passed = passes.compare("--margin 0.01");
  CHECK(passed.status == 0);
  CHECK(passed.output ==
        "passed: none of 1 comparison is worse by more than the margin 0.01\n\n"
        "BASE  " +
            passes.base().string() +
            ": suite made-up, 2026-01-31T12:00:00Z, commit 0123456789ab, 6 done\n"
            "NEW   " +
            passes.now().string() +
            ": suite made-up, 2026-01-31T12:00:00Z, commit 0123456789ab, 6 done\n\n"
            "  1 not worse or unchanged (--all shows them)\n");
  CHECK(contains(passes.compare("--margin 0.01 --all").output,
                 "  unchanged  digits  xent  accuracy  0.8150 \u2192 0.8155  +0.0005  "
                 "[\u22120.0010, +0.0020]  6 pairs\n"));
  CHECK(contains(passes.compare("--margin 0.01 --all").output,
                 "  digits/xent accuracy seed 1: 0.8400 \u2192 0.8380 (\u22120.0020)\n"));

  const Answer regressed = Pair(six_seeds(), shifted(six_seeds(), worse)).compare("--margin 0.01");
  CHECK(regressed.status == 1);
  CHECK(regressed.output.starts_with(
      "regressed: 1 of 1 comparison is worse by more than the margin 0.01\n"));
  CHECK(contains(regressed.output,
                 "  regressed  digits  xent  accuracy  0.8150 \u2192 0.7852  \u22120.0298  "
                 "[\u22120.0324, \u22120.0273]  6 pairs  p < 0.001\n"));

  const Answer unsure = Pair(six_seeds(), shifted(six_seeds(), unclear)).compare("--margin 0.01");
  CHECK(unsure.status == 3);
  CHECK(
      unsure.output.starts_with("inconclusive: for 1 of 1 comparison these seeds cannot tell "
                                "whether NEW is worse by more than the margin 0.01\n"));
}

TEST_CASE("assay compare: the same run twice, noise, missing cells, nothing shared") {
  const Pair same(six_seeds(), six_seeds());
  CHECK(same.compare().status == 0);
  CHECK(Pair::call(same.base().string() + " " + same.base().string()).status == 0);

  const test::CompareRun three = test::one_row({.80, .84, .79});
  const Answer noisy = Pair(three, shifted(three, {.01, -.02, .005})).compare();
  CHECK(noisy.status == 3);
  CHECK(contains(noisy.output, "say with --margin X how much worse is still acceptable\n"));

  test::CompareRun lacking = six_seeds();
  lacking.benchmarks[0].rows[0].accuracy.erase(4);
  lacking.benchmarks[0].rows[0].accuracy[5] = std::nan("");
  const Answer missing = Pair(six_seeds(), lacking).compare();
  CHECK(missing.status == 4);
  CHECK(missing.output.starts_with("incomplete: "));
  CHECK(contains(missing.output, "digits/xent accuracy seed 4: broken, 0.810 in BASE (missing)\n"));
  CHECK(contains(missing.output,
                 "digits/xent accuracy seed 5: broken, 0.830 in BASE (failed: timeout)\n"));

  const Answer both = Pair(six_seeds(), shifted(lacking, worse)).compare();
  CHECK(both.status == 1);
  CHECK(both.output.starts_with("regressed: 1 of 1 comparison"));
  CHECK(contains(both.output, "  2 seeds measured in BASE, failed or missing in NEW\n"));

  test::CompareRun other = six_seeds();
  other.benchmarks[0].id = "letters";
  const Answer apart = Pair(six_seeds(), other).compare();
  CHECK(apart.status == 4);
  CHECK(apart.output.starts_with("nothing measured: "));
  CHECK(contains(apart.output,
                 "In one run only\n  digits: gone, in BASE only\n"
                 "  letters: new, in NEW only\n"));
}

TEST_CASE("assay compare: wrong use is 2 and says what to do") {
  const Pair pair(six_seeds(), six_seeds());
  const auto says = [&](const std::string& arguments, const std::string& message) {
    const Answer answer = pair.compare(arguments);
    CHECK(answer.status == 2);
    CHECK(answer.output == "assay: " + message + "\n");
  };
  says("--margin=-1", "--margin must be a number that is not negative, not '-1'");
  says("--margin nan", "--margin must be a number that is not negative, not 'nan'");
  says("--margin 1,2", "--margin is given twice; write METRIC=X for single metrics");
  says("--relative 1%", "--relative must be a number that is not negative, not '1%'");
  says("--margin loss=x", "--margin of 'loss' must be a number that is not negative, not 'x'");
  says("--format html", "there is no format 'html' of a comparison; there are text, md, json");
  says("--json --format md", "--json and --format md differ");
  says("--metric los", "neither run has a metric 'los' (did you mean 'loss'?)");
  CHECK(Pair::call(pair.base().string()).status == 2);
  const Answer nowhere = Pair::call(pair.base().string() + " nowhere");
  CHECK(nowhere.status == 2);
  CHECK(nowhere.output == "assay: there is no run at nowhere: no such folder\n");
}

TEST_CASE("assay compare: a run that cannot be read is never a regression") {
  const Pair pair(six_seeds(), six_seeds());
  write_file(pair.now() / "run.json", "{\"format\": \"assay-run\"");
  const Answer damaged = pair.compare();
  CHECK(damaged.status == 4);
  CHECK(contains(damaged.output, "run.json is not complete JSON (truncated?)"));
  CHECK(pair.compare("--out /dev/null/x").status == 4);
}

TEST_CASE("assay compare: damaged cell files are named beside the verdict") {
  const Pair pair(six_seeds(), six_seeds());
  write_file(pair.now() / "cells/digits/xent/0-5/3.json", "{");
  const Answer answer = pair.compare();
  CHECK(answer.status == 4);
  CHECK(contains(answer.output,
                 "NEW: cells/digits/xent/0-5/3.json is not complete JSON "
                 "(truncated?); it is not used"));
}

TEST_CASE("assay compare: JSON for tools, to standard output or a file") {
  const Pair pair(six_seeds(), shifted(six_seeds(), worse));
  const Answer answer = pair.compare("--json --margin 0.01 --metric accuracy,loss");
  CHECK(answer.status == 1);
  const Json json = Json::parse(answer.output);
  CHECK(json["format"] == "assay-compare");
  CHECK(json["version"] == 1);
  CHECK(json["verdict"] == "regressed");
  CHECK(json["exit_status"] == 1);
  CHECK(json["counts"]["regressed"] == 2);
  CHECK(json["margins"]["absolute"] == .01);
  const Json& row = json["comparisons"][0];
  CHECK(row["change"] == "regressed");
  CHECK(row["difference"].get<double>() == Approx(-.029833).margin(1e-6));
  CHECK(row["interval"][0].get<double>() == Approx(-.032351).margin(1e-6));
  CHECK(row["seeds"][2]["difference"].get<double>() == Approx(-.035));
  // In the metric's unit: a larger loss is worse.
  CHECK(json["comparisons"][1]["better"] == "lower");
  CHECK(json["comparisons"][1]["difference"].get<double>() == Approx(.29833).margin(1e-5));
  CHECK(json["comparisons"][1]["interval"][0].get<double>() == Approx(.27316).margin(1e-5));

  const fs::path file = pair.file("compare.json");
  const Answer written =
      pair.compare("--margin 0.01 --metric accuracy,loss --out " + file.string());
  CHECK(written.status == 1);
  CHECK(written.output == "regressed\n");
  CHECK(read_file(file) == answer.output);
}

TEST_CASE("assay compare: Markdown escapes what suites and plugins say") {
  test::CompareRun base = six_seeds(), now = shifted(six_seeds(), worse);
  const std::string name = "a|b`<img src=x>\n\u202e@everyone #1 https://x";
  for (test::CompareRun* run : {&base, &now}) run->benchmarks[0].rows[0].name = name;
  base.torch = "<script>alert(1)</script>";
  base.benchmarks[0].settings = {{test::injection, 1}};
  const Pair pair(base, now);
  const Answer answer = pair.compare("--format md");
  CHECK(answer.status == 1);
  CHECK(answer.output.starts_with("# Regressed\n\n1 of 1 comparison is worse"));
  for (const char* raw : {"<script", "<img", "\u202e", "@everyone", "#1 ", "://"}) {
    INFO(raw);
    CHECK_FALSE(contains(answer.output, raw));
  }
  CHECK(contains(answer.output,
                 "| **regressed** | digits | a\\|b\\`&lt;img src=x&gt; "
                 "\\\\u202e@<!-- -->everyone #<!-- -->1 https:<!-- -->//x | "));
  CHECK(contains(answer.output, "- LibTorch: &lt;script&gt;"));
  CHECK(contains(answer.output, "<details><summary>Every seed</summary>"));
  // Control characters reach no terminal either.
  CHECK_FALSE(contains(pair.compare("--all").output, "\u202e"));
}
