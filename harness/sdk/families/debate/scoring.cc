#include "sdk/families/debate/scoring.h"

#include "sdk/families/debate/optimal.h"
#include "sdk/internal/data_streams.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <assay/metrics.h>

#include <algorithm>

namespace assay::debate {
namespace {

constexpr std::int64_t samples = 4;

Tensor mean_of(const std::vector<Tensor>& values) {
  return at::stack(values).mean(0);
}

/// Mean over a row's games or questions, on the CPU.
Tensor share(const Tensor& value_KG) {
  return value_KG.mean(1).cpu();
}

}  // namespace

std::int64_t first_turn_id(std::int64_t match, std::int64_t turns) {
  constexpr std::uint32_t salt = 0x64656274;
  const std::uint32_t number =
      philox4x32({static_cast<std::uint32_t>(match), 0, 0, 0}, {salt, 0})[0];
  return static_cast<std::int64_t>(number >> 12) * turns;
}

Dealt deal_games(const Tensor& truth_KN, std::int64_t answers, Against against,
                 const Streams& streams) {
  const std::int64_t questions = truth_KN.size(1);
  const Tensor item_N = at::arange(questions, truth_KN.options());
  if (against == Against::any) {
    return {{item_N, truth_KN, at::full_like(truth_KN, -1)}, 1};
  }
  if (against == Against::one) {
    const Tensor draw_KN = streams.uniform({questions}).to(truth_KN.device());
    const Tensor step_KN = 1 + (draw_KN * static_cast<double>(answers - 1)).to(at::kLong);
    return {{item_N, truth_KN, (truth_KN + step_KN).remainder(answers)}, 1};
  }
  const Tensor step_W1 = at::arange(1, answers, truth_KN.options()).unsqueeze(1);
  const Tensor lie_KG = (truth_KN.unsqueeze(1) + step_W1).remainder(answers).flatten(1);
  return {{item_N.repeat({answers - 1}), truth_KN.repeat({1, answers - 1}), lie_KG}, answers - 1};
}

Tensor won_all(const Tensor& won_KG, std::int64_t lies) {
  return won_KG.view({won_KG.size(0), lies, -1}).amin(1);
}

Measures measure_verdicts(const std::vector<Tensor>& margin_KG, const std::vector<Tensor>& won_KG,
                          std::int64_t lies) {
  std::vector<Tensor> all_KN;
  for (const Tensor& won : won_KG) all_KN.push_back(won_all(won, lies));
  const Tensor margin = at::cat(margin_KG, 1).cpu();
  const Tensor truth_KG = margin.sigmoid();
  const Tensor probability_KG2 = at::stack({truth_KG, 1 - truth_KG}, 2);
  const Tensor label_KG = at::zeros_like(margin, at::kLong);
  return {{"accuracy", share(at::cat(won_KG, 1))},
          {"accuracy_all", share(at::cat(all_KN, 1))},
          {"ece", metrics::expected_calibration_error(probability_KG2, label_KG)},
          {"brier", metrics::brier(probability_KG2, label_KG)},
          {"margin", share(margin)}};
}

Scoring::Scoring(const Settings& settings, const Task& task, const Place& place, Run& run)
    : settings_(settings),
      judge_(task.judge(place)),
      questions_(task.make_questions(place)),
      expert_KNC_(task.expert_KNC(place)),
      dealt_(deal_games(task.truth_KN(place), task.answers(), settings.against,
                        data_streams(place.seeds, "debate.lies"))),
      table_{questions_, *judge_, false, settings.seconds_per_move, place.device.is_cpu()},
      run_(run),
      forfeits_KC_(at::zeros({run.rows(), forfeit_causes}, at::kDouble)) {}

Schedule Scoring::schedule(Side first) const {
  return debate_schedule(settings_.task.turns, first, settings_.simultaneous);
}

Match Scoring::match(const Player& honest, const Player& liar, const Schedule& schedule) {
  return play(table_, dealt_.deal, schedule, honest, liar,
              first_turn_id(next_match_++, settings_.task.turns), run_);
}

void Scoring::count(const Match& match, bool honest, bool liar) {
  for (const auto& [cause, games] : match.causes) causes_[cause] += games;
  for (const auto& [side, counts] : {std::pair{Side::honest, honest}, {Side::liar, liar}}) {
    if (!counts) continue;
    games_ += static_cast<double>(match.margin_KG.size(1));
    const Tensor lost_KG = match.loser_KG.eq(static_cast<std::int64_t>(side));
    for (int cause = 1; cause < forfeit_causes; ++cause) {
      forfeits_KC_.select(1, cause) += match.forfeit_KG.eq(cause).logical_and(lost_KG).sum(1).cpu();
    }
  }
}

Measures Scoring::against_itself(const Player& debater) {
  std::vector<Tensor> margin_KG, won_KG, place_KGT;
  Tensor calls_K;
  for (const Side first : {Side::honest, Side::liar}) {
    const Match played = match(debater, debater, schedule(first));
    count(played, true, true);
    if (first == Side::honest) record_samples(played);
    margin_KG.push_back(played.margin_KG);
    won_KG.push_back(played.honest_won_KG());
    place_KGT.push_back(played.place_KGT);
    calls_K = calls_K.defined() ? calls_K + played.calls_K : played.calls_K;
  }
  transcripts_ = {{"place_K2GT", at::stack(place_KGT, 1).cpu()},
                  {"margin_K2G", at::stack(margin_KG, 1).cpu()},
                  {"honest_won_K2G", at::stack(won_KG, 1).cpu()}};
  Measures measures = measure_verdicts(margin_KG, won_KG, dealt_.lies);
  const Tensor first_K = share(won_all(won_KG[0], dealt_.lies));
  const Tensor last_K = share(won_all(won_KG[1], dealt_.lies));
  measures["accuracy_first"] = first_K;
  measures["accuracy_last"] = last_K;
  measures["last_mover"] = last_K - first_K;
  const auto moves = static_cast<double>(2 * dealt_.deal.item_G.size(0) * settings_.task.turns);
  measures["calls"] = calls_K.to(at::kDouble) / moves;
  return measures;
}

Measures Scoring::against_pool(const Player& debater) {
  std::map<Side, std::vector<Tensor>> all_of_order;
  std::vector<Tensor> all_KN, single_K, lied_K;
  Measures measures;
  for (const std::string& id : settings_.pool) {
    const auto opponent = make_player(id, questions_.value_KNV.size(2), settings_.pool_playouts);
    std::vector<Tensor> won_K, both_sides_K;
    for (const Side first : {Side::honest, Side::liar}) {
      const Match honest = match(debater, *opponent, schedule(first));
      count(honest, true, false);
      const Tensor won_KG = honest.honest_won_KG();
      all_KN.push_back(won_all(won_KG, dealt_.lies));
      all_of_order[first].push_back(share(all_KN.back()));
      won_K.push_back(share(all_KN.back()));
      single_K.push_back(share(won_KG));
      const Match liar = match(*opponent, debater, schedule(first));
      count(liar, false, true);
      lied_K.push_back(1 - share(liar.honest_won_KG()));
      both_sides_K.push_back((single_K.back() + lied_K.back()) / 2);
    }
    measures["strength_" + id] = mean_of(both_sides_K);
    measures["honest_win_" + id] = mean_of(won_K);
  }
  const Tensor question_KN = mean_of(all_KN);
  measures["honest_win"] = share(question_KN);
  const auto questions = static_cast<double>(question_KN.size(1));
  if (questions > 1) measures["question_error"] = question_KN.std(1).cpu() / std::sqrt(questions);
  measures["honest_win_first"] = mean_of(all_of_order[Side::honest]);
  measures["honest_win_last"] = mean_of(all_of_order[Side::liar]);
  measures["honest_win_single"] = mean_of(single_K);
  measures["liar_win"] = mean_of(lied_K);
  measures["strength"] = (measures["honest_win_single"] + measures["liar_win"]) / 2;
  return measures;
}

Tensor Scoring::consultancy(const Player& debater) {
  std::vector<Tensor> accuracy_K;
  for (const Side side : {Side::honest, Side::liar}) {
    const Match played = match(debater, debater, consultancy_schedule(settings_.task.turns, side));
    count(played, side == Side::honest, side == Side::liar);
    accuracy_K.push_back(share(played.honest_won_KG()));
  }
  return mean_of(accuracy_K);
}

Measures Scoring::score(const Player& debater, bool tell_sides) {
  table_.tell_sides = tell_sides;
  causes_.clear();
  games_ = 0;
  forfeits_KC_ = at::zeros({run_.rows(), forfeit_causes}, at::kDouble);
  Measures measures = against_itself(debater);
  measures.merge(against_pool(debater));
  measures["consultancy"] = consultancy(debater);
  table_.tell_sides = false;
  measures["advantage_consultancy"] = measures["accuracy"] - measures["consultancy"];
  measures["advantage_random"] = measures["accuracy"] - reference("random-evidence").at("accuracy");
  measures["forfeits"] = forfeits_KC_.sum(1) / games_;
  for (int cause = 1; cause < forfeit_causes; ++cause) {
    const Tensor share_K = forfeits_KC_.select(1, cause) / games_;
    if (share_K.sum().item<double>() == 0) continue;
    measures[std::string("forfeits_") + name_of(static_cast<Forfeit>(cause))] = share_K;
  }
  return measures;
}

Measures Scoring::verdict(const Tensor& margin_KG) const {
  const Tensor margin = margin_KG.to(at::kDouble);
  Measures measures = measure_verdicts({margin}, {(margin.sign() + 1) / 2}, dealt_.lies);
  measures["last_mover"] = at::zeros({margin.size(0)}, at::kDouble);
  return measures;
}

Measures Scoring::reference(const std::string& id) {
  const Deal& deal = dealt_.deal;
  const std::int64_t rows = deal.truth_KG.size(0), games = deal.item_G.size(0);
  if (id == "naive") {
    const Board board{deal.item_G, questions_.value_KNV.index_select(1, deal.item_G)};
    const Tensor nothing =
        at::full({rows, games, 1, settings_.task.turns}, -1, deal.item_G.options());
    return verdict(
        margin_of(judge_->logits(board, nothing), deal.truth_KG, deal.lie_KG).squeeze(2));
  }
  if (id == "expert") {
    const Tensor logit_KGMC = expert_KNC_.index_select(1, deal.item_G).unsqueeze(2);
    return verdict(margin_of(logit_KGMC, deal.truth_KG, deal.lie_KG).squeeze(2));
  }
  const std::int64_t places = questions_.value_KNV.size(2);
  if (id == "random-evidence") {
    const auto random = make_player("random", places, 0);
    return verdict(match(*random, *random, consultancy_schedule(settings_.task.turns, Side::honest))
                       .margin_KG);
  }
  const auto strongest = make_player(settings_.pool.back(), places, settings_.pool_playouts);
  if (id == "consultancy") {
    Measures measures = {{"accuracy", consultancy(*strongest)}};
    measures["consultancy"] = measures["accuracy"];
    return measures;
  }
  if (id == "pool") {
    Measures measures = against_itself(*strongest);
    return measures;
  }
  if (id == "optimal") {
    std::vector<Tensor> margin_KG, won_KG;
    for (const Side first : {Side::honest, Side::liar}) {
      margin_KG.push_back(optimal_margin(table_, deal, schedule(first)));
      won_KG.push_back((margin_KG.back().sign() + 1) / 2);
    }
    Measures measures = measure_verdicts(margin_KG, won_KG, dealt_.lies);
    measures["accuracy_first"] = share(won_all(won_KG[0], dealt_.lies));
    measures["accuracy_last"] = share(won_all(won_KG[1], dealt_.lies));
    measures["last_mover"] = measures["accuracy_last"] - measures["accuracy_first"];
    return measures;
  }
  throw Error("debate has no reference '" + id + "'");
}

// Of the first games against itself: the evidence, what was named, and what the judge then thought.
void Scoring::record_samples(const Match& played) {
  const std::int64_t games = std::min(samples, played.place_KGT.size(1));
  const std::int64_t turns = played.place_KGT.size(2);
  const Tensor item_G = dealt_.deal.item_G.narrow(0, 0, games);
  const Board board{item_G, questions_.value_KNV.index_select(1, item_G)};
  for (std::int64_t game = 0; game < games; ++game) {
    const std::string name = "sample." + std::to_string(game) + ".";
    for (std::int64_t place = 0; place < board.value_KGV.size(2); ++place) {
      run_.record(name + "evidence", place, board.value_KGV.select(1, game).select(1, place));
    }
    run_.record(name + "truth", 0, dealt_.deal.truth_KG.select(1, game).to(at::kDouble));
    run_.record(name + "lie", 0, dealt_.deal.lie_KG.select(1, game).to(at::kDouble));
  }
  Tensor place_KGT = at::full_like(played.place_KGT.narrow(1, 0, games), -1);
  for (std::int64_t turn = 0; turn < turns; ++turn) {
    place_KGT.select(2, turn).copy_(played.place_KGT.narrow(1, 0, games).select(2, turn));
    const Tensor margin_KG =
        margin_of(judge_->logits(board, place_KGT.unsqueeze(2)),
                  dealt_.deal.truth_KG.narrow(1, 0, games), dealt_.deal.lie_KG.narrow(1, 0, games))
            .squeeze(2);
    for (std::int64_t game = 0; game < games; ++game) {
      const std::string name = "sample." + std::to_string(game) + ".";
      run_.record(name + "place", turn, place_KGT.select(1, game).select(1, turn).to(at::kDouble));
      run_.record(name + "margin", turn, margin_KG.select(1, game));
    }
  }
}

std::vector<std::string> reference_ids(const Settings& settings, const Task& task) {
  std::vector<std::string> ids = {"naive", "random-evidence", "expert", "consultancy", "pool"};
  const bool small = task.judge_parameters() == 0 && !settings.simultaneous &&
                     ways_of(task.places(), settings.task.turns) <= most_ways;
  if (small) ids.push_back("optimal");
  return ids;
}

}  // namespace assay::debate
