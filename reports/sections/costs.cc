// What the cells cost: time, memory, samples, FLOPs.
#include "reports/model/number_text.h"
#include "reports/sections/sections.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace assay::reports {

namespace {

// Mean over the cells that are done and say it; not a number when none does.
double mean_of(const Row& row, const std::function<double(const SeedResult&)>& value) {
  std::vector<double> values;
  for (const SeedResult& seed : row.seeds) {
    const double one = seed.state == CellState::done ? value(seed) : std::nan("");
    if (std::isfinite(one)) values.push_back(one);
  }
  return mean(values);
}

double count_of(const SeedResult& seed, const std::string& name) {
  const auto found = seed.counts.find(name);
  return found == seed.counts.end() ? std::nan("") : found->second;
}

Cell cost_cell(double value, const std::function<std::string(double)>& text) {
  return std::isfinite(value) ? Cell(text(value), value) : Cell(muted("unknown"));
}

TableRow cost_row(const BenchmarkResults& benchmark, const Row& row) {
  TableRow line;
  line.quiet = row.reference;
  line.cells.emplace_back(code(benchmark.id));
  line.cells.push_back(Cell(Text{row.reference ? plain(row.title) : strong(row.name)}));
  const auto count = [&row](const char* name) {
    return cost_cell(mean_of(row, [name](const SeedResult& seed) { return count_of(seed, name); }),
                     count_text);
  };
  const auto measured = [&](const std::function<double(const SeedResult&)>& value,
                            const std::function<std::string(double)>& text) {
    // A reference's cells only score what its stage has made: their time says nothing of its cost.
    return row.reference ? Cell(muted("\u2014")) : cost_cell(mean_of(row, value), text);
  };
  line.cells.push_back(measured([](const SeedResult& seed) { return seed.seconds; }, duration_text));
  line.cells.push_back(measured([](const SeedResult& seed) { return seed.cpu_seconds; }, duration_text));
  line.cells.push_back(measured([](const SeedResult& seed) { return seed.peak_bytes; }, bytes_text));
  line.cells.push_back(count("gradient_samples"));
  line.cells.push_back(count("forward_samples"));
  line.cells.push_back(count("flops"));
  line.cells.push_back(count("parameters"));
  return line;
}

}  // namespace

Section cost_section(const RunResults& results, const Analysis& analysis) {
  Section section{"costs", "Costs", {}};
  double total = 0;
  Table table;
  table.caption = "Means over the seeds that are done";
  table.sortable = true;
  table.columns = {
      {"Benchmark", "", false},
      {"Method", "", false},
      {"Time", "wall-clock time of a seed: its block's, shared equally", true},
      {"CPU time", "of a seed", true},
      {"Peak memory", "of the worker while the block ran", true},
      {"Gradient samples", "samples passed forward and backward", true},
      {"Forward samples", "samples passed forward only", true},
      {"FLOPs", "floating-point operations, as the method's networks count them", true},
      {"Parameters", "of the trained model", true}};
  for (const BenchmarkResults& benchmark : results.benchmarks) {
    for (const Row& row : benchmark.rows) {
      for (const SeedResult& seed : row.seeds) {
        if (std::isfinite(seed.seconds)) total += seed.seconds;
      }
      table.rows.push_back(cost_row(benchmark, row));
    }
  }
  section.add(
      Paragraph{{plain("All cells together took "), strong(duration_text(total)),
                 plain(" of workers' time. Stages that cells share (supervisors, pretraining, "
                       "ceilings) are not counted here; the jobs below have them.")}});
  for (std::size_t i = 0; i < analysis.families.size(); ++i) {
    for (Block& block : cost_plots(analysis.families[i], std::to_string(i + 1))) {
      section.blocks.push_back(std::move(block));
    }
  }
  section.add(std::move(table));
  return section;
}

}  // namespace assay::reports
