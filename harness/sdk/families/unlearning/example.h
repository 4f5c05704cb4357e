// The small made-up problem that the rules are checked on.
#pragma once

#include <assay/unlearning.h>

#include <cstdint>
#include <vector>

namespace assay::unlearning {

/// A problem and what a method's answer is asked afterwards, one row a seed (seeds may repeat).
struct Example {
  std::vector<std::uint64_t> seeds;
  Problem problem;
  Tensor test_KND;         ///< inputs
  Tensor attribution_KNC;  ///< of these items
};

/// What an example is like.
struct ExampleKind {
  Likelihood likelihood = Likelihood::categorical;  ///< three classes, one output, or 7 symbols
  bool convex = false;  ///< a linear network in float64 with a ridge; else a small mlp in float32,
                        ///< of sequences a small transformer
};

/// Four items to forget, sixty to keep; few steps, but full and short batches. The forget set has
/// an input of its own that is zero in all other items, so that a method that looks for what only
/// the forget set uses finds something. Oracles and attribution are given.
Example make_example(const std::vector<std::uint64_t>& seeds, ExampleKind kind);

/// One row of an example as an example of its own; shares no labels and no parameters with it.
Example row_of(const Example& example, std::int64_t row);

}  // namespace assay::unlearning
