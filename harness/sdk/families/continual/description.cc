#include "sdk/families/support/description.h"

#include "sdk/families/continual/family.h"
#include "sdk/families/continual/settings.h"
#include "sdk/families/continual/task.h"
#include "sdk/internal/cohort_size.h"

#include <assay/common/error.h>

namespace assay::continual {
namespace {

Json metrics() {
  const Json share = {0, 1}, difference = {-1, 1};
  Json acc =
      metric("acc", "ACC", "max", nullptr,
             "accuracy at the end of the stream, mean over the tasks, scored as the scenario "
             "says; of numbers R^2");
  acc["primary"] = true;
  return {
      acc,
      metric("aia", "AIA", "max", nullptr,
             "average incremental accuracy: after each task the mean over the tasks so far, mean "
             "over the stream"),
      metric("la", "LA", "max", nullptr,
             "learning accuracy: on each task right after it was learned"),
      metric("bwt", "BWT", "max", nullptr,
             "backward transfer: accuracy at the end minus learning accuracy, mean over all tasks "
             "but the last"),
      metric("fwt", "FWT", "max", nullptr,
             "forward transfer: accuracy on a task before it is learned minus the untrained "
             "network's; only where outputs mean the same in every task"),
      metric("forgetting", "Forgetting", "min", nullptr,
             "the best accuracy that a task had before the last one minus that at the end"),
      metric("min_acc", "Min ACC", "max", nullptr,
             "the lowest accuracy on a task at any look after it was learned, mean over the tasks "
             "(De Lange et al. 2023)"),
      metric("acc_task_identity", "ACC, task known", "max", share,
             "class scenario: accuracy at the end where the answer is one of the task's classes"),
      metric("posterior_distance", "Distance to the posterior", "min", nullptr,
             "|theta - m| / |m|, m the exact posterior mean after all tasks"),
      metric("strength", "Strength", "none", nullptr, "the value that tuning has chosen"),
      metric("stored_bytes", "Stored bytes", "min", nullptr,
             "memory kept between steps: buffers, snapshots, importances, past data"),
      metric("flops_share", "FLOPs", "min", nullptr,
             "floating-point operations as a multiple of plain training's, tuning included"),
  };
}

}  // namespace

Json description() {
  return {
      {"id", "continual"},
      {"title", "Continual learning"},
      {"summary",
       "Tasks arrive one after the other. How much of what was learned before is kept, and at "
       "what cost? (van de Ven and Tolias 2019, arXiv:1904.07734)"},
      {"settings", to_json(setting_specs())},
      {"references", {reference("untrained", "untrained", "the network as every method starts")}},
      {"metrics", metrics()},
      {"apart", {{"all_tasks", "sees all tasks at once"}}},
      {"panel_curves", {"accuracy.", "identity.", "training.", "average"}},
      {"tasks", task_list(tasks())}};
}

Json expansion(const Json& resolved) {
  const Settings settings = read_settings(resolved);
  const TaskInfo& task = find_task(settings.task.at("use").get<std::string>());
  const auto stream = settings.make_stream({0});
  if (stream->likelihood() == Likelihood::gaussian &&
      !(settings.model.arch == "mlp" && settings.model.depth == 0)) {
    throw Error(
        "task linear_gaussian has a closed form for a linear network alone: write "
        "model = { arch = \"mlp\", depth = 0 }");
  }
  const auto network = make_network(settings.model, stream->input_shape(), stream->outputs());
  const bool categorical = stream->likelihood() == Likelihood::categorical;
  Json capabilities = {"all_tasks", "past_tasks", categorical ? "categorical" : "gaussian"};
  if (settings.boundaries) capabilities.push_back("task_boundaries");
  if (settings.options.train_identity) capabilities.push_back("train_identity");
  if (settings.options.test_identity) capabilities.push_back("test_identity");
  const double candidates =
      settings.tuning.policy == "fixed" ? 0 : static_cast<double>(settings.tuning.grid.size());
  const double items = settings.task.at("train").get<double>();
  const double cost = training_cost(*network, static_cast<std::int64_t>(items), settings.train) *
                      static_cast<double>(stream->tasks());
  Json answer = {{"stages", Json::array()},
                 {"references", {{{"id", "untrained"}, {"inputs", Json::array()}}}},
                 {"method", {{"inputs", Json::array()}, {"cost", cost * (1 + candidates)}}},
                 {"capabilities", std::move(capabilities)},
                 {"parameters", network->layout().size()},
                 {"batch", settings.train.batch},
                 {"cohort", largest_cohort(network->layout().size())},
                 {"data", task.data_versions()},
                 {"data_files", task.data_files()}};
  if (settings.tuning.policy != "fixed") {
    answer["set_parameters"] = {{settings.tuning.parameter,
                                 {{"by", "tuning.parameter"},
                                  {"values_by", "tuning.grid"},
                                  {"values", settings.tuning.grid}}}};
  }
  if (settings.tuning.policy == "oracle-grid") {
    answer["apart_parameters"] = {{settings.tuning.parameter, "strength chosen on test data"}};
  }
  return answer;
}

// Seconds at most, and every part of the protocol; no data set is needed.
Json Continual::smoke_settings() const {
  return {{"task", {{"use", "gaussian_classes"}}},
          {"scenario", "task"},
          {"model", {{"arch", "mlp"}, {"width", 16}, {"depth", 1}}},
          {"train", {{"steps", 20}, {"batch", 32}, {"lr", 1e-2}}},
          {"monitor", {{"every", 5}, {"items", 30}}}};
}

std::vector<RowOutcome> Continual::run_stage(const StageJob& job, Run&) const {
  throw Error("continual has no stage '" + job.stage + "'");
}

}  // namespace assay::continual
