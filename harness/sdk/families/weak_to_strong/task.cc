#include "sdk/families/weak_to_strong/task.h"

#include "sdk/families/weak_to_strong/tasks/debated_glyphs.h"
#include "sdk/families/weak_to_strong/tasks/fashion_mnist.h"
#include "sdk/families/weak_to_strong/tasks/gaussian_regression.h"
#include "sdk/families/weak_to_strong/tasks/latent_tasks.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

namespace assay::weak_to_strong {

const char* name_of(Split split) {
  switch (split) {
    case Split::pretrain:
      return "pretrain";
    case Split::labels:
      return "labels";
    case Split::transfer:
      return "transfer";
    case Split::validation:
      return "validation";
    case Split::test:
      return "test";
  }
  return "";
}

Tensor counted_items_KN(std::int64_t items, const Seeds& seeds) {
  const auto rows = static_cast<std::int64_t>(seeds.size());
  return at::arange(items, at::kLong).unsqueeze(0).expand({rows, items}).contiguous();
}

std::int64_t Sizes::of(Split split) const {
  switch (split) {
    case Split::pretrain:
      return pretrain;
    case Split::labels:
      return labels;
    case Split::transfer:
      return transfer;
    case Split::validation:
      return validation;
    case Split::test:
      return test;
  }
  return 0;
}

const std::vector<TaskInfo>& tasks() {
  static const std::vector<TaskInfo> all = {fashion_mnist(), latent_tasks(), linear_gaussian(),
                                            subspace(), debated_glyphs()};
  return all;
}

Dataset Task::weak_inputs(Split split, std::int64_t, const Place& place) const {
  return inputs(split, View::weak, place.seeds);
}

std::vector<TaskStage> Task::stages(std::int64_t) const {
  return {};
}

std::vector<std::string> Task::stages_of(std::int64_t) const {
  return {};
}

StageResult Task::run_stage(const std::string& name, const Place&, Run&) const {
  throw Error("weak_to_strong has no stage '" + name + "'");
}

namespace {

const TaskInfo& task_info(const Json& settings) {
  const auto use = settings.at("use").get<std::string>();
  for (const TaskInfo& task : tasks()) {
    if (task.id == use) return task;
  }
  throw Error("weak_to_strong has no task '" + use + "'");
}

}  // namespace

std::unique_ptr<Task> make_task(const Json& settings, const Sizes& sizes, std::int64_t weak_view) {
  return task_info(settings).make(settings, sizes, weak_view);
}

Json seen_settings(const Json& settings, View view) {
  const TaskInfo& task = task_info(settings);
  return task.seen == nullptr ? settings : task.seen(settings, view);
}

}  // namespace assay::weak_to_strong
