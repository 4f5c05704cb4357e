// Every failed cell, with where it failed, why, and the end of its log.
#include "reports/model/number_text.h"
#include "reports/model/plain_text.h"
#include "reports/sections/sections.h"

#include <algorithm>
#include <tuple>

namespace assay::reports {

namespace {

// Seeds that failed alike are one line.
struct Failure {
  std::string benchmark, method, phase, kind, message, log, log_end;
  std::vector<std::uint64_t> seeds;
};

std::vector<Failure> gather(const RunResults& results) {
  std::vector<Failure> failures;
  for (const BenchmarkResults& benchmark : results.benchmarks) {
    for (const Row& row : benchmark.rows) {
      const std::size_t first = failures.size();
      for (const SeedResult& seed : row.seeds) {
        if (seed.state != CellState::failed) continue;
        const auto same =
            std::find_if(failures.begin() + static_cast<std::ptrdiff_t>(first), failures.end(),
                         [&](const Failure& one) {
                           return std::tie(one.phase, one.kind, one.message, one.log) ==
                                  std::tie(seed.error_phase, seed.error_kind, seed.error_message,
                                           seed.error_log);
                         });
        if (same != failures.end()) {
          same->seeds.push_back(seed.seed);
        } else {
          failures.push_back({benchmark.id,
                              row.name,
                              seed.error_phase,
                              seed.error_kind,
                              seed.error_message,
                              seed.error_log,
                              seed.log_end,
                              {seed.seed}});
        }
      }
    }
  }
  return failures;
}

void add_missing(Section& section, const RunResults& results) {
  List list;
  for (const BenchmarkResults& benchmark : results.benchmarks) {
    for (const Row& row : benchmark.rows) {
      std::vector<std::uint64_t> seeds;
      for (const SeedResult& seed : row.seeds) {
        if (seed.state == CellState::missing) seeds.push_back(seed.seed);
      }
      if (seeds.empty()) continue;
      list.items.push_back({code(benchmark.id), plain(" \u00b7 "), code(row.name),
                            plain(" \u00b7 seeds " + seeds_text(seeds))});
    }
  }
  if (list.items.empty()) return;
  section.add(Heading{"Missing cells", "missing-cells"});
  section.add(std::move(list));
}

}  // namespace

Section failure_section(const RunResults& results) {
  Section section{"failures", "What failed and why", {}};
  const std::vector<Failure> failures = gather(results);
  if (failures.empty()) {
    section.add(Paragraph{{plain("No cell failed.")}});
  } else {
    Table table;
    table.columns = {
        {"Benchmark", "", false},
        {"Method", "", false},
        {"Seeds", "", false},
        {"Phase", "what the cell was doing", false},
        {"Kind",
         "exception, non_finite, contract, memory, disk, stage: reported by the worker; "
         "signal, exit, timeout, memory, lost, set_aside: seen by the command",
         false},
        {"Message", "", false},
        {"Log", "below the run's folder", false}};
    for (const Failure& failure : failures) {
      table.rows.push_back(
          {{code(failure.benchmark), code(failure.method), seeds_text(failure.seeds),
            failure.phase.empty() ? std::string("unknown") : failure.phase,
            Cell(Text{plain(failure.kind)}, Tone::warning), failure.message,
            failure.log.empty() ? Cell(muted("none")) : Cell(code(failure.log))},
           "",
           false});
    }
    section.add(std::move(table));
    std::vector<std::string> shown;
    for (const Failure& failure : failures) {
      if (std::find(shown.begin(), shown.end(), failure.log) != shown.end()) continue;
      shown.push_back(failure.log);
      if (failure.log_end.empty()) continue;
      section.add(Details{"End of " + failure.log, blocks_of(Code{failure.log_end, ""})});
    }
  }
  add_missing(section, results);
  return section;
}

}  // namespace assay::reports
