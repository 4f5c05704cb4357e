// Fashion-MNIST (Xiao et al. 2017, arXiv:1708.07747): 60,000 + 10,000 grey images, ten classes of
// clothing, read from Debian's package dataset-fashion-mnist.
#pragma once

#include "sdk/families/weak_to_strong/task.h"

namespace assay::weak_to_strong {

TaskInfo fashion_mnist();

}  // namespace assay::weak_to_strong
