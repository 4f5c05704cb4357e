// The claims of a suite, answered by a run's numbers: supported, refuted or inconclusive at level
// .05. The two-sided paired t test decides, after Holm's correction over all tests of the suite's
// claims (every link of every claim on every benchmark it names).
#pragma once

#include "host/statistics/paired.h"
#include "host/suite/suite.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace assay {

enum class Verdict { supported, refuted, inconclusive };

const char* verdict_word(Verdict verdict);

/// The ids of the metrics that a ratio metric divides.
struct RatioParts {
  std::string numerator, denominator;
};

/// What the claims are tested on.
struct ClaimData {
  /// One value for each planned seed of the benchmark; not a number where the cell failed, is
  /// missing or lacks the metric.
  std::function<std::vector<double>(const std::string& benchmark, const std::string& row,
                                    const std::string& metric)>
      values;
  /// Set for a metric that is a ratio of means.
  std::function<std::optional<RatioParts>(const std::string& benchmark, const std::string& metric)>
      ratio;
};

/// One link of a claim on one benchmark.
struct ClaimTest {
  enum class Relation { less, greater, near };

  std::string benchmark;
  std::string left, right;  ///< rows of the benchmark's table
  Relation relation = Relation::greater;
  double within = 0;    ///< of near
  std::string metric;   ///< what was compared: of a ratio its numerator
  PairedTest test;      ///< of left - right
  double p = 0;         ///< what decides: of near the p of "inside" or of "outside"
  double adjusted = 0;  ///< p after Holm; both not a number when nothing could be tested
  SignFlip sign_flip;   ///< of the differences that decide: of near those to the end of its range
  bool no_spread = false;  ///< these are all equal and not zero: the t test decides nothing
  Verdict verdict = Verdict::inconclusive;
  std::optional<std::size_t> seeds;  ///< when inconclusive: about how many would decide
  bool many_seeds = false;           ///< more than 1000 would be needed: treat as equal
  std::string note;                  ///< why nothing could be decided, or ""
};

struct ClaimResult {
  Claim claim;
  std::vector<ClaimTest> tests;             ///< by benchmark, then link
  Verdict verdict = Verdict::inconclusive;  ///< over all its benchmarks

  /// Over the links of one benchmark.
  Verdict on(const std::string& benchmark) const;
};

/// Supported when every test is, refuted when one is, else inconclusive. Throws Error for an
/// `expect` that is not understood.
std::vector<ClaimResult> evaluate_claims(const std::vector<Claim>& claims, const ClaimData& data);

}  // namespace assay
