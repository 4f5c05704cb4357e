// What a suite's seeds, benchmarks and claims can decide, before anything runs.
#pragma once

#include "host/suite/apart.h"
#include "host/suite/suite.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace assay {

/// Smallest difference, in standard deviations of the differences, that a two-sided paired t test
/// on `pairs` pairs finds with power .8. Nothing below two pairs.
std::optional<double> detectable_effect(std::size_t pairs, double level);

/// One benchmark's seeds.
struct SeedsPlanning {
  std::string benchmark;
  std::size_t seeds = 0;
  std::optional<double> effect;  ///< detectable at the suite's level
};

/// Verdicts over the benchmarks of one family, at level .05 as in a report, whatever the level of
/// the suite's claims: the methods that stand on all of them and rank apart on none.
struct BenchmarksPlanning {
  std::string family;
  std::size_t benchmarks = 0, methods = 0;
  std::size_t pairs = 0;            ///< of the methods
  std::size_t needed = 0;           ///< benchmarks with which Holm over all pairs can reject
  std::size_t needed_baseline = 0;  ///< the same of the methods - 1 pairs with one baseline
};

struct ClaimPlanning {
  std::string says;
  std::size_t tests = 0;              ///< none of an exact claim, which its value decides
  std::size_t seeds = 0;              ///< pairs of its test with the fewest
  std::optional<double> effect;       ///< detectable at SuitePlanning::first_level
  std::vector<std::string> warnings;  ///< why it cannot be decided, or hardly
};

struct SuitePlanning {
  ClaimRules rules;
  std::size_t tests = 0;   ///< of all claims that are not exact
  double first_level = 0;  ///< what the correction leaves for the smallest p
  double last_level = 0;   ///< and for the largest, when all others were rejected
  std::vector<SeedsPlanning> benchmarks;
  std::vector<BenchmarksPlanning> families;  ///< with two benchmarks and two methods, or more
  std::vector<ClaimPlanning> claims;

  /// "claim 2 (More of the gap): 3 seeds: ..." of every claim, then of the families with too few
  /// benchmarks.
  std::vector<std::string> warnings() const;
};

/// `apart`: as the families and expansions say; they do not compete with the other methods.
SuitePlanning plan_statistics(const Suite& suite, const MethodsApart& apart = {});

}  // namespace assay
