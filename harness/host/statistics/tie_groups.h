// Which neighbours of a ranking were not told apart: the bars of a critical-difference diagram, and
// the places that a method may hold.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace assay {

struct TieGroups {
  /// Maximal runs of two or more adjacent methods without a rejected pair, best first; members are
  /// method numbers in the order of the ranking. Bars may overlap.
  std::vector<std::vector<std::size_t>> bars;
  /// By method number: first and last place, from 1, that its bars span; its own place where it is
  /// in none.
  std::vector<std::pair<std::size_t, std::size_t>> rank_ranges;
};

/// `order` holds every method number once, best first; rejected[i][j] says that methods i and j
/// were told apart (symmetric). Bars can hide that two methods were not told apart, where one
/// between them was: show the matrix too. Throws Error unless the matrix is square and of the
/// order's size.
TieGroups tie_groups(const std::vector<std::size_t>& order,
                     const std::vector<std::vector<bool>>& rejected);

}  // namespace assay
