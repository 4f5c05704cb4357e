#include "sdk/families/delta/sequence_measures.h"

#include <ATen/ATen.h>
#include <assay/sequence_metrics.h>
#include <assay/sequences.h>

namespace assay::delta {

Measures sample_measures(const Samples& samples) {
  const Tensor drawn_KNT = samples.mask_KNT.gt(0).cpu();
  return {{"ended", samples.ended_KN.cpu().to(at::kDouble).mean(1)},
          {"length", metrics::mean_length(drawn_KNT)},
          {"distinct_2", metrics::distinct(samples.token_KNT.cpu(), drawn_KNT, 2)}};
}

Measures divergence_measures(const Model& model, const Model& start, const Samples& samples) {
  const Dataset data = Dataset::own(samples.token_KNT);
  const Tensor& mask_KNT = samples.mask_KNT;
  return {
      {"kl", metrics::mean_of_sequences(predict_divergences(model, start, data, mask_KNT), mask_KNT)
                 .cpu()},
      {"entropy",
       metrics::mean_of_tokens(predict_entropies(model, data, mask_KNT), mask_KNT).cpu()}};
}

Tensor mean_count_K(const Samples& samples, std::int64_t symbol) {
  const Tensor drawn_KNT = samples.mask_KNT.gt(0);
  return samples.token_KNT.eq(symbol).logical_and(drawn_KNT).cpu().to(at::kDouble).sum(2).mean(1);
}

}  // namespace assay::delta
