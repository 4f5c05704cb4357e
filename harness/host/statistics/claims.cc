#include "host/statistics/claims.h"

#include "host/statistics/many.h"
#include "host/suite/expectation.h"

#include <assay/common/error.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay {

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

// What a claim's metric becomes on one benchmark.
struct Quantity {
  std::vector<double> left, right;
  std::vector<double> unit;  // of near: one step of the stated range; a ratio's denominator, else 1
  std::string metric;
  std::string note;
};

bool same_values(const std::vector<double>& a, const std::vector<double>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isfinite(a[i]) && std::isfinite(b[i]) &&
        std::abs(a[i] - b[i]) > 1e-9 * std::max(1.0, std::abs(a[i]))) {
      return false;
    }
  }
  return true;
}

// The rows of a seed share the denominator of a ratio (the gap between weak and ceiling), so its
// comparison is that of the numerators: pairs remove the denominator's noise.
Quantity quantity_of(const ClaimTest& link, const std::string& metric, const ClaimData& data) {
  Quantity quantity;
  const auto values = [&](const std::string& row, const std::string& id) {
    return data.values(link.benchmark, row, id);
  };
  if (const auto ratio = data.ratio(link.benchmark, metric)) {
    const std::vector<double> left = values(link.left, ratio->denominator);
    const std::vector<double> right = values(link.right, ratio->denominator);
    if (same_values(left, right)) {
      quantity.unit = left;
      quantity.metric = ratio->numerator;
      const Estimate gap = estimate_mean(left);
      const double error = gap.sd / std::sqrt(static_cast<double>(gap.n));
      if (gap.n >= 2 && !(gap.mean > 2 * error)) {
        quantity.note = ratio->denominator + " does not exceed two standard errors, so " + metric +
                        " is not defined";
      }
    }
  }
  if (quantity.metric.empty()) quantity.metric = metric;
  quantity.left = values(link.left, quantity.metric);
  quantity.right = values(link.right, quantity.metric);
  if (quantity.unit.empty()) quantity.unit.assign(quantity.left.size(), 1.0);
  return quantity;
}

// Distances to the two ends of a near's range; the claim holds when the first is positive and the
// second negative.
struct NearTest {
  double p = 1;
  bool inside = false;
  double distance = 0;  // to the nearer end
};

NearTest near_test(const Quantity& quantity, double within) {
  std::vector<double> above_low, above_high;
  for (std::size_t i = 0; i < quantity.left.size(); ++i) {
    const double difference = quantity.left[i] - quantity.right[i];
    const double step = within * quantity.unit[i];
    if (!std::isfinite(difference) || !std::isfinite(step)) continue;
    above_low.push_back(difference + step);
    above_high.push_back(difference - step);
  }
  const double low = mean(above_low), high = mean(above_high);
  NearTest test;
  test.inside = low > 0 && high < 0;
  test.distance = std::min(std::abs(low), std::abs(high));
  if (test.inside) {
    test.p = std::max(t_test_p(above_low), t_test_p(above_high));
  } else {
    test.p = t_test_p(low <= 0 ? above_low : above_high);
  }
  return test;
}

// What the uncorrected test says, kept until Holm has seen all p-values.
struct Pending {
  Verdict if_significant = Verdict::inconclusive;
  double distance = 0;  // what a further seed has to resolve
};

Pending run_test(ClaimTest& link, const std::string& metric, const ClaimData& data) {
  const Quantity quantity = quantity_of(link, metric, data);
  link.metric = quantity.metric;
  link.test = paired_test(quantity.left, quantity.right);
  link.p = no_value;
  if (!link.test.testable()) {
    link.note = link.test.difference.n == 0 ? "no seed has both values"
                                            : "one seed has both values: nothing can be tested";
    return {};
  }
  if (!quantity.note.empty()) {
    link.note = quantity.note;
    return {};
  }
  const double difference = link.test.difference.mean;
  if (link.relation == ClaimTest::Relation::near) {
    const NearTest test = near_test(quantity, link.within);
    link.p = test.p;
    return {test.inside ? Verdict::supported : Verdict::refuted, test.distance};
  }
  link.p = link.test.p;
  const bool as_stated =
      link.relation == ClaimTest::Relation::less ? difference < 0 : difference > 0;
  return {as_stated ? Verdict::supported : Verdict::refuted, std::abs(difference)};
}

// How many tests Holm still holds open when it comes to this one.
double holm_factor(const std::vector<double>& p_values, double p) {
  const auto open =
      std::count_if(p_values.begin(), p_values.end(), [p](double other) { return other >= p; });
  return static_cast<double>(std::max<std::ptrdiff_t>(1, open));
}

void ask_for_seeds(ClaimTest& link, double distance, double level) {
  const Estimate& difference = link.test.difference;
  if (difference.sd == 0) return;
  const auto needed = seeds_needed(distance / difference.sd, level);
  link.many_seeds = !needed;
  if (needed) {
    link.seeds = std::max({*needed, difference.n + 1, sign_flip_minimum(significance_level)});
  }
}

std::vector<ClaimTest> links_of(const Claim& claim) {
  const auto parsed = parse_expectation(claim.expect);
  if (const auto* problem = std::get_if<ExpectationProblem>(&parsed)) {
    throw Error("the claim \"" + claim.says + "\" expects \"" + claim.expect +
                "\", which is not understood: " + problem->message);
  }
  const Expectation& expectation = std::get<Expectation>(parsed);
  std::vector<ClaimTest> links;
  for (const std::string& benchmark : claim.on) {
    for (std::size_t i = 0; i + 1 < expectation.names.size(); ++i) {
      ClaimTest link;
      link.benchmark = benchmark;
      link.left = expectation.names[i];
      link.right = expectation.names[i + 1];
      link.within = expectation.within;
      link.relation = expectation.kind == Expectation::Kind::less ? ClaimTest::Relation::less
                      : expectation.kind == Expectation::Kind::greater
                          ? ClaimTest::Relation::greater
                          : ClaimTest::Relation::near;
      links.push_back(std::move(link));
    }
  }
  return links;
}

template <typename Tests>
Verdict combine(const Tests& tests) {
  if (tests.empty()) return Verdict::inconclusive;
  Verdict verdict = Verdict::supported;
  for (const ClaimTest& test : tests) {
    if (test.verdict == Verdict::refuted) return Verdict::refuted;
    if (test.verdict == Verdict::inconclusive) verdict = Verdict::inconclusive;
  }
  return verdict;
}

}  // namespace

const char* verdict_word(Verdict verdict) {
  switch (verdict) {
    case Verdict::supported:
      return "supported";
    case Verdict::refuted:
      return "refuted";
    case Verdict::inconclusive:
      break;
  }
  return "inconclusive";
}

Verdict ClaimResult::on(const std::string& benchmark) const {
  std::vector<ClaimTest> own;
  std::copy_if(tests.begin(), tests.end(), std::back_inserter(own),
               [&](const ClaimTest& test) { return test.benchmark == benchmark; });
  return combine(own);
}

std::vector<ClaimResult> evaluate_claims(const std::vector<Claim>& claims, const ClaimData& data) {
  std::vector<ClaimResult> results;
  std::vector<Pending> pending;
  std::vector<double> p_values;
  for (const Claim& claim : claims) {
    ClaimResult result{claim, links_of(claim), Verdict::inconclusive};
    for (ClaimTest& link : result.tests) {
      pending.push_back(run_test(link, claim.metric, data));
      p_values.push_back(link.p);
    }
    results.push_back(std::move(result));
  }
  const std::vector<double> adjusted = holm(p_values);
  std::size_t at = 0;
  for (ClaimResult& result : results) {
    for (ClaimTest& link : result.tests) {
      link.adjusted = adjusted[at];
      if (link.adjusted <= significance_level) {
        link.verdict = pending[at].if_significant;
      } else if (!std::isnan(link.p)) {
        ask_for_seeds(link, pending[at].distance,
                      significance_level / holm_factor(p_values, link.p));
      }
      ++at;
    }
    result.verdict = combine(result.tests);
  }
  return results;
}

}  // namespace assay
