// The claims of a suite, answered by a run's numbers: supported, refuted or inconclusive at the
// suite's level. The two-sided t test over seeds decides, after the suite's correction (Holm unless
// it says otherwise) over all tests of its claims: every link, line or step of every claim on every
// benchmark it names. Claims that the suite calls exact are no tests: their value decides.
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

/// One link of a claim on one benchmark, one row's own value there, one step along an axis, or one
/// line fitted to a sweep.
struct ClaimTest {
  enum class Relation { less, greater, near, level, slope, threshold };

  std::string benchmark;        ///< of slope and threshold: the first point's
  std::string left, right;      ///< rows of the benchmark's table; "" of slope and threshold,
                                ///< of level the right one
  std::string right_benchmark;  ///< where the right row stands, when that is elsewhere, else ""
  Relation relation = Relation::greater;
  double within = 0;  ///< of near
  double margin = 0;  ///< of less and greater: left < right + margin
  std::string line;   ///< of a claim about a sweep: "logconf over alpha"
  bool either_way =
      false;  ///< a step of monotone(...): both directions will do, if all steps agree
  std::vector<ClaimPoint> points;  ///< left and right, or those of the line by rising x
  /// The range that supports: of left - right, of left alone, of the slope, or of the threshold (on
  /// the axis).
  Interval range;
  bool log_metric = false, log_axis = false;
  double level = 0;    ///< of threshold: the value that the metric crosses
  std::string metric;  ///< what was compared: of a ratio its numerator
  PairedTest test;  ///< of left - right or left, or of each seed's slope or crossing (its logarithm
                    ///< on a logarithmic axis); of a fit to means its slope and interval
  std::string procedure;     ///< what decides, in words: "paired t"
  std::size_t censored = 0;  ///< of threshold: seeds that never cross; `test` is without them
  double p = 0;              ///< what decides: of a range the p of "inside" or of "outside"
  double adjusted = 0;  ///< p after the correction; both not a number when nothing could be tested
  SignFlip sign_flip;   ///< of the differences that decide: of a range those to its deciding end;
                        ///< p not a number where no seed's differences decide
  bool no_spread = false;  ///< these are all equal and not zero: sign flips decide
  Verdict verdict = Verdict::inconclusive;
  std::optional<std::size_t> seeds;  ///< when inconclusive: about how many would decide
  bool many_seeds = false;           ///< more than 1000 would be needed: treat as equal
  std::string note;                  ///< why nothing could be decided, or ""

  bool exact = false;  ///< declared so: no member of the family that is corrected
  bool by_value =
      false;  ///< exact, and the same in every seed: its value decides, no p is a number

  bool fits() const noexcept { return relation >= Relation::slope; }
};

struct ClaimResult {
  Claim claim;
  std::vector<ClaimTest> tests;             ///< by benchmark, then link, line or step
  Verdict verdict = Verdict::inconclusive;  ///< over all its benchmarks

  /// Over the tests that one benchmark takes part in.
  Verdict on(const std::string& benchmark) const;
};

/// Supported when every test is, refuted when one is, else inconclusive. The claims' own rules
/// hold, which are the same in all of them. Throws Error for an `expect` that is not understood.
std::vector<ClaimResult> evaluate_claims(const std::vector<Claim>& claims, const ClaimData& data);

/// The tests that a claim will need, before any data.
std::vector<ClaimTest> tests_of(const Claim& claim);

}  // namespace assay
