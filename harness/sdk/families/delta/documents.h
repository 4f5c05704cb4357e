// The language of the task "markers": documents of sections, each a marker and some letters.
#pragma once

#include "sdk/internal/family.h"

#include <cstdint>
#include <string>

namespace assay::delta {

/// Its symbols. A document is begin, sections, end; behind it stand zeros.
struct MarkerSymbols {
  static constexpr std::int64_t end = 0, marker = 1, begin = 2, first_letter = 3, letters = 28;
  static constexpr std::int64_t count = first_letter + letters;
};

/// Tokens [K, N, T] in float32, and where they belong to what follows the begin symbol, its end
/// among them: bool [K, N, T].
struct Documents {
  Tensor token_KNT, mask_KNT;
};

/// What documents are drawn.
struct DocumentSettings {
  std::int64_t sections = 0;  ///< of every document; 0: Poisson(5), cut to 1..10
  std::int64_t longer = 0;    ///< letters that a section has beyond 3 to 6
  std::int64_t length = 64;   ///< T: what does not fit is cut, and has no end then
};

/// `count` documents of every seed; `part` names them, and other parts are independent. Letters
/// follow a Markov chain of the seed's own, the same in all parts: its rows are softmax(1.6 z) of
/// normal z, so that a letter has a few likely followers.
Documents draw_documents(const DocumentSettings& how, const std::string& part, std::int64_t count,
                         const Seeds& seeds);

}  // namespace assay::delta
