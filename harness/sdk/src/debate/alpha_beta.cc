#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <assay/debate/alpha_beta.h>

#include <algorithm>
#include <limits>

namespace assay::debate {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

class AlphaBeta {
 public:
  AlphaBeta(const Turn& turn, std::vector<std::int64_t> legal) : turn_(turn) {
    std::int64_t ways = 1;
    const auto rest = static_cast<std::size_t>(turn.turns() - turn.turn);
    for (std::size_t moves = legal.size(); depth_ < std::min(rest, legal.size()); --moves) {
      ways *= static_cast<std::int64_t>(moves);
      if (ways > turn.budget) break;
      ++depth_;
    }
    levels_.push_back({std::move(legal), -infinite, -infinite, infinite});
  }

  /// Whether the budget does not even hold the moves of one turn.
  bool empty() const { return depth_ == 0; }
  /// Goes on to a position after whose moves the search stops; false at the end of the search.
  bool advance() {
    while (levels_.size() < depth_ || levels_.back().next > 0) {
      Level& top = levels_.back();
      if (levels_.size() < depth_ && top.next < top.moves.size() && top.alpha < top.beta) {
        Level below{top.moves, 0, top.alpha, top.beta};
        below.moves.erase(below.moves.begin() + static_cast<std::ptrdiff_t>(top.next++));
        levels_.push_back(std::move(below));
        levels_.back().value = own() ? -infinite : infinite;
      } else {
        if (levels_.size() == 1) return false;
        const double value = top.value;
        levels_.pop_back();
        offer(value, levels_.back().next - 1);
      }
    }
    return true;
  }

  const std::vector<std::int64_t>& moves() const { return levels_.back().moves; }
  /// The places that lead to the position, from this turn on.
  void write_path(std::int64_t* place_T) const {
    for (std::size_t level = 0; level + 1 < levels_.size(); ++level) {
      place_T[level] = levels_[level].moves[levels_[level].next - 1];
    }
  }
  void answer(const double* margin) {
    for (std::size_t move = 0; move < moves().size(); ++move) offer(margin[move], move);
    levels_.back().next = levels_.back().moves.size();
  }
  std::int64_t best() const { return levels_.front().moves[best_]; }
  std::size_t depth() const { return levels_.size() - 1; }

 private:
  struct Level {
    std::vector<std::int64_t> moves;
    double value, alpha, beta;
    std::size_t next = 0;  ///< the first move that was not looked at
  };

  bool own() const {
    return turn_.own_T[static_cast<std::size_t>(turn_.turn) + levels_.size() - 1];
  }
  void offer(double value, std::size_t move) {
    Level& top = levels_.back();
    if (own() ? value <= top.value : value >= top.value) return;
    top.value = value;
    if (levels_.size() == 1) best_ = move;
    if (own())
      top.alpha = std::max(top.alpha, value);
    else
      top.beta = std::min(top.beta, value);
  }

  const Turn& turn_;
  std::size_t depth_ = 0, best_ = 0;
  std::vector<Level> levels_;
};

/// One position of every game that still searches; false when there is none.
bool ask(const Turn& turn, std::vector<AlphaBeta>& searches, std::int64_t most) {
  const std::int64_t turns = turn.turns();
  const Tensor place_GMT = turn.place_KGT.cpu().flatten(0, 1).unsqueeze(1).repeat({1, most, 1});
  const Tensor asked_GM = at::zeros({place_GMT.size(0), most}, at::kBool);
  auto* place = place_GMT.data_ptr<std::int64_t>();
  auto* asked = asked_GM.data_ptr<bool>();
  bool any = false;
  for (std::size_t game = 0; game < searches.size(); ++game) {
    AlphaBeta& search = searches[game];
    if (!search.advance()) continue;
    any = true;
    for (std::size_t move = 0; move < search.moves().size(); ++move) {
      const std::size_t position = game * static_cast<std::size_t>(most) + move;
      std::int64_t* line = place + position * static_cast<std::size_t>(turns) + turn.turn;
      search.write_path(line);
      line[search.depth()] = search.moves()[move];
      asked[position] = true;
    }
  }
  if (!any) return false;
  const auto device = turn.place_KGT.device();
  const std::vector<std::int64_t> shape = {turn.rows(), turn.games(), most, turns};
  const Tensor margin_KGM = turn.judge(place_GMT.view(shape).to(device),
                                       asked_GM.view({shape[0], shape[1], most}).to(device));
  const Tensor margin_GM = margin_KGM.cpu().to(at::kDouble).contiguous();
  for (std::size_t game = 0; game < searches.size(); ++game) {
    if (asked[game * static_cast<std::size_t>(most)]) {
      searches[game].answer(margin_GM.const_data_ptr<double>() +
                            game * static_cast<std::size_t>(most));
    }
  }
  return true;
}

}  // namespace

Tensor alpha_beta_search(const Turn& turn) {
  std::vector<AlphaBeta> searches;
  std::size_t most = 0;
  for (std::vector<std::int64_t>& legal : place_lists(turn)) {
    most = std::max(most, legal.size());
    searches.emplace_back(turn, std::move(legal));
    if (searches.back().empty()) {
      throw Error(
          "alpha_beta_search asks about every place that may be named, more than the "
          "budget of " +
          std::to_string(turn.budget));
    }
  }
  while (ask(turn, searches, static_cast<std::int64_t>(most))) {
  }
  const Tensor best_KG = at::empty({turn.rows(), turn.games()}, at::kLong);
  for (std::size_t game = 0; game < searches.size(); ++game) {
    best_KG.data_ptr<std::int64_t>()[game] = searches[game].best();
  }
  return best_KG.to(turn.place_KGT.device());
}

}  // namespace assay::debate
