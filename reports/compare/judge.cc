#include "reports/compare/judge.h"

#include "host/statistics/many.h"
#include "host/statistics/unpaired.h"

#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::reports {

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

std::vector<double> scaled(std::vector<double> values, double factor) {
  for (double& value : values) value *= factor;
  return values;
}

// The gate for two groups that share no seed. `n` of the difference counts the values of both, its
// `sd` is the standard error.
GateTest unpaired_gate(const std::vector<double>& now, const std::vector<double>& base,
                       double margin) {
  const WelchTest welch = welch_test(now, base);
  GateTest gate;
  gate.interval = {no_value, no_value};
  gate.difference.n = welch.a.n + welch.b.n;
  gate.difference.mean = welch.difference;
  gate.difference.sd = welch.standard_error;
  if (welch.a.n == 0 || welch.b.n == 0) return gate;
  gate.verdict = GateVerdict::inconclusive;
  if (!(welch.standard_error > 0)) return gate;  // one value, or neither group varies
  const double half = t_quantile(welch.df, 1 - significance_level) * welch.standard_error;
  gate.interval = {welch.difference - half, welch.difference + half};
  const boost::math::students_t distribution(welch.df);
  const double t = (welch.difference + margin) / welch.standard_error;
  gate.p_regressed = boost::math::cdf(distribution, t);
  gate.p_passed = boost::math::cdf(boost::math::complement(distribution, t));
  if (gate.p_passed < significance_level) gate.verdict = GateVerdict::passed;
  if (gate.p_regressed < significance_level) gate.verdict = GateVerdict::regressed;
  return gate;
}

Change tested_word(const RowComparison& row) {
  if (row.identical) return Change::unchanged;
  if (row.test.verdict == GateVerdict::regressed) {
    return row.adjusted <= significance_level ? Change::regressed : Change::inconclusive;
  }
  if (row.test.verdict != GateVerdict::passed) return Change::inconclusive;
  if (row.adjusted_improved <= significance_level) return Change::improved;
  return row.test.interval.high < row.margin ? Change::unchanged : Change::not_worse;
}

Change word_of(const RowComparison& row) {
  if (row.metric.better == Metric::Better::neither) return Change::undirected;
  const bool broken = row.count(SeedChange::broken) > 0;
  if (!measured(row)) {
    if (broken) return Change::broken;
    return row.count(SeedChange::fixed) > 0 && !row.incomplete() ? Change::fixed
                                                                 : Change::unmeasured;
  }
  const Change tested = tested_word(row);
  return broken && tested != Change::regressed ? Change::broken : tested;
}

// About how many pairs would decide whether the differences lie above or below -margin, if they
// stayed as they are.
std::optional<std::size_t> seeds_to_decide(const RowComparison& row, std::size_t comparisons) {
  if (row.unpaired || row.test.difference.n < 2) return std::nullopt;
  const double distance = row.test.difference.mean + row.margin;
  // Holm corrects regressions only; both tests are one-sided.
  const double level =
      2 * significance_level / (distance < 0 ? static_cast<double>(comparisons) : 1.0);
  if (row.test.difference.no_variation()) {
    // Sign flips decide, whose one-sided p is 2^-n.
    return std::max(static_cast<std::size_t>(std::ceil(-std::log2(level / 2))),
                    row.test.difference.n + 1);
  }
  const double effect = std::abs(distance) / row.test.difference.sd;
  if (!std::isfinite(effect)) return std::nullopt;
  const auto needed = seeds_needed(effect, level);
  if (!needed) return std::nullopt;
  return std::max(*needed, row.test.difference.n + 1);
}

// Over the gated comparisons, or over the others among themselves.
void correct(std::vector<RowComparison>& rows, bool gated) {
  std::vector<RowComparison*> family;
  std::vector<double> worse, better;
  for (RowComparison& row : rows) {
    if (row.metric.better == Metric::Better::neither) row.change = Change::undirected;
    if (row.gated != gated || row.change == Change::undirected) continue;
    family.push_back(&row);
    const bool tested = std::isfinite(row.test.interval.low) && !row.identical;
    worse.push_back(tested ? row.test.p_regressed : no_value);
    better.push_back(tested ? row.p_improved : no_value);
  }
  worse = holm(worse);
  better = holm(better);
  for (std::size_t i = 0; i < family.size(); ++i) {
    family[i]->adjusted = worse[i];
    family[i]->adjusted_improved = better[i];
    family[i]->change = word_of(*family[i]);
    if (family[i]->change == Change::inconclusive) {
      family[i]->seeds_to_decide = seeds_to_decide(*family[i], family.size());
    }
  }
}

}  // namespace

void test_row(RowComparison& row, const Margins& margins) {
  row.unpaired = row.count(SeedChange::added) + row.count(SeedChange::gone) == row.seeds.size();
  std::vector<double> base, now, differences;
  for (const SeedComparison& seed : row.seeds) {
    if (seed.change != SeedChange::compared && !row.unpaired) continue;
    if (std::isfinite(seed.base)) base.push_back(seed.base);
    if (std::isfinite(seed.now)) now.push_back(seed.now);
    if (!row.unpaired) differences.push_back(row.sign() * (seed.now - seed.base));
  }
  row.base = estimate_mean(base);
  row.now = estimate_mean(now);
  row.margin = margins.of(row.metric.id, row.base.mean);
  row.identical = !differences.empty() && std::all_of(differences.begin(), differences.end(),
                                                      [](double d) { return d == 0; });
  if (row.unpaired) {
    now = scaled(std::move(now), row.sign());
    base = scaled(std::move(base), row.sign());
    row.test = unpaired_gate(now, base, row.margin);
    row.p_improved = unpaired_gate(base, now, row.margin).p_regressed;
  } else {
    row.test = non_inferiority(differences, row.margin);
    row.p_improved = non_inferiority(scaled(std::move(differences), -1), row.margin).p_regressed;
  }
}

bool measured(const RowComparison& row) {
  return row.unpaired ? row.base.n > 0 && row.now.n > 0 : row.base.n > 0;
}

void judge(std::vector<RowComparison>& rows) {
  correct(rows, true);
  correct(rows, false);
}

}  // namespace assay::reports
