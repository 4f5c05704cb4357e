// The small made-up problem that the rules are checked on.
#pragma once

#include <assay/weak_to_strong.h>

#include <cstdint>
#include <vector>

namespace assay::weak_to_strong {

/// A problem and what a method's answer is asked afterwards, one row a seed (seeds may repeat).
struct Example {
  std::vector<std::uint64_t> seeds;
  Problem problem;
  Tensor test_KNF;
};

/// Few items and steps, but so many that every row has full and short batches; with a ladder and an
/// ensemble. One class: a regression problem.
Example make_example(const std::vector<std::uint64_t>& seeds, std::int64_t classes);

/// A copy in which every label of row `row` belongs to another item: all that its supervisors say
/// is in the opposite order of items.
Example with_labels_flipped(const Example& example, std::int64_t row);

/// One row of an example as an example of its own; shares no labels and no parameters with it.
Example row_of(const Example& example, std::int64_t row);

}  // namespace assay::weak_to_strong
