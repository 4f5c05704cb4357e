// What a reader must know before believing a number, the most serious first.
#include "reports/analysis/analysis.h"
#include "reports/model/number_text.h"

#include <assay/common/text.h>

#include <algorithm>
#include <set>

namespace assay::reports {

namespace {

constexpr std::size_t few_seeds = 5;

void add_cells(const RunResults& results, std::vector<std::string>& warnings) {
  const std::size_t failed = results.count(CellState::failed);
  const std::size_t missing = results.count(CellState::missing);
  if (failed > 0) {
    warnings.push_back(counted(failed, "cell") + " of " + std::to_string(results.cells()) +
                       " failed; comparisons use the seeds that both rows have.");
  }
  if (missing > 0) {
    warnings.push_back(counted(missing, "cell is", "cells are") + " missing of " +
                       std::to_string(results.cells()) +
                       ": the run is not complete and its verdicts are provisional; tests without "
                       "values count as p = 1. Running the suite again continues it.");
  }
  if (results.running_pid != 0) {
    warnings.push_back("The run is still being worked on: this is a snapshot.");
  }
  if (results.outdated > 0) {
    warnings.push_back(
        counted(results.outdated, "cell has", "cells have") +
        " results of an older plan only (other settings, plugin or library); they count "
        "as missing.");
  }
  for (const std::string& problem : results.problems) warnings.push_back(problem + ".");
}

void add_seeds(const RunResults& results, std::vector<std::string>& warnings) {
  std::vector<std::string> few;
  for (const BenchmarkResults& benchmark : results.benchmarks) {
    if (benchmark.seeds.size() < few_seeds) {
      few.push_back(benchmark.id + " (" + counted(benchmark.seeds.size(), "seed") + ")");
    }
  }
  if (!few.empty()) {
    warnings.push_back("Fewer than 5 seeds: " + join(few, ", ") +
                       ". Intervals are wide, and a single seed has none.");
  }
  const bool seeds_set =
      std::any_of(results.overrides.begin(), results.overrides.end(), [](const std::string& text) {
        const std::string key = text.substr(0, text.find('='));
        return key == "seeds" || key.ends_with(".seeds");
      });
  if (seeds_set && !results.claims.empty()) {
    warnings.push_back(
        "The seeds were set on the command line, not by the suite: read the claims as "
        "exploratory.");
  }
  std::vector<std::string> grown;
  for (const BenchmarkResults& benchmark : results.benchmarks) {
    if (benchmark.first_seeds == 0 || benchmark.first_seeds >= benchmark.seeds.size()) continue;
    grown.push_back(benchmark.id + " (" + std::to_string(benchmark.first_seeds) + ", now " +
                    std::to_string(benchmark.seeds.size()) + ")");
  }
  if (!grown.empty() && !results.claims.empty()) {
    warnings.push_back("Seeds were added after the first plan: " + join(grown, ", ") +
                       ". Who adds seeds after a look at a verdict chooses when to stop: read the "
                       "claims as exploratory.");
  }
}

void add_provenance(const RunResults& results, std::vector<std::string>& warnings) {
  std::set<std::string> hosts;
  std::size_t alone = 0;
  for (const BenchmarkResults& benchmark : results.benchmarks) {
    for (const Row& row : benchmark.rows) {
      std::set<std::size_t> sizes;
      for (const SeedResult& seed : row.seeds) {
        if (seed.state != CellState::done) continue;
        if (!seed.host.empty()) hosts.insert(seed.host);
        sizes.insert(seed.block.size());
      }
      if (sizes.size() > 1 && sizes.count(1) > 0) ++alone;
    }
  }
  if (hosts.size() > 1) {
    warnings.push_back("Mixed provenance: the cells come from " + std::to_string(hosts.size()) +
                       " machines (" + join({hosts.begin(), hosts.end()}, ", ") +
                       "); times are not comparable between them.");
  }
  if (alone > 0) {
    warnings.push_back("In " + counted(alone, "row") +
                       " some seeds trained alone, after their block had failed: the last bits of "
                       "their results may differ from those of a whole block.");
  }
}

void add_spread(const RunResults& results, const Analysis& analysis,
                std::vector<std::string>& warnings) {
  for (std::size_t b = 0; b < results.benchmarks.size(); ++b) {
    const BenchmarkResults& benchmark = results.benchmarks[b];
    std::vector<std::string> still, undefined;
    for (std::size_t r = 0; r < benchmark.rows.size(); ++r) {
      const Row& row = benchmark.rows[r];
      for (std::size_t m = 0; m < benchmark.metrics.size(); ++m) {
        const Metric& metric = benchmark.metrics[m];
        const Measure& measure = analysis.measures[b][r][m];
        // Of a reference it may be so by definition: a share of its own.
        if (!row.reference && &metric == &benchmark.primary() && measure.estimate.no_variation()) {
          still.push_back(row.name);
        }
        if (measure.ratio && measure.ratio->n >= 2 && !measure.ratio->resolved) {
          undefined.push_back(metric.title);
        }
      }
    }
    if (!still.empty()) {
      warnings.push_back("No variation over seeds on " + benchmark.id + ": " + join(still, ", ") +
                         ". A seed that is not used is the usual cause.");
    }
    std::sort(undefined.begin(), undefined.end());
    undefined.erase(std::unique(undefined.begin(), undefined.end()), undefined.end());
    if (!undefined.empty()) {
      warnings.push_back(join(undefined, ", ") + " is not defined on " + benchmark.id +
                         " for some rows: what it divides by does not exceed two standard errors.");
    }
  }
}

}  // namespace

std::vector<std::string> find_warnings(const RunResults& results, const Analysis& analysis) {
  std::vector<std::string> warnings;
  add_cells(results, warnings);
  add_seeds(results, warnings);
  add_provenance(results, warnings);
  add_spread(results, analysis, warnings);
  return warnings;
}

}  // namespace assay::reports
