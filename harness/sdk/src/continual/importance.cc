#include "sdk/internal/sample_parts.h"
#include "sdk/internal/shape_text.h"

#include <assay/common/error.h>
#include <assay/continual/importance.h>

#include <ATen/ATen.h>

namespace assay::continual {

FisherLabel fisher_label(const std::string& estimator) {
  if (estimator == "exact") return FisherLabel::expected;
  if (estimator == "sampled") return FisherLabel::sampled;
  if (estimator == "argmax") return FisherLabel::likeliest;
  if (estimator == "true") return FisherLabel::given;
  throw Error("estimator: \"" + estimator + "\" is none of exact, sampled, argmax, true");
}

namespace {

// The first `samples` of a random order of each row's items; rows with fewer have all of theirs.
Task some_of(const Task& task, std::int64_t samples, const Run& run) {
  const std::int64_t rows = task.data.rows();
  const Streams streams(run.seeds(), "assay.fisher-samples");
  Tensor place_KM = at::full({rows, samples}, -1, at::kLong);
  for (std::int64_t row = 0; row < rows; ++row) {
    const Tensor order = streams.permutation_of_row(row, task.data.count(row), task.index);
    const std::int64_t taken = std::min(samples, order.size(0));
    place_KM[row].slice(0, 0, taken).copy_(order.slice(0, 0, taken));
  }
  const Tensor place = place_KM.to(task.label_KN.device()), safe = place.clamp_min(0);
  const Tensor slot_KM = at::where(place_KM.lt(0), place_KM, at::arange(samples, at::kLong));
  Task some = task;
  some.data = Dataset::own(task.data.gather(safe), slot_KM.to(place.device()));
  some.label_KN = task.label_KN.gather(1, safe);
  return some;
}

}  // namespace

Tensor task_fisher(const Model& model, const Task& task, Likelihood likelihood, FisherLabel label,
                   std::int64_t samples, Run& run) {
  FisherOptions options = label;
  options.likelihood = likelihood;
  options.allowed_C = task.outputs_C;
  options.draw = task.index;
  if (samples <= 0 || samples >= task.data.largest_count()) {
    return diagonal_fisher(model, task.data, options, run, task.label_KN);
  }
  const Task some = some_of(task, samples, run);
  return diagonal_fisher(model, some.data, options, run, some.label_KN);
}

Tensor output_sensitivity(const Model& model, const Dataset& data, const Tensor& allowed_C,
                          Run& run) {
  if (data.rows() != model.rows() || run.rows() != model.rows() ||
      (allowed_C.defined() && allowed_C.sizes() != at::IntArrayRef({model.network->classes()}))) {
    throw Error(
        "output_sensitivity: the model has " + std::to_string(model.rows()) + " rows and " +
        std::to_string(model.network->classes()) + " outputs, the data set " +
        std::to_string(data.rows()) + " rows, the run " + std::to_string(run.rows()) +
        (allowed_C.defined() ? ", and the outputs allowed are " + shape_text(allowed_C) : ""));
  }
  const Tensor mean_KP = mean_over_samples(
      model, data, sum_of_absolute_gradients,
      [&](const SamplePart& part, const AddDerivative& add) {
        const Tensor dlogits_KBC = part.logits_KBC * 2;  // of the squared norm
        add(allowed_C.defined() ? dlogits_KBC * allowed_C.to(dlogits_KBC.options()) : dlogits_KBC);
      });
  for (std::int64_t row = 0; row < data.rows(); ++row) {
    run.costs(row).gradient_samples += data.count(row);
    run.costs(row).flops +=
        4 * model.network->forward_flops() * static_cast<double>(data.count(row));
  }
  return mean_KP;
}

void PathIntegral::begin(const Tensor& theta_KP) {
  begin_KP_ = theta_KP.detach().clone();
  way_KP_ = at::zeros_like(begin_KP_);
}

void PathIntegral::before_step(const Tensor& theta_AP, const Tensor& gradient_AP) {
  if (!before_AP_.defined() || before_AP_.sizes() != theta_AP.sizes()) {
    before_AP_ = at::empty_like(theta_AP);
    gradient_AP_ = at::empty_like(theta_AP);
  }
  before_AP_.copy_(theta_AP);
  gradient_AP_.copy_(gradient_AP);
}

void PathIntegral::after_step(const assay::Batch& batch, const Tensor& theta_AP) {
  const Tensor gain_AP = before_AP_.sub_(theta_AP).mul_(gradient_AP_);
  if (batch.rows_A.size(0) == batch.cohort_rows) {
    way_KP_.add_(gain_AP);
  } else {
    way_KP_.index_add_(0, batch.rows_A, gain_AP);
  }
}

Tensor PathIntegral::importance(const Tensor& theta_KP, double xi) const {
  return way_KP_.clamp_min(0) / ((theta_KP - begin_KP_).square() + xi);
}

void PathIntegral::state(State& state) {
  state("way", way_KP_);
  state("begin", begin_KP_);
}

}  // namespace assay::continual
