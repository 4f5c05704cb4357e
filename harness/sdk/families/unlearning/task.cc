#include "sdk/families/unlearning/task.h"

#include "sdk/families/unlearning/tasks/tasks.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

namespace assay::unlearning {

const std::vector<TaskInfo>& tasks() {
  static const std::vector<TaskInfo> all = {convex(),       fashion_mnist(),        klom_mini(),
                                            npo_gaussian(), orthonormal_logistic(), tofu_mini()};
  return all;
}

std::unique_ptr<Task> make_task(const Json& settings) {
  const auto use = settings.at("use").get<std::string>();
  for (const TaskInfo& task : tasks()) {
    if (task.id == use) return task.make(settings);
  }
  throw Error("unlearning has no task '" + use + "'");
}

Solution Solution::of_all(const Tensor& theta_KP, std::int64_t samples) {
  return {theta_KP, at::full({theta_KP.size(0)}, samples, at::kLong),
          at::ones({theta_KP.size(0)}, at::kBool)};
}

Items joined(const Items& from, const Items& to) {
  return {from.pool, at::cat({from.place_SN, to.place_SN}, 1),
          at::cat({from.label_SN, to.label_SN}, 1), at::cat({from.id_SN, to.id_SN}, 1)};
}

Items repeated(const Items& items, std::int64_t each) {
  if (each == 1) return items;
  const auto rows = [&](const Tensor& value_SN) { return value_SN.repeat_interleave(each, 0); };
  return {items.pool, rows(items.place_SN), rows(items.label_SN), rows(items.id_SN)};
}

Tensor inputs_of(const Items& items, at::ScalarType type) {
  std::vector<std::int64_t> shape = items.place_SN.sizes().vec();
  shape.insert(shape.end(), items.pool.sizes().begin() + 1, items.pool.sizes().end());
  return items.pool.index_select(0, items.place_SN.reshape(-1)).view(shape).to(type);
}

Items generated(const std::vector<Tensor>& x_S, const std::vector<Tensor>& label_S,
                std::int64_t first, std::int64_t count, std::int64_t first_id) {
  std::vector<Tensor> places, labels, ids;
  std::int64_t before = 0;
  for (std::size_t seed = 0; seed < x_S.size(); ++seed) {
    places.push_back(at::arange(before + first, before + first + count, at::kLong));
    labels.push_back(label_S[seed].slice(0, first, first + count));
    ids.push_back(at::arange(first_id + first, first_id + first + count, at::kLong));
    before += x_S[seed].size(0);
  }
  return {at::cat(x_S), at::stack(places), at::stack(labels), at::stack(ids)};
}

void reject_model(const std::optional<NetworkSpec>& model, const char* task) {
  if (model) {
    throw Error(std::string("model: the task ") + task +
                " has a network of its own, leave the setting out");
  }
}

const NetworkSpec& require_model(const std::optional<NetworkSpec>& model, const char* task) {
  if (!model) {
    throw Error(std::string("model is missing: the task ") + task +
                " trains the network that it names");
  }
  return *model;
}

}  // namespace assay::unlearning
