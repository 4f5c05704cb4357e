// docs/schemas against what is written, and what they must refuse.
#include "json_schema.h"
#include "made_up_run.h"
#include "reports/report.h"
#include "written_runs.h"

#include <assay/common/files.h>

#include <catch2/catch.hpp>

using namespace assay;
using namespace assay::reports;

namespace {

Json schema(const std::string& format) {
  return Json::parse(
      read_file(fs::path(ASSAY_TEST_SOURCE_DIR) / "docs/schemas" / (format + ".schema.json")));
}

using Mistakes = std::vector<std::string>;

std::string changed(const Json& schema, Json document, const std::string& pointer,
                    const Json& value) {
  document[Json::json_pointer(pointer)] = value;
  const Mistakes mistakes = test::schema_mistakes(schema, document);
  return mistakes.empty() ? "" : mistakes.front();
}

}  // namespace

TEST_CASE("the golden JSON report follows its schema") {
  const Json document =
      Json::parse(read_file(fs::path(ASSAY_TEST_SOURCE_DIR) / "tests/golden/reports/report.json"));
  CHECK(test::schema_mistakes(schema("assay-report"), document) == Mistakes{});
}

TEST_CASE("JSON reports of the other made-up runs follow their schema") {
  for (const test::RunSpec& spec :
       {test::big_run(), test::failures_run(), test::hostile_run(), test::planned_run(),
        test::stream_run(), test::forget_run()}) {
    const test::TemporaryFolder folder;
    test::write_run(spec, folder.path() / "run");
    INFO(spec.name);
    CHECK(test::schema_mistakes(schema("assay-report"),
                                Json::parse(report_text(folder.path() / "run", "json"))) ==
          Mistakes{});
  }
}

TEST_CASE("run.json and cell files follow their schemas") {
  const test::TemporaryFolder folder;
  test::write_made_up_run(folder.path());
  CHECK(test::schema_mistakes(schema("assay-run"),
                              Json::parse(read_file(folder.path() / "run.json"))) == Mistakes{});
  const Json cell = schema("assay-cell");
  std::size_t read = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder.path() / "cells")) {
    if (!entry.is_regular_file()) continue;
    const Json document = Json::parse(read_file(entry.path()), nullptr, false);
    if (document.is_discarded()) continue;  // the one that was cut off
    INFO(entry.path());
    CHECK(test::schema_mistakes(cell, document) == Mistakes{});
    ++read;
  }
  CHECK(read == 56);  // 58 cells, one missing, one cut off
}

TEST_CASE("the schemas refuse what is not theirs") {
  const Json report = schema("assay-report");
  const test::TemporaryFolder folder;
  test::write_made_up_run(folder.path());
  const Json document = Json::parse(report_text(folder.path(), "json"));
  CHECK(test::schema_mistakes(report, document) == Mistakes{});
  CHECK(changed(report, document, "/format", "assay-run") ==
        "/format: \"assay-run\" is not \"assay-report\"");
  CHECK(changed(report, document, "/surprise", 1) == "/surprise: 1 must not be there");
  CHECK(changed(report, document, "/cells/done", -1) == "/cells/done: -1 is below 0");
  CHECK(changed(report, document, "/runs", Json::array()) == "/runs: [] has too few items");
  CHECK(changed(report, document, "/claims/0/verdict", "yes") ==
        "/claims/0/verdict: \"yes\" is none of [\"supported\",\"refuted\",\"inconclusive\"]");
  CHECK(changed(report, document, "/benchmarks/0/rows/0/metrics/accuracy/mean", "0.5") ==
        "/benchmarks/0/rows/0/metrics/accuracy: {\"dropped\":0,\"interval\":[0.6580213841140332,"
        "0.67837861588596 fits none of the alternatives");
  CHECK(changed(report, document, "/benchmarks/0/rows/0/cells/state/0", "lost") ==
        "/benchmarks/0/rows/0/cells/state/0: \"lost\" is none of "
        "[\"done\",\"failed\",\"missing\"]");
  Json without = document;
  without.erase("warnings");
  REQUIRE(test::schema_mistakes(report, without).size() == 1);
  CHECK(test::schema_mistakes(report, without)[0].find(" lacks \"warnings\"") != std::string::npos);

  const Json run = Json::parse(read_file(folder.path() / "run.json"));
  CHECK(changed(schema("assay-run"), run, "/cells/0/block", Json::array()) ==
        "/cells/0/block: [] has too few items");
  const Json cell = Json::parse(read_file(folder.path() / "cells/photos/xent/0-4/0.json"));
  CHECK(changed(schema("assay-cell"), cell, "/status", "failed").find("fits none of the") !=
        std::string::npos);
  CHECK(changed(schema("assay-cell"), cell, "/cell/role", "judge") ==
        "/cell/role: \"judge\" is none of [\"method\",\"reference\"]");
}

TEST_CASE("a schema that says more than the checker knows is an error") {
  CHECK_THROWS_WITH(test::schema_mistakes(Json{{"pattern", "a"}}, "b"),
                    Catch::Contains("the schema's keyword pattern"));
  CHECK_THROWS_WITH(test::schema_mistakes(Json{{"type", "float"}}, 1),
                    Catch::Contains("the schema's type float"));
}
