// A walk over all samples of a cohort's data set with the model's outputs, for means over samples
// of their derivatives.
#pragma once

#include <assay/dataset.h>
#include <assay/network.h>

#include <cstdint>
#include <functional>

namespace assay {

/// Some samples of every row: items [from, to).
struct SamplePart {
  std::int64_t from = 0, to = 0;
  Tensor x;           ///< [K, B, F...]; zero past a row's end
  Tensor logits_KBC;  ///< of the model
  Tensor past_KB;     ///< bool: past the row's end
};

/// Calls `use` for all items, part by part. `derivative` of use: [K, B, C], whatever lies past a
/// row's end; `sum` gets the model, x and the derivatives, zero there, and its answers are summed
/// and divided by the rows' numbers of samples, [K, P].
using PartSum = std::function<Tensor(const Model&, const Tensor& x, const Tensor& dlogits_KBC)>;
using AddDerivative = std::function<void(const Tensor& dlogits_KBC)>;
Tensor mean_over_samples(const Model& model, const Dataset& data, const PartSum& sum,
                         const std::function<void(const SamplePart&, const AddDerivative&)>& use);

}  // namespace assay
