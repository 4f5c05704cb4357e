#include "made_up_run.h"
#include "reports/report.h"
#include "reports/writers/formats.h"
#include "written_runs.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace assay;
using namespace assay::reports;

namespace {

constexpr std::ptrdiff_t most_lines = 60;
constexpr std::size_t most_bytes = 65'000;

std::ptrdiff_t lines(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

bool has(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

RunResults made_up() {
  const test::TemporaryFolder folder;
  test::write_made_up_run(folder.path() / "run");
  return collect_results(load_run(folder.path() / "run"));
}

// 12 benchmarks x 12 methods x 10 seeds; every method but the first differs clearly from it, 500
// cells failed for reasons of their own, and there are 100 claims.
RunResults large(const std::string& filler) {
  RunResults results = made_up();
  BenchmarkResults model = results.benchmarks.front();
  Row row = model.rows.front();
  model.rows.clear();
  model.seeds.clear();
  row.seeds.clear();
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    model.seeds.push_back(seed);
    row.seeds.emplace_back();
    row.seeds.back().seed = seed;
    row.seeds.back().state = CellState::done;
  }
  for (int m = 0; m < 12; ++m) {
    model.rows.push_back(row);
    model.rows.back().name = "method-" + std::to_string(m) + filler;
    for (SeedResult& seed : model.rows.back().seeds) {
      // Noise that no two methods share.
      const auto noise =
          static_cast<double>((seed.seed * 7 + 1) * static_cast<std::uint64_t>(m + 3) * 13 % 17);
      seed.metrics["accuracy"] = .1 + .07 * m + .001 * noise;
    }
  }
  model.baseline = model.rows.front().name;
  results.benchmarks.clear();
  std::size_t failed = 0;
  for (int b = 0; b < 12; ++b) {
    results.benchmarks.push_back(model);
    results.benchmarks.back().id = "benchmark-" + std::to_string(b) + filler;
    for (Row& one : results.benchmarks.back().rows) {
      for (SeedResult& seed : one.seeds) {
        if (seed.seed % 3 != 2 || failed == 500) continue;
        ++failed;
        seed.state = CellState::failed;
        seed.error_kind = "exception" + filler;
        seed.error_phase = "step " + std::to_string(failed);
        seed.error_message = "no " + filler;
      }
    }
  }
  // Seeds 2, 5, 8 of 144 rows are 432; the rest from seed 0 of the last benchmarks.
  for (BenchmarkResults& benchmark : results.benchmarks) {
    for (Row& one : benchmark.rows) {
      if (failed == 500) continue;
      ++failed;
      one.seeds[0].state = CellState::failed;
      one.seeds[0].error_phase = "step " + std::to_string(failed);
    }
  }
  const Claim claim = results.claims.front();
  results.claims.clear();
  for (int c = 0; c < 100; ++c) {
    results.claims.push_back(claim);
    results.claims.back().says = "Claim " + std::to_string(c) + " " + filler;
    results.claims.back().on = {results.benchmarks.front().id};
    results.claims.back().metric = "accuracy";
    results.claims.back().expect = "a > b";
  }
  results.title = "Large " + filler;
  return results;
}

}  // namespace

TEST_CASE(
    "the comment says the verdict first, then claims, decisions, failures and where the rest is") {
  const std::string text = write_pr_comment(make_report(made_up()));
  CHECK(lines(text) <= most_lines);
  std::size_t last = 0;
  for (const char* part :
       {"# Assay: A made-up run &amp; its &lt;report&gt;\n",
        "5 claims: 1 refuted, 1 inconclusive, 3 supported",
        "Against the baseline: 2 better, 1 worse", "55 of 58 cells done, 1 failed, 2 missing.",
        "Read this first", "**refuted**", "**inconclusive**", "**supported**",
        "worse | <code>photos</code>", "better | <code>photos</code>",
        "| 1 | signal in fit | killed by signal 11", "<code>report.html</code>"}) {
    const std::size_t at = text.find(part);
    INFO(part);
    REQUIRE(at != std::string::npos);
    CHECK(at >= last);
    last = at;
  }
  CHECK_FALSE(has(text, "Left out"));
  CHECK_FALSE(has(text, "<script"));
}

TEST_CASE("a comment on a large run fits and says what it leaves out") {
  const std::string text = write_pr_comment(make_report(large("")));
  CHECK(lines(text) <= most_lines);
  CHECK(lines(text) > 40);  // it uses the room there is
  CHECK(text.size() <= most_bytes);
  CHECK(has(text, "100 claims: 100 inconclusive"));
  CHECK(has(text, "Against the baseline: 132 better, 0 worse, 0 undecided"));
  CHECK(has(text, "940 of 1440 cells done, 500 failed"));
  // Shown and left out make up the whole.
  const auto shown = [&](const std::string& what) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; ++at) ++count;
    return count;
  };
  const std::size_t claims = shown("**inconclusive**"), decided = shown("\u2713 better |"),
                    failures = shown("| 1 | ");
  CHECK(claims > 3);
  CHECK(has(text, std::to_string(100 - claims) + " claims, "));
  CHECK(has(text, std::to_string(132 - decided) + " decided comparisons, "));
  CHECK(has(text, std::to_string(500 - failures) + " causes of failures"));
}

TEST_CASE("the longest and most hostile texts do not make a comment too long") {
  for (const char* unit : {"@a", "&", "\u4e2d", "<", "`", "\n", "\x01", "\xff"}) {
    std::string filler;
    while (filler.size() < 400) filler += unit;
    const std::string text = write_pr_comment(make_report(large(filler)));
    INFO(unit);
    CHECK(lines(text) <= most_lines);
    CHECK(text.size() <= most_bytes);
    CHECK(has(text, "100 claims: 100 inconclusive"));
    CHECK(has(text, "500 causes of failures") == false);  // some are shown
  }
}

TEST_CASE("failures of one cause are counted together, with the most frequent message") {
  RunResults results = made_up();
  for (const std::size_t s : {0, 1, 2, 4}) {
    SeedResult& seed = results.benchmarks[0].rows[1].seeds[s];
    seed.state = CellState::failed;
    seed.error_kind = "timeout";
    seed.error_phase = "fit";
    seed.error_message = s == 0 ? "took longer than 60 s" : "took longer than 600 s";
  }
  const std::string text = write_pr_comment(make_report(std::move(results)));
  const std::size_t timeout = text.find(
      "| 4 | timeout in fit | took longer than 600 s (and 1 other message) | "
      "<code>photos/logconf/1</code> |");
  REQUIRE(timeout != std::string::npos);
  CHECK(timeout < text.find("| 1 | signal in fit"));
}

TEST_CASE("comments on the other made-up runs fit") {
  for (const test::RunSpec& spec :
       {test::failures_run(), test::hostile_run()}) {
    const test::TemporaryFolder folder;
    test::write_run(spec, folder.path() / "run");
    const std::string text = report_text(folder.path() / "run", "pr-comment");
    INFO(spec.name);
    CHECK(lines(text) <= most_lines);
    CHECK(text.size() <= most_bytes);
    CHECK_FALSE(has(text, "<script"));
    CHECK_FALSE(has(text, "<img"));
  }
}
