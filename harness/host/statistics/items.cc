#include "host/statistics/items.h"

#include "host/statistics/ranks.h"

#include <assay/common/error.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <string>

namespace assay {

Interval wilson_interval(std::size_t successes, std::size_t trials, double level) {
  if (successes > trials) {
    throw Error("wilson_interval got " + std::to_string(successes) + " successes in " +
                std::to_string(trials) + " trials");
  }
  if (trials == 0) return {0, 1};
  const double n = static_cast<double>(trials), share = static_cast<double>(successes) / n;
  const double z = boost::math::quantile(boost::math::normal(), 1 - level / 2);
  const double scale = 1 + z * z / n;
  const double center = (share + z * z / (2 * n)) / scale;
  const double half = z / scale * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  // The ends are exact there; rounding would leave them a little inside.
  return {successes == 0 ? 0 : std::max(0.0, center - half),
          successes == trials ? 1 : std::min(1.0, center + half)};
}

double mcnemar_p(std::size_t b, std::size_t c) {
  return sign_test_p(b, c);
}

double clustered_standard_error(const std::vector<std::vector<double>>& scores_by_group) {
  std::vector<double> all;
  for (const std::vector<double>& group : scores_by_group) {
    all.insert(all.end(), group.begin(), group.end());
  }
  const double center = mean(all);
  double squares = 0;
  for (const std::vector<double>& group : scores_by_group) {
    double sum = 0;
    for (const double score : group) sum += score - center;
    squares += sum * sum;
  }
  return std::sqrt(squares) / static_cast<double>(all.size());
}

}  // namespace assay
