#include "reports/analysis/merge_benchmarks.h"

#include "host/plan/keys.h"

#include <assay/common/text.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace assay::reports {

namespace {

constexpr std::size_t most_named = 5;

// "a, b, c and 4 more"
std::string some_of(const std::vector<std::string>& names) {
  if (names.size() <= most_named) return join(names, ", ");
  return join({names.begin(), names.begin() + most_named}, ", ") + " and " +
         std::to_string(names.size() - most_named) + " more";
}

bool same_metric(const Metric& a, const Metric& b) {
  const auto parts = [](const Metric& metric) {
    return metric.ratio ? metric.ratio->numerator + "/" + metric.ratio->denominator : "";
  };
  return a.id == b.id && a.unit == b.unit && a.better == b.better && a.primary == b.primary &&
         parts(a) == parts(b);
}

// Values of one component of the keys; done and failed cells have them.
std::set<std::string> hashes(const BenchmarkResults& benchmark, const std::string& part) {
  std::set<std::string> found;
  for (const Row& row : benchmark.rows) {
    for (const SeedResult& seed : row.seeds) {
      const Json hash = seed.parts.value(part, Json());
      if (hash.is_string()) found.insert(hash.get<std::string>());
    }
  }
  return found;
}

bool may_agree(const std::set<std::string>& a, const std::set<std::string>& b) {
  return a.empty() || b.empty() || a == b;
}

// Whether the two are one problem, and rows of one name one method.
bool same_problem(const BenchmarkResults& a, const BenchmarkResults& b) {
  if (a.suite_id != b.suite_id || a.family != b.family || a.settings != b.settings) return false;
  if (!std::equal(a.metrics.begin(), a.metrics.end(), b.metrics.begin(), b.metrics.end(),
                  same_metric)) {
    return false;
  }
  if (!may_agree(hashes(a, "data"), hashes(b, "data"))) return false;
  return std::all_of(b.rows.begin(), b.rows.end(), [&](const Row& row) {
    const Row* known = a.row(row.name);
    return known == nullptr || (known->use == row.use && known->reference == row.reference &&
                                known->parameters == row.parameters);
  });
}

bool same_number(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

bool same_numbers(const std::map<std::string, double>& a, const std::map<std::string, double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && same_number(x.second, y.second);
  });
}

bool same_result(const SeedResult& a, const SeedResult& b) {
  return same_numbers(a.metrics, b.metrics) && same_numbers(a.counts, b.counts);
}

int worth(CellState state) {
  return state == CellState::done ? 2 : state == CellState::failed ? 1 : 0;
}

SeedResult& cell_of(Row& row, std::uint64_t seed) {
  return *std::find_if(row.seeds.begin(), row.seeds.end(),
                       [seed](const SeedResult& cell) { return cell.seed == seed; });
}

// Rows have one cell for each of `seeds`, in that order; those that they lacked are missing.
void spread(Row& row, const std::vector<std::uint64_t>& seeds) {
  std::vector<SeedResult> cells;
  for (const std::uint64_t seed : seeds) {
    const auto known = std::find_if(row.seeds.begin(), row.seeds.end(),
                                    [seed](const SeedResult& cell) { return cell.seed == seed; });
    if (known != row.seeds.end()) {
      cells.push_back(std::move(*known));
    } else {
      cells.emplace_back();
      cells.back().seed = seed;
    }
  }
  row.seeds = std::move(cells);
}

}  // namespace

void BenchmarkMerge::add(BenchmarkResults benchmark, std::size_t run, const std::string& label) {
  for (Table& table : tables_) {
    if (!same_problem(table.results, benchmark)) continue;
    table.runs.push_back(run);
    absorb(table, std::move(benchmark), label);
    return;
  }
  Table table;
  table.runs = {run};
  table.first_seeds = benchmark.first_seeds;
  table.grown = benchmark.first_seeds != 0 && benchmark.first_seeds < benchmark.seeds.size();
  table.results = std::move(benchmark);
  tables_.push_back(std::move(table));
}

void BenchmarkMerge::absorb(Table& table, BenchmarkResults benchmark, const std::string& label) {
  BenchmarkResults& into = table.results;
  table.grown |= benchmark.first_seeds != 0 && benchmark.first_seeds < benchmark.seeds.size();
  table.first_seeds = std::max(table.first_seeds, benchmark.first_seeds);
  if (into.baseline.empty()) into.baseline = benchmark.baseline;
  if (!benchmark.baseline.empty() && benchmark.baseline != into.baseline) {
    baselines_.push_back("The runs name different baselines on " + into.suite_id + ": " +
                         into.baseline + " is taken, not " + benchmark.baseline + " of " + label);
  }
  for (Published& row : benchmark.published) {
    const auto same = std::find(into.published.begin(), into.published.end(), row);
    if (same == into.published.end()) into.published.push_back(std::move(row));
  }
  std::set<std::uint64_t> seeds(into.seeds.begin(), into.seeds.end());
  seeds.insert(benchmark.seeds.begin(), benchmark.seeds.end());
  if (seeds.size() > into.seeds.size()) into.seeds.assign(seeds.begin(), seeds.end());
  for (Row& row : into.rows) spread(row, into.seeds);
  for (Row& row : benchmark.rows) {
    const auto known = std::find_if(into.rows.begin(), into.rows.end(),
                                    [&](const Row& one) { return one.name == row.name; });
    if (known == into.rows.end()) {
      spread(row, into.seeds);
      into.rows.push_back(std::move(row));
      continue;
    }
    for (SeedResult& cell : row.seeds) {
      SeedResult& held = cell_of(*known, cell.seed);
      if (worth(cell.state) > worth(held.state) ||
          (held.state == CellState::missing && held.block.empty())) {
        held = std::move(cell);
      } else if (cell.state == CellState::done && !same_result(cell, held)) {
        conflicts_.push_back(into.suite_id + "/" + row.name + "/" + std::to_string(cell.seed) +
                             " of " + label);
      }
    }
  }
  std::stable_partition(into.rows.begin(), into.rows.end(),
                        [](const Row& row) { return !row.reference; });
}

void BenchmarkMerge::add_mixed(const Table& table, const std::vector<std::string>& labels,
                               std::vector<std::string>& notes) const {
  if (table.runs.size() < 2) return;
  std::vector<std::string> names;
  for (const std::size_t run : table.runs) names.push_back(labels[run]);
  std::vector<std::string> parts;
  if (hashes(table.results, "build").size() > 1) parts.push_back(part_title("build"));
  for (const Row& row : table.results.rows) {
    std::set<std::string> plugins;
    for (const SeedResult& seed : row.seeds) {
      const Json hash = seed.parts.value("plugin", Json());
      if (hash.is_string()) plugins.insert(hash.get<std::string>());
    }
    if (plugins.size() > 1) parts.push_back(part_title("plugin") + " of " + row.name);
  }
  if (parts.empty()) return;
  notes.push_back("Mixed provenance on " + table.results.id + ": the cells of " +
                  join(names, " and ") + " differ in " + join(parts, ", ") +
                  "; what looks like an effect may come from that");
}

std::vector<std::string> BenchmarkMerge::finish(const std::vector<std::string>& labels) {
  std::vector<std::string> notes;
  std::map<std::string, std::vector<Table*>> by_id;
  for (Table& table : tables_) by_id[table.results.suite_id].push_back(&table);
  for (const auto& [id, apart] : by_id) {
    if (apart.size() < 2) continue;
    std::vector<std::string> ids;
    for (Table* table : apart) {
      const std::string& label = labels[table->runs.front()];
      table->results.id = id + "@" + label;
      table->results.title += " (" + label + ")";
      ids.push_back(table->results.id);
    }
    const bool data =
        !may_agree(hashes(apart[0]->results, "data"), hashes(apart[1]->results, "data"));
    notes.push_back("The runs' benchmarks " + id + " differ in " +
                    (data ? "their data" : "their settings, metrics or methods") +
                    " and stay apart: " + join(ids, ", "));
  }
  std::vector<std::string> unplanned;
  for (Table& table : tables_) {
    BenchmarkResults& results = table.results;
    // Seeds that other runs have are no sign that somebody looked and went on.
    if (table.runs.size() > 1) {
      results.first_seeds = table.grown ? table.first_seeds : results.seeds.size();
    }
    add_mixed(table, labels, notes);
    for (const Row& row : results.rows) {
      const auto count = std::count_if(row.seeds.begin(), row.seeds.end(), [](const auto& cell) {
        return cell.state == CellState::missing && cell.block.empty();
      });
      if (count > 0) {
        unplanned.push_back(results.id + "/" + row.name + " (" + std::to_string(count) + ")");
      }
    }
  }
  if (!unplanned.empty()) {
    notes.push_back("Some rows have fewer seeds than the runs have together: " +
                    some_of(unplanned) + ". No run planned these cells; they count as missing");
  }
  if (!conflicts_.empty()) {
    notes.push_back(std::to_string(conflicts_.size()) +
                    (conflicts_.size() == 1 ? " cell has" : " cells have") +
                    " other results in a later run, which are not used: " + some_of(conflicts_));
  }
  notes.insert(notes.end(), baselines_.begin(), baselines_.end());
  return notes;
}

std::map<std::string, std::string> BenchmarkMerge::ids(std::size_t run) const {
  std::map<std::string, std::string> ids;
  for (const Table& table : tables_) {
    if (std::find(table.runs.begin(), table.runs.end(), run) != table.runs.end()) {
      ids[table.results.suite_id] = table.results.id;
    }
  }
  return ids;
}

std::vector<BenchmarkResults> BenchmarkMerge::take() {
  std::vector<BenchmarkResults> all;
  for (Table& table : tables_) all.push_back(std::move(table.results));
  return all;
}

}  // namespace assay::reports
