// One seed is several models: their run, and what the seed's own run keeps of it.
#pragma once

#include "sdk/internal/family.h"

#include <map>
#include <string>
#include <vector>

namespace assay::unlearning {

/// Collects the runs of S x each models into the run of S seeds: costs are added up, curves are
/// means over the models, and a seed fails with the first of its models that fails.
class InnerRun {
 public:
  InnerRun(Run& outer, Seeds of_models, std::int64_t each);

  /// A run of the models [from, to) out of `all`; reports progress and phases to the outer run.
  Run part(std::int64_t from, std::int64_t to, std::int64_t all);
  /// Takes what such a run has, when it is over.
  void take(Run& run, std::int64_t from);
  /// Writes costs, curves and failures into the outer run.
  void finish();

  std::vector<double> samples_S() const;  ///< gradient samples, mean over a seed's models
  const std::vector<std::string>& failures_S() const { return failures_; }

 private:
  Run& outer_;
  Seeds seeds_;
  std::int64_t each_;
  std::vector<Costs> costs_;           // of each seed, all models together
  std::vector<std::string> failures_;  // of each seed
  struct Sum {
    double value = 0;
    std::int64_t count = 0;
  };
  std::vector<std::map<std::string, std::map<std::int64_t, Sum>>> curves_;
};

}  // namespace assay::unlearning
