#include "plain.h"

#include <torch/csrc/autograd/autograd.h>

namespace assay::continual::test {

Tensor PlainStep::outputs_at(const PlainSample& sample, const Tensor& theta) const {
  const Network& network = *problem->start.network;
  return network
      .forward(ParameterView(network.layout(), theta.unsqueeze(0)), sample.x_F.view({1, 1, -1}), {})
      .logits_KBC[0][0];
}

std::pair<std::int64_t, std::int64_t> PlainStep::range(std::int64_t of_task) const {
  switch (problem->scenario) {
    case Scenario::task:
      return {2 * of_task, 2 * of_task + 2};
    case Scenario::class_:
      return {0, 2 * task + 2};
    case Scenario::domain:
      return {0, 2};
  }
  return {};
}

Tensor PlainStep::loss(const PlainSample& sample) const {
  const auto [first, last] = range(sample.task);
  return -outputs(sample).slice(0, first, last).log_softmax(0)[sample.label - first];
}

Tensor PlainStep::mean_loss(const std::vector<PlainSample>& samples) const {
  Tensor sum = at::zeros({}, at::kDouble);
  for (const PlainSample& sample : samples) sum = sum + loss(sample);
  return sum / static_cast<double>(samples.size());
}

Tensor PlainStep::gradient(const Tensor& value) const {
  return torch::autograd::grad({value}, {theta_P}, {}, /*retain_graph=*/true)[0];
}

Tensor plain_stream(const Problem& problem, const TensorStream& stream, std::int64_t row,
                    PlainMethod method) {
  Tensor theta_P = problem.start.theta_KP[row].detach().clone();
  PlainStep step;
  step.problem = &problem;
  step.row = row;
  for (step.task = 0; step.task < stream.tasks(); ++step.task) {
    const Items items = stream.training({step.task});
    step.batch.clear();
    for (std::int64_t n = 0; n < items.data.count(row); ++n) {
      step.batch.push_back({items.data.slice(n, n + 1)[row][0],
                            {},
                            items.label_KN[row][n].item<std::int64_t>(),
                            step.task});
    }
    for (std::int64_t epoch = 0; epoch < problem.recipe.epochs; ++epoch) {
      step.theta_P = theta_P.detach().clone().requires_grad_(true);
      const Tensor loss = method.loss ? method.loss(step) : step.mean_loss(step.batch);
      const Tensor own = step.gradient(loss);
      const Tensor gradient = method.edit ? method.edit(step, own) : own;
      const Tensor before = theta_P.clone();
      theta_P = theta_P - problem.recipe.lr * gradient;
      step.theta_P = theta_P.detach().clone().requires_grad_(true);
      if (method.after_step) method.after_step(step, before, own);
    }
    if (method.end_task) method.end_task(step);
  }
  return theta_P;
}

}  // namespace assay::continual::test
