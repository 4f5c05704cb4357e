#include "host/statistics/adjust.h"

#include "host/statistics/attainable.h"

#include <assay/common/error.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace assay {

namespace {

// The places of the p-values that are numbers, smallest first.
std::vector<std::size_t> ascending(const std::vector<double>& p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t i) { return std::isnan(p_values[i]); });
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return p_values[i] < p_values[j]; });
  return order;
}

// S(k): may[s] says whether exactly s pairs of k methods can be equal together. Methods that are
// equal form groups, so S(k) holds the sums of C(size, 2) over the partitions of k.
std::vector<bool> possible_true(std::size_t methods) {
  std::vector<std::vector<bool>> may{{true}};
  for (std::size_t k = 1; k <= methods; ++k) {
    std::vector<bool> own(all_pairs(k) + 1, false);
    for (std::size_t group = 1; group <= k; ++group) {
      const std::vector<bool>& rest = may[k - group];
      for (std::size_t sum = 0; sum < rest.size(); ++sum) {
        if (rest[sum]) own[all_pairs(group) + sum] = true;
      }
    }
    may.push_back(std::move(own));
  }
  return may.back();
}

std::size_t methods_of(std::size_t pairs) {
  std::size_t methods = 2;
  while (all_pairs(methods) < pairs) ++methods;
  if (all_pairs(methods) != pairs) {
    throw Error("shaffer_static needs the p-values of all pairs of some methods: " +
                std::to_string(pairs) + " is no number of pairs");
  }
  return methods;
}

}  // namespace

std::vector<double> bonferroni(const std::vector<double>& p_values) {
  const double family = static_cast<double>(ascending(p_values).size());
  std::vector<double> adjusted = p_values;
  for (double& p : adjusted) {
    if (!std::isnan(p)) p = std::min(1.0, family * p);
  }
  return adjusted;
}

std::vector<double> benjamini_hochberg(const std::vector<double>& p_values) {
  const std::vector<std::size_t> order = ascending(p_values);
  const double family = static_cast<double>(order.size());
  std::vector<double> adjusted = p_values;
  double smallest = 1;
  for (std::size_t k = order.size(); k > 0; --k) {
    const std::size_t at = order[k - 1];
    smallest = std::min(smallest, family * p_values[at] / static_cast<double>(k));
    adjusted[at] = smallest;
  }
  return adjusted;
}

std::vector<std::size_t> shaffer_multipliers(std::size_t methods) {
  const std::vector<bool> possible = possible_true(methods);
  std::vector<std::size_t> multipliers;
  for (std::size_t open = all_pairs(methods); open > 0; --open) {
    std::size_t most = open;
    while (!possible[most]) --most;
    multipliers.push_back(most);
  }
  return multipliers;
}

std::vector<double> shaffer_static(const std::vector<double>& p_values) {
  if (p_values.empty()) return {};
  const std::vector<std::size_t> multipliers = shaffer_multipliers(methods_of(p_values.size()));
  const std::vector<std::size_t> order = ascending(p_values);
  std::vector<double> adjusted = p_values;
  double largest = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    // Of a family with pairs left out, all that are open may be true: never more than Holm's count,
    // but no longer only the sums that all pairs allow.
    const std::size_t factor = std::min(multipliers[k], order.size() - k);
    largest = std::max(largest, std::min(1.0, static_cast<double>(factor) * p_values[order[k]]));
    adjusted[order[k]] = largest;
  }
  return adjusted;
}

}  // namespace assay
