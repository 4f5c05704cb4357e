// The output layer in closed form: least squares on the features that the layer reads.
#pragma once

#include <assay/dataset.h>
#include <assay/network.h>
#include <assay/run.h>

namespace assay {

/// What the output layer reads of every item, [K, N, D] (rows with fewer items: zero), without
/// gradients, in large batches. Counts forward samples when `run` is given.
Tensor predict_features(const Model& model, const Dataset& data, Run* run = nullptr);

struct LeastSquares {
  Tensor ridge_K1;        ///< lambda of each row, at least 0; undefined: none
  bool intercept = true;  ///< without one the head's bias is zero
};

/// `model` with the output layer that solves, for each row by itself,
///   min over W, b of  sum_i |f_i W + b - y_i|^2 / n + lambda |W|^2
/// where f_i are the features [D] of the row's n items and y_i their targets; b is not shrunk.
/// Solved by the normal equations in float64, of smallest norm where they are singular. target_KNC
/// is [K, N, C]. Counts forward samples and the FLOPs of the Gram matrices. Throws Error when
/// shapes do not fit or the network has no "head.weight" [D, C] and "head.bias" [C].
Model least_squares_head(const Model& model, const Dataset& data, const Tensor& target_KNC,
                         const LeastSquares& how, Run* run = nullptr);

}  // namespace assay
