// What a comparison concludes. The gate's figures are those of docs/statistics.md's worked example.
#include "reports/compare/compare.h"
#include "compare_runs.h"
#include "made_up_run.h"
#include "reports/compare/phrases.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace assay;
using namespace assay::reports;
using test::by_seed;
using test::CompareRun;

namespace {

const double failed = std::nan("");
const std::vector<double> noise{.001, -.002, .003, .000, -.001, .002};
const std::vector<double> worse{-.031, -.028, -.035, -.026, -.030, -.029};
const std::vector<double> unclear{-.02, .01, -.015, .02, -.01, .005};

RunComparison compare(const CompareRun& base, const CompareRun& now,
                      const CompareOptions& options = {}) {
  const test::TemporaryFolder folder;
  test::write_run(folder.path() / "base", base);
  test::write_run(folder.path() / "new", now);
  return compare_runs(load_run(folder.path() / "base"), load_run(folder.path() / "new"), options);
}

CompareOptions within(double margin) {
  CompareOptions options;
  options.margins.absolute = margin;
  return options;
}

// One row over six seeds, whose spread is larger than what changes.
CompareRun base_run() {
  return test::one_row({.80, .84, .79, .82, .81, .83});
}

// Two benchmarks of three rows, one of them a reference.
CompareRun wide_run() {
  CompareRun run;
  for (const char* id : {"digits", "letters"}) {
    run.benchmarks.push_back({.id = id,
                              .seeds = {0, 1, 2, 3, 4, 5},
                              .rows = {{"xent", by_seed({.80, .84, .79, .82, .81, .83})},
                                       {"logconf", by_seed({.82, .85, .80, .84, .82, .86})},
                                       {"weak", by_seed({.70, .72, .69, .71, .70, .73}), true}}});
  }
  return run;
}

bool says(const RunComparison& comparison, const std::string& part) {
  for (const std::string& sentence : compare_headlines(comparison)) {
    if (sentence.find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("the gate's worked example, from cell files to the verdict") {
  const RunComparison passes = compare(base_run(), shifted(base_run(), noise), within(.01));
  REQUIRE(passes.rows.size() == 1);
  CHECK(passes.rows[0].test.difference.mean == Approx(.0005));
  CHECK(passes.rows[0].test.interval.low == Approx(-.001039).margin(1e-6));
  CHECK(passes.rows[0].test.interval.high == Approx(.002039).margin(1e-6));
  CHECK(passes.rows[0].change == Change::unchanged);
  CHECK(passes.status() == ExitStatus::done);

  const RunComparison regresses = compare(base_run(), shifted(base_run(), worse), within(.01));
  CHECK(regresses.rows[0].test.difference.mean == Approx(-.029833).margin(1e-6));
  CHECK(regresses.rows[0].test.interval.low == Approx(-.032351).margin(1e-6));
  CHECK(regresses.rows[0].test.interval.high == Approx(-.027316).margin(1e-6));
  CHECK(regresses.rows[0].change == Change::regressed);
  CHECK(static_cast<int>(regresses.status()) == 1);

  const RunComparison unsure = compare(base_run(), shifted(base_run(), unclear), within(.01));
  CHECK(unsure.rows[0].test.difference.mean == Approx(-.001667).margin(1e-6));
  CHECK(unsure.rows[0].test.interval.low == Approx(-.014587).margin(1e-6));
  CHECK(unsure.rows[0].test.interval.high == Approx(.011253).margin(1e-6));
  CHECK(unsure.rows[0].change == Change::inconclusive);
  CHECK(static_cast<int>(unsure.status()) == 3);
}

TEST_CASE("a run compared with itself passes, whatever the margin and the number of seeds") {
  for (const CompareRun& run : {wide_run(), test::one_row({.8}), test::one_row({.8, .8, .8})}) {
    const RunComparison comparison = compare(run, run);
    CHECK(comparison.verdict == CompareVerdict::passed);
    CHECK(comparison.status() == ExitStatus::done);
    CHECK(comparison.differences.empty());
    for (const RowComparison& row : comparison.rows) {
      CHECK(row.identical);
      CHECK(row.change == Change::unchanged);
    }
  }
  CHECK(compare_headlines(compare(wide_run(), wide_run())) ==
        std::vector<std::string>{"4 comparisons: the same values in both runs"});
}

TEST_CASE("a worsened copy is a regression in every row, after Holm too") {
  const RunComparison comparison = compare(wide_run(), shifted(wide_run(), worse));
  CHECK(comparison.status() == ExitStatus::some_failed);
  CHECK(comparison.count(Change::regressed, true) == 4);
  CHECK(comparison.count(Change::regressed, false) == 6);
  CHECK(says(comparison, "4 of 4 comparisons are worse by more than the margin 0"));
  CHECK(says(comparison, "2 reference rows changed by more than the margin (not gated)"));
  CHECK(says(comparison, "no margin was given"));
  CHECK(comparison.rows[0].adjusted == Approx(4 * comparison.rows[0].test.p_regressed));
}

TEST_CASE(
    "three seeds of noise are inconclusive, and the number of seeds that would decide is said") {
  const CompareRun base = test::one_row({.80, .84, .79});
  const RunComparison comparison = compare(base, shifted(base, {.012, -.015, .004}), within(.005));
  CHECK(comparison.status() == ExitStatus::inconclusive);
  CHECK(comparison.rows[0].change == Change::inconclusive);
  // Mean + margin over the standard deviation is .38457: by SciPy's noncentral t the power of the
  // one-sided test at .05 is .7984 with 43 pairs and .8066 with 44.
  REQUIRE(comparison.rows[0].seeds_to_decide);
  CHECK(*comparison.rows[0].seeds_to_decide == 44);
  CHECK_FALSE(says(comparison, "no margin was given"));
}

TEST_CASE("the same difference in every seed needs five of them, as sign flips do") {
  const std::vector<double> four{.75, .8125, .71875, .84375}, five{.75, .8125, .71875, .84375, .75};
  const std::vector<double> eighth(5, -.125);
  RunComparison comparison = compare(test::one_row(four), shifted(test::one_row(four), eighth));
  CHECK(comparison.verdict == CompareVerdict::inconclusive);
  CHECK(row_numbers(comparison.rows[0]).notes ==
        "the same difference in every seed: sign flips decide; about 5 seeds would decide");
  comparison = compare(test::one_row(five), shifted(test::one_row(five), eighth));
  CHECK(comparison.verdict == CompareVerdict::regressed);
  CHECK(comparison.rows[0].test.p_regressed == 1. / 32);
}

TEST_CASE("a regression has to survive the correction over all comparisons") {
  // Alone p = .0419 suffices (SciPy); as one of four it does not.
  const std::vector<double> some{-.020, -.001, -.015, -.013, .004, -.006};
  CompareRun now = wide_run();
  for (auto& [seed, value] : now.benchmarks[0].rows[0].accuracy) value += some[seed];
  for (std::size_t b = 0; b < 2; ++b) {
    for (std::size_t r = b == 0 ? 1 : 0; r < 2; ++r) {
      for (auto& [seed, value] : now.benchmarks[b].rows[r].accuracy) value += noise[seed];
    }
  }
  const RunComparison many = compare(wide_run(), now, within(.0005));
  CHECK(many.verdict == CompareVerdict::inconclusive);
  const RunComparison alone = compare(base_run(), shifted(base_run(), some), within(.0005));
  CHECK(alone.verdict == CompareVerdict::regressed);
  CHECK(alone.rows[0].test.p_regressed == Approx(.0418662).margin(1e-7));
}

TEST_CASE("missing and failed cells are 4, and a certain regression stays 1 beside them") {
  CompareRun now = base_run();
  now.benchmarks[0].rows[0].accuracy.erase(5);
  RunComparison comparison = compare(base_run(), now);
  CHECK(static_cast<int>(comparison.status()) == 4);
  CHECK(comparison.verdict == CompareVerdict::incomplete);
  CHECK(comparison.rows[0].change == Change::broken);
  CHECK(says(comparison, "1 seed measured in BASE, failed or missing in NEW"));

  now = shifted(base_run(), worse);
  now.benchmarks[0].rows[0].accuracy[5] = failed;
  comparison = compare(base_run(), now, within(.01));
  CHECK(static_cast<int>(comparison.status()) == 1);
  CHECK(comparison.incomplete());
  CHECK(comparison.rows[0].change == Change::regressed);
  CHECK(comparison.rows[0].count(SeedChange::broken) == 1);
  CHECK(comparison.rows[0].seeds[5].cause == "failed: timeout");
  CHECK(says(comparison, "1 of 1 comparison is worse"));
  CHECK(says(comparison, "1 seed measured in BASE, failed or missing in NEW"));
}

TEST_CASE("a seed that failed in both runs keeps the comparison incomplete; a fixed one does not") {
  CompareRun base = base_run(), now = base_run();
  base.benchmarks[0].rows[0].accuracy[2] = failed;
  RunComparison comparison = compare(base, now);
  CHECK(comparison.status() == ExitStatus::done);
  CHECK(comparison.rows[0].count(SeedChange::fixed) == 1);
  CHECK(says(comparison, "1 seed that BASE lacks have a result in NEW"));
  now.benchmarks[0].rows[0].accuracy[2] = failed;
  comparison = compare(base, now);
  CHECK(comparison.status() == ExitStatus::missing);
  CHECK(says(comparison, "1 seed have a result in neither run"));
}

TEST_CASE("nothing measured is never a pass and never a regression") {
  CompareRun none = base_run();
  none.benchmarks[0].rows[0].accuracy.clear();
  for (const auto& [base, now] : {std::pair{base_run(), none}, {none, base_run()}, {none, none}}) {
    const RunComparison comparison = compare(base, now);
    CHECK(comparison.verdict == CompareVerdict::nothing_measured);
    CHECK(static_cast<int>(comparison.status()) == 4);
  }
  CHECK(compare(none, base_run()).rows[0].change == Change::fixed);
  CompareRun other = base_run();
  other.benchmarks[0].id = "elsewhere";
  const RunComparison apart = compare(base_run(), other);
  CHECK(static_cast<int>(apart.status()) == 4);
  REQUIRE(apart.one_sided.size() == 2);
  CHECK(one_sided_text(apart.one_sided[0]) == "digits: gone, in BASE only");
  CHECK(one_sided_text(apart.one_sided[1]) == "elsewhere: new, in NEW only");
}

TEST_CASE("rows and seeds of one run only are listed and do not gate") {
  CompareRun now = wide_run();
  now.benchmarks[0].rows[1].name = "logconf-2";
  now.benchmarks[1].seeds = {0, 1, 2, 3, 4, 5, 6};
  for (test::CompareRow& row : now.benchmarks[1].rows) row.accuracy[6] = .8;
  const RunComparison comparison = compare(wide_run(), now);
  CHECK(comparison.status() == ExitStatus::done);
  REQUIRE(comparison.one_sided.size() == 2);
  CHECK(one_sided_text(comparison.one_sided[0]) == "digits/logconf: gone, in BASE only");
  CHECK(one_sided_text(comparison.one_sided[1]) == "digits/logconf-2: new, in NEW only");
  CHECK(comparison.rows[2].benchmark == "letters");
  CHECK(comparison.rows[2].count(SeedChange::added) == 1);
}

TEST_CASE("margins: a change must exceed both the absolute and the relative one") {
  CompareOptions options;
  options.margins.relative = .05;
  options.margins.of_metrics["loss"] = .5;
  options.metrics = {"accuracy", "loss"};
  const RunComparison comparison = compare(base_run(), shifted(base_run(), worse), options);
  REQUIRE(comparison.rows.size() == 2);
  CHECK(comparison.rows[0].margin == Approx(.05 * .815));  // .0408 > .0298: unchanged
  CHECK(comparison.rows[0].change == Change::unchanged);
  CHECK(comparison.rows[1].margin == .5);  // larger than 5 % of 1.85
  CHECK(comparison.rows[1].change == Change::unchanged);
  options.margins.absolute = .06;
  CHECK(compare(base_run(), shifted(base_run(), worse), options).rows[0].margin == .06);
  options.margins = {};
  options.margins.relative = .03;  // .0245, and the interval ends at -.0273
  CHECK(compare(base_run(), shifted(base_run(), worse), options).count(Change::regressed, true) ==
        2);
}

TEST_CASE("a margin that no comparison uses is wrong use, and only those that are used are named") {
  CompareOptions options;
  options.margins.of_metrics["loss"] = .01;
  CHECK_THROWS_WITH(compare(base_run(), shifted(base_run(), worse), options),
                    "the margin of 'loss' would not be used: compared is accuracy; choose the "
                    "metrics with --metric");
  options.metrics = {"loss"};
  options.margins.absolute = .02;
  const RunComparison one = compare(base_run(), shifted(base_run(), worse), options);
  CHECK(says(one, "1 of 1 comparison is worse by more than the margin 0.01 of loss"));
  options.metrics = {"loss", "accuracy"};
  const RunComparison both = compare(base_run(), shifted(base_run(), worse), options);
  CHECK(says(both, "2 of 2 comparisons are worse by more than the margin 0.02 and 0.01 of loss"));
}

TEST_CASE("a metric whose smaller values are better is turned round") {
  CompareOptions options = within(.05);
  options.metrics = {"loss"};
  const RunComparison comparison = compare(base_run(), shifted(base_run(), worse), options);
  CHECK(comparison.verdict == CompareVerdict::regressed);
  CHECK(comparison.rows[0].test.difference.mean == Approx(-.29833).margin(1e-5));
  const RowNumbers numbers = row_numbers(comparison.rows[0]);
  CHECK(numbers.difference == "+0.298");
  CHECK(numbers.interval == "[+0.273, +0.324]");
  CHECK(numbers.notes == "p < 0.001; smaller is better");
  CHECK(compare(shifted(base_run(), worse), base_run(), options).rows[0].change ==
        Change::improved);
}

TEST_CASE("a ratio is judged by its numerator, a metric without direction is not judged") {
  CompareOptions options = within(.01);
  options.metrics = {"pgr", "gap"};
  const RunComparison comparison = compare(base_run(), shifted(base_run(), worse), options);
  REQUIRE(comparison.rows.size() == 2);
  CHECK(comparison.rows[0].metric.id == "gain");
  CHECK(comparison.rows[0].stands_for == "pgr");
  CHECK(comparison.rows[0].change == Change::regressed);
  CHECK(comparison.rows[1].change == Change::undirected);
  CHECK_FALSE(comparison.rows[1].gated);
  options.metrics = {"gap"};
  CHECK(compare(base_run(), base_run(), options).verdict == CompareVerdict::nothing_measured);
  options.metrics = {"gain", "pgr"};
  CHECK(compare(base_run(), base_run(), options).rows.size() == 1);
}

TEST_CASE("metrics that no run has, and margins of ratios, are wrong use") {
  CompareOptions options;
  options.metrics = {"acuracy"};
  CHECK_THROWS_WITH(compare(base_run(), base_run(), options),
                    "neither run has a metric 'acuracy' (did you mean 'accuracy'?)");
  options.metrics = {};
  options.margins.of_metrics["nothing"] = .1;
  CHECK_THROWS_WITH(compare(base_run(), base_run(), options),
                    "neither run has a metric 'nothing'; there are accuracy, loss, gain, gap, pgr");
  options.margins.of_metrics = {{"pgr", .1}};
  options.metrics = {"pgr"};
  CHECK_THROWS_WITH(compare(base_run(), base_run(), options),
                    "pgr is a ratio, compared by its numerator: give the margin of gain instead");
}

TEST_CASE("runs without a shared seed are compared by Welch's test, and it is said") {
  // The pair of docs/statistics.md: two-sided Welch p .1633.
  CompareRun base = test::one_row({.804, .809, .803, .815, .816, .820});
  CompareRun now = base;
  now.benchmarks[0].seeds = {10, 11, 12, 13, 14, 15};
  now.benchmarks[0].rows[0].accuracy = {{10, .812}, {11, .825}, {12, .801},
                                        {13, .833}, {14, .819}, {15, .828}};
  const RunComparison comparison = compare(base, now);
  CHECK(comparison.rows[0].unpaired);
  CHECK(comparison.rows[0].test.difference.mean == Approx(.0085));
  CHECK(2 * comparison.rows[0].test.p_passed == Approx(.1633).margin(5e-5));
  CHECK(comparison.verdict == CompareVerdict::inconclusive);
  const RowNumbers numbers = row_numbers(comparison.rows[0]);
  CHECK(numbers.pairs == "6 and 6 seeds");
  CHECK(numbers.notes == "no shared seeds: unpaired");
  CHECK(compare(base, now, within(.02)).verdict == CompareVerdict::passed);
}

TEST_CASE("references gate only when asked to") {
  CompareRun now = wide_run();
  for (auto& [seed, value] : now.benchmarks[0].rows[2].accuracy) value += worse[seed];
  RunComparison comparison = compare(wide_run(), now, within(.01));
  CHECK(comparison.verdict == CompareVerdict::passed);
  CHECK(comparison.rows[0].row == "weak");
  CHECK(comparison.rows[0].change == Change::regressed);
  CHECK(says(comparison, "1 reference row changed by more than the margin (not gated)"));
  CompareOptions options = within(.01);
  options.gate_references = true;
  comparison = compare(wide_run(), now, options);
  CHECK(comparison.verdict == CompareVerdict::regressed);
}

TEST_CASE("what differs between the runs is named before any number") {
  CompareRun now = base_run();
  now.torch = "2.12.0";
  now.plugin_hash = "ffeeddcc";
  now.data = "digits-2";
  now.device = "cuda";
  now.alone = true;
  now.benchmarks[0].settings = {{"train", {{"lr", 0.01}}}};
  now.benchmarks[0].rows[0].parameters = {{"alpha", 0.5}};
  // Its key is that of the block: made as such again.
  const RunComparison comparison = compare(base_run(), now);
  std::vector<std::string> lines;
  for (const Difference& one : comparison.differences) lines.push_back(difference_text(one));
  CHECK(lines == std::vector<std::string>{
                     "digits: train.lr: 0.001 \u2192 0.01", "digits/xent: alpha: none \u2192 0.5",
                     "the data files (in 6 of 6 pairs of cells)",
                     "LibTorch: 2.13.0+cpu \u2192 2.12.0", "device: cpu \u2192 cuda",
                     "xent: plugin (hash): 00112233 \u2192 ffeeddcc",
                     "the seeds that train together (in 6 of 6 pairs of cells)",
                     "Assay's library, LibTorch, the device or the processor's instruction set (in "
                     "6 of 6 pairs of cells)",
                     "the plugin's library (in 6 of 6 pairs of cells)"});
  CHECK(says(comparison, "the runs do not measure the same thing"));
}
