// Language models of documents: how tasks with sequences make their students, and writers of pairs.
#pragma once

#include "sdk/families/delta/documents.h"
#include "sdk/families/delta/task.h"

#include <assay/sampling.h>

namespace assay::delta {

/// A network of sequences that the task was given, else a small decoder of `width`. Throws Error
/// for one that is not of sequences.
NetworkSpec language_network(const TaskSettings& settings, std::int64_t width);

/// Trains on documents from first parameters drawn by `purpose`, by the mean over tokens of
/// -log p, [K, P].
Tensor train_language_model(const std::shared_ptr<const Network>& network,
                            const Documents& documents, const char* purpose, const Recipe& recipe,
                            const Place& place, Run& run);

/// What a model writes when it is scored. Rows whose logits are not finite have a NaN in
/// `finite_K`, the others 0: added to a measure it says so.
struct Written {
  Samples samples;
  Tensor finite_K;
};

/// Continues prompts, [K, N, T0], as draw_sequences does. The same numbers decide on the samples of
/// every model: steps are compared with less noise.
Written write_samples(const Model& model, const Tensor& prompt_KNT, const Sampling& how,
                      const Place& place);

}  // namespace assay::delta
