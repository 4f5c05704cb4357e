// Small made-up problems that the rules are checked on.
#pragma once

#include <assay/delta.h>

#include <cstdint>
#include <vector>

namespace assay::delta {

struct Example {
  std::vector<std::uint64_t> seeds;
  Problem problem;
};

/// What the responses are.
enum class Kind { classes, two_classes, sequences };

Example make_example(const std::vector<std::uint64_t>& seeds, Kind kind);

/// The same with the pairs of one row turned round.
Example with_pairs_turned(const Example& example, std::int64_t row);

/// One row of it as a problem of its own.
Example row_of(const Example& example, std::int64_t row);

}  // namespace assay::delta
