// KLoM (Georgiev et al. 2024, arXiv:2410.23232): of every item the KL divergence between the
// distributions of its margin over unlearned and over retrained models.
#pragma once

#include <assay/likelihood.h>

namespace assay::unlearning {

/// z_y - logsumexp of the other logits (bernoulli: z or -z), which is log p - log(1 - p); of an
/// answer of tokens the same of the whole answer's p. [K, N], clipped to +-100.
Tensor margins(Likelihood kind, const Tensor& logits_KNC, const Tensor& label_KN);

/// KL(unlearned || oracle) of every item, [N], from margins of M unlearned and O oracle models: 20
/// bins of equal width over the joint range, the last one closed; the oracles' shares are at least
/// 1e-5, so that it is at most ln 1e5 = 11.5. float64.
Tensor klom(const Tensor& unlearned_MN, const Tensor& oracle_ON);

/// The given percentile (0 to 100) of values [N], with linear interpolation.
double percentile(const Tensor& value_N, double percent);

}  // namespace assay::unlearning
