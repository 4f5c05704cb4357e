// The command that computes each cell again.
#include "reports/model/number_text.h"
#include "reports/model/plain_text.h"
#include "reports/sections/sections.h"

#include <assay/common/text.h>

#include <fmt/format.h>

#include <algorithm>

namespace assay::reports {

namespace {

bool sets_seeds(const std::string& assignment) {
  const std::string key = assignment.substr(0, assignment.find('='));
  return key == "seeds" || key.ends_with(".seeds");
}

std::string command_for(const BenchmarkResults& benchmark, const Row& row,
                        const std::vector<std::uint64_t>& block, const RunOrigin& run) {
  std::string command = "assay run " +
                        shell_word(run.suite_file.empty() ? "SUITE" : run.suite_file) + " --only " +
                        shell_word(benchmark.suite_id);
  if (!row.reference) command += " --methods " + shell_word(row.name);
  for (const std::string& assignment : run.overrides) {
    if (!sets_seeds(assignment)) command += " --set " + shell_word(assignment);
  }
  return command + " --set " +
         shell_word(fmt::format("{}.seeds=[{}]", benchmark.suite_id, fmt::join(block, ","))) +
         " --out again";
}

}  // namespace

Section reproduce_section(const RunResults& results) {
  Section section{"reproduce", "Computing a cell again", {}};
  section.add(Paragraph{{plain(
      "Seeds that trained together are computed together again, so that the result is the same to "
      "the last bit on the same build and kind of processor. For one seed alone, put only that "
      "seed "
      "in the brackets: its result may then differ in the last bits. The reference rows come with "
      "each of these commands.")}});
  Table table;
  table.columns = {{"Benchmark", "", false},
                   {"Method", "", false},
                   {"Seeds", "", false},
                   {"Command", "", false}};
  for (const BenchmarkResults& benchmark : results.benchmarks) {
    for (const Row& row : benchmark.rows) {
      // With the run that it comes from: several runs have suites of their own.
      std::vector<std::pair<std::vector<std::uint64_t>, std::size_t>> blocks;
      for (const SeedResult& seed : row.seeds) {
        const std::vector<std::uint64_t> block =
            seed.block.empty() ? std::vector<std::uint64_t>{seed.seed} : seed.block;
        const std::pair one{block, seed.run};
        if (std::find(blocks.begin(), blocks.end(), one) == blocks.end()) blocks.push_back(one);
      }
      for (const auto& [block, run] : blocks) {
        table.rows.push_back(
            {{code(benchmark.id), row.reference ? Cell(row.title) : Cell(strong(row.name)),
              seeds_text(block), code(command_for(benchmark, row, block, results.runs.at(run)))},
             "",
             row.reference});
      }
    }
  }
  const std::string summary = counted(table.rows.size(), "command");
  section.add(Details{summary, blocks_of(std::move(table))});
  return section;
}

}  // namespace assay::reports
