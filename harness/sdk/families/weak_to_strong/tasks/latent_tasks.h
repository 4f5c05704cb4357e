// Latent tasks: a generated problem whose supervisor's errors lie outside what a pretrained student
// can cheaply express. z ~ N(0, I_r); an input is x = A z + noise * eps in R^d with A ~ N(0, 1/r)
// entry by entry; a task is a direction w, its label 1[w . z > 0]. A seed redraws everything: A, the
// directions, all items, initial values.
#pragma once

#include "sdk/families/weak_to_strong/task.h"

namespace assay::weak_to_strong {

TaskInfo latent_tasks();

}  // namespace assay::weak_to_strong
