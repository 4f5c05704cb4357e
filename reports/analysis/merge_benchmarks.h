// The tables of several runs: which are one, and what their rows then hold. Part of merge.h.
#pragma once

#include "reports/analysis/results.h"

#include <map>
#include <string>
#include <vector>

namespace assay::reports {

class BenchmarkMerge {
 public:
  /// A benchmark of run `run`, in the order of the runs.
  void add(BenchmarkResults benchmark, std::size_t run, const std::string& label);

  /// Gives what stays apart its ids. Returns a sentence, without its full stop, for each thing that
  /// a reader must know.
  std::vector<std::string> finish(const std::vector<std::string>& labels);

  /// The merged id of each of a run's benchmarks, by its id in the suite.
  std::map<std::string, std::string> ids(std::size_t run) const;

  /// The merged benchmarks.
  std::vector<BenchmarkResults> take();

 private:
  struct Table {
    BenchmarkResults results;
    std::vector<std::size_t> runs;
    std::size_t first_seeds = 0;
    bool grown = false;  ///< a run added seeds after its first plan
  };

  void absorb(Table& table, BenchmarkResults benchmark, const std::string& label);
  void add_mixed(const Table& table, const std::vector<std::string>& labels,
                 std::vector<std::string>& notes) const;

  std::vector<Table> tables_;
  std::vector<std::string> conflicts_;  ///< "photos/xent/3 of night"
  std::vector<std::string> baselines_;  ///< a sentence for each that was not taken
};

}  // namespace assay::reports
