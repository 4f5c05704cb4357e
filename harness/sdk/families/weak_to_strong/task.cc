#include "sdk/families/weak_to_strong/task.h"

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
                                            subspace()};
  return all;
}

std::unique_ptr<Task> make_task(const Json& settings, const Sizes& sizes, std::int64_t weak_view) {
  const auto use = settings.at("use").get<std::string>();
  for (const TaskInfo& task : tasks()) {
    if (task.id == use) return task.make(settings, sizes, weak_view);
  }
  throw Error("weak_to_strong has no task '" + use + "'");
}

}  // namespace assay::weak_to_strong
