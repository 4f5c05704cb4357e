// What two runs do not have in common besides their results: named before any number, because a
// difference of results may come from it.
#pragma once

#include "reports/analysis/results.h"

#include <string>
#include <vector>

namespace assay::reports {

struct Difference {
  enum class Kind {
    question,  ///< what is measured: settings, parameters, data, metrics, seeds
    means,     ///< what it was computed with: libraries, plugins, device, blocks
  };

  Kind kind = Kind::question;
  std::string where;      ///< benchmark, "benchmark/row", a method's id, or "" for the whole run
  std::string what;       ///< "train.lr", "LibTorch"
  std::string base, now;  ///< as text; both empty where `what` says it all
};

/// Settings, seeds and metrics of benchmarks that both runs have, parameters of their rows, the
/// build and machine, plugins, and what the keys of the cells say (data, blocks).
std::vector<Difference> find_differences(const RunData& base_data, const RunResults& base,
                                         const RunData& now_data, const RunResults& now);

}  // namespace assay::reports
