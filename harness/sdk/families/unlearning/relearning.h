// The relearning attack: how fast a model learns the forget set again.
#pragma once

#include "sdk/families/unlearning/models.h"

namespace assay::unlearning {

/// Trains the models (S x each rows) on the forget set by settings.relearn. Of each seed the gain
/// in the mean probability of the forget set's labels over the model as it was, mean over the
/// attack's epochs and the seed's models, float64 [S]. Records the curve "relearn.forget"
/// (probability after each epoch, from 0 on) in `run`; costs are not counted.
Tensor relearning_gain(const Settings& settings, const Maker& maker, const Model& model, Run& run);

}  // namespace assay::unlearning
