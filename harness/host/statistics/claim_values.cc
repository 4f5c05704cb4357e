#include "host/statistics/claim_values.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace assay {

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

using Columns = std::vector<std::vector<double>>;

bool on_one_benchmark(const std::vector<ClaimPoint>& points) {
  return std::all_of(points.begin(), points.end(), [&](const ClaimPoint& point) {
    return point.benchmark == points.front().benchmark;
  });
}

Columns columns_of(const std::vector<ClaimPoint>& points, const std::string& metric,
                   const ClaimData& data) {
  Columns columns;
  for (const ClaimPoint& point : points) {
    columns.push_back(data.values(point.benchmark, point.row, metric));
  }
  if (on_one_benchmark(points)) return columns;
  std::map<std::int64_t, std::size_t> row_of;
  for (const ClaimPoint& point : points) {
    for (const std::int64_t seed : point.seeds) row_of.emplace(seed, row_of.size());
  }
  Columns aligned(points.size(), std::vector<double>(row_of.size(), no_value));
  for (std::size_t p = 0; p < points.size(); ++p) {
    const std::size_t known = std::min(points[p].seeds.size(), columns[p].size());
    for (std::size_t i = 0; i < known; ++i) {
      aligned[p][row_of.at(points[p].seeds[i])] = columns[p][i];
    }
  }
  return aligned;
}

std::size_t count_shared(const std::vector<ClaimPoint>& points, const Columns& columns) {
  if (on_one_benchmark(points)) return columns.empty() ? 0 : columns.front().size();
  std::map<std::int64_t, std::size_t> uses;
  for (const ClaimPoint& point : points) {
    for (const std::int64_t seed : point.seeds) ++uses[seed];
  }
  return static_cast<std::size_t>(std::count_if(
      uses.begin(), uses.end(), [&](const auto& use) { return use.second == points.size(); }));
}

bool is_complete(const Columns& columns, std::size_t seed) {
  return std::all_of(columns.begin(), columns.end(),
                     [seed](const auto& column) { return std::isfinite(column[seed]); });
}

// The denominator that all points share on a seed; not a number when none has one. False when they
// have different ones: then the ratios cannot be compared by their numerators.
bool share_denominator(const Columns& denominators, std::size_t seed, double& shared) {
  shared = no_value;
  for (const auto& column : denominators) {
    if (!std::isfinite(column[seed])) continue;
    if (std::isfinite(shared) && std::abs(column[seed] - shared) > 1e-9) return false;
    if (!std::isfinite(shared)) shared = column[seed];
  }
  return true;
}

bool is_resolved(const Estimate& gap) {
  return gap.mean > 2 * gap.sd / std::sqrt(static_cast<double>(gap.n));
}

// A ratio's denominator must be one for all points of a seed, and its mean over the seeds used must
// be told from zero.
void divide(ClaimValues& values, const Columns& denominators, const std::string& denominator,
            const std::string& metric) {
  std::vector<double> used;
  for (std::size_t seed = 0; seed < values.unit.size(); ++seed) {
    if (!is_complete(values.points, seed)) continue;
    if (!share_denominator(denominators, seed, values.unit[seed])) {
      values.note = "the rows differ in " + denominator + ", so their " + metric +
                    " cannot be compared seed by seed";
      return;
    }
    if (std::isfinite(values.unit[seed])) used.push_back(values.unit[seed]);
  }
  const Estimate gap = estimate_mean(used);
  if (gap.n >= 2 && !is_resolved(gap)) {
    values.note =
        denominator + " does not exceed two standard errors, so " + metric + " is not defined";
  }
}

// One point's ratio r of means as values over seeds: r + (numerator - r denominator) / mean
// denominator. Their mean is r, and their standard error that of the ratio estimator (Cochran,
// Sampling Techniques, 1977, section 6.4).
void linearise_point(std::vector<double>& numerators, const std::vector<double>& denominators,
                     const std::vector<bool>& used) {
  double numerator = 0, denominator = 0, count = 0;
  for (std::size_t seed = 0; seed < used.size(); ++seed) {
    if (!used[seed]) continue;
    numerator += numerators[seed];
    denominator += denominators[seed];
    count += 1;
  }
  const double ratio = numerator / denominator;
  for (std::size_t seed = 0; seed < used.size(); ++seed) {
    numerators[seed] =
        used[seed] ? ratio + (numerators[seed] - ratio * denominators[seed]) * count / denominator
                   : no_value;
  }
}

// Benchmarks along a setting have denominators of their own, so that numerators cannot be compared.
void linearise(ClaimValues& values, const Columns& denominators, const std::string& denominator,
               const std::string& metric) {
  values.metric = metric;
  Columns linearised(values.points.size());
  for (std::size_t p = 0; p < values.points.size(); ++p) {
    std::vector<bool> used(values.unit.size());
    std::vector<double> gaps;
    for (std::size_t seed = 0; seed < used.size(); ++seed) {
      // Seeds that all points have, where the plan shares any: the ratio is then of these.
      used[seed] =
          values.shared >= 2
              ? is_complete(values.points, seed) && is_complete(denominators, seed)
              : std::isfinite(values.points[p][seed]) && std::isfinite(denominators[p][seed]);
      if (used[seed]) gaps.push_back(denominators[p][seed]);
    }
    const Estimate gap = estimate_mean(gaps);
    if (gap.n < 2 || !is_resolved(gap)) {
      if (gap.n >= 2 && values.note.empty()) {
        values.note = denominator + " does not exceed two standard errors at every point, so " +
                      metric + " is not defined there";
      }
      used.assign(used.size(), false);
    }
    linearised[p] = values.points[p];
    linearise_point(linearised[p], denominators[p], used);
  }
  values.points = std::move(linearised);
}

void take_logarithms(ClaimValues& values) {
  std::size_t without = 0;
  for (auto& column : values.points) {
    for (double& value : column) {
      if (!std::isfinite(value)) continue;
      if (!(value > 0)) ++without;
      value = value > 0 ? std::log(value) : no_value;
    }
  }
  if (without == 0) return;
  values.note = std::to_string(without) + (without == 1 ? " value" : " values") + " of " +
                values.metric + (without == 1 ? " is" : " are") +
                " not above 0, so there is no logarithm to compare";
}

}  // namespace

std::vector<std::size_t> ClaimValues::complete() const {
  std::vector<std::size_t> seeds;
  for (std::size_t seed = 0; seed < unit.size(); ++seed) {
    if (std::isfinite(unit[seed]) && is_complete(points, seed)) seeds.push_back(seed);
  }
  return seeds;
}

ClaimValues claim_values(const std::vector<ClaimPoint>& points, const std::string& metric, bool log,
                         const ClaimData& data) {
  // The rows of a seed share the denominator of a ratio (the gap between weak and ceiling), so
  // their comparison is that of the numerators: pairs remove the denominator's noise.
  const auto ratio = data.ratio(points.front().benchmark, metric);
  ClaimValues values;
  values.metric = ratio ? ratio->numerator : metric;
  values.points = columns_of(points, values.metric, data);
  std::size_t seeds = 0;
  for (const auto& column : values.points) seeds = std::max(seeds, column.size());
  for (auto& column : values.points) column.resize(seeds, no_value);
  values.unit.assign(seeds, 1.0);
  values.shared = count_shared(points, values.points);
  if (ratio && log) {
    values.note = metric + " is a ratio of means: it has no logarithm seed by seed";
  } else if (ratio) {
    Columns denominators = columns_of(points, ratio->denominator, data);
    for (auto& column : denominators) column.resize(seeds, no_value);
    if (on_one_benchmark(points)) {
      divide(values, denominators, ratio->denominator, metric);
    } else {
      linearise(values, denominators, ratio->denominator, metric);
    }
  } else if (log) {
    take_logarithms(values);
  }
  return values;
}

}  // namespace assay
