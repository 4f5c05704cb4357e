// Hidden activations, as the outputs of a network of their own: a loss of activations trains that
// network as any other loss trains a whole one.
#pragma once

#include <assay/network.h>

#include <cstdint>

namespace assay {

/// Whether a network has layers that trunk_of() knows.
bool has_trunk(const Network& network);

/// The beginning of every row's model, up to and with layer `layer` (from 0): an mlp's hidden
/// layer behind its ReLU, [K, B, width], a transformer's residual stream behind a block, [K, B,
/// ..., T, width]. They stand where another network has logits. The slices are the model's own, in
/// name and value: copy_slices(trained, model) puts a trained trunk back. Throws Error, naming the
/// layers that there are, for another layer and for a network without such layers.
Model trunk_of(const Model& model, std::int64_t layer);

}  // namespace assay
