// Small made-up games that the rules are checked on.
#pragma once

#include "sdk/families/debate/practice.h"

#include <assay/debate.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace assay::debate {

/// Turns of games in every row that have gone some way: who moves, what is revealed.
struct Example {
  std::vector<std::uint64_t> seeds;
  Problem problem;
  std::shared_ptr<const Judge> judge;
  Board board;
  Turn turn;          ///< without a judge: asked_turn() gives it one
  Settings settings;  ///< of its practice
};

/// Turn `number` of some games with answers 0 to 2.
Example make_example(const std::vector<std::uint64_t>& seeds, std::int64_t number, bool tell_sides);

/// The example's turn, with tensors of its own and a judge that counts.
Turn asked_turn(const Example& example);

/// The example's problem, with games to practise on that `run` plays.
Problem asked_problem(const Example& example, bool tell_sides, Run& run);

/// Row `row` as an example of its own.
Example row_of(const Example& example, std::int64_t row);
/// Games `game_H` (int64) of it, as after others have ended.
Example games_of(const Example& example, const Tensor& game_H);
/// The same with other evidence in one row (game -1: in all its games), or in one game of it.
Example with_changed(const Example& example, std::int64_t row, std::int64_t game);

}  // namespace assay::debate
