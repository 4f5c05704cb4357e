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

// The denominator that two rows share on a seed; not a number when neither has one. Nothing when
// they have different ones: then the ratios cannot be compared by their numerators.
std::optional<double> shared_denominator(double left, double right) {
  if (!std::isfinite(left)) return std::isfinite(right) ? right : no_value;
  if (std::isfinite(right) && std::abs(left - right) > 1e-9) return std::nullopt;
  return left;
}

// Turns the values of a ratio's numerator into what can be compared: pairs with a denominator, whose
// mean over the pairs used must be told from zero.
void divide(Quantity& quantity, const std::vector<double>& left, const std::vector<double>& right,
            const std::string& denominator, const std::string& metric) {
  std::vector<double> used;
  for (std::size_t i = 0; i < quantity.left.size(); ++i) {
    if (!std::isfinite(quantity.left[i] - quantity.right[i])) continue;
    const auto shared = shared_denominator(left[i], right[i]);
    if (!shared) {
      quantity.note = "the rows differ in " + denominator + ", so their " + metric +
                      " cannot be compared seed by seed";
      return;
    }
    quantity.unit[i] = *shared;
    if (std::isfinite(*shared)) {
      used.push_back(*shared);
    } else {
      quantity.left[i] = no_value;
    }
  }
  const Estimate gap = estimate_mean(used);
  if (gap.n >= 2 && !(gap.mean > 2 * gap.sd / std::sqrt(static_cast<double>(gap.n)))) {
    quantity.note = denominator + " does not exceed two standard errors, so " + metric +
                    " is not defined";
  }
}

// The rows of a seed share the denominator of a ratio (the gap between weak and ceiling), so its
// comparison is that of the numerators: pairs remove the denominator's noise.
Quantity quantity_of(const ClaimTest& link, const std::string& metric, const ClaimData& data) {
  const auto ratio = data.ratio(link.benchmark, metric);
  const auto values = [&](const std::string& row, const std::string& id) {
    return data.values(link.benchmark, row, id);
  };
  Quantity quantity;
  quantity.metric = ratio ? ratio->numerator : metric;
  quantity.left = values(link.left, quantity.metric);
  quantity.right = values(link.right, quantity.metric);
  quantity.unit.assign(quantity.left.size(), 1.0);
  if (ratio) {
    divide(quantity, values(link.left, ratio->denominator), values(link.right, ratio->denominator),
           ratio->denominator, metric);
  }
  return quantity;
}

// The differences that decide, and what they say when they are told from zero.
struct Deciding {
  std::vector<double> differences;
  Verdict if_significant = Verdict::inconclusive;
};

// A near holds when the differences to the low end of its range are positive and those to the high
// end negative. Inside the range the end with the larger p decides, else the end that was passed.
Deciding decide_near(const Quantity& quantity, double within) {
  std::vector<double> above_low, above_high;
  for (std::size_t i = 0; i < quantity.left.size(); ++i) {
    const double difference = quantity.left[i] - quantity.right[i];
    const double step = within * quantity.unit[i];
    if (!std::isfinite(difference) || !std::isfinite(step)) continue;
    above_low.push_back(difference + step);
    above_high.push_back(difference - step);
  }
  const bool not_low = mean(above_low) > 0, not_high = mean(above_high) < 0;
  if (!not_low) return {above_low, Verdict::refuted};
  if (!not_high) return {above_high, Verdict::refuted};
  const double low = t_test_p(above_low), high = t_test_p(above_high);
  // One without spread decides nothing, so neither does the range.
  return {std::isnan(low) || low > high ? above_low : above_high, Verdict::supported};
}

// What the uncorrected test says, kept until Holm has seen all p-values.
struct Pending {
  Verdict if_significant = Verdict::inconclusive;
  double effect = no_value;  // in standard deviations of the differences that decide
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
  Deciding deciding{link.test.differences, Verdict::refuted};
  if (link.relation == ClaimTest::Relation::near) {
    deciding = decide_near(quantity, link.within);
  } else if ((link.relation == ClaimTest::Relation::less) == (link.test.difference.mean < 0)) {
    deciding.if_significant = Verdict::supported;
  }
  link.p = t_test_p(deciding.differences);
  link.sign_flip = sign_flip_test(deciding.differences);
  if (std::isnan(link.p)) {
    link.no_spread = true;
    link.note = "all differences are equal: the t test has no spread to work with";
    return {};
  }
  return {deciding.if_significant,
          std::abs(mean(deciding.differences)) / sample_sd(deciding.differences)};
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
      } else {
        const SeedsToDecide more =
            seeds_to_decide(pending[at].effect, link.test.difference.n, link.p, p_values);
        link.seeds = more.seeds;
        link.many_seeds = more.many;
      }
      ++at;
    }
    result.verdict = combine(result.tests);
  }
  return results;
}

}  // namespace assay
