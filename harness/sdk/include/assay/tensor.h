// The tensor type, without the operators: headers that only pass tensors on include this alone.
// Shape suffixes in names: K cohort rows, B batch, N items, C classes, D features, P parameters.
#pragma once

#include <ATen/core/Tensor.h>

namespace assay {

using at::Tensor;

}  // namespace assay
