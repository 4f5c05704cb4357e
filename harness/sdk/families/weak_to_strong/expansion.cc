#include "sdk/families/support/description.h"
#include "sdk/families/weak_to_strong/family.h"
#include "sdk/families/weak_to_strong/protocol.h"
#include "sdk/internal/cohort_size.h"

#include <assay/common/error.h>

namespace assay::weak_to_strong {
namespace {

Json stage(const Json& settings, const std::string& name, const std::string& title, Json inputs,
           double cost) {
  return {{"name", name},
          {"title", title},
          {"settings", stage_settings(settings, name)},
          {"inputs", std::move(inputs)},
          {"cost", cost}};
}

bool has_body(const NetworkSpec& network) {
  return network.arch != "mlp" || network.depth > 0;
}

/// What is wrong with settings that are each valid.
void check(const Settings& settings, const Task& task) {
  if (settings.pretrain) {
    if (!has_body(settings.strong)) {
      throw Error(
          "strong.model.depth is 0, but pretrain needs a body: give the student a hidden layer");
    }
    for (std::size_t i = 0; i < settings.ladder.size(); ++i) {
      if (has_body(settings.ladder[i])) continue;
      throw Error("ladder." + rung_name(static_cast<std::int64_t>(i) + 1) +
                  ".depth is 0, but pretrain needs a body: give the rung a hidden layer");
    }
  }
  if (settings.least_squares && task.likelihood() != Likelihood::gaussian) {
    throw Error(
        "fit is \"least-squares\", but the task has classes: only regression tasks are "
        "fitted in closed form");
  }
}

/// The stages of a benchmark in topological order, and which of them make the models that students
/// of a size start as.
class StageList {
 public:
  StageList(const Json& resolved, const Settings& settings, const Task& task)
      : resolved_(resolved), settings_(settings), task_(task) {}

  /// The inputs of what starts as the student (rung 0) or a rung does.
  Json start(std::int64_t rung) const {
    return settings_.pretrain ? Json::array({pretrained_name(rung)}) : Json::array();
  }

  void add(const std::string& name, const std::string& title, Json inputs, const Network& network,
           std::int64_t items, const Recipe& recipe) {
    stages_.push_back(
        stage(resolved_, name, title, std::move(inputs), training_cost(network, items, recipe)));
  }

  /// What the task makes for its supervisors.
  void add_task_stages() {
    for (const TaskStage& made : task_.stages(settings_.supervisors)) {
      stages_.push_back(to_json(made));
    }
  }

  /// What supervisors from `first` to before `end` read, after `inputs`.
  Json seen_by(std::int64_t first, std::int64_t end, Json inputs) const {
    for (std::int64_t supervisor = first; supervisor < end; ++supervisor) {
      for (const std::string& name : task_.stages_of(supervisor)) inputs.push_back(name);
    }
    return inputs;
  }

  void add_pretrained(std::int64_t rung) {
    if (!settings_.pretrain) return;
    const auto network = network_of(settings_, rung, task_, task_.classes());
    add(pretrained_name(rung),
        rung == 0 ? "pretrained student" : "pretrained rung " + std::to_string(rung), Json::array(),
        *network, settings_.sizes.pretrain, settings_.pretrain->recipe);
  }

  void add_rung(std::int64_t rung) {
    const auto network = network_of(settings_, rung, task_, task_.classes());
    Json inputs = start(rung);
    inputs.push_back(teacher_of(rung));
    add(rung_name(rung), "rung " + std::to_string(rung), std::move(inputs), *network,
        settings_.sizes.transfer, settings_.ladder_recipe);
  }

  Json take() { return std::move(stages_); }

 private:
  const Json& resolved_;
  const Settings& settings_;
  const Task& task_;
  Json stages_ = Json::array();
};

}  // namespace

Json expansion(const Json& resolved) {
  const Settings settings = read_settings(resolved);
  const auto task = settings.make_task();
  check(settings, *task);
  const auto student = network_of(settings, 0, *task, task->classes());
  const auto weak = make_network(settings.weak, task->input_shape(View::weak), task->classes());
  const bool pretrained = settings.pretrain.has_value();
  const auto rungs = static_cast<std::int64_t>(settings.ladder.size());

  StageList stages(resolved, settings, *task);
  for (std::int64_t rung = 0; rung <= rungs; ++rung) stages.add_pretrained(rung);
  stages.add_task_stages();
  stages.add("weak", "weak supervisor", stages.seen_by(0, 1, Json::array()), *weak,
             settings.sizes.labels, settings.weak_recipe);
  if (settings.supervisors > 1) {
    stages.add("ensemble", "further supervisors",
               stages.seen_by(1, settings.supervisors, Json::array({"weak"})), *weak,
               settings.sizes.labels * (settings.supervisors - 1), settings.weak_recipe);
  }
  for (std::int64_t rung = 1; rung <= rungs; ++rung) stages.add_rung(rung);
  stages.add("ceiling", "ceiling", stages.start(0), *student, settings.sizes.transfer,
             settings.ceiling);
  stages.add("few_labels", "student on few labels", stages.start(0), *student,
             settings.sizes.labels, settings.few_labels);

  // Every row is compared with the supervisor and the ceiling, so every row reads both.
  Json references = {{{"id", "weak"}, {"inputs", {"weak", "ceiling"}}},
                     {{"id", "few-labels"}, {"inputs", {"weak", "ceiling", "few_labels"}}}};
  if (settings.supervisors > 1) {
    references.push_back({{"id", "supervisors"}, {"inputs", {"weak", "ceiling", "ensemble"}}});
  }
  if (!task->stages_of(0).empty()) {
    references.push_back(
        {{"id", "judge"}, {"inputs", stages.seen_by(0, 1, Json::array({"weak", "ceiling"}))}});
  }
  for (std::int64_t rung = 1; rung <= rungs; ++rung) {
    references.push_back(
        {{"id", "rung-" + std::to_string(rung)}, {"inputs", {"weak", "ceiling", rung_name(rung)}}});
  }
  const bool decoded = pretrained && task->codes_KCT(settings.pretrain->tasks, Seeds{0}).defined();
  if (decoded) {
    references.push_back(
        {{"id", "pretraining-decoded"}, {"inputs", {"weak", "ceiling", "pretrained"}}});
  }
  if (task->expected_risks()) {
    references.push_back({{"id", "formula"}, {"inputs", Json::array()}});
  }
  references.push_back({{"id", "ceiling"}, {"inputs", {"weak", "ceiling"}}});

  Json method_inputs = stages.start(0);
  method_inputs.push_back("weak");
  method_inputs.push_back("ceiling");
  Json capabilities = {"weak_labels", "validation"};
  capabilities.push_back(task->likelihood() == Likelihood::gaussian ? "gaussian" : "categorical");
  if (pretrained) capabilities.push_back("pretrained");
  if (settings.supervisors > 1) {
    method_inputs.push_back("ensemble");
    capabilities.push_back("ensemble");
  }
  for (std::int64_t rung = 1; rung <= rungs; ++rung) {
    for (const Json& input : stages.start(rung)) method_inputs.push_back(input);
    method_inputs.push_back(rung_name(rung));
  }
  if (rungs > 0) capabilities.push_back("ladder");
  const std::int64_t parameters = student->layout().size();
  return {{"stages", stages.take()},
          {"references", std::move(references)},
          {"method",
           {{"inputs", std::move(method_inputs)},
            {"cost", training_cost(*student, settings.sizes.transfer, settings.train)}}},
          {"capabilities", std::move(capabilities)},
          {"parameters", parameters},
          {"batch", settings.train.batch},
          {"cohort", largest_cohort(parameters)},
          {"data", task->data_versions()},
          {"data_files", task->data_files()}};
}

}  // namespace assay::weak_to_strong
