#include "sdk/internal/delta_responses.h"

#include <assay/common/error.h>
#include <assay/common/text.h>
#include <assay/delta.h>
#include <assay/sampling.h>

#include <ATen/ATen.h>
#include <cmath>

namespace assay::delta {
namespace {

/// Classes by inversion of their sums from the left, two draws a prompt: int64 [K, N, 2].
Tensor draw_classes(const Problem& problem, double temperature, const Streams& streams, Run& run) {
  const Tensor logits_KNC = predict_logits(problem.student, problem.pairs.data, &run);
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    if (logits_KNC[row].isfinite().all().item<bool>()) continue;
    run.fail_row(row, "logits became non-finite while responses were drawn");
  }
  if (temperature == 0) return at::stack({logits_KNC, logits_KNC}, 2).argmax(3);
  // On the CPU: elsewhere a cumulative sum of floats is not deterministic.
  const Tensor sums_KNC =
      (logits_KNC.cpu().to(at::kDouble) / temperature).softmax(2).cumsum(2).unsqueeze(2);
  const Tensor uniform_KN21 = streams.uniform({problem.pairs.count(), 2, 1});
  return sums_KNC.le(uniform_KN21).sum(3).clamp_max(sums_KNC.size(3) - 1).to(logits_KNC.device());
}

Pairs draw_pairs_of_sequences(const Problem& problem, double temperature, const Streams& streams,
                              Run& run) {
  const Pairs& pairs = problem.pairs;
  const Tensor token_KN2T = pairs.data.slice(0, pairs.count());
  const std::int64_t length = token_KN2T.size(3);
  const Tensor prompt_KN = prompt_lengths(pairs.mask_KN2T).clamp_min(1);
  const auto twice = [](const Tensor& value_KN) {  // [K, N, ...] to [K, 2 N, ...]
    return at::stack({value_KN, value_KN}, 2).flatten(1, 2);
  };
  const Samples drawn = draw_sequences(
      problem.student, twice(token_KN2T.select(2, 0)), twice(prompt_KN),
      {.length = length, .temperature = temperature, .stop = problem.stop_token}, streams, &run);
  const auto of_pairs = [&](const Tensor& value_KMT) {
    return value_KMT.view({value_KMT.size(0), -1, 2, length});
  };
  return {Dataset::own(of_pairs(drawn.token_KNT).to(token_KN2T.scalar_type())),
          {},
          of_pairs(drawn.mask_KNT).gt(0)};
}

}  // namespace

Pairs draw_pairs(const Problem& problem, double temperature, const Streams& streams, Run& run) {
  if (!(temperature >= 0) || !std::isfinite(temperature)) {
    throw Error("draw_pairs: temperature is " + number_text(temperature) +
                ", expected a finite number from 0 on, where 0 takes the likeliest response");
  }
  if (problem.pairs.sequences()) {
    return draw_pairs_of_sequences(problem, temperature, streams, run);
  }
  return {problem.pairs.data, draw_classes(problem, temperature, streams, run), {}};
}

Pairs ranked(const Model& model, const Pairs& pairs, Run& run) {
  const Responses both = responses_of(pairs, {}, model.theta_KP);
  const Tensor mean_KN2 = log_probabilities(model, both, &run) / both.length_KNR.clamp_min(1);
  const Tensor turned_KN1 = mean_KN2.narrow(2, 0, 1).lt(mean_KN2.narrow(2, 1, 1));
  const auto in_order = [&](const Tensor& value_KN2) {
    if (!value_KN2.defined()) return value_KN2;
    const Tensor turned = value_KN2.dim() == 3 ? turned_KN1 : turned_KN1.unsqueeze(3);
    return at::where(turned, value_KN2.flip(2), value_KN2);
  };
  Pairs result = pairs;
  result.response_KN2 = in_order(pairs.response_KN2);
  result.mask_KN2T = in_order(pairs.mask_KN2T);
  if (pairs.sequences()) {
    result.data = Dataset::own(in_order(pairs.data.slice(0, pairs.count())));
  }
  return result;
}

}  // namespace assay::delta
