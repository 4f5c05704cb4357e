#include "reports/plots/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace assay::reports {

Scale make_scale(double low, double high, int wanted) {
  if (!(high > low)) {
    const double room = low == 0 ? 1 : std::abs(low) * 0.05;
    low -= room;
    high += room;
  }
  const double room = (high - low) * 0.04;
  Scale scale;
  scale.low = low - room;
  scale.high = high + room;
  const double rough = (scale.high - scale.low) / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double share = rough / power;
  const double step = (share <= 1.5 ? 1 : share <= 3.5 ? 2 : share <= 7.5 ? 5 : 10) * power;
  scale.decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 9);
  const auto first = static_cast<long long>(std::ceil(scale.low / step));
  for (long long i = first; static_cast<double>(i) * step <= scale.high; ++i) {
    scale.ticks.push_back(static_cast<double>(i) * step);
  }
  return scale;
}

std::string coordinate(double value) {
  std::string text = fmt::format("{:.2f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::vector<std::pair<double, double>> mean_curve(
    const std::vector<std::vector<std::pair<double, double>>>& seeds) {
  std::map<double, std::pair<double, std::size_t>> sums;
  for (const auto& seed : seeds) {
    for (const auto& [step, value] : seed) {
      if (!std::isfinite(step) || !std::isfinite(value)) continue;
      auto& [sum, count] = sums[step];
      sum += value;
      ++count;
    }
  }
  std::vector<std::pair<double, double>> mean;
  for (const auto& [step, sum] : sums) {
    if (sum.second == seeds.size()) {
      mean.emplace_back(step, sum.first / static_cast<double>(sum.second));
    }
  }
  return mean;
}

}  // namespace assay::reports
