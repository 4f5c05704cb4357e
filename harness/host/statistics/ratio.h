// The ratio of two means measured on the same seeds, e.g. PGR = mean(gain) / mean(gap), with the
// interval of Fieller (1940, 1954).
#pragma once

#include "host/statistics/estimate.h"

#include <vector>

namespace assay {

struct RatioEstimate {
  /// Which ratios fit the data at level .05.
  enum class Set {
    none,        ///< fewer than two pairs: no set
    interval,    ///< low .. high
    outside,     ///< everything below `low` or above `high`: the denominator may be zero
    everything,  ///< no ratio can be excluded
  };

  std::size_t n = 0;        ///< pairs used
  std::size_t dropped = 0;  ///< pairs with a value that is not finite
  double ratio = 0;         ///< not a number unless `resolved`
  bool resolved = false;    ///< mean(denominator) exceeds two standard errors
  double denominator_mean = 0;
  double denominator_error = 0;  ///< its standard error; not a number below two pairs
  Set set = Set::none;
  Interval bounds;  ///< of `interval` and `outside`
};

/// One pair a seed. The set holds every rho for which a paired t test does not reject
/// mean(numerator - rho * denominator) = 0.
RatioEstimate estimate_ratio(const std::vector<double>& numerator,
                             const std::vector<double>& denominator);

}  // namespace assay
