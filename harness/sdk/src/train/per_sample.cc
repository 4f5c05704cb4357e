#include "sdk/internal/direct_pass.h"
#include "sdk/internal/shape_text.h"

#include <assay/common/error.h>
#include <assay/per_sample.h>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>
#include <algorithm>
#include <string>

namespace assay {
namespace {

constexpr std::int64_t samples_at_once = 2048;  // over all rows

// The gradients [B, P] of a cohort that has one sample in each row, by its logits' derivatives [B,
// 1, C].
Tensor gradients_of_rows(const Network& network, const Tensor& theta_BP, const Tensor& x_B1F,
                         const std::function<Tensor(const Tensor&)>& dlogits_of) {
  if (const auto direct = network.direct_pass(theta_BP); direct && direct->fits(1)) {
    const Tensor x = x_B1F.contiguous();
    const Outputs outputs = direct->forward(theta_BP, x, false, /*keep=*/true);
    const Tensor dlogits = dlogits_of(outputs.logits_KBC).contiguous();
    Tensor gradient_BP = at::empty(theta_BP.sizes(), theta_BP.options());
    direct->backward(theta_BP, x, dlogits, {}, gradient_BP);
    return gradient_BP;
  }
  const at::AutoGradMode record(true);
  const Tensor leaf_BP = theta_BP.contiguous().detach().requires_grad_(true);
  const Outputs outputs = network.forward(ParameterView(network.layout(), leaf_BP), x_B1F, {});
  const Tensor dlogits = dlogits_of(outputs.logits_KBC.detach());
  return torch::autograd::grad({outputs.logits_KBC}, {leaf_BP}, {dlogits})[0];
}

// By way of the samples' gradients, so many at a time that they take about 64 MB: for networks
// whose pass cannot do better.
Tensor plain_sum_of_squares(const Model& model, const Tensor& x, const Tensor& dlogits_KBC) {
  constexpr std::int64_t elements_at_once = 16'000'000;
  const std::int64_t parameters = std::max<std::int64_t>(model.theta_KP.size(1), 1);
  const std::int64_t at_once = std::max<std::int64_t>(elements_at_once / parameters, 1);
  Tensor sum_KP = at::zeros_like(model.theta_KP);
  for (std::int64_t row = 0; row < model.rows(); ++row) {
    const Tensor inputs = x[x.size(0) == 1 ? 0 : row];
    for (std::int64_t from = 0; from < inputs.size(0); from += at_once) {
      const std::int64_t to = std::min(from + at_once, inputs.size(0));
      const Tensor theta_BP = model.theta_KP[row].unsqueeze(0).expand({to - from, -1});
      const Tensor gradient_BP = gradients_of_rows(
          *model.network, theta_BP, inputs.slice(0, from, to).unsqueeze(1),
          [&](const Tensor&) { return dlogits_KBC[row].slice(0, from, to).unsqueeze(1); });
      sum_KP[row].add_(gradient_BP.square().sum(0));
    }
  }
  return sum_KP;
}

}  // namespace

Tensor per_sample_gradients(const Network& network, const Tensor& theta_P, const Tensor& x_BF,
                            const SampleLoss& loss) {
  if (theta_P.dim() != 1 || theta_P.size(0) != network.layout().size() || x_BF.dim() < 2) {
    throw Error("per_sample_gradients: expected parameters [" +
                std::to_string(network.layout().size()) +
                "] and inputs [samples, features...], got " + shape_text(theta_P) + " and " +
                shape_text(x_BF));
  }
  const Tensor theta_BP = theta_P.detach().contiguous().unsqueeze(0).expand({x_BF.size(0), -1});
  return gradients_of_rows(network, theta_BP, x_BF.unsqueeze(1), [&](const Tensor& logits) {
    const at::AutoGradMode record(true);
    const Tensor leaf_B1C = logits.detach().requires_grad_(true);
    const Tensor loss_B = loss(leaf_B1C);
    if (loss_B.dim() != 1 || loss_B.size(0) != logits.size(0)) {
      throw Error("per_sample_gradients: the loss must be [" + std::to_string(logits.size(0)) +
                  "], one value a sample, but is " + shape_text(loss_B));
    }
    return torch::autograd::grad({loss_B.sum()}, {leaf_B1C})[0];
  });
}

Tensor sum_of_squared_gradients(const Model& model, const Tensor& x, const Tensor& dlogits_KBC) {
  if (dlogits_KBC.dim() != 3 || dlogits_KBC.size(0) != model.rows() || x.dim() < 3 ||
      dlogits_KBC.size(1) != x.size(1) || dlogits_KBC.size(2) != model.network->classes() ||
      (x.size(0) != model.rows() && x.size(0) != 1)) {
    throw Error("sum_of_squared_gradients: expected inputs [" + std::to_string(model.rows()) +
                " or 1, batch, features...] and derivatives [" + std::to_string(model.rows()) +
                ", batch, " + std::to_string(model.network->classes()) + "], got " + shape_text(x) +
                " and " + shape_text(dlogits_KBC));
  }
  const at::NoGradGuard no_record;
  const Tensor theta_KP = model.theta_KP.detach().contiguous();
  const auto direct = model.network->direct_pass(theta_KP);
  if (direct && direct->fits(x.size(1)) && direct->squares_by_layer()) {
    const Tensor inputs = x.contiguous();
    direct->forward(theta_KP, inputs, false, /*keep=*/true);
    Tensor sum_KP = at::empty_like(theta_KP);
    direct->backward_squared(theta_KP, inputs, dlogits_KBC.contiguous(), sum_KP);
    return sum_KP;
  }
  return plain_sum_of_squares({model.network, theta_KP}, x, dlogits_KBC);
}

namespace {

// Of each sample the derivative of -log p_label by the logits, p - one_hot(label), [K, B, C].
Tensor minus_one_hot(const Tensor& p_KBC, const Tensor& label_KB) {
  return p_KBC.scatter_add(
      2, label_KB.unsqueeze(2),
      at::full({1, 1, 1}, -1, p_KBC.options()).expand({p_KBC.size(0), p_KBC.size(1), 1}));
}

// One draw a sample from p by its uniform number, by inversion.
Tensor drawn_labels(const Tensor& p_KBC, const Tensor& uniform_KB) {
  // On the CPU: elsewhere a cumulative sum of floats is not deterministic.
  const Tensor below_KBC = p_KBC.cpu().to(at::kDouble).cumsum(2).le(uniform_KB.unsqueeze(2));
  return below_KBC.sum(2).clamp_max(p_KBC.size(2) - 1).to(p_KBC.device());
}

}  // namespace

Tensor diagonal_fisher(const Model& model, const Dataset& data, FisherLabel kind, Run& run,
                       const Tensor& label_KN, std::int64_t draw) {
  const std::int64_t rows = model.rows(), items = data.largest_count();
  const bool given = kind == FisherLabel::given;
  if (data.rows() != rows || run.rows() != rows ||
      (given && (label_KN.dim() != 2 || label_KN.size(0) != rows || label_KN.size(1) < items))) {
    throw Error("diagonal_fisher: the model has " + std::to_string(rows) + " rows, the data set " +
                std::to_string(data.rows()) + ", the run " + std::to_string(run.rows()) +
                (given ? ", and the labels are " + shape_text(label_KN) : ""));
  }
  const at::NoGradGuard no_record;
  const at::TensorOptions options = model.theta_KP.options();
  const Tensor theta_KP = model.theta_KP.detach().contiguous();
  const ParameterView parameters(model.network->layout(), theta_KP);
  Tensor sum_KP = at::zeros_like(theta_KP);
  const Tensor uniform_KN = kind == FisherLabel::sampled
                                ? Streams(run.seeds(), "assay.fisher").uniform({items}, draw)
                                : Tensor();
  std::vector<double> counts;
  for (std::int64_t row = 0; row < rows; ++row) {
    counts.push_back(static_cast<double>(data.count(row)));
  }
  const Tensor count_K1 = at::tensor(counts, at::kDouble).unsqueeze(1).to(options.device());
  const std::int64_t chunk =
      std::max<std::int64_t>(samples_at_once / std::max<std::int64_t>(rows, 1), 1);
  for (std::int64_t from = 0; from < items; from += chunk) {
    const std::int64_t to = std::min(from + chunk, items);
    const Tensor past_KB =
        at::arange(from, to, at::TensorOptions().dtype(at::kDouble).device(options.device()))
            .unsqueeze(0)
            .ge(count_K1);
    // Filled, not multiplied: what lies past a row's end may be anything, also not finite.
    Tensor x = data.slice(from, to).to(options.dtype());
    std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
    shape[0] = rows, shape[1] = to - from;
    x = x.masked_fill(past_KB.view(shape), 0);
    const Tensor p_KBC = at::softmax(model.network->forward(parameters, x, {}).logits_KBC, 2);
    const auto add = [&](const Tensor& dlogits_KBC, const Tensor& without_KB) {
      sum_KP.add_(sum_of_squared_gradients({model.network, theta_KP}, x,
                                           dlogits_KBC.masked_fill(without_KB.unsqueeze(2), 0)));
    };
    switch (kind) {
      case FisherLabel::expected:
        for (std::int64_t c = 0; c < p_KBC.size(2); ++c) {
          const Tensor label_KB = at::full({rows, to - from}, c, options.dtype(at::kLong));
          add(minus_one_hot(p_KBC, label_KB) * p_KBC.select(2, c).sqrt().unsqueeze(2), past_KB);
        }
        break;
      case FisherLabel::sampled:
        add(minus_one_hot(p_KBC, drawn_labels(p_KBC, uniform_KN.slice(1, from, to))), past_KB);
        break;
      case FisherLabel::likeliest:
        add(minus_one_hot(p_KBC, p_KBC.argmax(2)), past_KB);
        break;
      case FisherLabel::given: {
        const Tensor label_KB = label_KN.slice(1, from, to).to(options.device());
        add(minus_one_hot(p_KBC, label_KB.clamp_min(0)), past_KB.logical_or(label_KB.lt(0)));
        break;
      }
    }
  }
  const auto passes = kind == FisherLabel::expected ? model.network->classes() : std::int64_t{1};
  for (std::int64_t row = 0; row < rows; ++row) {
    run.costs(row).gradient_samples += data.count(row) * passes;
    run.costs(row).flops += (1.0 + 3.0 * static_cast<double>(passes)) *
                            model.network->forward_flops() * static_cast<double>(data.count(row));
  }
  return sum_KP / count_K1.clamp_min(1).to(options.dtype());
}

}  // namespace assay
