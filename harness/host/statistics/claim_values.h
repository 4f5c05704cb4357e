// The values that one test of a claim speaks of, brought together by seed. Internal to
// host/statistics.
#pragma once

#include "host/statistics/claims.h"

#include <string>
#include <vector>

namespace assay {

struct ClaimValues {
  std::vector<std::vector<double>> points;  ///< [point][seed]; not a number where one is missing
  std::vector<double> unit;                 ///< of each seed: of a ratio its denominator, else 1
  std::string metric;                       ///< what the values are: of a ratio its numerator
  std::string note;                         ///< why they cannot be compared, or ""
  std::size_t shared = 0;                   ///< seeds planned at every point

  /// The seeds with a value at every point and a unit, as indices.
  std::vector<std::size_t> complete() const;
};

/// Of points on one benchmark the seeds are those of its values; of several they are matched by the
/// points' own lists. With `log` the logarithms of the values. A ratio of means becomes its
/// numerator, with the denominator as `unit`, where the points share a benchmark; else each point's
/// ratio is linearised over its seeds.
ClaimValues claim_values(const std::vector<ClaimPoint>& points, const std::string& metric, bool log,
                         const ClaimData& data);

}  // namespace assay
