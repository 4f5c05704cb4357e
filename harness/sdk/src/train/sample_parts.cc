#include "sdk/internal/sample_parts.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <algorithm>
#include <vector>

namespace assay {
namespace {

constexpr std::int64_t samples_at_once = 2048;  // over all rows

}  // namespace

Tensor mean_over_samples(const Model& model, const Dataset& data, const PartSum& sum,
                         const std::function<void(const SamplePart&, const AddDerivative&)>& use) {
  const at::NoGradGuard no_record;
  const std::int64_t rows = model.rows(), items = data.largest_count();
  const Model at{model.network, model.theta_KP.detach().contiguous()};
  const at::TensorOptions options = at.theta_KP.options();
  const ParameterView parameters(at.network->layout(), at.theta_KP);
  std::vector<double> counts;
  for (std::int64_t row = 0; row < rows; ++row) {
    counts.push_back(static_cast<double>(data.count(row)));
  }
  const Tensor count_K1 = at::tensor(counts, at::kDouble).unsqueeze(1).to(options.device());
  Tensor sum_KP = at::zeros_like(at.theta_KP);
  const std::int64_t step =
      std::max<std::int64_t>(samples_at_once / std::max<std::int64_t>(rows, 1), 1);
  SamplePart part;
  for (part.from = 0; part.from < items; part.from = part.to) {
    part.to = std::min(part.from + step, items);
    part.past_KB = at::arange(part.from, part.to, count_K1.options()).unsqueeze(0).ge(count_K1);
    // Filled, not multiplied: what lies past a row's end may be anything, also not finite.
    part.x = data.slice(part.from, part.to).to(options.dtype());
    std::vector<std::int64_t> shape(static_cast<std::size_t>(part.x.dim()), 1);
    shape[0] = rows, shape[1] = part.to - part.from;
    part.x = part.x.masked_fill(part.past_KB.view(shape), 0);
    part.logits_KBC = at.network->forward(parameters, part.x, {}).logits_KBC;
    use(part, [&](const Tensor& dlogits_KBC) {
      sum_KP.add_(sum(at, part.x, dlogits_KBC.masked_fill(part.past_KB.unsqueeze(2), 0)));
    });
  }
  return sum_KP / count_K1.clamp_min(1).to(options.dtype());
}

}  // namespace assay
