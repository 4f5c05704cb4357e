// Optimal play of small games, by going through all of them.
#pragma once

#include "sdk/families/debate/protocol.h"

namespace assay::debate {

/// Ways in which a game can go, the most that optimal_margin() looks at.
inline constexpr std::int64_t most_ways = 20000;

/// V (V - 1) ... (V - T + 1), or most_ways + 1 where it is more.
std::int64_t ways_of(std::int64_t places, std::int64_t turns);

/// The margin of the truth when both sides play for the judge's margin alone and neither errs,
/// float64 [K, G]: the value of the game in turns that `schedule` gives (not of simultaneous ones).
/// Every place may be named. Throws Error for games of more than `most_ways` ways.
Tensor optimal_margin(const Table& table, const Deal& deal, const Schedule& schedule);

}  // namespace assay::debate
