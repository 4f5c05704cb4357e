// Tokens as they come, held as numbers of any type.
#pragma once

#include <assay/tensor.h>

#include <cstdint>
#include <string>

namespace assay {

/// The ids of x, int64. Throws Error for what is no whole number from 0 to vocabulary - 1, saying
/// where: `what` must be tokens. x is a part of something whose second axis began `first` earlier.
Tensor checked_tokens(const Tensor& x, std::int64_t vocabulary, const std::string& what,
                      std::int64_t first = 0);

}  // namespace assay
