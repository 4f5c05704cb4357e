#include "reports/analysis/merge.h"
#include "made_up_run.h"
#include "reports/report.h"
#include "reports/writers/formats.h"

#include <assay/common/error.h>
#include <assay/common/files.h>

#include <algorithm>
#include <catch2/catch.hpp>

using namespace assay;
using namespace assay::reports;

namespace {

const RunResults& made_up() {
  static const RunResults results = [] {
    const test::TemporaryFolder folder;
    test::write_made_up_run(folder.path() / "run");
    return arrange_results(load_run(folder.path() / "run"));
  }();
  return results;
}

RunResults merged(const RunResults& day, const RunResults& night) {
  RunResults results = merge_results({day, night}, {"day", "night"});
  settle_baselines(results);
  return results;
}

Json numbers(RunResults results) {
  Json json = Json::parse(write_json(make_report(std::move(results))));
  // Which run a cell comes from is the one thing that may differ.
  for (Json& benchmark : json["benchmarks"]) {
    for (Json& row : benchmark["rows"]) row["cells"].erase("run");
  }
  return {{"benchmarks", json["benchmarks"]},
          {"claims", json["claims"]},
          {"comparisons", json["comparisons"]},
          {"families", json["families"]},
          {"cells", json["cells"]}};
}

Json whole_numbers() {
  RunResults results = made_up();
  settle_baselines(results);
  // A log's name gets its run's.
  for (BenchmarkResults& benchmark : results.benchmarks) {
    for (Row& row : benchmark.rows) {
      for (SeedResult& seed : row.seeds) {
        if (!seed.error_log.empty()) seed.error_log = "night/" + seed.error_log;
      }
    }
  }
  return numbers(std::move(results));
}

// The seeds of `photos` from `from` to `to`; the other benchmarks whole.
RunResults seeds_of_photos(std::uint64_t from, std::uint64_t to) {
  RunResults results = made_up();
  BenchmarkResults& photos = results.benchmarks.front();
  const auto outside = [&](std::uint64_t seed) { return seed < from || seed > to; };
  photos.seeds.erase(std::remove_if(photos.seeds.begin(), photos.seeds.end(), outside),
                     photos.seeds.end());
  for (Row& row : photos.rows) {
    row.seeds.erase(std::remove_if(row.seeds.begin(), row.seeds.end(),
                                   [&](const SeedResult& seed) { return outside(seed.seed); }),
                    row.seeds.end());
  }
  return results;
}

// Without the rows that `unwanted` names.
RunResults rows_without(const std::vector<std::string>& unwanted) {
  RunResults results = made_up();
  for (BenchmarkResults& benchmark : results.benchmarks) {
    auto& rows = benchmark.rows;
    rows.erase(std::remove_if(rows.begin(), rows.end(),
                              [&](const Row& row) {
                                return std::count(unwanted.begin(), unwanted.end(), row.name) > 0;
                              }),
               rows.end());
  }
  return results;
}

bool mentions(const std::vector<std::string>& texts, const std::string& what) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& text) { return text.find(what) != std::string::npos; });
}

SeedResult& cell(RunResults& results, const std::string& row, std::size_t seed) {
  for (Row& one : results.benchmarks.front().rows) {
    if (one.name == row) return one.seeds.at(seed);
  }
  throw Error("no row " + row);
}

}  // namespace

TEST_CASE("a suite split over seeds is the same table as the whole") {
  // The failed cell, seed 3 of product, is in the second part.
  const RunResults both = merged(seeds_of_photos(0, 2), seeds_of_photos(3, 4));
  CHECK(numbers(both) == whole_numbers());
  CHECK_FALSE(mentions(both.problems, "differ"));
  // In the other order too: seeds are sorted.
  CHECK(both.benchmarks.front().seeds == std::vector<std::uint64_t>{0, 1, 2, 3, 4});
  const RunResults turned = merged(seeds_of_photos(3, 4), seeds_of_photos(0, 2));
  CHECK(numbers(turned)["comparisons"] == whole_numbers()["comparisons"]);
  CHECK(turned.benchmarks.front().seeds == std::vector<std::uint64_t>{0, 1, 2, 3, 4});
}

TEST_CASE("a suite split over methods is the same table as the whole") {
  const RunResults both = merged(rows_without({"product", "evil", "tuned", "frozen"}),
                                 rows_without({"xent", "logconf"}));
  const Json found = numbers(both), whole = whole_numbers();
  CHECK(found["claims"] == whole["claims"]);
  CHECK(found["comparisons"] == whole["comparisons"]);
  CHECK(found["cells"] == whole["cells"]);
  CHECK(both.claims.size() == 5);
  CHECK(both.benchmarks.size() == 3);
}

TEST_CASE("commands of several runs are in the order of their times, each with its run") {
  const auto with_command = [](RunResults results, const char* started) {
    LoggedJob job;
    job.benchmark = "photos";
    job.name = "xent";
    job.seeds = {0};
    job.seconds = 1;
    results.jobs = {{started, 1, {job}}};
    return results;
  };
  RunResults both = merged(with_command(seeds_of_photos(0, 2), "2025-02-02T00:00:00Z"),
                           with_command(seeds_of_photos(3, 4), "2025-02-01T00:00:00Z"));
  REQUIRE(both.jobs.size() == 2);
  CHECK(both.jobs[0].run == "night");
  CHECK(both.jobs[1].run == "day");
  const std::string html = write_html(make_report(std::move(both)));
  CHECK(html.find("What the workers did when: day, 2025-02-02T00:00:00Z") != std::string::npos);
  CHECK(html.find(">Run</th>") != std::string::npos);
  CHECK(write_html(make_report(made_up())).find("What the workers did when<") != std::string::npos);
}

TEST_CASE("one run stays as it is") {
  RunResults one = merge_results({made_up()}, {"day"});
  settle_baselines(one);
  CHECK(one.runs.front().label == "made-up");
  CHECK(one.problems == made_up().problems);
}

TEST_CASE("benchmarks of one id with other settings stay apart, with their own claims") {
  RunResults night = made_up();
  night.benchmarks.front().settings["train"]["lr"] = 0.01;
  night.claims.front().says = "Said at night";
  const RunResults both = merged(made_up(), night);
  std::vector<std::string> ids, titles;
  for (const BenchmarkResults& benchmark : both.benchmarks) {
    ids.push_back(benchmark.id);
    titles.push_back(benchmark.title);
  }
  CHECK(ids == std::vector<std::string>{"photos@day", "sounds", "letters", "photos@night"});
  CHECK(titles[0] == "Photographs through a narrow view (day)");
  CHECK(titles[3] == "Photographs through a narrow view (night)");
  CHECK(
      mentions(both.problems,
               "The runs' benchmarks photos differ in their settings, metrics or methods and stay "
               "apart: photos@day, photos@night"));
  // 4 claims speak of photos and are each run's own; the one on sounds and letters is shared.
  REQUIRE(both.claims.size() == 9);
  CHECK(both.claims[0].on == std::vector<std::string>{"photos@day"});
  CHECK(both.claims[5].says == "Said at night");
  CHECK(both.claims[5].on == std::vector<std::string>{"photos@night"});
  const Report report = make_report(both);
  CHECK(report.analysis.claims[0].verdict == Verdict::supported);
  CHECK(report.analysis.claims[5].verdict == Verdict::supported);
}

TEST_CASE("claims about a sweep follow their benchmarks and take the seeds of all runs") {
  RunResults day = seeds_of_photos(0, 2), night = seeds_of_photos(3, 4);
  Claim sweep = day.claims.front();
  sweep.says = "The sweep";
  sweep.lines = {{"logconf over alpha",
                  {{"photos", "xent", 0, {0, 1, 2}}, {"photos", "logconf", 1, {0, 1, 2}}}}};
  day.claims = night.claims = {sweep};
  night.claims.front().lines.front().points.front().seeds = {3, 4};
  const RunResults both = merged(day, night);
  REQUIRE(both.claims.size() == 1);
  CHECK(both.claims[0].lines[0].points[1].seeds == std::vector<std::int64_t>{0, 1, 2, 3, 4});
  // Other points are another claim; with other settings each has its own benchmark.
  night.claims.front().lines.front().points.back().row = "tuned";
  CHECK(merged(day, night).claims.size() == 2);
  night.benchmarks.front().settings["train"]["lr"] = 0.01;
  CHECK(merged(day, night).claims[1].lines[0].points[0].benchmark == "photos@night");
}

TEST_CASE("of different rules for claims the strictest hold, and the report says so") {
  RunResults day = made_up(), night = made_up();
  for (Claim& claim : day.claims) claim.rules = {0.1, Correction::holm};
  for (Claim& claim : night.claims) {
    claim.rules = {0.01, Correction::none};
    claim.says += " again";
  }
  const RunResults both = merged(day, night);
  CHECK(both.claims.size() == 10);
  for (const Claim& claim : both.claims) {
    CHECK(claim.rules.level == 0.01);
    CHECK(claim.rules.correction == Correction::holm);
  }
  CHECK(mentions(both.problems, "The suites correct their claims in different ways"));
  CHECK_FALSE(mentions(merged(day, day).problems, "The suites correct"));
}

TEST_CASE("rows of one name that are other methods keep benchmarks apart") {
  RunResults night = made_up();
  for (Row& row : night.benchmarks.front().rows) {
    if (row.name == "logconf") row.parameters["alpha"] = 0.75;
  }
  CHECK(merged(made_up(), night).benchmarks.size() == 4);
}

TEST_CASE("other data keep benchmarks apart, another build or plugin is mixed provenance") {
  RunResults day = made_up(), night = made_up();
  cell(day, "xent", 0).parts = {{"build", "b1"}, {"data", "d1"}, {"plugin", "p1"}};
  cell(night, "xent", 1).parts = {{"build", "b2"}, {"data", "d1"}, {"plugin", "p2"}};
  // The first run's cell stays where both have it: its second seed is taken from the other run.
  cell(day, "xent", 1).state = CellState::missing;
  const RunResults mixed = merged(day, night);
  CHECK(mixed.benchmarks.size() == 3);
  CHECK(
      mentions(mixed.problems,
               "Mixed provenance on photos: the cells of day and night differ in Assay's library, "
               "LibTorch, the device or the processor's instruction set, the plugin's library of "
               "xent"));
  cell(night, "xent", 1).parts["data"] = "d2";
  const RunResults apart = merged(day, night);
  CHECK(apart.benchmarks.size() == 4);
  CHECK(
      mentions(apart.problems, "The runs' benchmarks photos differ in their data and stay apart"));
}

TEST_CASE("where two runs have a cell the first done one stays, and a difference is told") {
  RunResults day = made_up(), night = made_up();
  cell(night, "xent", 0).metrics["accuracy"] = 0.1;
  cell(night, "product", 3) = cell(night, "product", 2);  // failed by day, done at night
  cell(night, "product", 3).seed = 3;
  cell(day, "logconf", 1).state = CellState::missing;
  cell(night, "evil", 0).seconds = 1000;  // no difference of results
  RunResults both = merged(day, night);
  CHECK(cell(both, "xent", 0).metric("accuracy") == 0.664);
  CHECK(cell(both, "xent", 0).run == 0);
  CHECK(cell(both, "product", 3).state == CellState::done);
  CHECK(cell(both, "product", 3).run == 1);
  CHECK(cell(both, "logconf", 1).metric("accuracy") == 0.707);
  CHECK(mentions(both.problems,
                 "1 cell has other results in a later run, which are not used: photos/xent/0 of "
                 "night"));
}

TEST_CASE("cells that no run planned are named") {
  const RunResults both = merged(seeds_of_photos(0, 2), [] {
    RunResults night = seeds_of_photos(3, 4);
    auto& rows = night.benchmarks.front().rows;
    rows.erase(rows.begin());  // xent
    return night;
  }());
  CHECK(mentions(both.problems,
                 "Some rows have fewer seeds than the runs have together: photos/xent (2). No run "
                 "planned these cells; they count as missing"));
}

TEST_CASE("a baseline may be a row of any of the runs") {
  RunResults both = merge_results({rows_without({"tuned"}), made_up()}, {"day", "night"});
  settle_baselines(both, "tuned");
  CHECK(both.benchmarks.front().baseline == "tuned");
  CHECK_THROWS_WITH(settle_baselines(both, "tunde"),
                    "--baseline 'tunde' is not a row of this run (did you mean 'tuned'?)");
  RunResults night = made_up();
  night.benchmarks.front().baseline = "logconf";
  CHECK(
      mentions(merged(made_up(), night).problems,
               "The runs name different baselines on photos: xent is taken, not logconf of night"));
}

TEST_CASE("a merged report names every run, and what differs between them") {
  RunResults night = made_up();
  night.runs.front().provenance["processor"] = "Another CPU";
  night.runs.front().provenance["build"]["torch"] = "2.14.0";
  night.runs.front().started = "2026-01-30T12:00:00Z";
  night.runs.front().suite_text = "other";
  const RunResults both = merged(made_up(), night);
  CHECK(both.started == "2026-01-30T12:00:00Z");
  CHECK(both.provenance["processor"] == "day: Made-up CPU @ 1 GHz; night: Another CPU");
  CHECK(both.provenance["build"]["torch"] == "day: 2.13.0+cpu; night: 2.14.0");
  CHECK(both.provenance["build"]["assay"] == "0.1.0");
  CHECK(both.provenance["git"]["changed"] == true);
  CHECK(both.provenance["cores"] == 2);
  CHECK(both.suite_text.find("# The suite of night\nother\n") != std::string::npos);
  CHECK(both.description.rfind("2 runs in one report: day, night. Nothing here", 0) == 0);
  const Report report = make_report(both);
  for (const Format& format : formats()) {
    INFO(format.id);
    CHECK(format.write(report).size() > 500);
  }
  const Json json = Json::parse(write_json(report));
  REQUIRE(json["runs"].size() == 2);
  CHECK(json["runs"][1]["label"] == "night");
  CHECK(json["runs"][1]["provenance"]["processor"] == "Another CPU");
}

TEST_CASE("runs are named by their folders, with as much of the path as tells them apart") {
  using Labels = std::vector<std::string>;
  CHECK(run_labels({"a/day", "a/night/"}) == Labels{"day", "night"});
  CHECK(run_labels({"a/runs", "b/runs"}) == Labels{"a/runs", "b/runs"});
  CHECK(run_labels({"x/a/runs", "y/a/runs"}) == Labels{"x/a/runs", "y/a/runs"});
  CHECK_THROWS_WITH(run_labels({"a/day", "a/../a/day/"}),
                    "a/../a/day/ is named twice: name each run once");
}

TEST_CASE("a log of a merged run is told by its run, and its end is shown") {
  const RunResults both = merged(made_up(), made_up());
  const std::string junit = write_junit(make_report(both));
  CHECK(junit.find("End of day/logs/photos-product.log:\nepoch 1\n") != std::string::npos);
}
