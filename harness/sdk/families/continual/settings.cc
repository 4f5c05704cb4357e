#include "sdk/families/continual/settings.h"

#include "sdk/families/continual/task.h"
#include "sdk/internal/settings.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

#include <sstream>

namespace assay::continual {
namespace {

Recipe task_defaults() {
  Recipe recipe;
  recipe.epochs = 1;
  recipe.steps = 200;
  recipe.batch = 128;
  recipe.schedule = "constant";
  return recipe;
}

ParameterSpec task_spec() {
  std::vector<VariantSpec> variants;
  for (const TaskInfo& task : tasks()) variants.push_back({task.id, task.summary, task.parameters});
  return variant("task", "use", std::move(variants)).help("the data");
}

/// "1, 10, 1e3" as numbers.
std::vector<double> read_grid(const std::string& text) {
  std::vector<double> values;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    std::size_t used = 0;
    double value = 0;
    try {
      value = std::stod(part, &used);
    } catch (const std::exception&) {
      used = 0;
    }
    if (used == 0 || part.find_first_not_of(" ", used) != std::string::npos) {
      throw Error("tuning.grid is '" + text + "': write numbers with commas between them");
    }
    values.push_back(value);
  }
  return values;
}

Tuning read_tuning(const Json& json, std::int64_t tasks) {
  Tuning tuning{json.at("policy"), json.at("parameter"), read_grid(json.at("grid")),
                json.at("tasks")};
  if (tuning.policy == "fixed") return tuning;
  if (tuning.parameter.empty() || tuning.grid.empty()) {
    throw Error("tuning.policy '" + tuning.policy +
                "' needs tuning.parameter, the name of a method's parameter, and tuning.grid");
  }
  if (tuning.tasks > tasks) {
    throw Error("tuning.tasks is " + std::to_string(tuning.tasks) + ", but the stream has " +
                std::to_string(tasks));
  }
  return tuning;
}

}  // namespace

std::vector<ParameterSpec> setting_specs() {
  return {
      task_spec(),
      text("scenario", "class")
          .one_of({"task", "domain", "class"})
          .help("task: which task an item is of is known; domain: it is not, and outputs mean the "
                "same in "
                "every task; class: it is not, and every task has classes of its own"),
      network_setting("model").help("the network; its outputs are the stream's"),
      table("train", recipe_settings(task_defaults()))
          .help("how each task is trained on; the optimizer starts anew for each"),
      boolean("boundaries", true)
          .help("whether methods are told where tasks begin and end, and which one they train on"),
      table("monitor", {integer("every", 20).at_least(0).help("steps between two looks; 0: none"),
                        integer("items", 500).at_least(1).help("test items, over all tasks")})
          .help(
              "looks at accuracy while training, for min_acc; not counted among a method's costs"),
      table("tuning",
            {text("policy", "fixed")
                 .one_of({"fixed", "first-k-tasks", "oracle-grid"})
                 .help("fixed: as the suite says; first-k-tasks: by validation items of the first "
                       "tasks; oracle-grid: by the test items at the end, ranked apart"),
             text("parameter", "").help("which parameter of the methods that have it"),
             text("grid", "").help("candidates, \"1, 10, 100\""),
             integer("tasks", 2)
                 .at_least(2)
                 .help("k of first-k-tasks: one task has nothing to forget")})
          .help("how a method's strength is chosen"),
  };
}

Settings read_settings(const Json& resolved) {
  Settings settings;
  settings.task = resolved.at("task");
  settings.scenario_name = resolved.at("scenario").get<std::string>();
  settings.scenario = settings.scenario_name == "task"     ? Scenario::task
                      : settings.scenario_name == "domain" ? Scenario::domain
                                                           : Scenario::class_;
  settings.model = network_spec(resolved.at("model"));
  settings.train = recipe_from(resolved.at("train"));
  settings.boundaries = resolved.at("boundaries").get<bool>();
  settings.options.train_identity = settings.boundaries || settings.scenario == Scenario::task;
  settings.options.test_identity = settings.scenario == Scenario::task;
  settings.options.monitor_every = resolved.at("monitor").at("every").get<std::int64_t>();
  settings.options.monitor_items = resolved.at("monitor").at("items").get<std::int64_t>();
  settings.tuning = read_tuning(resolved.at("tuning"), settings.make_stream({0})->tasks());
  return settings;
}

std::unique_ptr<Stream> Settings::make_stream(const Seeds& seeds) const {
  return find_task(task.at("use").get<std::string>()).make(task, scenario, seeds);
}

Problem make_problem(const Settings& settings, const Stream& stream, const Seeds& seeds,
                     const std::string& method, at::Device device) {
  Problem problem;
  problem.scenario = settings.scenario;
  problem.likelihood = stream.likelihood();
  problem.tasks = stream.tasks();
  problem.boundaries = settings.boundaries;
  problem.recipe = settings.train;
  problem.item_shape = stream.input_shape();
  problem.place = method + " in the scenario " + settings.scenario_name;
  problem.start.network = make_network(settings.model, problem.item_shape, stream.outputs());
  const Layout& layout = problem.start.network->layout();
  // Numbers are learned from the prior's mean on, in double: their closed forms are exact.
  problem.start.theta_KP =
      problem.likelihood == Likelihood::gaussian
          ? at::zeros({static_cast<std::int64_t>(seeds.size()), layout.size()}, at::kDouble)
          : initial_parameters(layout, Streams(seeds, "assay.start"));
  problem.start.theta_KP = problem.start.theta_KP.to(device);
  return problem;
}

}  // namespace assay::continual
