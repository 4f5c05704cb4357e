// Index tables of the matrix product.
#pragma once

#include <cstdint>
#include <vector>

namespace assay {

/// 0, step, 2 step, ...: as long as was ever asked for.
class IndexSteps {
 public:
  explicit IndexSteps(std::int64_t step = 1) : step_(step) {}

  const std::int32_t* first(std::int64_t count) {
    for (auto i = static_cast<std::int64_t>(table_.size()); i < count; ++i) {
      table_.push_back(static_cast<std::int32_t>(i * step_));
    }
    return table_.data();
  }

 private:
  std::int64_t step_;
  std::vector<std::int32_t> table_;
};

}  // namespace assay
