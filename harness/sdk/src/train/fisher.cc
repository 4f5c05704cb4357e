#include "sdk/internal/sample_parts.h"
#include "sdk/internal/shape_text.h"

#include <assay/common/error.h>
#include <assay/per_sample.h>

#include <ATen/ATen.h>
#include <string>

namespace assay {
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

Tensor allowed_outputs(const Model& model, const FisherOptions& options) {
  const at::TensorOptions flags = model.theta_KP.options().dtype(at::kBool);
  if (!options.allowed_C.defined()) return at::ones({model.network->classes()}, flags);
  if (options.allowed_C.sizes() == at::IntArrayRef({model.network->classes()})) {
    return options.allowed_C.to(flags);
  }
  throw Error("diagonal_fisher: the network has " + std::to_string(model.network->classes()) +
              " outputs, and those allowed are " + shape_text(options.allowed_C));
}

// The samples' derivatives of -log p whose squared gradients add up to the Fisher information.
class Derivatives {
 public:
  Derivatives(const Model& model, const FisherOptions& options, const Tensor& label_KN)
      : options_(options),
        allowed_C_(allowed_outputs(model, options)),
        classes_C_(allowed_C_.nonzero().view(-1).cpu()),
        label_KN_(label_KN) {}

  /// Draws for every item, [K, N]; normal numbers for a normal distribution.
  void set_draws(const Tensor& draw_KN) { draw_KN_ = draw_KN; }
  std::int64_t passes() const {
    return options_.label == FisherLabel::expected && options_.likelihood != Likelihood::gaussian
               ? std::max<std::int64_t>(classes_C_.size(0), 1)
               : 1;
  }

  void add_to(const SamplePart& part, const AddDerivative& add) const {
    switch (options_.likelihood) {
      case Likelihood::categorical:
        return categorical(part, add);
      case Likelihood::bernoulli:
        return bernoulli(part, add);
      case Likelihood::gaussian:
        return gaussian(part, add);
      case Likelihood::sequence:
        break;
    }
    throw Error("diagonal_fisher: the information of answers of many tokens is not computed here");
  }

 private:
  Tensor part_of(const Tensor& value_KN, const SamplePart& part) const {
    return value_KN.slice(1, part.from, part.to).to(part.x.device());
  }

  void categorical(const SamplePart& part, const AddDerivative& add) const {
    const Tensor p_KBC = at::softmax(restricted(part.logits_KBC, allowed_C_), 2);
    switch (options_.label) {
      case FisherLabel::expected:
        for (std::int64_t i = 0; i < classes_C_.size(0); ++i) {
          const auto c = classes_C_[i].item<std::int64_t>();
          const Tensor label_KB = at::full_like(part.past_KB, c, at::kLong);
          add(minus_one_hot(p_KBC, label_KB) * p_KBC.select(2, c).sqrt().unsqueeze(2));
        }
        break;
      case FisherLabel::sampled:
        add(minus_one_hot(p_KBC, drawn_labels(p_KBC, draw_KN_.slice(1, part.from, part.to))));
        break;
      case FisherLabel::likeliest:
        add(minus_one_hot(p_KBC, p_KBC.argmax(2)));
        break;
      case FisherLabel::given: {
        const Tensor label_KB = part_of(label_KN_, part).to(at::kLong);
        const Tensor safe_KB = label_KB.clamp(0, p_KBC.size(2) - 1);
        const Tensor counts_KB = label_KB.eq(safe_KB).logical_and(allowed_C_.index({safe_KB}));
        add(minus_one_hot(p_KBC, safe_KB) * counts_KB.unsqueeze(2));
        break;
      }
    }
  }

  void bernoulli(const SamplePart& part, const AddDerivative& add) const {
    const Tensor p_KBC = part.logits_KBC.sigmoid();
    switch (options_.label) {
      case FisherLabel::expected:
        return add((p_KBC * (1 - p_KBC)).sqrt());
      case FisherLabel::sampled:
        return add(p_KBC - part_of(draw_KN_, part).unsqueeze(2).lt(p_KBC).to(p_KBC.scalar_type()));
      case FisherLabel::likeliest:
        return add(p_KBC - p_KBC.gt(0.5).to(p_KBC.scalar_type()));
      case FisherLabel::given: {
        const Tensor label_KB1 = part_of(label_KN_, part).unsqueeze(2);
        return add((p_KBC - label_KB1).masked_fill(label_KB1.lt(0), 0));
      }
    }
  }

  void gaussian(const SamplePart& part, const AddDerivative& add) const {
    switch (options_.label) {
      case FisherLabel::expected:
        return add(at::ones_like(part.logits_KBC));
      case FisherLabel::sampled:
        return add(part_of(draw_KN_, part).to(part.x.scalar_type()).unsqueeze(2));
      case FisherLabel::likeliest:
        throw Error(
            "diagonal_fisher: the likeliest label of a normal distribution is its mean, where "
            "the derivative is zero: use expected, sampled or given");
      case FisherLabel::given:
        return add(part.logits_KBC -
                   part_of(label_KN_, part).to(part.x.scalar_type()).unsqueeze(2));
    }
  }

  const FisherOptions& options_;
  Tensor allowed_C_, classes_C_, label_KN_, draw_KN_;
};

}  // namespace

Tensor diagonal_fisher(const Model& model, const Dataset& data, const FisherOptions& options,
                       Run& run, const Tensor& label_KN) {
  const std::int64_t rows = model.rows(), items = data.largest_count();
  const bool given = options.label == FisherLabel::given;
  if (data.rows() != rows || run.rows() != rows ||
      (given && (label_KN.dim() != 2 || label_KN.size(0) != rows || label_KN.size(1) < items))) {
    throw Error("diagonal_fisher: the model has " + std::to_string(rows) + " rows, the data set " +
                std::to_string(data.rows()) + ", the run " + std::to_string(run.rows()) +
                (given ? ", and the labels are " + shape_text(label_KN) : ""));
  }
  Derivatives derivatives(model, options, label_KN);
  if (options.label == FisherLabel::sampled) {
    const Streams streams(run.seeds(), "assay.fisher");
    derivatives.set_draws(options.likelihood == Likelihood::gaussian
                              ? streams.normal({items}, options.draw)
                              : streams.uniform({items}, options.draw));
  }
  const Tensor mean_KP = mean_over_samples(
      model, data, sum_of_squared_gradients,
      [&](const SamplePart& part, const AddDerivative& add) { derivatives.add_to(part, add); });
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto passes = derivatives.passes();
    run.costs(row).gradient_samples += data.count(row) * passes;
    run.costs(row).flops += (1.0 + 3.0 * static_cast<double>(passes)) *
                            model.network->forward_flops() * static_cast<double>(data.count(row));
  }
  return mean_KP;
}

}  // namespace assay
