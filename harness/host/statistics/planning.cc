#include "host/statistics/planning.h"

#include "host/statistics/attainable.h"
#include "host/statistics/claims.h"
#include "host/statistics/many.h"

#include <assay/common/text.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace assay {

namespace {

constexpr double wanted_power = 0.8;
constexpr std::size_t few_seeds = 5;
constexpr std::size_t few_points = 3;

const Benchmark* find_benchmark(const Suite& suite, const std::string& id) {
  const auto found = std::find_if(suite.benchmarks.begin(), suite.benchmarks.end(),
                                  [&](const Benchmark& one) { return one.id == id; });
  return found == suite.benchmarks.end() ? nullptr : &*found;
}

// The seeds of a test's points.
struct PlannedSeeds {
  std::set<std::int64_t> shared;  // by all of them
  std::set<std::int64_t> all;
  std::size_t fewest = 0;  // of one of them
};

PlannedSeeds seeds_of(const ClaimTest& test, const Suite& suite) {
  PlannedSeeds planned;
  bool first = true;
  for (const ClaimPoint& point : test.points) {
    const Benchmark* benchmark = find_benchmark(suite, point.benchmark);
    if (benchmark == nullptr) continue;
    const std::set<std::int64_t> own(benchmark->seeds.begin(), benchmark->seeds.end());
    planned.all.insert(own.begin(), own.end());
    planned.fewest = first ? own.size() : std::min(planned.fewest, own.size());
    if (first) {
      planned.shared = own;
    } else {
      std::erase_if(planned.shared, [&](std::int64_t seed) { return own.count(seed) == 0; });
    }
    first = false;
  }
  return planned;
}

std::string place_of(const ClaimTest& test) {
  if (test.line.empty()) return " on " + test.benchmark;
  return " (" + test.line + ")";
}

void warn_of_seeds(const ClaimTest& test, const PlannedSeeds& planned,
                   std::vector<std::string>& warnings) {
  const std::size_t shared = planned.shared.size();
  const std::string place = place_of(test);
  if (test.exact) {
    if (shared < 2) {
      warnings.push_back("fewer than two seeds in common" + place +
                         ": nothing shows that its value is the same in every seed");
    }
    return;
  }
  if (planned.all.size() <= 1) {
    warnings.push_back("one seed" + place +
                       ": it says nothing of the spread, and nothing can be "
                       "decided");
  } else if (shared >= 2 && shared < planned.fewest) {
    warnings.push_back("its benchmarks share only " + std::to_string(shared) + " of their " +
                       counted(planned.fewest, "seed") + place);
  } else if (shared < 2 && test.relation == ClaimTest::Relation::slope &&
             test.points.size() >= few_points) {
    warnings.push_back("its benchmarks share fewer than two seeds" + place +
                       ": the slope is that of " + std::to_string(test.points.size()) +
                       " means, with " + std::to_string(test.points.size() - 2) +
                       (test.points.size() == 3 ? " degree" : " degrees") + " of freedom");
  } else if (shared < 2) {
    warnings.push_back("its benchmarks share fewer than two seeds" + place +
                       ": nothing can be decided; give them the same seeds");
  }
  if (shared >= 2 && shared < few_seeds) {
    warnings.push_back("fewer than " + std::to_string(few_seeds) + " seeds" + place + ": " +
                       std::to_string(shared) + " seeds leave wide intervals");
  }
}

std::vector<std::string> warnings_of(const std::vector<ClaimTest>& tests, const Suite& suite) {
  std::vector<std::string> warnings;
  for (const ClaimTest& test : tests) {
    warn_of_seeds(test, seeds_of(test, suite), warnings);
    if (test.fits() && test.points.size() < few_points) {
      warnings.push_back("an axis of " + std::to_string(test.points.size()) + " points" +
                         place_of(test) + ": they cannot show whether the metric follows a line");
    }
  }
  // The links of a chain and the steps of a trend have the same seeds.
  std::vector<std::string> once;
  for (const std::string& warning : warnings) {
    if (std::find(once.begin(), once.end(), warning) == once.end()) once.push_back(warning);
  }
  return once;
}

// What a claim adds to the family that is corrected.
std::size_t test_count(const Claim& claim) {
  return claim.exact ? 0 : tests_of(claim).size();
}

ClaimPlanning plan_claim(const Claim& claim, const Suite& suite, double level) {
  const std::vector<ClaimTest> tests = tests_of(claim);
  ClaimPlanning plan{claim.says, test_count(claim), 0, std::nullopt, warnings_of(tests, suite)};
  for (std::size_t i = 0; i < tests.size(); ++i) {
    const std::size_t shared = seeds_of(tests[i], suite).shared.size();
    plan.seeds = i == 0 ? shared : std::min(plan.seeds, shared);
  }
  if (!claim.exact) plan.effect = detectable_effect(plan.seeds, level);
  return plan;
}

std::vector<BenchmarksPlanning> plan_families(const Suite& suite, const MethodsApart& apart) {
  std::vector<BenchmarksPlanning> families;
  std::vector<std::string> order;
  std::map<std::string, std::map<std::string, std::size_t>> uses;  // family, method: benchmarks
  std::map<std::string, std::size_t> benchmarks;
  for (const Benchmark& benchmark : suite.benchmarks) {
    if (benchmarks[benchmark.family]++ == 0) order.push_back(benchmark.family);
    const auto found = apart.find(benchmark.id);
    for (const MethodVariant& method : benchmark.methods) {
      const bool competes = found == apart.end() || found->second.count(method.name) == 0;
      if (competes) ++uses[benchmark.family][method.name];
    }
  }
  for (const std::string& family : order) {
    BenchmarksPlanning plan;
    plan.family = family;
    plan.benchmarks = benchmarks[family];
    for (const auto& [name, count] : uses[family]) plan.methods += count == plan.benchmarks;
    if (plan.benchmarks < 2 || plan.methods < 2) continue;
    plan.pairs = all_pairs(plan.methods);
    // At the report's own level: the suite's is that of its claims alone.
    plan.needed = pairs_for_holm(plan.pairs, significance_level);
    plan.needed_baseline = pairs_for_holm(plan.methods - 1, significance_level);
    families.push_back(plan);
  }
  return families;
}

std::string short_text(const std::string& text) {
  const std::string quoted = quote(text);
  return quoted.substr(1, quoted.size() - 2);
}

}  // namespace

std::optional<double> detectable_effect(std::size_t pairs, double level) {
  if (pairs < 2) return std::nullopt;
  double low = 0, high = 1;
  while (paired_power(high, pairs, level) < wanted_power) high *= 2;
  for (int i = 0; i < 60 && high - low > 1e-9 * high; ++i) {
    const double middle = (low + high) / 2;
    (paired_power(middle, pairs, level) < wanted_power ? low : high) = middle;
  }
  return high;
}

std::vector<std::string> SuitePlanning::warnings() const {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    for (const std::string& warning : claims[i].warnings) {
      all.push_back("claim " + std::to_string(i + 1) + " (" + short_text(claims[i].says) +
                    "): " + warning);
    }
  }
  for (const BenchmarksPlanning& family : families) {
    if (family.benchmarks >= family.needed) continue;
    all.push_back(family.family + ": " + counted(family.benchmarks, "benchmark") + " cannot tell " +
                  counted(family.methods, "method") +
                  " apart over benchmarks: Wilcoxon tests with Holm need " +
                  std::to_string(family.needed) + " for all pairs, " +
                  std::to_string(family.needed_baseline) + " against one baseline");
  }
  return all;
}

SuitePlanning plan_statistics(const Suite& suite, const MethodsApart& apart) {
  SuitePlanning plan;
  plan.rules = suite.rules;
  for (const Claim& claim : suite.claims) plan.tests += test_count(claim);
  const double tests = static_cast<double>(std::max<std::size_t>(1, plan.tests));
  const Correction correction = suite.rules.correction;
  plan.first_level = suite.rules.level / (correction == Correction::none ? 1 : tests);
  plan.last_level = suite.rules.level / (correction == Correction::bonferroni ? tests : 1);
  for (const Benchmark& benchmark : suite.benchmarks) {
    const std::size_t seeds = benchmark.seeds.size();
    plan.benchmarks.push_back({benchmark.id, seeds, detectable_effect(seeds, suite.rules.level)});
  }
  plan.families = plan_families(suite, apart);
  for (const Claim& claim : suite.claims) {
    plan.claims.push_back(plan_claim(claim, suite, plan.first_level));
  }
  return plan;
}

}  // namespace assay
