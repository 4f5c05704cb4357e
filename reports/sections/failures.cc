// Every failed cell, with where it failed, why, and the end of its log.
#include "reports/model/number_text.h"
#include "reports/model/plain_text.h"
#include "reports/sections/sections.h"

#include <assay/common/files.h>

#include <algorithm>
#include <tuple>

namespace assay::reports {

namespace {

constexpr std::size_t log_lines = 15;
constexpr std::size_t log_bytes = 4000;

// Seeds that failed alike are one line.
struct Failure {
  std::string benchmark, method, phase, kind, message, log;
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
                              {seed.seed}});
        }
      }
    }
  }
  return failures;
}

// The last lines of a log; "" when there is none. A path that leads out of the run's folder, also
// by a symbolic link, is not read: the report may be sent to others.
std::string end_of_log(const std::filesystem::path& folder, const std::string& log) {
  if (folder.empty() || log.empty()) return "";
  std::string text;
  try {
    const std::filesystem::path inside = std::filesystem::canonical(folder);
    const std::filesystem::path file = std::filesystem::canonical(folder / log);
    if (!file.string().starts_with(inside.string() + "/")) return "";
    text = read_file(file);
  } catch (const std::exception&) {
    return "";  // the failure itself is in the table: the excerpt is an extra
  }
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::size_t from = text.size();
  for (std::size_t line = 0; line < log_lines && from != std::string::npos && from > 0; ++line) {
    from = text.rfind('\n', from - 1);
  }
  text = from == std::string::npos || from == 0 ? text : text.substr(from + 1);
  if (text.size() > log_bytes) text = "\u2026" + text.substr(text.size() - log_bytes);
  return text;
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
      const std::string end = end_of_log(results.folder, failure.log);
      if (end.empty()) continue;
      section.add(Details{"End of " + failure.log, blocks_of(Code{end, ""})});
    }
  }
  add_missing(section, results);
  return section;
}

}  // namespace assay::reports
