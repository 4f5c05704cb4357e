// The small made-up streams that the rules are checked on.
#pragma once

#include "sdk/families/continual/tensor_stream.h"

#include <vector>

namespace assay::continual {

/// A stream of three tasks and what a method learns it with, one row a seed (seeds may repeat).
struct Example {
  Seeds seeds;
  Problem problem;
  std::vector<TensorTask> tasks;
  Tensor outputs_TC;

  TensorStream stream() const { return {tasks, outputs_TC, problem.likelihood}; }
};

/// Two classes a task, or for a gaussian likelihood (domain alone) a number; float64.
Example make_example(const Seeds& seeds, Scenario scenario,
                     Likelihood likelihood = Likelihood::categorical, bool boundaries = true);

/// One row of an example as an example of its own; shares no labels and no parameters with it.
Example row_of(const Example& example, std::int64_t row);

}  // namespace assay::continual
