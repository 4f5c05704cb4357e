// One test of a claim, before the correction for their number. Internal to host/statistics.
#pragma once

#include "host/statistics/claims.h"

#include <cstddef>
#include <limits>

namespace assay {

/// What the uncorrected test says, kept until the correction has seen all p-values.
struct Pending {
  Verdict if_significant = Verdict::inconclusive;  ///< of an exact claim: the verdict
  /// In standard deviations of the differences that decide; not a number where no number of seeds
  /// can be named.
  double effect = std::numeric_limits<double>::quiet_NaN();
  bool unanimous = false;  ///< signs decide, and every seed agrees: more seeds would do
  std::size_t n = 0;       ///< seeds used
};

/// Fills in metric, test, procedure, p, sign_flip and note.
Pending run_test(ClaimTest& test, const ClaimData& data);

}  // namespace assay
