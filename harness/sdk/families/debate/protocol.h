// The protocol: who moves when, what each side sees, what is revealed, and who has won. Games are
// played by the host, which asks the debaters, checks what they do and counts the judge's calls.
#pragma once

#include "sdk/families/debate/task.h"

#include <assay/debate.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace assay::debate {

enum class Side : std::int8_t { honest, liar };

/// The order of a game's turns.
struct Schedule {
  std::vector<Side> side_T;
  /// Turns 2 r and 2 r + 1 are one round: neither side sees the other's place of that round. Both
  /// may name the same one, which then is revealed once.
  bool simultaneous = false;
};

/// Sides in turn, from `first` on.
Schedule debate_schedule(std::int64_t turns, Side first, bool simultaneous);
/// One side alone.
Schedule consultancy_schedule(std::int64_t turns, Side side);

/// Which question each game is about, and what its sides claim.
struct Deal {
  Tensor item_G;    ///< int64
  Tensor truth_KG;  ///< the honest side's answer
  Tensor lie_KG;    ///< the liar's; -1: any other answer ("not yours")
};

/// What the sides of a match play on.
struct Table {
  const Questions& questions;
  const Judge& judge;
  bool tell_sides = false;      ///< whether debaters are told who is honest: needs("sides")
  double seconds_per_move = 0;  ///< a debater that takes longer loses its games; 0: no limit
  /// Whether guests move in processes of their own (own_process.h; on the CPU alone): one that dies
  /// or hangs then loses its games, and not the cell.
  bool own_process = false;
};

/// Somebody who names places.
class Player {
 public:
  virtual ~Player() = default;
  virtual Moves choose(const Turn& turn, Run& run) const = 0;
  /// Judge calls that it has, each game and move.
  virtual std::int64_t budget() const = 0;
  /// Whether it is somebody else's code: then what it throws loses games, and is no error.
  virtual bool guest() const { return false; }
};

enum class Forfeit : std::int8_t { none, illegal, lie, crash, calls, time };
inline constexpr int forfeit_causes = 6;
const char* name_of(Forfeit cause);

/// What became of a match's games.
struct Match {
  Tensor place_KGT;   ///< what was revealed, in order; -1 where nothing was
  Tensor margin_KG;   ///< the judge's logit of the truth minus the lie's; float64
  Tensor forfeit_KG;  ///< a Forfeit, int8
  Tensor loser_KG;    ///< of a forfeited game: the Side that lost it, int8
  Tensor calls_K;     ///< judge calls of both sides together, int64
  std::map<std::string, std::int64_t> causes;  ///< what was thrown, and in how many games
  /// Who has won: 1 the honest side, 0 the liar, one half where the judge cannot tell. float64.
  Tensor honest_won_KG() const;
};

/// Plays all games of a deal. `first_id` numbers its turns over all matches of a cell: random draws
/// are keyed by it. Throws Error for an answer of the wrong shape or type, which is a breach of the
/// contract and no move.
Match play(const Table& table, const Deal& deal, const Schedule& schedule, const Player& honest,
           const Player& liar, std::int64_t first_id, Run& run);

}  // namespace assay::debate
