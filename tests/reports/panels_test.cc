// The figures that families add, from runs whose numbers are known.
#include "made_up_run.h"
#include "panel_reader.h"
#include "reports/analysis/analysis.h"
#include "reports/model/document.h"
#include "reports/report.h"
#include "reports/writers/formats.h"
#include "written_runs.h"

#include <assay/common/parameters_json.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

using namespace assay;
using namespace assay::reports;
using namespace assay::reports::test;

namespace {

// Two benchmarks of a ladder: teachers of width 16 over 4, and the same the other way round.
test::RunSpec ladder_run() {
  test::RunSpec spec;
  spec.name = "ladder";
  spec.title = "A ladder";
  spec.suite_text = "[suite]\nname = \"ladder\"\n";
  Json accuracy = test::metric_json("accuracy", "Accuracy", "max", {0, 1}, "answered right");
  accuracy["primary"] = true;
  Json family = test::family_json(
      "delta", "Delta learning", {test::reference_json("start", "start", "doing nothing")},
      {accuracy, test::metric_json("gain", "Gain", "max", nullptr, "over the start"),
       test::metric_json("margin", "Margin", "none", nullptr, "of held-out pairs"),
       test::metric_json("ended", "Ended", "none", {0, 1}, "samples that end")});
  family["panel_curves"] = {"curve."};
  spec.families = {{"delta", family}};
  for (const char* name : {"dpo", "sft"}) {
    spec.methods[name] = test::method_json(name, "delta", "A made-up method", "");
  }
  const std::vector<test::RowSpec> rows = {
      {"dpo", "dpo"}, {"sft", "sft"}, {"start", "start", true}};
  spec.benchmarks = {{"up", "16 over 4", "delta", {0, 1, 2, 3, 4}, "dpo", rows},
                     {"down", "4 over 16", "delta", {0, 1, 2, 3, 4}, "dpo", rows}};
  spec.outcome = [](const test::BenchmarkSpec& benchmark, const test::RowSpec& row,
                    std::size_t seed) {
    const double gain = row.reference ? 0 : benchmark.id == "up" ? .1 : -.1;
    const double start = .6 + .01 * static_cast<double>(seed);
    Json curves = Json::object();
    for (const int step : {0, 10, 50}) {
      if (row.reference && step > 0) break;
      curves["curve.accuracy"].push_back({step, start + gain * step / 50});
      curves["curve.margin"].push_back({step, .02 * step});
      curves["curve.ended"].push_back({step, 1 - .002 * step});
    }
    return test::done({{"accuracy", start + gain}, {"gain", gain}, {"margin", 1}, {"ended", .9}},
                      curves);
  };
  return spec;
}

Document delta_document() {
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "run/run.json";
  test::write_run(ladder_run(), file.parent_path());
  std::ifstream text(file);
  Json run = Json::parse(text);
  Json& benchmarks = run.at("suite").at("benchmarks");
  for (Json& benchmark : benchmarks) {
    benchmark["settings"] = {{"task", {{"use", "modular_addition"}}},
                             {"pairs", {{"chosen", 16}, {"rejected", 4}, {"reversed", false}}}};
  }
  benchmarks[1]["settings"]["pairs"]["reversed"] = true;
  test::put(file, run.dump());
  return make_report(collect_results(load_run(file.parent_path()))).document;
}

}  // namespace

TEST_CASE("continual: the accuracy matrix has means over seeds, coloured by what was lost") {
  const Document document = document_of(test::stream_run());
  const auto tables = all_of<Table>(document);
  const Table& naive = captioned(tables, "naive: accuracy on each task after each task");
  REQUIRE(naive.rows.size() == 5);
  REQUIRE(naive.columns.size() == 6);
  // .95 less a mean of .02 over the seeds 0 to 4; one task later .9 is lost (.05, .04, ... .01).
  CHECK(naive.rows[0].cells[1].text[0].text == "0.930");
  CHECK(naive.rows[1].cells[1].text[0].text == "0.030");
  CHECK(naive.rows[0].cells[2].text[0].text == "0.000");
  CHECK(naive.rows[1].cells[1].heat->step == -4);
  CHECK(naive.rows[0].cells[1].heat->step == 0);
  CHECK_FALSE(naive.rows[0].cells[2].heat);  // not learned yet
  // .15 a task.
  const Table& ewc = captioned(tables, "ewc: accuracy on each task after each task");
  CHECK(ewc.rows[2].cells[1].text[0].text == "0.630");
  CHECK(ewc.rows[2].cells[1].heat->step == -3);
}

TEST_CASE("continual: one panel a method with a line for each task, and scatters") {
  const Document document = document_of(test::stream_run());
  const auto curves = all_of<CurvePlot>(document);
  const CurvePlot& accuracy = named(curves, "accuracy-1");
  REQUIRE(accuracy.panels.size() == 4);
  CHECK(accuracy.panels[1].title == "ewc");
  CHECK(accuracy.panels[1].seeds.size() == 5);
  REQUIRE(accuracy.panels[1].main.size() == 5);
  // After two tasks .93 and .78.
  CHECK(accuracy.panels[1].main[1].second == Approx(.855));
  CHECK(accuracy.panels[1].band_low.size() == 5);
  CHECK(named(curves, "training-1").panels.size() == 4);
  CHECK(named(curves, "identity-1").panels[0].main.empty());
  // The general section of curves shows the others alone.
  CHECK(has(curves, "loss on Split"));
  CHECK_FALSE(has(curves, "accuracy.task1 on Split"));

  const auto scatters = all_of<ScatterPlot>(document);
  const ScatterPlot& stability = named(scatters, "stability-1");
  REQUIRE(stability.points.size() == 4);
  CHECK(stability.points[1].x == Approx(.93));
  // .15 times 1 to 4 tasks, over four tasks.
  CHECK(stability.points[1].y == Approx(-.375));
  CHECK_FALSE(stability.points[1].apart);
  CHECK(stability.points[3].apart);  // joint
  CHECK(named(scatters, "memory-1").points[2].x == Approx(.784));
}

TEST_CASE("unlearning: the way over checkpoints, and every curve with its reference beside") {
  const Document document = document_of(test::forget_run());
  const auto curves = all_of<CurvePlot>(document);
  const CurvePlot& ways = named(curves, "ways-1");
  REQUIRE(ways.panels.size() == 3);
  CHECK(ways.panels[0].seeds.size() == 5);
  // Forget 1 - .05 * 4 - .002 * 2, retain .98 - .01 * 4.
  CHECK(ways.panels[0].main.back().first == Approx(.796));
  CHECK(ways.panels[0].main.back().second == Approx(.94));
  CHECK(ways.description.find("0.850 on the forget set and 0.968 on the retain set") !=
        std::string::npos);

  const CurvePlot& klom = named(curves, "klom-forget-1");
  REQUIRE(klom.panels.size() == 4);  // the retrained models have none: it would be zero
  CHECK(klom.panels[0].main.back().second == Approx(4.02));
  REQUIRE(klom.panels[0].seeds.size() == 1);
  CHECK(klom.panels[0].seeds[0].back().second == Approx(.42));  // the floor
  CHECK(klom.panels[3].title == "floor");
  CHECK(klom.panels[3].seeds.empty());

  const CurvePlot& attack = named(curves, "attack-rmia-1");
  CHECK(attack.panels[0].seeds[0][50].second == Approx(.5));  // the retrained model's
  const std::vector<Table> tables = all_of<Table>(document);
  const Table& rates = captioned(tables, "Membership attack by RMIA on A random tenth");
  // sqrt .01, sqrt .1, sqrt .5.
  CHECK(rates.rows[0].cells[1].text[0].text == "0.100");
  CHECK(rates.rows[0].cells[2].text[0].text == "0.316");
  CHECK(rates.rows[0].cells[3].text[0].text == "0.707");
  CHECK_FALSE(has(curves, "trajectory.forget on"));
}

TEST_CASE("delta: the way with the start beside it, the margin, and what else changes") {
  const Document document = delta_document();
  const auto curves = all_of<CurvePlot>(document);
  const CurvePlot& way = named(curves, "curve-1");
  REQUIRE(way.panels.size() == 2);  // a row with one step has no way
  CHECK(way.panels[0].title == "dpo");
  // .6 + .1 of step 50, means over the seeds' .00 to .04.
  CHECK(way.panels[0].main.back().first == 50);
  CHECK(way.panels[0].main.back().second == Approx(.72));
  REQUIRE(way.panels[0].seeds.size() == 1);
  CHECK(way.panels[0].seeds[0].front().second == Approx(.62));
  CHECK(way.panels[0].seeds[0].back() ==
        std::pair<double, double>(50, way.panels[0].seeds[0][0].second));

  const CurvePlot& margin = named(curves, "margin-1");
  REQUIRE(margin.panels.size() == 2);
  // Margins .02 a step along the horizontal axis.
  CHECK(margin.panels[0].main.back().first == Approx(1));
  CHECK(margin.panels[0].main.back().second == Approx(.72));
  CHECK_FALSE(has(curves, "curve.margin on"));  // not once more in the general section

  const std::vector<Table> tables = all_of<Table>(document);
  const Table& steps = captioned(tables, "Accuracy over steps on 16 over 4");
  REQUIRE(steps.columns.size() == 4);  // the rows, steps 0, 10 and 50
  CHECK(steps.columns[3].title == "Step 50");
  CHECK(steps.rows[0].cells[3].text[0].text == "0.720");
  // Where samples no longer end: 1 at the start, .002 less a step.
  const Table& ended = captioned(tables, "Ended by step");
  CHECK(ended.rows[0].cells[1].text[0].text == "1.000");
  CHECK(ended.rows[0].cells[3].text[0].text == "0.900");
}

TEST_CASE("delta: gains by teachers, reversed pairs in the place of exchanged ones") {
  const std::vector<Table> tables = all_of<Table>(delta_document());
  const Table& grid = captioned(tables, "Gain over the start by teachers: dpo on modular_addition");
  REQUIRE(grid.rows.size() == 2);
  REQUIRE(grid.columns.size() == 3);
  CHECK(grid.columns[1].title == "rejected 4");
  CHECK(grid.columns[2].title == "rejected 16");
  CHECK(grid.rows[0].cells[0].text[0].text == "4");
  // The second benchmark is 16 over 4 the other way round: a gain of -.1 at 4 over 16.
  CHECK(grid.rows[0].cells[1].text[0].text == "\u2014");
  CHECK(grid.rows[0].cells[2].text[0].text.find("\u22120.100") == 0);
  CHECK(grid.rows[1].cells[1].text[0].text.find("0.100") == 0);
  CHECK(grid.rows[1].cells[2].text[0].text == "\u2014");
}

TEST_CASE("reports of many curves stay small") {
  const test::TemporaryFolder folder;
  for (const test::RunSpec& spec : {test::stream_run(), test::forget_run()}) {
    test::write_run(spec, folder.path() / spec.name);
    CHECK(report_text(folder.path() / spec.name, "html").size() < 1'000'000);
  }
}
