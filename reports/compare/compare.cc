#include "reports/compare/compare.h"

#include "reports/compare/judge.h"

#include <assay/common/text.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace assay::reports {

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

const BenchmarkResults* benchmark_of(const RunResults& results, const std::string& id) {
  for (const BenchmarkResults& benchmark : results.benchmarks) {
    if (benchmark.id == id) return &benchmark;
  }
  return nullptr;
}

const SeedResult* seed_of(const Row& row, std::uint64_t seed) {
  for (const SeedResult& result : row.seeds) {
    if (result.seed == seed) return &result;
  }
  return nullptr;
}

std::string cause_text(const SeedResult& result) {
  switch (result.state) {
    case CellState::failed:
      return "failed: " + result.error_kind;
    case CellState::missing:
      return "missing";
    case CellState::done:
      break;
  }
  return "not a number";
}

SeedComparison compare_seed(std::uint64_t seed, const SeedResult* base, const SeedResult* now,
                            const std::string& metric) {
  SeedComparison comparison;
  comparison.seed = seed;
  comparison.base = base != nullptr ? base->metric(metric) : no_value;
  comparison.now = now != nullptr ? now->metric(metric) : no_value;
  const bool before = std::isfinite(comparison.base), after = std::isfinite(comparison.now);
  if (base == nullptr || now == nullptr) {
    comparison.change = base == nullptr ? SeedChange::added : SeedChange::gone;
    const SeedResult& only = base == nullptr ? *now : *base;
    if (!before && !after) comparison.cause = cause_text(only);
  } else if (before && after) {
    comparison.change = SeedChange::compared;
  } else if (after) {
    comparison.change = SeedChange::fixed;
    comparison.cause = cause_text(*base);
  } else {
    comparison.change = before ? SeedChange::broken : SeedChange::neither;
    comparison.cause = cause_text(*now);
  }
  return comparison;
}

std::vector<SeedComparison> compare_seeds(const Row& base, const Row& now,
                                          const std::string& metric) {
  std::vector<SeedComparison> seeds;
  for (const SeedResult& before : base.seeds) {
    seeds.push_back(compare_seed(before.seed, &before, seed_of(now, before.seed), metric));
  }
  for (const SeedResult& after : now.seeds) {
    if (seed_of(base, after.seed) != nullptr) continue;
    seeds.push_back(compare_seed(after.seed, nullptr, &after, metric));
  }
  return seeds;
}

// The metrics of one benchmark, as ids of what BASE has.
std::vector<std::string> wanted_metrics(const BenchmarkResults& base,
                                        const CompareOptions& options) {
  return options.metrics.empty() ? std::vector<std::string>{base.primary().id} : options.metrics;
}

void check_metrics(const RunResults& base, const RunResults& now, const CompareOptions& options) {
  std::vector<std::string> known;
  for (const RunResults* run : {&base, &now}) {
    for (const BenchmarkResults& benchmark : run->benchmarks) {
      for (const Metric& metric : benchmark.metrics) {
        if (std::find(known.begin(), known.end(), metric.id) == known.end()) {
          known.push_back(metric.id);
        }
      }
    }
  }
  std::vector<std::string> asked = options.metrics;
  for (const auto& [metric, margin] : options.margins.of_metrics) asked.push_back(metric);
  for (const std::string& metric : asked) {
    if (std::find(known.begin(), known.end(), metric) != known.end()) continue;
    const std::string near = did_you_mean(metric, known);
    throw Error("neither run has a metric " + quote(metric) +
                    (near.empty() ? "; there are " + join(known, ", ") : near),
                ExitStatus::wrong_use);
  }
}

// A margin that nothing is judged by is a mistake: its author believes that it holds. One of a
// metric that was asked for and that only one of the runs has is not.
void check_margins(const RunComparison& comparison) {
  std::vector<std::string> compared;
  for (const RowComparison& row : comparison.rows) {
    if (std::find(compared.begin(), compared.end(), row.metric.id) == compared.end()) {
      compared.push_back(row.metric.id);
    }
  }
  if (compared.empty()) return;
  const std::vector<std::string>& asked = comparison.options.metrics;
  for (const auto& [metric, margin] : comparison.options.margins.of_metrics) {
    if (std::find(compared.begin(), compared.end(), metric) != compared.end()) continue;
    if (std::find(asked.begin(), asked.end(), metric) != asked.end()) continue;
    throw Error("the margin of " + quote(metric) + " would not be used: compared " +
                    (compared.size() == 1 ? "is " : "are ") + join(compared, ", ") +
                    "; choose the metrics with --metric",
                ExitStatus::wrong_use);
  }
}

class Comparer {
 public:
  Comparer(const RunResults& base, const RunResults& now, RunComparison& into)
      : base_(base), now_(now), into_(into) {}

  void compare() {
    for (const BenchmarkResults& benchmark : base_.benchmarks) {
      const BenchmarkResults* same = benchmark_of(now_, benchmark.id);
      if (same == nullptr) {
        into_.one_sided.push_back({false, benchmark.id, "", ""});
      } else {
        benchmarks(benchmark, *same);
      }
    }
    for (const BenchmarkResults& benchmark : now_.benchmarks) {
      if (benchmark_of(base_, benchmark.id) != nullptr) continue;
      into_.one_sided.push_back({true, benchmark.id, "", ""});
    }
  }

 private:
  void benchmarks(const BenchmarkResults& base, const BenchmarkResults& now) {
    std::set<std::string> compared;  // a ratio and its numerator are one comparison
    for (const std::string& metric : wanted_metrics(base, into_.options)) {
      const Metric *before = base.metric(metric), *after = now.metric(metric);
      if (before == nullptr && after == nullptr) continue;
      if (before == nullptr || after == nullptr) {
        into_.one_sided.push_back({before == nullptr, base.id, "", metric});
        continue;
      }
      if (!compared.insert(after->ratio ? after->ratio->numerator : metric).second) continue;
      for (const Row& row : base.rows) {
        if (const Row* same = now.row(row.name)) rows(base, now, row, *same, *after);
      }
    }
    for (const Row& row : base.rows) {
      if (now.row(row.name) == nullptr) into_.one_sided.push_back({false, base.id, row.name, ""});
    }
    for (const Row& row : now.rows) {
      if (base.row(row.name) == nullptr) into_.one_sided.push_back({true, base.id, row.name, ""});
    }
  }

  void rows(const BenchmarkResults& base, const BenchmarkResults& now, const Row& before,
            const Row& after, const Metric& asked) {
    RowComparison row;
    row.benchmark = base.id;
    row.row = before.name;
    row.title = after.title;
    row.reference = before.reference || after.reference;
    row.metric = asked;
    if (asked.ratio) {
      if (into_.options.margins.of_metrics.count(asked.id) > 0) {
        throw Error(asked.id + " is a ratio, compared by its numerator: give the margin of " +
                        asked.ratio->numerator + " instead",
                    ExitStatus::wrong_use);
      }
      // A ratio's seeds share its denominator, which may be noise: the numerator decides.
      row.stands_for = asked.id;
      const Metric* numerator = now.metric(asked.ratio->numerator);
      row.metric = numerator != nullptr ? *numerator : Metric{};
      row.metric.id = asked.ratio->numerator;
      row.metric.better = asked.better;
    }
    if (base.metric(asked.id)->better != asked.better) {
      row.metric.better = Metric::Better::neither;  // the two runs do not agree on what is better
    }
    row.gated = row.metric.better != Metric::Better::neither &&
                (!row.reference || into_.options.gate_references);
    row.seeds = compare_seeds(before, after, row.metric.id);
    test_row(row, into_.options.margins);
    into_.rows.push_back(std::move(row));
  }

  const RunResults &base_, &now_;
  RunComparison& into_;
};

RunSide side_of(const RunResults& results) {
  RunSide side;
  side.folder = results.folder.string();
  side.suite = results.name;
  side.started = results.started;
  if (results.provenance.contains("git") && results.provenance["git"].is_object()) {
    const Json& git = results.provenance["git"];
    if (git.contains("commit") && git["commit"].is_string()) {
      side.commit = git["commit"].get<std::string>().substr(0, 12);
      if (git.contains("changed") && git["changed"] == true) side.commit += " with changes";
    }
  }
  side.done = results.count(CellState::done);
  side.failed = results.count(CellState::failed);
  side.missing = results.count(CellState::missing);
  side.problems = results.problems;
  side.running = results.running_pid != 0;
  return side;
}

CompareVerdict verdict_of(const RunComparison& comparison) {
  bool any = false;
  for (const RowComparison& row : comparison.rows) any = any || (row.gated && measured(row));
  if (comparison.count(Change::regressed, true) > 0) return CompareVerdict::regressed;
  if (!any) return CompareVerdict::nothing_measured;
  if (comparison.incomplete()) return CompareVerdict::incomplete;
  return comparison.count(Change::inconclusive, true) > 0 ? CompareVerdict::inconclusive
                                                          : CompareVerdict::passed;
}

}  // namespace

double Margins::of(const std::string& metric, double base_mean) const {
  const auto own = of_metrics.find(metric);
  const double fixed = own != of_metrics.end() ? own->second : absolute.value_or(0);
  const double share = std::isfinite(base_mean) ? relative.value_or(0) * std::abs(base_mean) : 0;
  return std::max(fixed, share);
}

std::size_t RowComparison::count(SeedChange wanted) const {
  return static_cast<std::size_t>(
      std::count_if(seeds.begin(), seeds.end(),
                    [wanted](const SeedComparison& seed) { return seed.change == wanted; }));
}

bool RowComparison::incomplete() const {
  return count(SeedChange::broken) + count(SeedChange::neither) > 0;
}

std::size_t RunComparison::count(Change change, bool gated_only) const {
  return static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [&](const RowComparison& row) {
        return row.change == change && (row.gated || !gated_only);
      }));
}

bool RunComparison::incomplete() const {
  return std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.incomplete(); });
}

ExitStatus RunComparison::status() const {
  switch (verdict) {
    case CompareVerdict::regressed:
      return ExitStatus::some_failed;
    case CompareVerdict::nothing_measured:
    case CompareVerdict::incomplete:
      return ExitStatus::missing;
    case CompareVerdict::inconclusive:
      return ExitStatus::inconclusive;
    case CompareVerdict::passed:
      break;
  }
  return ExitStatus::done;
}

RunComparison compare_runs(const RunData& base_data, const RunData& now_data,
                           const CompareOptions& options) {
  const RunResults base = collect_results(base_data), now = collect_results(now_data);
  check_metrics(base, now, options);
  RunComparison comparison;
  comparison.options = options;
  comparison.base = side_of(base);
  comparison.now = side_of(now);
  comparison.differences = find_differences(base_data, base, now_data, now);
  Comparer(base, now, comparison).compare();
  check_margins(comparison);
  judge(comparison.rows);
  std::stable_sort(
      comparison.rows.begin(), comparison.rows.end(),
      [](const RowComparison& a, const RowComparison& b) { return a.change < b.change; });
  comparison.verdict = verdict_of(comparison);
  return comparison;
}

const char* change_word(Change change) {
  static constexpr const char* words[] = {"regressed",    "broken",   "not measured",
                                          "inconclusive", "improved", "not worse",
                                          "unchanged",    "fixed",    "no direction"};
  return words[static_cast<int>(change)];
}

const char* change_word(SeedChange change) {
  static constexpr const char* words[] = {"compared",     "fixed", "broken",
                                          "not measured", "new",   "gone"};
  return words[static_cast<int>(change)];
}

const char* verdict_word(CompareVerdict verdict) {
  static constexpr const char* words[] = {"regressed", "nothing measured", "incomplete",
                                          "inconclusive", "passed"};
  return words[static_cast<int>(verdict)];
}

}  // namespace assay::reports
