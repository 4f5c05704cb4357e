// Runs of families whose panels need curves of their own.
#include "written_runs.h"

#include <algorithm>
#include <cmath>

namespace assay::reports::test {

namespace {

constexpr int tasks = 5;

Json stream_family() {
  Json acc = metric_json("acc", "Average accuracy", "max", {0, 1}, "mean over tasks at the end");
  acc["primary"] = true;
  Json made = family_json(
      "continual", "Continual learning", Json::array(),
      {acc, metric_json("la", "Learning accuracy", "max", {0, 1}, "of each task when learned"),
       metric_json("bwt", "Backward transfer", "max", {-1, 1}, "change since each was learned"),
       metric_json("stored_bytes", "Stored bytes", "min", nullptr, "kept besides the model")});
  made["apart"] = {{"all_tasks", "sees all tasks at once"}};
  made["panel_curves"] = {"accuracy.", "identity.", "training.", "average"};
  return made;
}

// R[i][j]: learned to .95 less some points a task, and lost at a rate of its own after that.
double accuracy_of(const std::string& method, int after, int task, std::size_t seed) {
  const double noise = .01 * static_cast<double>(seed);
  if (after < task) return method == "joint" ? .9 : 0;
  const double lost = method == "naive" ? .9 : method == "ewc" ? .15 : .02;
  return std::max(0.0, .95 - noise - lost * (after - task));
}

Json stream_outcome(const RowSpec& row, std::size_t seed) {
  Json curves = Json::object();
  double acc = 0, la = 0, bwt = 0;
  for (int task = 1; task <= tasks; ++task) {
    const std::string name = ".task" + std::to_string(task);
    for (int after = 1; after <= tasks; ++after) {
      curves["accuracy" + name].push_back({after, accuracy_of(row.name, after, task, seed)});
      curves["identity" + name].push_back(
          {after, .5 + .5 * accuracy_of(row.name, after, task, seed)});
    }
    for (int step = 0; step < 200; ++step)
      curves["training" + name].push_back({10 * step, step / 200.0});
    const double end = accuracy_of(row.name, tasks, task, seed);
    const double learned = accuracy_of(row.name, task, task, seed);
    acc += end / tasks;
    la += learned / tasks;
    if (task < tasks) bwt += (end - learned) / (tasks - 1);
  }
  for (int after = 1; after <= tasks; ++after) {
    double sum = 0;
    for (int task = 1; task <= after; ++task) sum += accuracy_of(row.name, after, task, seed);
    curves["average"].push_back({after, sum / after});
  }
  curves["loss"] = {{1, 2.0}, {2, 1.5}, {3, 1.0}};
  const double stored = row.name == "er" ? 784000 : row.name == "ewc" ? 712000 : 0;
  return done({{"acc", acc}, {"la", la}, {"bwt", bwt}, {"stored_bytes", stored}}, curves);
}

Json forget_family() {
  Json tow = metric_json("tow", "Tug of war", "max", {0, 1}, "product of closeness on three sets");
  Json distance = metric_json("distance", "Distance left", "min", nullptr, "to the optimum");
  tow["primary"] = distance["primary"] = true;
  Json made = family_json(
      "unlearning", "Unlearning",
      {reference_json("retrained", "retrained", "trained without the forget set"),
       reference_json("floor", "floor", "fresh retrained models")},
      {tow, metric_json("forget_accuracy", "Forget accuracy", "none", {0, 1}, "on the forget set"),
       metric_json("retain_accuracy", "Retain accuracy", "max", {0, 1}, "on the retain set"),
       distance});
  made["apart"] = {{"oracles", "uses retrained models"}};
  made["panel_curves"] = {"trajectory.", "klom.", "attack."};
  return made;
}

Json forget_outcome(const BenchmarkSpec& benchmark, const RowSpec& row, std::size_t seed) {
  const double size = static_cast<double>(seed);
  if (benchmark.id == "ridge") {
    return done({{"distance", (row.name == "newton" ? 1e-9 : .3) * (1 + .1 * size)}});
  }
  const bool reference = row.reference;
  Json curves = Json::object();
  for (int epoch = 0; epoch <= 4 && !reference; ++epoch) {
    curves["trajectory.forget"].push_back({epoch, 1 - .05 * epoch - .002 * size});
    curves["trajectory.retain"].push_back({epoch, .98 - (row.name == "ascent" ? .1 : .01) * epoch});
    curves["trajectory.holdout"].push_back({epoch, .9 - .01 * epoch});
  }
  const double far = row.use == "floor" ? .2 : row.use == "retrained" ? .25 : 2;
  for (const char* set : {"klom.forget", "klom.retain", "klom.holdout"}) {
    for (int percentile = 0; percentile <= 100; percentile += 5) {
      curves[set].push_back({percentile, far * percentile / 50.0 + .01 * size});
    }
  }
  for (const char* attack : {"attack.loss", "attack.entropy", "attack.rmia"}) {
    for (int rate = 0; rate <= 1000; rate += 10) {
      const double share = rate / 1000.0;
      curves[attack].push_back({rate, reference ? share : std::sqrt(share)});
    }
  }
  return done({{"tow", reference ? 1 : .8 - .01 * size},
               {"forget_accuracy", reference ? .85 : .9},
               {"retain_accuracy", .97 - .001 * size}},
              curves);
}

}  // namespace

RunSpec stream_run() {
  RunSpec spec;
  spec.name = "stream";
  spec.title = "Five tasks in turn";
  spec.suite_text = "[suite]\nname = \"stream\"\n";
  spec.families = {{"continual", stream_family()}};
  BenchmarkSpec benchmark{"split-class",   "Split, classes", "continual",
                          {0, 1, 2, 3, 4}, "naive",          {}};
  for (const char* name : {"naive", "ewc", "er", "joint"}) {
    benchmark.rows.push_back({name, name});
    spec.methods[name] = method_json(name, "continual", "A made-up method", "");
  }
  spec.methods["joint"]["needs"] = {"all_tasks"};
  spec.benchmarks = {benchmark};
  spec.published = {{{"on", {"split-class"}},
                     {"method", "ewc"},
                     {"metric", "acc"},
                     {"value", .5},
                     {"source", "a paper"},
                     {"setting", "a wider network"}}};
  spec.outcome = [](const BenchmarkSpec&, const RowSpec& row, std::size_t seed) {
    return stream_outcome(row, seed);
  };
  return spec;
}

RunSpec forget_run() {
  RunSpec spec;
  spec.name = "forget";
  spec.title = "Forgetting a tenth";
  spec.suite_text = "[suite]\nname = \"forget\"\n";
  spec.families = {{"unlearning", forget_family()}};
  for (const char* name : {"finetune", "ascent", "matching", "newton"}) {
    spec.methods[name] = method_json(name, "unlearning", "A made-up method", "");
  }
  spec.methods["matching"]["needs"] = {"oracles"};
  const RowSpec retrained{"retrained", "retrained", true}, floor{"floor", "floor", true};
  spec.benchmarks = {{"random",
                      "A random tenth",
                      "unlearning",
                      {0, 1, 2, 3, 4},
                      "finetune",
                      {{"finetune", "finetune"},
                       {"ascent", "ascent"},
                       {"matching", "matching"},
                       retrained,
                       floor}},
                     {"ridge",
                      "Ridge regression",
                      "unlearning",
                      {0, 1, 2, 3, 4},
                      "finetune",
                      {{"finetune", "finetune"}, {"newton", "newton"}}}};
  spec.outcome = forget_outcome;
  return spec;
}

}  // namespace assay::reports::test
