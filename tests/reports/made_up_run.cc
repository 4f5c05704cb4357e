#include "made_up_run.h"

#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::reports::test {

namespace {

using Values = std::vector<double>;
constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

Json family() {
  Json accuracy = metric_json("accuracy", "Accuracy", "max", {0, 1}, "share of right answers");
  accuracy["primary"] = true;
  Json pgr = metric_json("pgr", "PGR", "max", nullptr, "gain / gap");
  pgr["aggregate"] = {{"kind", "ratio"}, {"numerator", "gain"}, {"denominator", "gap"}};
  Json made = family_json(
      "weak_to_strong", "Weak-to-strong generalization",
      {reference_json("weak", "weak supervisor", "trained on few labels"),
       reference_json("few-labels", "few labels", "the student on those labels"),
       reference_json("ceiling", "ceiling", "the student on the truth")},
      {accuracy, pgr,
       metric_json("gain", "Gain", "max", {-1, 1}, "accuracy minus the supervisor's"),
       metric_json("gap", "Gap", "none", {-1, 1}, "ceiling minus supervisor"),
       metric_json("ece", "ECE", "min", {0, 1}, "calibration error"),
       metric_json("loss", "Loss", "min", nullptr, "test loss")});
  made["apart"] = {{"truth", "sees the truth"}};
  return made;
}

Json methods() {
  const auto method = [](const char* id, const std::string& summary, const char* paper,
                         Json parameters = Json::array(), Json needs = Json::array()) {
    return method_json(id, "weak_to_strong", summary, paper, std::move(parameters),
                       std::move(needs));
  };
  return {
      {"xent", method("xent", "Cross entropy on the weak labels", "arXiv:2312.09390")},
      {"logconf",
       method("logconf", "An auxiliary confidence loss", "arXiv:2312.09390",
              {{{"key", "alpha"}, {"type", "real"}, {"default", 0.5}, {"help", "largest weight"}},
               {{"key", "warmup"},
                {"type", "real"},
                {"default", 0.2},
                {"help", "share of the steps"}}})},
      {"product", method("product", "Product of experts", "")},
      {"evil", method("evil", injection, "arXiv:0000.00000\" onclick=\"alert(1)")},
      {"tuned", method("tuned", "Tuned on the test labels", "", Json::array(), {"truth"})}};
}

// Accuracy by seed; the rest follows from it.
struct AccuracyRow {
  RowSpec row;
  Values accuracy;
};

struct AccuracyBenchmark {
  BenchmarkSpec benchmark;  // without its rows
  Values weak, ceiling;
  std::vector<AccuracyRow> rows;
};

std::vector<AccuracyBenchmark> benchmarks() {
  const Values weak = {.662, .671, .655, .668, .674}, ceiling = {.822, .818, .826, .815, .824};
  const RowSpec xent{"xent", "xent"},
      logconf{"logconf", "logconf", false, {{"alpha", 0.5}, {"warmup", 0.2}}};
  // The block of the row that crashed was trained seed by seed.
  const RowSpec product{"product", "product", false, Json::object(), {}, true};
  const RowSpec evil{"evil", "evil", false, {{"note", injection + " @everyone | `x` #1"}}};
  const RowSpec supervisor{"weak", "weak", true}, top{"ceiling", "ceiling", true};
  return {{{"photos",
            "Photographs through a narrow view",
            "weak_to_strong",
            {0, 1, 2, 3, 4},
            "xent",
            {}},
           weak,
           ceiling,
           {{xent, {.664, .674, .656, .671, .676}},
            {logconf, {.693, .707, .685, .702, .709}},
            {product, {.668, .672, .661, no_value, .675}},
            {evil, {.640, .655, .642, .650, .649}},
            {{"tuned", "tuned"}, {.720, .731, .715, .722, .729}},
            {supervisor, weak},
            {{"few-labels", "few-labels", true}, {.798, .803, .791, .806, .800}},
            {top, ceiling}}},
          {{"sounds", "Sounds, where the gap is noise", "weak_to_strong", {0, 1, 2}, "", {}},
           {.70, .75, .66},
           {.72, .71, .70},
           {{xent, {.71, .73, .68}},
            {logconf, {.70, .74, .69}},
            {{"frozen", "xent"}, {.7, .7, .7}},
            {supervisor, {.70, .75, .66}},
            {top, {.72, .71, .70}}}},
          {{"letters", injection, "weak_to_strong", {7}, "xent", {}},
           {.5},
           {.9},
           {{xent, {.61}}, {logconf, {no_value}}, {supervisor, {.5}}}}};
}

Json claims() {
  const auto claim = [](const std::string& says, const char* paper, Json on, const char* metric,
                        const char* expect) -> Json {
    return {{"says", says}, {"paper", paper}, {"on", on}, {"metric", metric}, {"expect", expect}};
  };
  return {claim("The confidence loss recovers more of the gap than plain cross entropy",
                "arXiv:2312.09390", {"photos"}, "pgr", "logconf > xent"),
          claim("The order of the paper's table", "arXiv:2312.09390", {"photos"}, "accuracy",
                "evil < xent < logconf < tuned"),
          claim("Few labels are worth less than the confidence loss", "a talk", {"photos"},
                "accuracy", "few-labels < logconf"),
          claim("The product of experts stays near plain cross entropy", "", {"photos"}, "accuracy",
                "product near xent within 0.02"),
          claim("The confidence loss helps on sounds and letters " + injection,
                "javascript:alert(1)", {"sounds", "letters"}, "pgr", "logconf > xent")};
}

Json outcome(const AccuracyBenchmark& made, const AccuracyRow& row, std::size_t i) {
  const std::string& name = row.row.name;
  const double accuracy = row.accuracy[i];
  if (std::isnan(accuracy)) {
    if (made.benchmark.id == "letters") return nullptr;
    return failed("signal", "fit", "killed by signal 11 (segmentation fault) " + injection,
                  "logs/photos-product.log");
  }
  Json curve = Json::array();
  for (int step = 1; step <= 8; ++step) {
    curve.push_back(
        {step, 2.3 * std::exp(-0.4 * step) + 0.01 * static_cast<double>(i) + (1 - accuracy)});
  }
  // One cell is without a calibration error, and one row's loss is not a number for all of its
  // seeds.
  const bool no_ece = name == "logconf" && i == 2;
  return done({{"accuracy", accuracy},
               {"gain", accuracy - made.weak[i]},
               {"gap", made.ceiling[i] - made.weak[i]},
               {"pgr", (accuracy - made.weak[i]) / (made.ceiling[i] - made.weak[i])},
               {"ece", no_ece ? Json() : Json((1 - accuracy) / 4)},
               {"loss", name == "evil" ? Json() : Json(10 * (1 - accuracy))}},
              row.row.reference && name != "ceiling" ? Json::object() : Json{{"loss", curve}});
}

}  // namespace

void write_made_up_run(const std::filesystem::path& folder) {
  const std::vector<AccuracyBenchmark> made = benchmarks();
  RunSpec spec;
  spec.name = "made-up";
  spec.title = "A made-up run & its <report>";
  spec.description = "Nothing here was measured: the numbers show what a report shows.";
  spec.suite_text =
      "[suite]\nname = \"made-up\"  # ```\ntitle = \"</code></pre>" + injection + "\"\n";
  spec.overrides = {"photos.train.lr=0.001"};
  spec.families = {{"weak_to_strong", family()}};
  spec.methods = methods();
  spec.claims = claims();
  spec.published = {{{"on", {"photos", "sounds"}},
                     {"method", "logconf"},
                     {"metric", "accuracy"},
                     {"value", 0.71},
                     {"spread", 0.02},
                     {"tolerance", 0.02},
                     {"source", "Burns et al. 2023, figure 3 (arXiv:2312.09390)"},
                     {"setting", "larger models " + injection}},
                    {{"on", {"photos"}},
                     {"method", "theirs"},
                     {"metric", "pgr"},
                     {"value", 0.5},
                     {"source", injection},
                     {"setting", ""}}};
  for (const AccuracyBenchmark& one : made) {
    spec.benchmarks.push_back(one.benchmark);
    for (const AccuracyRow& row : one.rows) spec.benchmarks.back().rows.push_back(row.row);
  }
  spec.outcome = [&](const BenchmarkSpec& benchmark, const RowSpec& row, std::size_t seed) {
    const AccuracyBenchmark& one = *std::find_if(
        made.begin(), made.end(),
        [&](const AccuracyBenchmark& candidate) { return candidate.benchmark.id == benchmark.id; });
    const AccuracyRow& values =
        *std::find_if(one.rows.begin(), one.rows.end(),
                      [&](const AccuracyRow& candidate) { return candidate.row.name == row.name; });
    return outcome(one, values, seed);
  };
  spec.logs["jobs.jsonl"] =
      R"({"format": "assay-jobs", "version": 1, "started": "2025-01-31T12:00:05Z", "workers": 2}
{"kind": "stage", "benchmark": "photos", "name": "weak", "seeds": [0, 1, 2, 3, 4], "end": "cached"}
{"kind": "stage", "benchmark": "photos", "name": "ceiling", "seeds": [0, 1, 2, 3, 4], "end": "done", "worker": 0, "begun": 0.5, "seconds": 4.25, "cpu_seconds": 4.2}
{"kind": "cells", "benchmark": "photos", "name": "xent", "seeds": [0, 1, 2, 3, 4], "end": "done", "worker": 1, "begun": 0.5, "seconds": 3.0, "cpu_seconds": 2.9}
{"kind": "cells", "benchmark": "photos", "name": "product", "seeds": [0, 1, 2, 3, 4], "end": "failed", "worker": 1, "begun": 3.5, "seconds": 1.5, "cpu_seconds": 0}
{"kind": "cells", "benchmark": "photos", "name": "logconf", "seeds": [0, 1, 2, 3, 4], "end": "done", "worker": 0, "begun": 4.75, "seconds": 3.5, "cpu_seconds": 3.4}
{"kind": "cells", "bench)";
  spec.logs["logs/photos-product.log"] =
      "epoch 1\nepoch 2\n\x1b[31mred\x1b[0m " + injection +
      "\nnot UTF-8: \xff\xfe\nreversed: \u202egpj.exe\nSegmentation fault\n";
  write_run(spec, folder);

  // One cell file was cut off in the middle.
  const BenchmarkSpec& sounds = spec.benchmarks[1];
  const std::filesystem::path cut = cell_path(folder, sounds, sounds.rows[3], 2);
  std::filesystem::resize_file(cut, std::filesystem::file_size(cut) / 2);
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "assay-reports-XXXXXX").string();
  path_ = ::mkdtemp(name.data());
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace assay::reports::test
