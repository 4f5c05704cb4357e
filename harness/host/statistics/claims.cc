#include "host/statistics/claims.h"

#include "host/statistics/claim_tests.h"
#include "host/statistics/many.h"
#include "host/suite/expectation.h"

#include <assay/common/error.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

Expectation expectation_of(const Claim& claim) {
  const auto parsed = parse_expectation(claim.expect);
  if (const auto* problem = std::get_if<ExpectationProblem>(&parsed)) {
    throw Error("the claim \"" + claim.says + "\" expects \"" + claim.expect +
                "\", which is not understood: " + problem->message);
  }
  return std::get<Expectation>(parsed);
}

// What left - right must be.
Interval range_of(ClaimTest::Relation relation, double margin, double within) {
  if (relation == ClaimTest::Relation::less) return {-infinite, margin};
  if (relation == ClaimTest::Relation::greater) return {margin, infinite};
  return {-within, within};
}

ClaimTest link_of(const Claim& claim, const Expectation& expectation, const ClaimPoint& left,
                  const ClaimPoint& right) {
  ClaimTest link;
  link.benchmark = left.benchmark;
  link.left = left.row;
  link.right = right.row;
  if (right.benchmark != left.benchmark) link.right_benchmark = right.benchmark;
  link.points = {left, right};
  link.metric = claim.metric;
  link.within = expectation.within;
  link.margin = expectation.margin;
  link.log_metric = claim.log;
  if (expectation.kind == Expectation::Kind::less) link.relation = ClaimTest::Relation::less;
  if (expectation.kind == Expectation::Kind::near) link.relation = ClaimTest::Relation::near;
  link.range = range_of(link.relation, link.margin, link.within);
  return link;
}

ClaimTest level_of(const Claim& claim, const Expectation& expectation, const ClaimPoint& row) {
  ClaimTest test;
  test.benchmark = row.benchmark;
  test.left = row.row;
  test.relation = ClaimTest::Relation::level;
  test.points = {row};
  test.metric = claim.metric;
  test.range = {expectation.low, expectation.high};
  test.log_metric = claim.log;
  return test;
}

ClaimTest fit_of(const Claim& claim, const Expectation& expectation, const ClaimLine& line) {
  ClaimTest fit;
  fit.benchmark = line.points.front().benchmark;
  fit.line = line.name;
  fit.points = line.points;
  fit.metric = claim.metric;
  fit.range = {expectation.low, expectation.high};
  fit.log_metric = expectation.log_metric;
  fit.log_axis = expectation.log_axis;
  fit.relation = ClaimTest::Relation::slope;
  if (expectation.kind == Expectation::Kind::threshold) {
    fit.relation = ClaimTest::Relation::threshold;
    fit.level = claim.at.value_or(std::nan(""));
  }
  return fit;
}

// From the point before to the point at `i`.
ClaimTest step_of(const Claim& claim, const Expectation& expectation, const ClaimLine& line,
                  std::size_t i) {
  const ClaimPoint &before = line.points[i - 1], &after = line.points[i];
  ClaimTest step;
  step.benchmark = after.benchmark;
  step.left = after.row;
  step.right = before.row;
  if (before.benchmark != after.benchmark) step.right_benchmark = before.benchmark;
  step.points = {after, before};
  step.line = line.name;
  step.metric = claim.metric;
  step.log_metric = expectation.log_metric;
  step.either_way = expectation.kind == Expectation::Kind::monotone;
  if (expectation.kind == Expectation::Kind::decreasing) step.relation = ClaimTest::Relation::less;
  step.range = range_of(step.relation, 0, 0);
  return step;
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

std::vector<double> corrected(const std::vector<double>& p_values, Correction correction) {
  if (correction == Correction::holm) return holm(p_values);
  std::vector<double> adjusted = p_values;
  if (correction == Correction::none) return adjusted;
  for (double& p : adjusted) {
    if (!std::isnan(p)) p = std::min(1.0, p * static_cast<double>(p_values.size()));
  }
  return adjusted;
}

void set_seeds(ClaimTest& test, const Pending& pending, const std::vector<double>& p_values,
               const ClaimRules& rules) {
  if (pending.unanimous) {
    test.seeds = std::max(pending.n + 1, sign_flip_minimum(level_left(test.p, p_values, rules)));
    return;
  }
  const SeedsToDecide needed = seeds_to_decide(pending.effect, pending.n, test.p, p_values, rules);
  test.seeds = needed.seeds;
  test.many_seeds = needed.many;
}

// A step of monotone(...) holds when no other step of its line is established the other way. Where
// both ways are, the line's whole change says which steps go against it.
void settle_directions(std::vector<ClaimTest>& tests) {
  for (ClaimTest& first : tests) {
    if (!first.either_way || first.verdict == Verdict::inconclusive) continue;
    double change = 0;
    bool up = false, down = false;
    for (const ClaimTest& step : tests) {
      if (!step.either_way || step.line != first.line ||
          (step.right_benchmark.empty() && step.benchmark != first.benchmark)) {
        continue;
      }
      const double difference = step.test.difference.mean;
      if (std::isfinite(difference)) change += difference;
      if (step.verdict == Verdict::inconclusive) continue;
      (difference > 0 ? up : down) = true;
    }
    const bool rising = up && down ? change > 0 : up;
    first.relation = rising ? ClaimTest::Relation::greater : ClaimTest::Relation::less;
    first.range = range_of(first.relation, 0, 0);
    const bool agrees = (first.test.difference.mean > 0) == rising;
    first.verdict = agrees ? Verdict::supported : Verdict::refuted;
  }
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
  std::copy_if(tests.begin(), tests.end(), std::back_inserter(own), [&](const ClaimTest& test) {
    return std::any_of(test.points.begin(), test.points.end(),
                       [&](const ClaimPoint& point) { return point.benchmark == benchmark; });
  });
  return combine(own);
}

namespace {

std::vector<ClaimTest> parts_of(const Claim& claim) {
  const Expectation expectation = expectation_of(claim);
  std::vector<ClaimTest> tests;
  if (expectation.across()) {
    for (const ClaimLine& line : claim.lines) {
      for (std::size_t i = 0; i + 1 < line.points.size(); ++i) {
        tests.push_back(link_of(claim, expectation, line.points[i], line.points[i + 1]));
      }
    }
    return tests;
  }
  if (!expectation.sweeps()) {
    for (const std::string& benchmark : claim.on) {
      if (expectation.kind == Expectation::Kind::level) {
        tests.push_back(level_of(claim, expectation, {benchmark, expectation.names[0]}));
      }
      for (std::size_t i = 0; i + 1 < expectation.names.size(); ++i) {
        tests.push_back(link_of(claim, expectation, {benchmark, expectation.names[i]},
                                {benchmark, expectation.names[i + 1]}));
      }
    }
    return tests;
  }
  for (const ClaimLine& line : claim.lines) {
    if (expectation.fits()) {
      tests.push_back(fit_of(claim, expectation, line));
      continue;
    }
    for (std::size_t i = 1; i < line.points.size(); ++i) {
      tests.push_back(step_of(claim, expectation, line, i));
    }
  }
  return tests;
}

}  // namespace

std::vector<ClaimTest> tests_of(const Claim& claim) {
  std::vector<ClaimTest> tests = parts_of(claim);
  for (ClaimTest& test : tests) test.exact = claim.exact;
  return tests;
}

std::vector<ClaimResult> evaluate_claims(const std::vector<Claim>& claims, const ClaimData& data) {
  std::vector<ClaimResult> results;
  std::vector<Pending> pending;
  std::vector<double> p_values;
  for (const Claim& claim : claims) {
    ClaimResult result{claim, tests_of(claim), Verdict::inconclusive};
    for (ClaimTest& test : result.tests) {
      pending.push_back(run_test(test, data));
      if (!test.exact) p_values.push_back(test.p);
    }
    results.push_back(std::move(result));
  }
  const ClaimRules rules = claims.empty() ? ClaimRules() : claims.front().rules;
  const std::vector<double> adjusted = corrected(p_values, rules.correction);
  auto next = pending.begin();
  auto next_p = adjusted.begin();
  for (ClaimResult& result : results) {
    for (ClaimTest& test : result.tests) {
      const Pending& found = *next++;
      test.adjusted = test.exact ? test.p : *next_p++;
      if (test.by_value || test.adjusted <= rules.level) {
        test.verdict = found.if_significant;
      } else if (!test.exact) {
        set_seeds(test, found, p_values, rules);
      }
    }
    settle_directions(result.tests);
    result.verdict = combine(result.tests);
  }
  return results;
}

}  // namespace assay
