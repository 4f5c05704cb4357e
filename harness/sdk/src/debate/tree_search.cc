#include <ATen/ATen.h>
#include <assay/debate/tree_search.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <span>

namespace assay::debate {
namespace {

/// Counter-based numbers of one game and turn, whose key was drawn from the run's stream.
class Draws {
 public:
  explicit Draws(double key) {
    const auto bits = std::bit_cast<std::uint64_t>(key);
    key_ = {static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(bits >> 32)};
  }
  /// 0 .. below - 1; the bias is under one in ten million.
  std::size_t number(std::size_t below) {
    if (left_ == 0) {
      words_ = philox4x32({block_++, 0, 0, 0}, key_);
      left_ = words_.size();
    }
    const std::uint64_t product = std::uint64_t{words_[--left_]} * below;
    return static_cast<std::size_t>(product >> 32);
  }

 private:
  std::array<std::uint32_t, 2> key_{};
  std::array<std::uint32_t, 4> words_{};
  std::size_t left_ = 0;
  std::uint32_t block_ = 0;
};

/// The tree of one game. A position's moves are looked at when it is reached for the second time:
/// until then playouts from it are random. Moves below the first position are made when they are
/// tried: those that were are the first ones of the position's free places, in their order.
class Tree {
 public:
  Tree(const Turn& turn, std::vector<std::int64_t> legal, const std::vector<double>& prior,
       double key)
      : turn_(turn), draws_(key), legal_(std::move(legal)) {
    edges_.resize(1 + legal_.size(), {1 / static_cast<double>(legal_.size()), 0, 0});
    moves_.resize(edges_.size());
    moves_[0] = {1, legal_.size(), legal_.size()};
    for (std::size_t move = 0; move < prior.size(); ++move) edges_[1 + move].prior = prior[move];
  }

  /// Writes the places of a playout from this turn on.
  void play_out(const TreeSearch& how, std::int64_t* place_T) {
    path_.assign(1, 0);
    free_ = legal_;
    const std::int64_t turns = turn_.turns();
    std::int64_t at = turn_.turn;
    for (std::size_t node = 0; at < turns && !free_.empty(); ++at) {
      if (node != 0 && edges_[node].visits == 0) break;
      const std::size_t move = next_move(node, how);
      node = moves_[node].first + move;
      path_.push_back(node);
      place_T[at] = free_[move];
      free_.erase(free_.begin() + static_cast<std::ptrdiff_t>(move));
    }
    for (; at < turns && !free_.empty(); ++at) {
      const std::size_t number = draws_.number(free_.size());
      place_T[at] = free_[number];
      free_[number] = free_.back();
      free_.pop_back();
    }
  }

  /// Adds the last playout's value, as the mover of this turn sees it.
  void learn(double value) {
    for (std::size_t depth = 0; depth < path_.size(); ++depth) {
      Edge& edge = edges_[path_[depth]];
      // The edge into depth d is the move of turn `turn + d - 1`.
      const std::size_t move = static_cast<std::size_t>(turn_.turn) + depth - 1;
      const bool own = depth == 0 || turn_.own_T[move];
      edge.visits += 1;
      edge.mean += ((own ? value : 1 - value) - edge.mean) / edge.visits;
    }
  }

  std::int64_t best() const {
    std::size_t best = 0;
    for (std::size_t move = 1; move < legal_.size(); ++move) {
      const Edge &one = edges_[1 + move], &other = edges_[1 + best];
      const bool better =
          one.visits > other.visits || (one.visits == other.visits && one.mean > other.mean);
      if (better) best = move;
    }
    return legal_[best];
  }

 private:
  /// A position's moves that were made: edges `first` to `first + count`, with room for `room`.
  struct Moves {
    std::size_t first = 0, count = 0, room = 0;
  };

  std::size_t next_move(std::size_t node, const TreeSearch& how) {
    const bool untried_ones = moves_[node].count < free_.size();
    if (untried_ones) make_room(node);
    Moves& moves = moves_[node];
    if (untried_ones) {
      edges_[moves.first + moves.count] = {1 / static_cast<double>(free_.size()), 0, 0};
      moves_[moves.first + moves.count] = {};
    }
    // The root is visited as often as its moves are; a position below once more, when it was new.
    const double visits = edges_[node].visits - (node == 0 ? 0 : 1);
    const std::size_t shown = moves.count + (untried_ones ? 1 : 0);
    const std::size_t move = how.select(std::span(edges_).subspan(moves.first, shown), visits);
    if (move == moves.count) ++moves.count;
    return move;
  }

  /// Room for one move more, at another place where there is none.
  void make_room(std::size_t node) {
    if (moves_[node].count < moves_[node].room) return;
    const Moves old = moves_[node];
    const std::size_t room = std::min(std::max<std::size_t>(4, 2 * old.room), free_.size());
    const std::size_t first = edges_.size();
    edges_.resize(first + room);
    moves_.resize(first + room);
    std::copy_n(edges_.data() + old.first, old.count, edges_.data() + first);
    std::copy_n(moves_.data() + old.first, old.count, moves_.data() + first);
    moves_[node] = {first, old.count, room};
  }

  const Turn& turn_;
  Draws draws_;
  std::vector<std::int64_t> legal_, free_;
  std::vector<Edge> edges_;   // into each position, the first position's without a move
  std::vector<Moves> moves_;  // out of it
  std::vector<std::size_t> path_;
};

std::vector<Tree> make_trees(const Turn& turn, const TreeSearch& how, const Streams& streams) {
  const Tensor key_G = turn.uniform(streams, {}).cpu().flatten().contiguous();
  Tensor prior_GA;
  if (how.prior_KGA.defined()) {
    prior_GA = how.prior_KGA.cpu().to(at::kDouble).flatten(0, 1).contiguous();
  }
  std::vector<Tree> trees;
  std::int64_t game = 0;
  for (std::vector<std::int64_t>& legal : place_lists(turn)) {
    std::vector<double> prior;
    if (prior_GA.defined()) {
      const double* row = prior_GA.const_data_ptr<double>() + game * prior_GA.size(1);
      prior.assign(row, row + legal.size());
    }
    const double key = key_G.const_data_ptr<double>()[game++];
    trees.emplace_back(turn, std::move(legal), prior, key);
  }
  return trees;
}

}  // namespace

Selection upper_confidence(double c) {
  return [c](std::span<const Edge> edges, double visits) {
    const double log_visits = std::log(visits);
    return most_urgent(edges, [&](const Edge& edge) {
      if (edge.visits == 0) return std::numeric_limits<double>::infinity();
      return edge.mean + c * std::sqrt(log_visits / edge.visits);
    });
  };
}

Tensor tree_search(const Turn& turn, const TreeSearch& how, const Streams& streams) {
  std::vector<Tree> trees = make_trees(turn, how, streams);
  const Tensor now_KGT = turn.place_KGT.cpu().contiguous();
  for (std::int64_t playout = 0; playout < how.playouts; ++playout) {
    const Tensor place_KGT = now_KGT.clone();
    auto* place = place_KGT.data_ptr<std::int64_t>();
    for (std::size_t game = 0; game < trees.size(); ++game) {
      trees[game].play_out(how, place + game * static_cast<std::size_t>(turn.turns()));
    }
    const Tensor margin_KG1 = turn.judge(place_KGT.unsqueeze(2).to(turn.place_KGT.device()));
    const Tensor value_KG = margin_KG1.cpu().to(at::kDouble).sigmoid().contiguous();
    const double* value = value_KG.const_data_ptr<double>();
    for (std::size_t game = 0; game < trees.size(); ++game) trees[game].learn(value[game]);
  }
  const Tensor best_KG = at::empty({turn.rows(), turn.games()}, at::kLong);
  auto* best = best_KG.data_ptr<std::int64_t>();
  for (std::size_t game = 0; game < trees.size(); ++game) best[game] = trees[game].best();
  return best_KG.to(turn.place_KGT.device());
}

}  // namespace assay::debate
