#include <ATen/ATen.h>
#include <assay/debate/tree_search.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

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

/// The tree of one game. A position's moves are made when it is reached for the second time: until
/// then playouts from it are random.
class Tree {
 public:
  Tree(const Turn& turn, std::vector<std::int64_t> legal, std::vector<double> prior, double key)
      : turn_(turn), draws_(key), legal_(std::move(legal)) {
    nodes_.push_back({});
    expand(0);
    for (std::size_t child = 0; child < prior.size(); ++child) {
      nodes_[1 + child].edge.prior = prior[child];
    }
  }

  /// Writes the places of a playout from this turn on.
  void play_out(const TreeSearch& how, std::int64_t* place_T) {
    path_.assign(1, 0);
    free_ = legal_;
    const std::int64_t turns = turn_.turns();
    std::int64_t at = turn_.turn;
    for (std::size_t node = 0; at < turns && !free_.empty(); ++at) {
      if (nodes_[node].children == 0 && nodes_[node].edge.visits > 0) expand(node);
      if (nodes_[node].children == 0) break;
      node = most_urgent(node, how);
      path_.push_back(node);
      const std::int64_t place = nodes_[node].place;
      free_.erase(std::find(free_.begin(), free_.end(), place));
      place_T[at] = place;
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
      Edge& edge = nodes_[path_[depth]].edge;
      // The edge into depth d is the move of turn `turn + d - 1`.
      const std::size_t move = static_cast<std::size_t>(turn_.turn) + depth - 1;
      const bool own = depth == 0 || turn_.own_T[move];
      edge.visits += 1;
      edge.mean += ((own ? value : 1 - value) - edge.mean) / edge.visits;
    }
  }

  std::int64_t best() const {
    std::size_t best = 1;
    for (std::size_t child = 2; child <= nodes_[0].children; ++child) {
      const Edge &one = nodes_[child].edge, &other = nodes_[best].edge;
      const bool better =
          one.visits > other.visits || (one.visits == other.visits && one.mean > other.mean);
      if (better) best = child;
    }
    return nodes_[best].place;
  }

 private:
  struct Node {
    Edge edge;
    std::int64_t place = -1;
    std::size_t first = 0, children = 0;
  };

  void expand(std::size_t node) {
    const std::vector<std::int64_t>& moves = node == 0 ? legal_ : free_;
    nodes_[node].first = nodes_.size();
    nodes_[node].children = moves.size();
    const double prior = 1 / static_cast<double>(moves.size());
    for (const std::int64_t place : moves) nodes_.push_back({{prior, 0, 0}, place, 0, 0});
  }

  std::size_t most_urgent(std::size_t node, const TreeSearch& how) const {
    const std::size_t first = nodes_[node].first, count = nodes_[node].children;
    // The root is visited as often as its moves are; a position below once more, when it was new.
    const double visits = nodes_[node].edge.visits - (node == 0 ? 0 : 1);
    std::size_t best = first;
    double most = how.urgency(nodes_[first].edge, visits);
    constexpr double infinite = std::numeric_limits<double>::infinity();
    for (std::size_t child = first + 1; child < first + count && most < infinite; ++child) {
      const double urgency = how.urgency(nodes_[child].edge, visits);
      if (urgency > most) {
        most = urgency;
        best = child;
      }
    }
    return best;
  }

  const Turn& turn_;
  Draws draws_;
  std::vector<std::int64_t> legal_, free_;
  std::vector<Node> nodes_;
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
    trees.emplace_back(turn, std::move(legal), std::move(prior), key);
  }
  return trees;
}

}  // namespace

std::function<double(const Edge&, double)> upper_confidence(double c) {
  return [c](const Edge& edge, double visits) {
    if (edge.visits == 0) return std::numeric_limits<double>::infinity();
    return edge.mean + c * std::sqrt(std::log(visits) / edge.visits);
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
