#include "host/statistics/tie_groups.h"

#include <assay/common/error.h>

#include <algorithm>
#include <string>

namespace assay {

namespace {

void check_shape(const std::vector<std::size_t>& order,
                 const std::vector<std::vector<bool>>& rejected) {
  const std::size_t methods = order.size();
  std::vector<bool> seen(methods, false);
  for (const std::size_t method : order) {
    if (method >= methods || seen[method]) {
      throw Error("tie_groups needs every method number below " + std::to_string(methods) +
                  " once: it got " + std::to_string(method));
    }
    seen[method] = true;
  }
  const bool square = rejected.size() == methods && std::all_of(rejected.begin(), rejected.end(),
                                                                [&](const std::vector<bool>& row) {
                                                                  return row.size() == methods;
                                                                });
  if (!square) {
    throw Error("tie_groups needs a matrix of " + std::to_string(methods) + " x " +
                std::to_string(methods));
  }
}

}  // namespace

TieGroups tie_groups(const std::vector<std::size_t>& order,
                     const std::vector<std::vector<bool>>& rejected) {
  check_shape(order, rejected);
  const std::size_t methods = order.size();
  // From each place the run reaches as far as no pair in it is rejected; it is maximal when it
  // reaches farther than the run from any earlier place.
  std::vector<std::pair<std::size_t, std::size_t>> runs;  // first and last place, from 0
  std::size_t reached = 0;
  for (std::size_t first = 0; first < methods; ++first) {
    std::size_t last = first;
    const auto fits = [&](std::size_t next) {
      for (std::size_t place = first; place < next; ++place) {
        if (rejected[order[place]][order[next]]) return false;
      }
      return true;
    };
    while (last + 1 < methods && fits(last + 1)) ++last;
    if (first == 0 || last > reached) runs.emplace_back(first, last);
    reached = std::max(reached, last);
  }

  TieGroups groups;
  groups.rank_ranges.resize(methods, {methods, 1});
  for (const auto& [first, last] : runs) {
    if (last > first) {
      groups.bars.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(first),
                               order.begin() + static_cast<std::ptrdiff_t>(last + 1));
    }
    for (std::size_t place = first; place <= last; ++place) {
      auto& range = groups.rank_ranges[order[place]];
      range.first = std::min(range.first, first + 1);
      range.second = std::max(range.second, last + 1);
    }
  }
  return groups;
}

}  // namespace assay
