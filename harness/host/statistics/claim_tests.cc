#include "host/statistics/claim_tests.h"

#include "host/statistics/claim_exact.h"
#include "host/statistics/claim_values.h"
#include "host/statistics/sweep_fit.h"

#include <assay/common/text.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace assay {

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

// How a quantity stands to one end of the range that supports.
struct End {
  double side = 0;      // above 0: the quantity lies above the end
  double p = no_value;  // two-sided, of lying on the end
  std::vector<double>
      differences;         // to the end, one a seed; empty where no seeds' differences decide
  bool unanimous = false;  // of a sign test: all seeds lie on one side
};

struct Decided {
  End end;
  Verdict if_significant = Verdict::inconclusive;
};

// A range holds when the quantity lies above its low end and below its high end. Inside, the end
// with the larger p decides, else the end that was passed. An infinite end is no end; one at least
// is finite.
Decided decide(const std::optional<End>& low, const std::optional<End>& high) {
  if (low && !(low->side > 0)) return {*low, Verdict::refuted};
  if (high && !(high->side < 0)) return {*high, Verdict::refuted};
  if (!low || !high) return {low ? *low : *high, Verdict::supported};
  // A fit without error has no p at either end.
  return {std::isnan(low->p) || low->p > high->p ? *low : *high, Verdict::supported};
}

template <typename MakeEnd>
Decided decide(const Interval& range, const MakeEnd& make_end) {
  const auto end = [&](double value) {
    return std::isfinite(value) ? std::optional<End>(make_end(value)) : std::nullopt;
  };
  return decide(end(range.low), end(range.high));
}

// By the t test of the differences to an end, `units` steps of 1 away from zero; `rounding` is what
// a quantity may be off by.
Decided decide_by_t(const std::vector<double>& quantity, const std::vector<double>& units,
                    const Interval& range, double rounding) {
  return decide(range, [&](double value) {
    End end;
    for (std::size_t i = 0; i < quantity.size(); ++i) {
      end.differences.push_back(quantity[i] - value * units[i]);
    }
    remove_rounding(end.differences, rounding);
    end.side = mean(end.differences);
    end.p = deciding_p(end.differences);
    return end;
  });
}

Pending finish_by_t(ClaimTest& test, const Decided& decided) {
  test.p = decided.end.p;
  test.sign_flip = sign_flip_test(decided.end.differences);
  const std::size_t n = decided.end.differences.size();
  if (std::isnan(t_test_p(decided.end.differences))) {
    test.no_spread = true;
    return {.if_significant = decided.if_significant, .unanimous = true, .n = n};
  }
  return {.if_significant = decided.if_significant,
          .effect = std::abs(mean(decided.end.differences)) / sample_sd(decided.end.differences),
          .n = n};
}

double largest_of(const ClaimValues& values) {
  double largest = 0;
  for (const std::size_t seed : values.complete()) {
    for (const auto& column : values.points) largest = std::max(largest, std::abs(column[seed]));
  }
  return largest;
}

// Too few seeds with all values, or values that cannot be compared: the note says which.
bool testable(ClaimTest& test, const ClaimValues& values, std::size_t seeds) {
  const std::size_t points = values.points.size();
  const std::string all = points == 1   ? "a value"
                          : points == 2 ? "both values"
                                        : "all " + std::to_string(points) + " values";
  // Missing logarithms and ratios that are not defined, and seeds that the plan does not share, are
  // the reason why none has all.
  if (seeds >= 2 || !values.note.empty()) {
    test.note = values.note;
  } else if (values.shared < 2 && values.unit.size() > values.shared) {
    test.note = "the benchmarks share " +
                (values.shared == 0 ? std::string("no seed") : std::string("one seed")) +
                ": give them the same seeds";
  } else if (seeds == 1) {
    test.note = "one seed has " + all + ": nothing can be tested";
  } else {
    test.note = "no seed has " + all;
  }
  return test.note.empty();
}

// What one seed gives: the quantities of the complete seeds, and their units.
struct PerSeed {
  std::vector<double> quantity, unit;
};

Estimate estimate_of(const std::vector<double>& quantity, const ClaimValues& values) {
  Estimate estimate = estimate_mean(quantity);
  estimate.dropped = values.unit.size() - quantity.size();
  return estimate;
}

void set_quantity(ClaimTest& test, const std::vector<double>& quantity, const ClaimValues& values) {
  test.test = paired_test(quantity, std::vector<double>(quantity.size(), 0.0));
  test.test.difference = estimate_of(quantity, values);
}

std::vector<double> path_of(const ClaimValues& values, std::size_t seed) {
  std::vector<double> path;
  for (const auto& column : values.points) path.push_back(column[seed]);
  return path;
}

std::vector<double> axis_of(const ClaimTest& test) {
  std::vector<double> axis;
  for (const ClaimPoint& point : test.points) {
    axis.push_back(test.log_axis ? std::log(point.x) : point.x);
  }
  return axis;
}

// Of a row's own value there is no other to take away.
Pending run_pair(ClaimTest& test, const ClaimValues& values) {
  const bool level = test.relation == ClaimTest::Relation::level;
  PerSeed pairs;
  for (const std::size_t seed : values.complete()) {
    pairs.quantity.push_back(values.points[0][seed] - (level ? 0 : values.points[1][seed]));
    pairs.unit.push_back(values.unit[seed]);
  }
  const double size = largest_of(values), rounding = rounding_share * size;
  remove_rounding(pairs.quantity, rounding);
  set_quantity(test, pairs.quantity, values);
  if (!testable(test, values, pairs.quantity.size())) return {};
  if (test.exact) {
    return decide_by_value(test, values, pairs.quantity[0], pairs.unit[0], test.range, size);
  }
  test.procedure = level                                        ? "t"
                   : test.relation == ClaimTest::Relation::near ? "equivalence"
                                                                : "paired t";
  return finish_by_t(test, decide_by_t(pairs.quantity, pairs.unit, test.range, rounding));
}

// Without shared seeds no seed has a slope: the line through the points' means, whose scatter about
// it is the only measure of error.
Pending run_slope_of_means(ClaimTest& test, const ClaimValues& values) {
  std::vector<double> means;
  for (const auto& column : values.points) means.push_back(estimate_mean(column).mean);
  const LineFit fit = fit_line(axis_of(test), means);
  test.test.difference = {
      .n = fit.n, .dropped = 0, .mean = fit.slope, .sd = no_value, .interval = std::nullopt};
  test.sign_flip.p = test.test.sign_flip.p = test.test.p = no_value;
  // A line through the points that happen to be there would be another claim's.
  if (fit.n < means.size() || !std::isfinite(fit.slope)) {
    test.note = "a point has no value: no line was fitted";
    return {};
  }
  if (fit.n < 3) {
    test.note = "the two points share no seeds, and a line through two means has no error";
    return {};
  }
  const double df = static_cast<double>(fit.n - 2);
  const double half = t_quantile(df, 1 - significance_level / 2) * fit.error;
  test.test.difference.interval = Interval{fit.slope - half, fit.slope + half};
  test.test.p = fit.error > 0 ? t_two_sided_p(df, fit.slope / fit.error) : no_value;
  test.procedure =
      "least squares through the means of " + std::to_string(fit.n) + " points, whose seeds differ";
  const Decided decided = decide(test.range, [&](double value) {
    const double away = fit.slope - value;
    return End{away, fit.error > 0 ? t_two_sided_p(df, away / fit.error) : no_value, {}};
  });
  test.p = decided.end.p;
  if (std::isnan(test.p)) {
    test.note = "the means lie on a line exactly: the fit has no error to work with";
    return {};
  }
  return {.if_significant = decided.if_significant};
}

Pending run_slope(ClaimTest& test, const ClaimValues& values) {
  if (!test.exact && values.shared < 2 && values.unit.size() >= 2 && values.note.empty() &&
      values.metric == test.metric) {
    return run_slope_of_means(test, values);
  }
  PerSeed slopes;
  const std::vector<double> axis = axis_of(test);
  for (const std::size_t seed : values.complete()) {
    slopes.quantity.push_back(fit_line(axis, path_of(values, seed)).slope);
    slopes.unit.push_back(values.unit[seed]);
  }
  const double size = largest_of(values) / (axis.back() - axis.front());
  const double rounding = rounding_share * size;
  remove_rounding(slopes.quantity, rounding);
  set_quantity(test, slopes.quantity, values);
  if (!testable(test, values, slopes.quantity.size())) return {};
  if (test.exact) {
    return decide_by_value(test, values, slopes.quantity[0], slopes.unit[0], test.range, size);
  }
  test.procedure = "t over the slopes of the seeds";
  return finish_by_t(test, decide_by_t(slopes.quantity, slopes.unit, test.range, rounding));
}

// A seed's threshold as far as it is known.
struct Threshold {
  double low = no_value, high = no_value;  // equal where it crosses
};

// +1 where the seeds' metric rises along the axis as a whole, -1 where it falls, else 0.
int trend_of(const ClaimValues& values) {
  double change = 0;
  for (const std::size_t seed : values.complete()) {
    change += values.points.back()[seed] - values.points.front()[seed];
  }
  return change > 0 ? 1 : change < 0 ? -1 : 0;
}

// A seed that stays above the level of a rising metric crossed it before the first point.
Threshold threshold_of(const Crossing& crossing, int trend, const std::vector<double>& axis) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  if (crossing.x) return {*crossing.x, *crossing.x};
  if (trend == 0) return {-infinite, infinite};
  return crossing.side * trend > 0 ? Threshold{-infinite, axis.front()}
                                   : Threshold{axis.back(), infinite};
}

// Thresholds known only to lie beyond the axis have no mean: each seed is a sign.
Pending run_censored(ClaimTest& test, const std::vector<Threshold>& thresholds,
                     const Interval& range) {
  const std::string missing = std::to_string(test.censored) + " of " +
                              counted(thresholds.size(), "seed") + " never " +
                              (test.censored == 1 ? "crosses" : "cross") + " the level";
  bool known = true;
  const Decided decided = decide(range, [&](double value) {
    std::size_t above = 0, below = 0;
    for (const Threshold& one : thresholds) {
      const bool is_crossing = one.low == one.high;
      const bool is_above = is_crossing ? one.low > value : one.low >= value;
      const bool is_below = is_crossing ? one.high < value : one.high <= value;
      above += is_above;
      below += is_below;
      known = known && (is_above || is_below || is_crossing);
    }
    return End{static_cast<double>(above) - static_cast<double>(below),
               sign_test_p(above, below),
               {},
               above == 0 || below == 0};
  });
  test.sign_flip.p = no_value;
  if (!known) {
    test.note = missing +
                " between the axis's first and last point, and may lie on either side of "
                "the range's end: a wider axis would show";
    return {};
  }
  test.procedure = "sign test, as " + missing;
  test.p = decided.end.p;
  return {.if_significant = decided.if_significant,
          .unanimous = decided.end.unanimous,
          .n = thresholds.size()};
}

Interval on_axis(const Interval& range, bool log) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  if (!log) return range;
  return {range.low > 0 ? std::log(range.low) : -infinite,
          range.high > 0 ? std::log(range.high) : -infinite};
}

// A suite read from a file has no such claim; what stands in a run.json may.
std::string note_without_end(const Interval& range) {
  if (std::isfinite(range.low) || std::isfinite(range.high)) return "";
  return range.high > 0 ? "every value of the axis lies in the claim's range: nothing can be tested"
                        : "no value of a logarithmic axis lies in the claim's range";
}

Pending run_threshold(ClaimTest& test, const ClaimValues& values) {
  const std::vector<double> axis = axis_of(test);
  const double level = test.log_metric ? std::log(test.level) : test.level;
  const int trend = trend_of(values);
  std::vector<Threshold> thresholds;
  std::vector<double> crossings;
  for (const std::size_t seed : values.complete()) {
    const Crossing crossing =
        first_crossing(axis, path_of(values, seed), level * values.unit[seed]);
    thresholds.push_back(threshold_of(crossing, trend, axis));
    if (crossing.x) crossings.push_back(*crossing.x);
  }
  set_quantity(test, crossings, values);
  test.censored = thresholds.size() - crossings.size();
  if (!testable(test, values, thresholds.size())) return {};
  const Interval range = on_axis(test.range, test.log_axis);
  test.note = note_without_end(range);
  if (!test.note.empty()) return {};
  if (test.exact && test.censored > 0) {
    test.note = "declared exact, but the metric never crosses the level";
    return {};
  }
  const double size = std::max(std::abs(axis.front()), std::abs(axis.back()));
  if (test.exact) {
    return decide_by_value(test, values, crossings[0], 1, range, size);
  }
  if (test.censored > 0) return run_censored(test, thresholds, range);
  test.procedure = "t over the thresholds of the seeds";
  return finish_by_t(test, decide_by_t(crossings, std::vector<double>(crossings.size(), 1.0), range,
                                       rounding_share * size));
}

}  // namespace

Pending run_test(ClaimTest& test, const ClaimData& data) {
  const ClaimValues values = claim_values(test.points, test.metric, test.log_metric, data);
  test.p = no_value;
  Pending pending;
  if (test.relation == ClaimTest::Relation::slope) {
    pending = run_slope(test, values);
  } else if (test.relation == ClaimTest::Relation::threshold) {
    pending = run_threshold(test, values);
  } else {
    pending = run_pair(test, values);
  }
  test.metric = values.metric;
  return pending;
}

}  // namespace assay
