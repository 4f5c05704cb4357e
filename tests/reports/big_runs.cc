// Runs with many rows: values are made from a seeded generator and effects that are written here.
#include "written_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace assay::reports::test {

namespace {

// A value between -3 and 3 that looks normal, and that depends on the texts and the seed alone: the
// library's normal distribution differs between compilers.
double noise(const std::string& what, std::size_t seed) {
  std::seed_seq seeds(what.begin(), what.end());
  std::mt19937_64 bits(seeds);
  bits.discard(4 * seed);
  double sum = 0;
  for (int i = 0; i < 4; ++i) sum += std::ldexp(static_cast<double>(bits() >> 11), -53);
  return (sum - 2) * std::sqrt(3.0);
}

Json curves(double start, double end, std::size_t seed) {
  Json points = Json::array();
  for (int epoch = 1; epoch <= 10; ++epoch) {
    const double part = std::exp(-0.45 * epoch);
    points.push_back(
        {epoch, end + (start - end) * part +
                    0.004 * noise("curve", 20 * seed + static_cast<std::size_t>(epoch))});
  }
  return {{"loss", points}};
}

struct Effect {
  std::string method;
  double gain;  // over the first method, in accuracy
};

const std::vector<Effect> weak_effects = {
    {"xent", 0},     {"logconf", .021},  {"product", .001}, {"bootstrap", .004}, {"smooth", 0},
    {"mixup", .009}, {"distill", -.006}, {"filter", .013},  {"ensemble", .017}};
const std::vector<Effect> continual_effects = {
    {"finetune", 0},   {"ewc", .03},     {"si", .025},       {"lwf", .045},
    {"replay", .11},   {"der", .125},    {"agem", .06},      {"packnet", .09},
    {"progress", .08}, {"freeze", -.04}, {"cumulative", .2}, {"joint", .21}};

double effect(const std::vector<Effect>& effects, const std::string& method) {
  const auto found = std::find_if(effects.begin(), effects.end(),
                                  [&](const Effect& one) { return one.method == method; });
  return found == effects.end() ? 0 : found->gain;
}

Json weak_family() {
  Json accuracy = metric_json("accuracy", "Accuracy", "max", {0, 1}, "share of right answers");
  accuracy["primary"] = true;
  Json pgr = metric_json("pgr", "PGR", "max", nullptr, "gain / gap");
  pgr["aggregate"] = {{"kind", "ratio"}, {"numerator", "gain"}, {"denominator", "gap"}};
  Json made = family_json(
      "weak_to_strong", "Weak-to-strong generalization",
      {reference_json("weak", "weak supervisor", "trained on few labels"),
       reference_json("ceiling", "ceiling", "the student on the truth")},
      {accuracy, pgr,
       metric_json("gain", "Gain", "max", {-1, 1}, "accuracy minus the supervisor's"),
       metric_json("gap", "Gap", "none", {-1, 1}, "ceiling minus supervisor"),
       metric_json("ece", "ECE", "min", {0, 1}, "calibration error")});
  made["apart"] = {{"truth", "sees the truth"}};
  return made;
}

Json continual_family() {
  Json accuracy = metric_json("average", "Average accuracy", "max", {0, 1},
                              "mean accuracy over all tasks at the end");
  accuracy["primary"] = true;
  return family_json(
      "continual", "Continual learning", Json::array(),
      {accuracy,
       metric_json("forgetting", "Forgetting", "min", {-1, 1}, "best minus last accuracy"),
       metric_json("memory", "Memory", "min", nullptr, "stored samples")});
}

std::vector<RowSpec> weak_rows() {
  std::vector<RowSpec> rows;
  for (const Effect& one : weak_effects) {
    if (one.method == "logconf") continue;
    rows.push_back({one.method, one.method});
  }
  for (const double alpha : {0.25, 0.5, 0.75}) {
    rows.push_back(
        {fmt::format("logconf-alpha={}", alpha), "logconf", false, {{"alpha", alpha}}, {"alpha"}});
  }
  rows.push_back({"oracle-select", "oracle-select"});
  rows.push_back({"weak", "weak", true});
  rows.push_back({"ceiling", "ceiling", true});
  return rows;
}

Json weak_outcome(const BenchmarkSpec& benchmark, const RowSpec& row, std::size_t seed) {
  const double difficulty = 0.06 * noise(benchmark.id, 0);
  const double shared = 0.008 * noise(benchmark.id + "/shared", seed);
  const double weak = .70 + difficulty + shared + 0.006 * noise(benchmark.id + "/weak", seed);
  const double ceiling = .86 + difficulty / 2 + shared;
  double accuracy =
      weak + .02 + effect(weak_effects, row.use) + 0.007 * noise(benchmark.id + row.name, seed);
  if (row.use == "logconf") accuracy += 0.012 * (row.parameters.value("alpha", 0.5) - 0.5);
  if (row.use == "oracle-select") accuracy += .05;
  if (row.name == "weak") accuracy = weak;
  if (row.name == "ceiling") accuracy = ceiling;
  Json outcome =
      done({{"accuracy", accuracy},
            {"gain", accuracy - weak},
            {"gap", ceiling - weak},
            {"pgr", (accuracy - weak) / (ceiling - weak)},
            {"ece", .04 + .2 * std::abs(noise(benchmark.id + row.name + "/ece", seed)) / 3}},
           row.reference ? Json::object() : curves(2.2, 1 - accuracy, seed));
  outcome["run"] = {{"seconds", 4 + 2 * std::abs(noise(row.name, seed))}};
  return outcome;
}

Json continual_outcome(const BenchmarkSpec& benchmark, const RowSpec& row, std::size_t seed) {
  const double accuracy = .55 + 0.05 * noise(benchmark.id, 0) + effect(continual_effects, row.use) +
                          0.015 * noise(benchmark.id + "/shared", seed) +
                          0.012 * noise(benchmark.id + row.name, seed);
  const double forgetting =
      std::max(0.0, .3 - effect(continual_effects, row.use) + 0.02 * noise(row.name + "/f", seed));
  Json outcome = done({{"average", accuracy},
                       {"forgetting", forgetting},
                       {"memory", row.use == "replay" || row.use == "der" ? 2000 : 0}},
                      curves(2.0, 1 - accuracy, seed));
  outcome["run"] = {{"seconds", 30 + 9 * std::abs(noise(row.name + "/s", seed))},
                    {"peak_bytes", 6e8 + 1e8 * noise(row.name, 0)}};
  return outcome;
}

Seeds seeds_from_zero(std::size_t count) {
  Seeds seeds;
  for (std::size_t seed = 0; seed < count; ++seed) seeds.push_back(seed);
  return seeds;
}

}  // namespace

RunSpec big_run() {
  RunSpec spec;
  spec.name = "big";
  spec.title = "Twelve methods on twelve benchmarks";
  spec.description =
      "Made up. Four benchmarks of weak-to-strong generalization, twelve of continual learning, where "
      "benchmarks are enough for a critical-difference diagram.";
  spec.suite_text = "[suite]\nname = \"big\"\n";
  spec.families = {{"weak_to_strong", weak_family()}, {"continual", continual_family()}};
  for (const Effect& one : weak_effects) {
    spec.methods[one.method] =
        method_json(one.method, "weak_to_strong", "A made-up method", "arXiv:2312.09390");
  }
  spec.methods["logconf"]["parameters"] = {
      {{"key", "alpha"}, {"type", "real"}, {"default", 0.5}, {"help", "largest weight"}}};
  spec.methods["oracle-select"] = method_json("oracle-select", "weak_to_strong", "Sees the truth",
                                              "", Json::array(), {"truth"});
  for (const Effect& one : continual_effects) {
    spec.methods[one.method] = method_json(one.method, "continual", "A made-up method", "");
  }
  spec.methods["joint"]["needs"] = {"all_tasks"};
  for (const char* name :
       {"garments", "digits", "letters", "maps"}) {
    spec.benchmarks.push_back({name, std::string("Weak labels on ") + name, "weak_to_strong",
                               seeds_from_zero(10), "xent", weak_rows()});
  }
  for (const char* name :
       {"split-digits", "split-garments", "permuted", "rotated", "split-letters", "split-sounds",
        "split-cells", "blurred", "recoloured", "noisy", "online-digits", "online-garments"}) {
    BenchmarkSpec benchmark{name,        std::string("Tasks in turn: ") + name,
                            "continual", seeds_from_zero(10),
                            "finetune",  {}};
    for (const Effect& one : continual_effects) benchmark.rows.push_back({one.method, one.method});
    spec.benchmarks.push_back(std::move(benchmark));
  }
  spec.claims = {{{"says", "The confidence loss beats plain cross entropy on garments"},
                  {"paper", "arXiv:2312.09390"},
                  {"on", {"garments"}},
                  {"metric", "accuracy"},
                  {"expect", "logconf-alpha=0.5 > xent"}},
                 {{"says", "Replay beats regularisation"},
                  {"paper", ""},
                  {"on", {"split-digits", "permuted"}},
                  {"metric", "average"},
                  {"expect", "ewc < replay"}}};
  spec.outcome = [](const BenchmarkSpec& benchmark, const RowSpec& row, std::size_t seed) {
    // A method that ran out of memory on one benchmark, and one that diverged twice.
    if (benchmark.id == "maps" && row.name == "ensemble") {
      return failed("memory", "fit",
                    "the worker took 4.1 GB of the 4.0 GB that limits.memory allows");
    }
    if (benchmark.id == "rotated" && row.name == "si" && seed < 2) {
      return failed("non_finite", "fit", "the loss became nan in epoch 3");
    }
    return benchmark.family == "continual" ? continual_outcome(benchmark, row, seed)
                                           : weak_outcome(benchmark, row, seed);
  };
  return spec;
}

RunSpec many_cells_run() {
  RunSpec spec;
  spec.name = "many";
  spec.title = "Ten thousand cells";
  spec.suite_text = "[suite]\nname = \"many\"\n";
  spec.families = {{"continual", continual_family()}};
  for (int b = 1; b <= 10; ++b) {
    BenchmarkSpec benchmark{fmt::format("benchmark-{:02}", b),
                            fmt::format("Benchmark {}", b),
                            "continual",
                            seeds_from_zero(20),
                            "method-01",
                            {}};
    for (int m = 1; m <= 50; ++m) {
      const std::string name = fmt::format("method-{:02}", m);
      benchmark.rows.push_back({name, name});
      spec.methods[name] = method_json(name, "continual", "A made-up method", "");
    }
    spec.benchmarks.push_back(std::move(benchmark));
  }
  spec.outcome = [](const BenchmarkSpec& benchmark, const RowSpec& row, std::size_t seed) {
    Json outcome = continual_outcome(benchmark, row, seed);
    outcome["result"]["metrics"]["average"] =
        .6 + .02 * noise(row.name, 0) + .01 * noise(benchmark.id + row.name, seed);
    return outcome;
  };
  return spec;
}

RunSpec planned_run() {
  RunSpec spec = big_run();
  spec.name = "planned";
  spec.title = "Planned, and nothing has run";
  spec.outcome = [](const BenchmarkSpec&, const RowSpec&, std::size_t) { return Json(); };
  spec.benchmarks.resize(2);
  spec.claims.erase(1);
  return spec;
}

}  // namespace assay::reports::test
