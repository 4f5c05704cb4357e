#include "sdk/families/delta/language_model.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <assay/sequences.h>

#include <cmath>

namespace assay::delta {

NetworkSpec language_network(const TaskSettings& settings, std::int64_t width) {
  NetworkSpec network =
      settings.model.value_or(NetworkSpec{.arch = "transformer", .width = width, .depth = 2});
  if (network.arch != "transformer") {
    throw Error("model.arch is \"" + network.arch +
                "\": documents need a network of sequences, \"transformer\"");
  }
  return network;
}

Tensor train_language_model(const std::shared_ptr<const Network>& network,
                            const Documents& documents, const char* purpose, const Recipe& recipe,
                            const Place& place, Run& run) {
  const Model start{
      network,
      initial_parameters(network->layout(), Streams(place.seeds, purpose)).to(place.device)};
  const Tensor mask_KNT = documents.mask_KNT.to(place.device);
  const Dataset data = Dataset::own(documents.token_KNT).to(place.device);
  const auto objective = [&](const Batch& batch) {
    const Tensor mask_ABT = gather_tokens(batch, mask_KNT);
    const Tensor length_AB = sequence_lengths(mask_ABT).to(batch.share_AB.options());
    const Tensor sum_AB =
        sequence_sums(token_log_probabilities(batch.logits_KBC, batch.x, mask_ABT), mask_ABT);
    return -batch.mean(sum_AB) / batch.mean(length_AB);  // the mean over tokens
  };
  Hooks hooks;
  hooks.prepare = cut_padding(mask_KNT);
  return train(start, data, recipe, run, objective, hooks).theta_KP;
}

Written write_samples(const Model& model, const Tensor& prompt_KNT, const Sampling& how,
                      const Place& place) {
  Run drawing(place.seeds);  // knows the rows whose logits are not finite; costs are nobody's
  Written written{draw_sequences(model, prompt_KNT.to(place.device), {}, how,
                                 Streams(place.seeds, "assay.samples"), &drawing),
                  at::zeros({model.rows()}, at::kDouble)};
  for (std::int64_t row = 0; row < model.rows(); ++row) {
    if (drawing.failed(row)) written.finite_K[row] = std::nan("");
  }
  return written;
}

}  // namespace assay::delta
