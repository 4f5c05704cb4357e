// Debate (Irving et al. 2018, arXiv:1805.00899): two debaters argue for different answers to a
// question by naming places of its evidence, which the judge cannot see; the host reveals what is
// there. This header is all that a method of the family includes, debate/tree_search.h apart.
//
// Suffixes: K rows of the cohort, G games, V places of the evidence, T turns, M positions of a
// game that are asked about at once.
#pragma once

#include <assay/plugin.h>
#include <assay/run.h>

#include <cstdint>
#include <functional>
#include <vector>

namespace assay::debate {

struct Turn;
struct Moves;

/// Games to practise on before the first one that counts. Their questions are none of those that
/// count, but of the same kind. Nobody says what is true, and claims are drawn without regard to
/// it.
struct Practice {
  std::int64_t questions = 0;  ///< N in every row
  std::int64_t steps = 0;      ///< how often a method may learn from
  std::int64_t games = 0;      ///< so many games

  /// Plays a game of each of the questions `item_G` (int64 [G], one may come several times), both
  /// sides by `choose`: the judge's margin in favour of who moves first, float64 [K, G]. Of some
  /// turns choose() is asked in several parts; Turn::game_G are places in item_G. Each game is one
  /// judge call besides those that `choose` makes, which has a method's budget. Throws Error for a
  /// place that may not be named.
  Tensor play(const Tensor& item_G, const std::function<Moves(const Turn&)>& choose) const;

  // The host's, behind the function above.
  std::function<Tensor(const Tensor& item_G, const std::function<Moves(const Turn&)>& choose)> host;
};

/// What is known before the first game.
struct Problem {
  std::int64_t rows = 0;            ///< K
  std::int64_t places = 0;          ///< V
  std::int64_t turns = 0;           ///< T: reveals of a game, of both sides together
  std::int64_t answers = 0;         ///< labels that may be claimed
  std::int64_t budget = 0;          ///< positions that the judge answers for, each game and move
  std::vector<std::int64_t> shape;  ///< places as they lie: [V], or [H, W] of pictures
  Practice practice;
};

/// One turn of G games in every row, as the side that moves sees it. A debater sees all evidence.
/// It is told what to argue for, and not whether that is true. Tensors lie on the run's device.
struct Turn {
  Tensor value_KGV;  ///< the evidence, float
  Tensor legal_KGV;  ///< places that may be named, bool: evidence that is not yet revealed
  Tensor place_KGT;  ///< places named so far, int64; -1 where nothing was, and in turns to come
  Tensor claim_KG;   ///< the answer that the mover argues for; -1: any but `other_KG`
  Tensor other_KG;   ///< the answer it argues against; -1: every answer but `claim_KG`
  Tensor honest_KG;  ///< with needs("sides") alone: whether the claim is true, bool; else undefined
  std::vector<bool> own_T;  ///< whose turn each is: the mover's own, or its opponent's
  std::int64_t turn = 0;    ///< which turn this is, 0-based
  std::int64_t budget = 0;  ///< positions that may be asked about in this move, each game

  std::int64_t rows() const { return place_KGT.size(0); }
  std::int64_t games() const { return place_KGT.size(1); }
  std::int64_t turns() const { return place_KGT.size(2); }

  /// What the judge would say of positions of these games: its logit of the mover's claim minus
  /// that of the other one, [K, G, M]; above zero the mover would win. Each position counts as one
  /// call, where `asked_KGM` (bool) is given only those that it marks; others answer -infinity.
  /// Throws Error beyond the budget: the game is then lost.
  Tensor judge(const Tensor& place_KGMT, const Tensor& asked_KGM = {}) const;
  /// Uniform draws in [0, 1), float64 [K, G, shape...], of this turn and of each game alone: the
  /// same whichever other games are asked about.
  Tensor uniform(const Streams& streams, at::IntArrayRef shape) const;
  /// Places that may be named as a list, int64 [K, G, A], rising, -1 after the last; A is the
  /// longest list's length.
  Tensor legal_places() const;
  /// place_KGT with `place_KGM` named in this turn: [K, G, M, T].
  Tensor after(const Tensor& place_KGM) const;

  // The host's, behind the functions above.
  std::function<Tensor(const Tensor& place_KGMT, const Tensor& asked_KGM)> ask;
  Tensor game_G;        ///< which of the match's games these are, int64
  std::int64_t id = 0;  ///< of the turn, over all matches
};

/// What choose() returns.
struct Moves {
  Moves(Tensor place_KG) : place_KG(std::move(place_KG)) {}  // NOLINT: a move is a place
  Moves(Tensor place_KG, Tensor value_KG)
      : place_KG(std::move(place_KG)), value_KG(std::move(value_KG)) {}

  Tensor place_KG;  ///< the place to reveal, int64
  Tensor value_KG;  ///< optional, float: what the debater says is there. A lie loses the game
};

/// Base of the family's methods: built once per cohort from its parameters
/// (`explicit Method(const Parameters&)`), prepared once, then asked for every turn. The host plays
/// each debater on both sides, first and last, against itself and a pool of opponents.
class Method {
 public:
  using FamilyBase = Method;
  static constexpr const char* family = "debate";

  virtual ~Method() = default;

  virtual void prepare(const Problem&, Run&) {}
  /// A move in each game. Row k may depend on row k alone, game g on game g. What it throws loses
  /// the game that made it throw (in every row of the cohort), no other.
  virtual Moves choose(const Turn& turn, Run& run) const = 0;
};

/// legal_places() as lists, row by row: of row k and game g the list k G + g.
std::vector<std::vector<std::int64_t>> place_lists(const Turn& turn);

/// A place that may be named, each equally likely: int64 [K, G].
Tensor random_place(const Turn& turn, const Streams& streams);

/// Of the places that may be named, or of `most` of them drawn at random, the one after which the
/// judge is most in the mover's favour, int64 [K, G]; of equals the first. One call for each.
Tensor best_place(const Turn& turn, std::int64_t most, const Streams& streams);

}  // namespace assay::debate
