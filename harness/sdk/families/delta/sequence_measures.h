// What samples of a student say of it, whatever the language.
#pragma once

#include "sdk/families/delta/task.h"

#include <assay/sampling.h>

namespace assay::delta {

/// "ended", the share that the stop token ended; "length", tokens drawn; "distinct_2", distinct
/// pairs of neighbouring drawn tokens over all of them (Li et al. 2016, arXiv:1510.03055).
Measures sample_measures(const Samples& samples);

/// "kl", KL(student || start) summed over the tokens of a sample, its mean over samples; "entropy"
/// of the student's next token, mean over drawn tokens. Nats.
Measures divergence_measures(const Model& model, const Model& start, const Samples& samples);

/// Mean count of a symbol among the drawn tokens, float64 [K].
Tensor mean_count_K(const Samples& samples, std::int64_t symbol);

}  // namespace assay::delta
