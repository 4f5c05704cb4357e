#include "reports/report.h"
#include "made_up_run.h"
#include "written_runs.h"

#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/parameters_json.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <regex>

using namespace assay;
using namespace assay::reports;

TEST_CASE("reports lie beside the results, whole or not at all") {
  const test::TemporaryFolder folder;
  const fs::path run = folder.path() / "run";
  test::write_made_up_run(run);
  const auto files = write_reports(run);
  CHECK(files == std::vector<fs::path>{run / "report.html", run / "report.md"});
  CHECK(read_file(files[0]) == report_text(run, "html"));
  CHECK(read_file(files[1]) == report_text(run, "md"));
}

TEST_CASE("a folder that is not a run, or has no cells, is told so") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_WITH(write_reports(folder.path() / "nowhere"), Catch::Contains("no such folder"));
  CHECK_THROWS_WITH(
      write_reports(folder.path()),
      Catch::Contains("is not a run: it has no run.json (a run is made by `assay run`)"));
  const fs::path run = folder.path() / "run";
  test::write_made_up_run(run);
  Json json = Json::parse(read_file(run / "run.json"));
  json["cells"] = Json::array();
  write_file(run / "run.json", json.dump());
  CHECK_THROWS_WITH(write_reports(run),
                    Catch::EndsWith("run.json has no cells yet: run the suite first"));
}

TEST_CASE("a run whose cells are all missing is reported as such") {
  const test::TemporaryFolder folder;
  const fs::path run = folder.path() / "run";
  test::write_made_up_run(run);
  fs::remove_all(run / "cells");
  const std::string text = report_text(run, "md");
  CHECK(text.find("58 cells are missing of 58") != std::string::npos);
  CHECK(text.find("0 done, 58 missing of 58") != std::string::npos);
}

TEST_CASE("a claim that is not understood is named and the rest is reported") {
  const test::TemporaryFolder folder;
  test::RunSpec spec = test::big_run();
  spec.claims[0]["expect"] = "ensemble >> xent";
  test::write_run(spec, folder.path() / "run");
  const Json json = Json::parse(report_text(folder.path() / "run", "json"));
  CHECK(json["claims"].size() == spec.claims.size() - 1);
  const std::string says = spec.claims[0]["says"];
  const auto& warnings = json["warnings"];
  CHECK(std::any_of(warnings.begin(), warnings.end(), [&](const Json& warning) {
    return warning.get<std::string>().find("run.json: the claim \"" + says +
                                           "\" is left out: \"ensemble >> xent\" is not "
                                           "understood: a name is missing before '>'") == 0;
  }));
}

TEST_CASE("an exact claim says that its value decides, and has no p") {
  const test::TemporaryFolder folder;
  test::RunSpec spec = test::big_run();
  const auto made_up = spec.outcome;
  spec.outcome = [made_up](const test::BenchmarkSpec& benchmark, const test::RowSpec& row,
                           std::size_t seed) {
    Json outcome = made_up(benchmark, row, seed);
    if (benchmark.id == "garments") {
      outcome["result"]["metrics"]["accuracy"] = row.name == "xent" ? 0.5 : 0.75;
    }
    return outcome;
  };
  spec.claims[0]["expect"] = "logconf-alpha=0.5 > xent + 0.2";
  spec.claims[0]["exact"] = true;
  spec.claims[1] = spec.claims[0];
  spec.claims[1]["expect"] = "xent in [0.4, 0.6]";
  spec.claims[1]["says"] = "Plain cross entropy is right half the time";
  test::write_run(spec, folder.path() / "run");
  const std::string text = report_text(folder.path() / "run", "md");
  CHECK(text.find("<code>xent</code> = 0.500 in Accuracy, 10 seeds; the same in every seed: decided "
                  "by its value, no test") != std::string::npos);
  CHECK(text.find(" = +0.250 in Accuracy, 10 seeds; the same in every seed: decided by its value, "
                  "no test") != std::string::npos);
  const Json claims = Json::parse(report_text(folder.path() / "run", "json"))["claims"];
  CHECK(claims[0]["verdict"] == "supported");
  CHECK(claims[1]["verdict"] == "supported");
  CHECK(claims[1]["tests"][0]["relation"] == "level");
  CHECK(claims[1]["tests"][0]["right"] == "");
  const Json test = claims[0]["tests"][0];
  CHECK(test["relation"] == "greater");
  CHECK(test["procedure"] == "value");
  CHECK(test["exact"] == true);
  CHECK(test["deciding_p"].is_null());
  CHECK(test["adjusted_p"].is_null());
  CHECK(test["sign_flip_p"].is_null());
  CHECK(test["difference"]["interval"].is_null());
}

TEST_CASE("a run without results has a readable report in every format") {
  const test::TemporaryFolder folder;
  const fs::path run = folder.path() / "run";
  test::write_run(test::planned_run(), run);
  const std::string all = report_text(run, "json");
  const Json json = Json::parse(all);
  CHECK(json["cells"]["done"] == 0);
  const std::string missing = std::to_string(json["cells"]["missing"].get<int>());
  CHECK(json["warnings"][0].get<std::string>().find(missing + " cells are missing of " + missing) ==
        0);
  CHECK(report_text(run, "pr-comment")
            .find("0 of " + missing + " cells done, " + missing + " missing") != std::string::npos);
  CHECK(report_text(run, "tex").find("no result & baseline") != std::string::npos);
  CHECK(report_text(run, "junit").find("errors=\"" + missing + "\"") != std::string::npos);
  for (const char* format : {"html", "md", "pr-comment", "tex", "csv", "junit"}) {
    const std::string text = report_text(run, format);
    INFO(format);
    CHECK_FALSE(std::regex_search(text, std::regex("\\bnan\\b")));
    CHECK(text.find("not a number") == std::string::npos);
  }
}

TEST_CASE("unknown formats are refused before anything is read") {
  CHECK_THROWS_WITH(write_reports("nowhere", {{"htm"}, ""}),
                    "there is no report format 'htm' (did you mean 'html'?)");
  CHECK_THROWS_WITH(
      report_text("nowhere", "pdf"),
      "there is no report format 'pdf'; there are html, md, pr-comment, tex, json, csv, junit");
}

TEST_CASE("a run.json that misses something names what") {
  const test::TemporaryFolder folder;
  const fs::path run = folder.path() / "run";
  test::write_made_up_run(run);
  Json json = Json::parse(read_file(run / "run.json"));
  json.erase("families");
  write_file(run / "run.json", json.dump());
  CHECK_THROWS_WITH(write_reports(run), Catch::Contains("run.json does not follow its format") &&
                                            Catch::Contains("families"));
}

TEST_CASE("the end of a log is shown, but no file outside of the run") {
  const test::TemporaryFolder folder;
  const fs::path run = folder.path() / "run";
  test::write_made_up_run(run);
  CHECK(report_text(run, "html").find("Segmentation fault") != std::string::npos);
  fs::rename(run / "logs/photos-product.log", folder.path() / "secret");
  fs::create_directories(run / "logs");
  CHECK(report_text(run, "html").find("Segmentation fault") == std::string::npos);
  fs::create_symlink("../../secret", run / "logs/photos-product.log");
  CHECK(report_text(run, "html").find("Segmentation fault") == std::string::npos);
}

TEST_CASE("the JSON report has the numbers and the words") {
  const test::TemporaryFolder folder;
  const fs::path run = folder.path() / "run";
  test::write_made_up_run(run);
  const Json json = Json::parse(report_text(run, "json"));
  CHECK(json["format"] == "assay-report");
  CHECK(json["claims"][2]["verdict"] == "refuted");
  CHECK(json["comparisons"][0]["method"] == "logconf");
  CHECK(json["comparisons"][0]["outcome"] == "better");
  CHECK(json["benchmarks"][0]["rows"][0]["metrics"]["accuracy"]["mean"].get<double>() ==
        Approx(.6682));
  CHECK(json["benchmarks"][2]["rows"][0]["metrics"]["accuracy"]["interval"].is_null());
}

TEST_CASE("the CSV report has a line for each cell and metric") {
  const test::TemporaryFolder folder;
  const fs::path run = folder.path() / "run";
  test::write_made_up_run(run);
  const std::string csv = report_text(run, "csv");
  CHECK(csv.find("photos,weak_to_strong,xent,xent,method,0,done,accuracy,0.664,,made-up\r\n") !=
        std::string::npos);
  CHECK(csv.find("photos,weak_to_strong,product,product,method,3,failed,,,\"signal: killed by "
                 "signal 11") != std::string::npos);
  CHECK(csv.find("letters,weak_to_strong,logconf,logconf,method,7,missing,,,,\r\n") !=
        std::string::npos);
}
