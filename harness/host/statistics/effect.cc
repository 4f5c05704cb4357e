#include "host/statistics/effect.h"

#include "host/statistics/estimate.h"

#include <cmath>
#include <limits>

namespace assay {

double standardized_difference(const std::vector<double>& differences) {
  const Estimate estimate = estimate_mean(differences);
  if (estimate.no_variation()) {
    return estimate.mean == 0 ? 0 : std::numeric_limits<double>::quiet_NaN();
  }
  return estimate.mean / estimate.sd;
}

double cliffs_delta(double probability_of_improvement) {
  return 2 * probability_of_improvement - 1;
}

const char* effect_size_word(double cliffs_delta) {
  const double size = std::abs(cliffs_delta);
  if (std::isnan(size)) return "unknown";
  if (size < 0.147) return "negligible";
  if (size < 0.33) return "small";
  return size < 0.474 ? "medium" : "large";
}

}  // namespace assay
