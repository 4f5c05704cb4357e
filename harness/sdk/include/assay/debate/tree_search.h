// Monte Carlo tree search over the rest of a debate, all games side by side: every game goes
// through its own tree, and the judge is asked about all of them at once.
#pragma once

#include <assay/debate.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>

namespace assay::debate {

/// A move in a tree, as the one who would make it sees it.
struct Edge {
  double prior = 0;   ///< share of the search that it is given beforehand; all moves add up to 1
  double visits = 0;  ///< playouts that went through it
  double mean = 0;    ///< mean of their values, in [0, 1]; 0 where there are none
};

/// Which of a position's moves to look at next, as an index into `edges`; `visits` are those of all
/// moves together. Moves that were never tried and have the same prior are alike: below the first
/// position one of them stands for all, behind those that were tried. For the opponent's moves it
/// is asked from their side.
using Selection = std::function<std::size_t(std::span<const Edge> edges, double visits)>;

/// The edge with the largest urgency(edge), of equals the first.
template <class Urgency>
std::size_t most_urgent(std::span<const Edge> edges, Urgency urgency) {
  std::size_t best = 0;
  double most = urgency(edges[0]);
  constexpr double infinite = std::numeric_limits<double>::infinity();
  for (std::size_t number = 1; number < edges.size() && most < infinite; ++number) {
    const double now = urgency(edges[number]);
    if (now > most) {
      most = now;
      best = number;
    }
  }
  return best;
}

struct TreeSearch {
  std::int64_t playouts = 0;  ///< of each game; each is one judge call
  Selection select;
  /// Priors of the mover's moves now, [K, G, A] as legal_places(); undefined, and deeper: equal.
  Tensor prior_KGA;
};

/// Coulom 2006, Kocsis & Szepesvari 2006: from the position as it is, each playout goes down the
/// tree by `select`, adds one position, and ends the game at random; its value is sigmoid of the
/// judge's margin. Returns the move with the most visits, of equals the one with the higher mean:
/// int64 [K, G].
Tensor tree_search(const Turn& turn, const TreeSearch& how, const Streams& streams);

/// The move with the largest upper confidence bound, mean + c sqrt(ln N / n) for a move with n of N
/// visits; one without any comes first.
Selection upper_confidence(double c);

}  // namespace assay::debate
