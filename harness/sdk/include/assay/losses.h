// Losses of single samples, [A, B]; reduce with Batch::mean.
#pragma once

#include <assay/tensor.h>

namespace assay {

/// -sum_c target * log softmax(logits): soft targets [A, B, C].
Tensor cross_entropy(const Tensor& logits_KBC, const Tensor& target_KBC);

/// Hard labels [A, B] (int64) as targets [A, B, C] of the logits' type and device; a label outside
/// 0..C-1 (padding's -1) gives zeros.
Tensor one_hot(const Tensor& label_KB, std::int64_t classes, const Tensor& like);

/// Mean over outputs of the binary cross entropy of sigmoid(logits); targets in [0,1], [A, B, C].
/// (LibTorch's name for it would make unqualified calls with tensors ambiguous.)
Tensor sigmoid_cross_entropy(const Tensor& logits_KBC, const Tensor& target_KBC);

}  // namespace assay
