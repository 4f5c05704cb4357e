// How many steps an epoch has.
#pragma once

#include <cstdint>

namespace assay {

/// Steps of one epoch over `items` items; the last batch may be short.
constexpr std::int64_t epoch_steps(std::int64_t items, std::int64_t batch) {
  return (items + batch - 1) / batch;
}

}  // namespace assay
