// Gradients of single samples, and the diagonal of the Fisher information: what elastic penalties,
// influence functions and selective forgetting are made of.
#pragma once

#include <assay/dataset.h>
#include <assay/likelihood.h>
#include <assay/network.h>
#include <assay/run.h>

#include <functional>

namespace assay {

/// Each sample's loss, [B], from its logits [B, 1, C]: the samples are the rows of a cohort.
using SampleLoss = std::function<Tensor(const Tensor& logits_B1C)>;

/// The gradient of every sample's own loss for one model, [B, P]. theta_P is one row of parameters,
/// x_BF the samples' inputs [B, F...]. The answer takes B P elements: go through many samples in parts. Throws Error when shapes do not fit.
Tensor per_sample_gradients(const Network& network, const Tensor& theta_P, const Tensor& x_BF,
                            const SampleLoss& loss);

/// For every row sum_b (d l_b / d theta)^2, [K, P], where the derivatives of the samples' losses
/// l_b by their logits are dlogits_KBC. x is [K, B, F...], or [1, B, F...]. The samples' gradients
/// are not made where they need not be: for a linear layer with inputs h and outputs' derivatives
/// g, the sum is (h o h)' (g o g), a product of matrices. Throws Error when shapes do not fit.
Tensor sum_of_squared_gradients(const Model& model, const Tensor& x, const Tensor& dlogits_KBC);

/// The same for sum_b |d l_b / d theta|: of a linear layer |h|' |g|.
Tensor sum_of_absolute_gradients(const Model& model, const Tensor& x, const Tensor& dlogits_KBC);

/// Which label the log-likelihood of the Fisher information is taken of.
enum class FisherLabel {
  expected,   ///< sum_c p_c (d log p_c / d theta)^2: the Fisher information itself, C passes
  sampled,    ///< one draw from the model's own p
  likeliest,  ///< the model's argmax
  given,      ///< the data's labels: the "empirical" Fisher, another quantity
};

/// What the Fisher information is taken of.
struct FisherOptions {
  FisherOptions(FisherLabel label = FisherLabel::expected) : label(label) {}

  FisherLabel label;
  Likelihood likelihood = Likelihood::categorical;
  Tensor allowed_C;       ///< bool: the outputs that p is over (categorical); undefined: all
  std::int64_t draw = 0;  ///< FisherLabel::sampled draws the same labels for the same seed and draw
};

/// Diagonal of the Fisher information of every row, [K, P]: the mean over the row's samples (Kunstner
/// et al. 2019, arXiv:1905.12558, on how the kinds differ). A normal distribution's is the mean of
/// (d z / d theta)^2, one pass, and its likeliest label gives none, which is an error. label_KN
/// (int64, gaussian: numbers) is read for FisherLabel::given only; a negative label of a class, or
/// one that is not allowed, contributes nothing. Counts samples and FLOPs. Throws Error when shapes
/// do not fit.
Tensor diagonal_fisher(const Model& model, const Dataset& data, const FisherOptions& options,
                       Run& run, const Tensor& label_KN = {});

}  // namespace assay
