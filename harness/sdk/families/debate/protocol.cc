#include "sdk/families/debate/protocol.h"

#include "sdk/families/debate/meter.h"
#include "sdk/families/debate/own_process.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <memory>
#include <sstream>

namespace assay::debate {
namespace {

/// Games that are played side by side, over all rows: searches keep a tree for each.
constexpr std::int64_t side_by_side = 2048;

/// Games of one move that are found guilty of a process's death one by one: each costs some
/// processes, or time. After so many what is left is lost with them.
constexpr int most_deaths = 8;

std::string clipped(const std::string& text) {
  constexpr std::size_t most = 200;
  return text.size() <= most ? text : text.substr(0, most) + "...";
}

/// Some of a match's games, from the first turn to the last.
class Games {
 public:
  Games(const Table& table, const Deal& deal, const Schedule& schedule, std::int64_t first,
        std::int64_t count, std::int64_t first_id, Match& match)
      : table_(table),
        schedule_(schedule),
        match_(match),
        first_(first),
        first_id_(first_id),
        item_G_(deal.item_G.narrow(0, first, count)),
        truth_KG_(deal.truth_KG.narrow(1, first, count)),
        lie_KG_(deal.lie_KG.narrow(1, first, count)),
        value_KGV_(table.questions.value_KNV.index_select(1, item_G_)),
        hidden_KGV_(table.questions.legal_KNV.index_select(1, item_G_)),
        place_KGT_(match.place_KGT.narrow(1, first, count)),
        forfeit_KG_(match.forfeit_KG.narrow(1, first, count)),
        loser_KG_(match.loser_KG.narrow(1, first, count)) {}

  void play(const Player& honest, const Player& liar, Run& run) {
    const auto turns = static_cast<std::int64_t>(schedule_.side_T.size());
    for (std::int64_t turn = 0; turn < turns; ++turn) {
      const Side side = schedule_.side_T[static_cast<std::size_t>(turn)];
      move(side == Side::honest ? honest : liar, turn, run);
    }
    const Tensor margin_KG1 = margin_of(
        table_.judge.logits({item_G_, value_KGV_}, place_KGT_.unsqueeze(2)), truth_KG_, lie_KG_);
    match_.margin_KG.narrow(1, first_, item_G_.size(0)).copy_(margin_KG1.squeeze(2));
  }

 private:
  /// The turn as its mover sees it, of the games `game_H`.
  Turn make_turn(const Player& player, std::int64_t turn, const Tensor& game_H) const {
    const auto number = static_cast<std::size_t>(turn);
    const Side side = schedule_.side_T[number];
    const bool honest = side == Side::honest;
    const auto of = [&](const Tensor& value_KG) { return value_KG.index_select(1, game_H); };
    Turn now;
    now.value_KGV = of(value_KGV_);
    now.legal_KGV = of(hidden_KGV_);
    now.place_KGT = of(place_KGT_);
    if (schedule_.simultaneous && turn % 2 == 1) hide(now, turn - 1);
    now.claim_KG = of(honest ? truth_KG_ : lie_KG_);
    now.other_KG = of(honest ? lie_KG_ : truth_KG_);
    if (table_.tell_sides) now.honest_KG = at::full_like(now.claim_KG, honest, at::kBool);
    for (const Side mover : schedule_.side_T) now.own_T.push_back(mover == side);
    now.turn = turn;
    now.budget = player.budget();
    now.game_G = game_H + first_;
    now.id = first_id_ + turn;
    return now;
  }

  /// Puts a place that the mover may not know of back among those that are hidden.
  static void hide(Turn& now, std::int64_t turn) {
    const Tensor place_KG1 = now.place_KGT.narrow(2, turn, 1);
    const Tensor named_KG1 = place_KG1.ge(0);
    const Tensor legal_KG1 = now.legal_KGV.gather(2, place_KG1.clamp_min(0)).logical_or(named_KG1);
    now.legal_KGV = now.legal_KGV.scatter(2, place_KG1.clamp_min(0), legal_KG1);
    place_KG1.fill_(-1);
  }

  void move(const Player& player, std::int64_t turn, Run& run) {
    // A game goes on while it is not lost in every row.
    const Tensor open_G = forfeit_KG_.eq(0).any(0).nonzero().squeeze(1);
    deaths_ = 0;
    if (open_G.numel() > 0) ask(player, turn, open_G, table_.seconds_per_move, run);
  }

  // What is thrown, or ends its process, loses the games that made it so: found by halves. Of
  // `seconds` a half gets its share.
  void ask(const Player& player, std::int64_t turn, const Tensor& game_H, double seconds,
           Run& run) {
    // The host's own copy is what moves are checked with, whatever a method does to its tensors.
    const Turn now = make_turn(player, turn, game_H);
    const Turn given = with_meter(make_turn(player, turn, game_H), now);
    std::string thrown;
    Forfeit cause = Forfeit::crash;
    bool died = false;
    try {
      const Moves moves = player.guest() && table_.own_process
                              ? choose_in_own_process(player, given, *meter_, seconds, run)
                              : player.choose(given, run);
      count_calls();
      check_shape(moves, now);
      apply(moves, now, game_H);
      return;
    } catch (const OutOfBudget& error) {
      if (!player.guest()) throw;
      thrown = error.what();
      cause = error.time ? Forfeit::time : Forfeit::calls;
    } catch (const ProcessLost& error) {
      thrown = error.what();
      cause = error.time ? Forfeit::time : Forfeit::crash;
      died = true;
    } catch (const Breach& breach) {
      throw Error(breach.text);
    } catch (const std::exception& error) {
      if (!player.guest()) throw;
      thrown = error.what();
    } catch (...) {
      thrown = "something that is no std::exception";
    }
    count_calls();
    const std::int64_t games = game_H.size(0);
    if (games > 1 && !(died && deaths_ >= most_deaths)) {
      const std::int64_t half = games / 2;
      const double least = std::min(seconds, 1.0);
      const auto share = [&](std::int64_t some) {
        return std::max(least, seconds * static_cast<double>(some) / static_cast<double>(games));
      };
      ask(player, turn, game_H.narrow(0, 0, half), share(half), run);
      ask(player, turn, game_H.narrow(0, half, games - half), share(games - half), run);
      return;
    }
    if (died) ++deaths_;
    const Tensor all_KH =
        at::ones({truth_KG_.size(0), games}, place_KGT_.options().dtype(at::kBool));
    forfeit(all_KH, game_H, cause, turn);
    match_.causes[clipped(thrown)] += all_KH.numel();
  }

  struct Breach {
    std::string text;
  };

  static void check_shape(const Moves& moves, const Turn& now) {
    const auto check = [&](const Tensor& value, const char* what, bool right_type) {
      if (value.defined() && value.sizes() == now.claim_KG.sizes() && right_type &&
          value.device() == now.claim_KG.device()) {
        return;
      }
      std::ostringstream text;
      text << "choose returned " << what << " ";
      if (value.defined())
        text << value.scalar_type() << " " << value.sizes() << " on " << value.device();
      else
        text << "undefined";
      text << ", expected one for each row and game, [" << now.rows() << ", " << now.games()
           << "] on " << now.claim_KG.device();
      throw Breach{text.str()};
    };
    const Tensor &place = moves.place_KG, &value = moves.value_KG;
    check(place, "places (int64)", place.defined() && place.scalar_type() == at::kLong);
    if (value.defined()) check(value, "values (float)", value.is_floating_point());
  }

  void apply(const Moves& moves, const Turn& now, const Tensor& game_H) {
    const std::int64_t places = value_KGV_.size(2);
    const Tensor& place_KH = moves.place_KG;
    const Tensor inside_KH = place_KH.ge(0).logical_and(place_KH.lt(places));
    const Tensor index_KH1 = place_KH.clamp(0, places - 1).unsqueeze(2);
    const Tensor legal_KH = inside_KH.logical_and(now.legal_KGV.gather(2, index_KH1).squeeze(2));
    forfeit(legal_KH.logical_not(), game_H, Forfeit::illegal, now.turn);
    if (moves.value_KG.defined()) {
      const Tensor there_KH = now.value_KGV.gather(2, index_KH1).squeeze(2);
      const Tensor said_KH = moves.value_KG.to(there_KH.scalar_type());
      forfeit(said_KH.ne(there_KH).logical_and(legal_KH), game_H, Forfeit::lie, now.turn);
    }
    // Of a simultaneous round the second may name what the first has.
    const Tensor hidden_KH = hidden_KGV_.index_select(1, game_H).gather(2, index_KH1).squeeze(2);
    const Tensor open_KH = forfeit_KG_.index_select(1, game_H).eq(0);
    const Tensor reveal_KH = open_KH.logical_and(hidden_KH).logical_and(legal_KH);
    place_KGT_.select(2, now.turn).index_copy_(1, game_H, at::where(reveal_KH, place_KH, -1));
    const Tensor left_KHV = hidden_KGV_.index_select(1, game_H);
    const Tensor left_KH1 = hidden_KH.logical_and(reveal_KH.logical_not()).unsqueeze(2);
    hidden_KGV_.index_copy_(1, game_H, left_KHV.scatter(2, index_KH1, left_KH1));
  }

  void forfeit(const Tensor& lost_KH, const Tensor& game_H, Forfeit cause, std::int64_t turn) {
    const Tensor before_KH = forfeit_KG_.index_select(1, game_H);
    const Tensor now_KH = lost_KH.logical_and(before_KH.eq(0));
    const Side side = schedule_.side_T[static_cast<std::size_t>(turn)];
    forfeit_KG_.index_copy_(1, game_H,
                            before_KH.masked_fill(now_KH, static_cast<std::int64_t>(cause)));
    const Tensor loser_KH = loser_KG_.index_select(1, game_H);
    loser_KG_.index_copy_(1, game_H, loser_KH.masked_fill(now_KH, static_cast<std::int64_t>(side)));
  }

  Turn with_meter(Turn given, const Turn& now) {
    const Board board{item_G_.index_select(0, now.game_G - first_), now.value_KGV};
    meter_ = std::make_shared<Meter>(table_.judge, board, now, table_.seconds_per_move);
    given.ask = [meter = meter_](const Tensor& place_KGMT, const Tensor& asked_KGM) {
      return meter->ask(place_KGMT, asked_KGM);
    };
    return given;
  }

  void count_calls() {
    match_.calls_K += meter_->calls_KG().sum(1).cpu();
    meter_.reset();
  }

  const Table& table_;
  const Schedule& schedule_;
  Match& match_;
  std::int64_t first_, first_id_;
  Tensor item_G_, truth_KG_, lie_KG_, value_KGV_, hidden_KGV_;
  Tensor place_KGT_, forfeit_KG_, loser_KG_;  // parts of the match's
  std::shared_ptr<Meter> meter_;
  int deaths_ = 0;  ///< processes that were lost in this move, by a game each
};

}  // namespace

Schedule debate_schedule(std::int64_t turns, Side first, bool simultaneous) {
  const Side second = first == Side::honest ? Side::liar : Side::honest;
  Schedule schedule{{}, simultaneous};
  for (std::int64_t turn = 0; turn < turns; ++turn) {
    schedule.side_T.push_back(turn % 2 == 0 ? first : second);
  }
  return schedule;
}

Schedule consultancy_schedule(std::int64_t turns, Side side) {
  return {std::vector<Side>(static_cast<std::size_t>(turns), side), false};
}

const char* name_of(Forfeit cause) {
  switch (cause) {
    case Forfeit::none:
      return "none";
    case Forfeit::illegal:
      return "illegal";
    case Forfeit::lie:
      return "lie";
    case Forfeit::crash:
      return "crash";
    case Forfeit::calls:
      return "calls";
    case Forfeit::time:
      return "time";
  }
  return "";
}

Tensor Match::honest_won_KG() const {
  const Tensor judged_KG = (margin_KG.sign() + 1) / 2;
  const Tensor by_forfeit_KG = loser_KG.eq(static_cast<std::int64_t>(Side::liar)).to(at::kDouble);
  return at::where(forfeit_KG.eq(0), judged_KG, by_forfeit_KG);
}

Match play(const Table& table, const Deal& deal, const Schedule& schedule, const Player& honest,
           const Player& liar, std::int64_t first_id, Run& run) {
  const at::NoGradGuard no_record;
  const std::int64_t rows = deal.truth_KG.size(0), games = deal.item_G.size(0);
  const auto turns = static_cast<std::int64_t>(schedule.side_T.size());
  const auto options = deal.truth_KG.options();
  Match match;
  match.place_KGT = at::full({rows, games, turns}, -1, options);
  match.margin_KG = at::zeros({rows, games}, options.dtype(at::kDouble));
  match.forfeit_KG = at::zeros({rows, games}, options.dtype(at::kChar));
  match.loser_KG = at::zeros({rows, games}, options.dtype(at::kChar));
  match.calls_K = at::zeros({rows}, at::kLong);
  const std::int64_t part = std::max<std::int64_t>(1, side_by_side / rows);
  for (std::int64_t from = 0; from < games; from += part) {
    Games(table, deal, schedule, from, std::min(part, games - from), first_id, match)
        .play(honest, liar, run);
  }
  return match;
}

}  // namespace assay::debate
