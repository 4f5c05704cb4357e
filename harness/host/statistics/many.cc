#include "host/statistics/many.h"

#include "host/statistics/estimate.h"

#include <algorithm>
#include <boost/math/distributions/non_central_t.hpp>
#include <cmath>
#include <numeric>

namespace assay {

namespace {

constexpr double wanted_power = 0.8;

// P(|T| > t) under the noncentral t, t the critical value of a two-sided test.
double t_power(double df, double shift, double level) {
  const double critical = t_quantile(df, 1 - level / 2);
  // Far from zero the answer is 1 to every digit, and the series for it is slow.
  if (shift > critical + 38) return 1;
  const boost::math::non_central_t distribution(df, shift);
  return boost::math::cdf(boost::math::complement(distribution, critical)) +
         boost::math::cdf(distribution, -critical);
}

template <typename Power>
std::optional<std::size_t> smallest_with_power(Power power, double effect, double level) {
  if (!(effect > 0)) return std::nullopt;
  if (power(effect, most_useful_seeds, level) < wanted_power) return std::nullopt;
  std::size_t too_few = 1, enough = most_useful_seeds;  // power grows with the number of seeds
  while (enough - too_few > 1) {
    const std::size_t middle = (too_few + enough) / 2;
    (power(effect, middle, level) >= wanted_power ? enough : too_few) = middle;
  }
  return enough;
}

}  // namespace

std::vector<double> holm(const std::vector<double>& p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t i) { return std::isnan(p_values[i]); });
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return p_values[i] < p_values[j]; });
  std::vector<double> adjusted = p_values;
  double largest = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    const double factor = static_cast<double>(p_values.size() - k);
    largest = std::max(largest, std::min(1.0, factor * p_values[order[k]]));
    adjusted[order[k]] = largest;
  }
  return adjusted;
}

double paired_power(double effect, std::size_t n, double level) {
  return t_power(static_cast<double>(n - 1), effect * std::sqrt(static_cast<double>(n)), level);
}

double unpaired_power(double effect, std::size_t n, double level) {
  return t_power(static_cast<double>(2 * n - 2), effect * std::sqrt(static_cast<double>(n) / 2),
                 level);
}

std::optional<std::size_t> seeds_needed(double effect, double level) {
  return smallest_with_power(paired_power, effect, level);
}

std::optional<std::size_t> seeds_needed_unpaired(double effect, double level) {
  return smallest_with_power(unpaired_power, effect, level);
}

double level_left(double p, const std::vector<double>& p_values, const ClaimRules& rules) {
  if (rules.correction == Correction::none) return rules.level;
  std::size_t open = p_values.size();
  if (rules.correction == Correction::holm) {
    // Those still open when it comes to p; what could not be tested stays open.
    open = static_cast<std::size_t>(std::count_if(p_values.begin(), p_values.end(),
                                                  [p](double other) { return !(other < p); }));
  }
  return rules.level / static_cast<double>(std::max<std::size_t>(1, open));
}

SeedsToDecide seeds_to_decide(double effect, std::size_t n, double p,
                              const std::vector<double>& p_values, const ClaimRules& rules) {
  if (!std::isfinite(effect)) return {};
  const auto needed = seeds_needed(effect, level_left(p, p_values, rules));
  if (!needed) return {std::nullopt, true};
  return {std::max({*needed, n + 1, sign_flip_minimum(rules.level)}), false};
}

std::size_t sign_flip_minimum(double level) {
  std::size_t pairs = 1;
  while (std::ldexp(2.0, -static_cast<int>(pairs)) > level) ++pairs;
  return pairs;
}

}  // namespace assay
