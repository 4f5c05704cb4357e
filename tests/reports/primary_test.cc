// Benchmarks of one family that are not measured alike, and published values.
#include "made_up_run.h"
#include "reports/analysis/analysis.h"
#include "reports/report.h"
#include "reports/sections/sections.h"
#include "written_runs.h"

#include <assay/common/parameters_json.h>

#include <algorithm>
#include <catch2/catch.hpp>

using namespace assay;
using namespace assay::reports;

namespace {

RunResults results_of(const test::RunSpec& spec) {
  const test::TemporaryFolder folder;
  test::write_run(spec, folder.path() / "run");
  return collect_results(load_run(folder.path() / "run"));
}

}  // namespace

TEST_CASE("a benchmark's primary metric is the first that its rows have numbers of") {
  const RunResults results = results_of(test::forget_run());
  CHECK(results.benchmarks[0].primary().id == "tow");
  CHECK(results.benchmarks[1].primary().id == "distance");
  // What is never a number there is no column.
  CHECK(results.benchmarks[0].metric("distance") == nullptr);
  CHECK(results.benchmarks[1].metrics.size() == 1);

  const Analysis analysis = analyse(results);
  REQUIRE(analysis.families.size() == 2);
  CHECK_FALSE(analysis.families[0].only);
  CHECK(analysis.families[0].members == std::vector<std::size_t>{0});
  CHECK(analysis.families[1].members == std::vector<std::size_t>{1});
  CHECK(analysis.families[1].metric.id == "distance");
  CHECK(standings_title(results, analysis.families[1]) == "Unlearning, Distance left");
  // Smaller is better there.
  CHECK(analysis.families[1].standings[0].name == "newton");
  CHECK(analysis.pools[0].left_out == std::vector<std::string>{"matching"});
}

TEST_CASE("a benchmark without any result keeps its family's metrics") {
  test::RunSpec spec = test::forget_run();
  spec.outcome = [](const test::BenchmarkSpec&, const test::RowSpec&, std::size_t) {
    return Json();
  };
  const RunResults results = results_of(spec);
  CHECK(results.benchmarks[1].metrics.size() == 4);
  CHECK(analyse(results).families.size() == 1);
}

TEST_CASE("published values stand beside the run's own") {
  const RunResults results = results_of(test::stream_run());
  const BenchmarkResults& benchmark = results.benchmarks[0];
  REQUIRE(benchmark.published.size() == 1);
  const PublishedRow row = published_row(benchmark, benchmark.published[0]);
  CHECK(row.metric == "Average accuracy");
  CHECK(row.value == "0.500");
  // ewc ends at .93 less .15 * (4 + 3 + 2 + 1) / 5.
  CHECK(row.mean == Approx(.63));
  CHECK(row.ours.starts_with("0.630 "));

  Published other = benchmark.published[0];
  other.method = "theirs";
  other.spread = .02;
  CHECK(published_row(benchmark, other).value == "0.500 \u00b1 0.020");
  CHECK(published_row(benchmark, other).ours.empty());

  const Table table = published_table(benchmark);
  REQUIRE(table.rows.size() == 1);
  CHECK(table.rows[0].cells[4].text[0].text == "+0.130");
}

TEST_CASE("published values are in every format that has tables") {
  const test::TemporaryFolder folder;
  test::write_run(test::stream_run(), folder.path() / "run");
  for (const char* format : {"html", "md", "tex", "json"}) {
    INFO(format);
    CHECK(report_text(folder.path() / "run", format).find("a paper") != std::string::npos);
  }
  const Json json = Json::parse(report_text(folder.path() / "run", "json"));
  CHECK(json["benchmarks"][0]["published"][0]["value"] == .5);
  CHECK(json["benchmarks"][0]["published"][0]["here"].get<double>() == Approx(.63));
}
