#include "sdk/internal/delta_responses.h"

#include <assay/common/error.h>
#include <assay/likelihood.h>
#include <assay/sequences.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace assay::delta {
namespace {

// Of item i its unrelated response is one of item i + 1: the chosen one, of every second the
// rejected one. Both kinds are then as frequent as in the pairs.
Tensor of_next_item(const Tensor& value_KN2) {
  const Tensor next_KN2 = value_KN2.roll(-1, 1);
  std::vector<std::int64_t> shape(static_cast<std::size_t>(value_KN2.dim() - 1), 1);
  shape[1] = value_KN2.size(1);
  const at::TensorOptions options = at::TensorOptions(at::kLong).device(value_KN2.device());
  const Tensor odd_N = at::arange(value_KN2.size(1), options).remainder(2).eq(1).view(shape);
  return at::where(odd_N, next_KN2.select(2, 1), next_KN2.select(2, 0));
}

// The columns that are read, of values [K, N, 2, ...] and of what is unrelated, [K, N, ...].
Tensor columns_read(const Tensor& value_KN2, const Tensor& unrelated_KN, const Reading& reading) {
  std::vector<Tensor> columns;
  if (reading.chosen) columns.push_back(value_KN2.select(2, 0));
  if (reading.rejected) columns.push_back(value_KN2.select(2, 1));
  if (reading.unrelated) columns.push_back(unrelated_KN);
  return at::stack(columns, 2);
}

Tensor log_probability_of_classes(const Tensor& logits_ABC, const Tensor& response_ABR) {
  std::vector<Tensor> columns;
  for (const Tensor& response_AB : response_ABR.unbind(2)) {
    columns.push_back(log_likelihood(Likelihood::categorical, logits_ABC, response_AB));
  }
  return at::stack(columns, 2);
}

}  // namespace

Tensor prompt_lengths(const Tensor& mask_KN2T) {
  const std::int64_t length = mask_KN2T.size(3);
  const Tensor place_T =
      at::arange(length, at::TensorOptions(at::kLong).device(mask_KN2T.device()));
  return at::where(mask_KN2T.any(2), place_T, length).amin(2);
}

Sequences unrelated_sequences(const Tensor& token_KN2T, const Tensor& mask_KN2T) {
  const Tensor token_KNT = token_KN2T.select(2, 0);
  const Tensor other_KNT = of_next_item(token_KN2T), other_mask_KNT = of_next_item(mask_KN2T);
  const std::int64_t length = token_KNT.size(2);
  const Tensor place_T =
      at::arange(length, at::TensorOptions(at::kLong).device(token_KNT.device()));
  const Tensor begin_KN = prompt_lengths(mask_KN2T);
  const Tensor begin_KN1 = begin_KN.unsqueeze(2),
               other_begin_KN1 = begin_KN.roll(-1, 1).unsqueeze(2);
  const Tensor from_KNT = place_T - begin_KN1 + other_begin_KN1;  // place in the other sequence
  const Tensor inside_KNT = place_T.ge(begin_KN1).logical_and(from_KNT.lt(length));
  const Tensor at_KNT = from_KNT.clamp(0, length - 1);
  const Tensor in_response_KNT = inside_KNT.logical_and(other_mask_KNT.gather(2, at_KNT));
  const Tensor response_KNT = at::where(in_response_KNT, other_KNT.gather(2, at_KNT), 0);
  return {at::where(place_T.lt(begin_KN1), token_KNT, response_KNT), in_response_KNT};
}

Responses responses_of(const Pairs& pairs, const Reading& reading, const Tensor& like) {
  if (!reading.chosen && !reading.rejected && !reading.unrelated) {
    throw Error(
        "train_preferences: the loss reads no response at all: set one of Reading::chosen, "
        "rejected "
        "and unrelated");
  }
  Responses responses{pairs.data, {}, {}, {}};
  if (!pairs.sequences()) {
    const Tensor& response_KN2 = pairs.response_KN2;
    responses.response_KNR = columns_read(
        response_KN2, reading.unrelated ? of_next_item(response_KN2) : Tensor(), reading);
    responses.length_KNR = at::ones(responses.response_KNR.sizes(), like.options());
    return responses;
  }
  Sequences unrelated;
  const Tensor token_KN2T = pairs.data.slice(0, pairs.count());
  if (reading.unrelated) unrelated = unrelated_sequences(token_KN2T, pairs.mask_KN2T);
  responses.data = Dataset::own(columns_read(token_KN2T, unrelated.token_KNT, reading));
  responses.mask_KNRT = columns_read(pairs.mask_KN2T, unrelated.mask_KNT, reading);
  responses.length_KNR = sequence_lengths(responses.mask_KNRT).to(like.options());
  return responses;
}

Tensor log_probabilities(const Batch& batch, const Responses& responses) {
  if (!responses.sequences()) {
    return log_probability_of_classes(batch.logits_KBC, batch.gather(responses.response_KNR));
  }
  const Tensor mask_ABRT = gather_tokens(batch, responses.mask_KNRT);
  return sequence_sums(token_log_probabilities(batch.logits_KBC, batch.x, mask_ABRT), mask_ABRT);
}

Tensor log_probabilities(const Model& model, const Responses& responses, Run* run) {
  const at::NoGradGuard no_record;
  if (responses.sequences()) {
    const Tensor& mask_KNRT = responses.mask_KNRT;
    return sequence_sums(predict_log_probabilities(model, responses.data, mask_KNRT, run),
                         mask_KNRT);
  }
  return log_probability_of_classes(predict_logits(model, responses.data, run),
                                    responses.response_KNR);
}

Tensor log_probabilities(const Model& model, const Pairs& pairs, Run* run) {
  return log_probabilities(model, responses_of(pairs, {}, model.theta_KP), run);
}

}  // namespace assay::delta
