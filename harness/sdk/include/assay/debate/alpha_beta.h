// Alpha-beta search over the rest of a debate, all games side by side: every game has a search of
// its own, and they ask the judge together, each for all moves of one position.
#pragma once

#include <assay/debate.h>

namespace assay::debate {

/// Knuth & Moore 1975: the place, int64 [K, G], with the largest minimax value of the judge's
/// margin, of equals the first. Looks as many turns ahead as turn.budget surely allows, in each
/// game: to the end it is exact, else the margin after the last turn it reaches stands for the
/// rest. Throws Error where the budget is less than the places of one move.
Tensor alpha_beta_search(const Turn& turn);

}  // namespace assay::debate
