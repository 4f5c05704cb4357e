#include "sdk/families/continual/evaluator.h"

#include "sdk/internal/shape_text.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <assay/common/error.h>

#include <algorithm>

namespace assay::continual {
namespace {

// Of one row's inputs at once. Not a share of the cohort's: what a method says of an item may
// depend, in its last bits, on how many stand beside it.
constexpr std::int64_t elements_at_once = std::int64_t{1} << 19;

}  // namespace

Evaluator::Evaluator(const Problem& problem, const Stream& stream, const StreamOptions& options,
                     Run& run)
    : problem_(problem),
      options_(options),
      run_(run),
      test_(stream.test().to(problem.start.theta_KP.device())),
      outputs_TC_(stream.outputs_TC().to(problem.start.theta_KP.device())),
      rows_(problem.rows()),
      tasks_(stream.tasks()),
      each_(test_.largest_count() / stream.tasks()) {}

Tensor Evaluator::all_KN() const {
  return at::arange(tasks_ * each_, at::kLong).expand({rows_, tasks_ * each_});
}

Tensor Evaluator::few_KM(std::int64_t tasks, std::int64_t items) const {
  const std::int64_t each = std::clamp<std::int64_t>(items / tasks_, 1, each_);
  const Tensor first_T1 = at::arange(tasks, at::kLong).mul(each_).unsqueeze(1);
  const Tensor position_M = (first_T1 + at::arange(each, at::kLong)).reshape(-1);
  return position_M.expand({rows_, position_M.size(0)});
}

Tensor Evaluator::scores(const Method* method, const Model& model,
                         const Tensor& position_KM) const {
  const Tensor x = test_.gather(position_KM).to(model.theta_KP.scalar_type());
  if (method == nullptr) return predict_logits(model, Dataset::own(x));
  const Tensor task_KM = options_.test_identity ? position_KM.div(each_, "floor") : Tensor();
  const Tensor scores_KMC = method->predict(model, Query(x, task_KM, problem_.place));
  const std::vector<std::int64_t> expected = {rows_, position_KM.size(1), problem_.outputs()};
  if (!scores_KMC.defined() || scores_KMC.sizes() != at::IntArrayRef(expected)) {
    throw Error(problem_.place + ": predict returned " +
                (scores_KMC.defined() ? shape_text(scores_KMC) : std::string("nothing")) +
                ", expected " + shape_text(at::IntArrayRef(expected)) + " (rows, items, outputs)");
  }
  return scores_KMC;
}

Answers Evaluator::ask(const Method* method, const Model& model, const Tensor& position_KM,
                       const Tensor& seen_C, std::int64_t draw) const {
  const at::NoGradGuard no_record;
  const at::Device device = model.theta_KP.device();
  const std::int64_t items = position_KM.size(1);
  const Tensor order_KM = Streams(run_.seeds(), "assay.query").permutation(items, draw);
  const Tensor shuffled_KM = position_KM.gather(1, order_KM).to(device);
  std::int64_t features = 1;
  for (const std::int64_t size : test_.item_shape()) features *= size;
  const std::int64_t part = std::max<std::int64_t>(elements_at_once / features, 1);

  std::vector<Tensor> answers, identities;
  for (std::int64_t from = 0; from < items; from += part) {
    const Tensor here_KB = shuffled_KM.narrow(1, from, std::min(part, items - from));
    const Tensor scores_KBC = scores(method, model, here_KB).detach();
    const Tensor broken_K = scores_KBC.isnan().flatten(1).any(1).cpu();
    for (std::int64_t row = 0; row < rows_; ++row) {
      if (broken_K[row].item<bool>()) run_.fail_row(row, "predictions are not numbers");
    }
    if (problem_.likelihood == Likelihood::gaussian) {
      answers.push_back(scores_KBC.select(2, 0).to(at::kDouble));
      continue;
    }
    const Tensor own_KBC = outputs_TC_.index({here_KB.div(each_, "floor")});
    const Tensor allowed = problem_.scenario == Scenario::task     ? own_KBC
                           : problem_.scenario == Scenario::domain ? at::ones_like(own_KBC)
                                                                   : seen_C.to(device);
    const auto likeliest = [&](const Tensor& among) {
      return scores_KBC.masked_fill(among.logical_not(), -INFINITY).argmax(2).to(at::kDouble);
    };
    answers.push_back(likeliest(allowed));
    identities.push_back(likeliest(own_KBC));
  }
  const auto in_order = [&](const std::vector<Tensor>& parts) {
    if (parts.empty()) return Tensor();
    const Tensor value_KM = at::cat(parts, 1).cpu();
    return at::empty_like(value_KM).scatter_(1, order_KM, value_KM);
  };
  return {in_order(answers), in_order(identities)};
}

}  // namespace assay::continual
