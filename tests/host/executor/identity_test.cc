// Results reach the cells they belong to, whatever benchmarks and methods are called.
#include "toy_run.h"

#include "host/executor/job_name.h"
#include "host/executor/verify_run.h"

#include <catch2/catch.hpp>
#include <set>

namespace assay {

TEST_CASE("ids with dots: no two jobs are one") {
  // "a" + "b.c" and "a.b" + "c" read the same with dots between.
  SuiteToRun suite = toy_suite({toy("b.c")}, {0, 1});
  suite.suite["benchmarks"][0]["id"] = "a";
  Json other = suite.suite["benchmarks"][0];
  other["id"] = "a.b";
  other["methods"] = Json::array({toy("c", {{"level", 100.0}})});
  suite.suite["benchmarks"].push_back(other);
  suite.expansions.push_back(suite.expansions[0]);
  const ToyPlace place;
  place.run(suite);
  const RunData run = place.load();
  CHECK(run.count(CellState::done) == 8);
  for (const RunCell& cell : run.cells) {
    if (cell.role == "reference" || cell.state != CellState::done) continue;
    INFO(cell.benchmark << "/" << cell.method << "/" << cell.seed);
    const double score = cell.document["result"]["metrics"]["score"];
    CHECK((score >= 100) == (cell.method == "c"));
  }
}

TEST_CASE("names of jobs tell jobs apart") {
  const std::set<std::string> names = {
      cells_job_name("a", "b.c", {0}),      cells_job_name("a.b", "c", {0}),
      alone_job_name("a", "b.c", 0),        cells_job_name("a", "b.c", {0}, 2),
      cells_job_name("a~b", "c", {0}),      cells_job_name("stage", "a", {0}),
      stage_job_name("a", "b", {0}, "key"), stage_job_name("a", "b", {0}, "yek"),
  };
  CHECK(names.size() == 8);
  CHECK(cells_job_name("a", "b.c", {0, 1}) == "a~b.c~0-1");
}

TEST_CASE("verify: blocks of one seed run alone and as they were, without being confused") {
  const ToyPlace place;
  const SuiteToRun suite = toy_suite({toy("a"), toy("b", {{"level", 7.0}})}, {3});
  place.run(suite);
  VerifyOptions options;
  options.worker = place.options().worker;
  options.cache = place.options().cache;
  options.style = Progress::Style::quiet;
  const VerifyResult result = verify_run(place.load(), suite, options);
  CHECK(result.alone == 2);
  CHECK(result.repeated == 1);
  CHECK(result.differences.empty());
}

}  // namespace assay
