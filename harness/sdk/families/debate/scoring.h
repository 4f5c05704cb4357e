// What debaters and judges are worth: all matches of one, and their measures.
#pragma once

#include "sdk/families/debate/players.h"
#include "sdk/families/debate/settings.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace assay::debate {

/// What is measured by metric ids, float64 [K].
using Measures = std::map<std::string, Tensor>;

/// Games of N questions with W lies each, lie by lie: game w N + n.
struct Dealt {
  Deal deal;
  std::int64_t lies = 1;  ///< W
};

/// Turn::id of the first turn of a cell's match 0, 1, ...: without an order, since matches come in
/// a fixed one, from whose numbers a debater could read which side it is on.
std::int64_t first_turn_id(std::int64_t match, std::int64_t turns);

/// Deals the games of questions with these true answers, int64 [K, N].
Dealt deal_games(const Tensor& truth_KN, std::int64_t answers, Against against,
                 const Streams& streams);

/// Of what the honest side won of each game [K, W N]: whether it won all of a question's, [K, N].
Tensor won_all(const Tensor& won_KG, std::int64_t lies);

/// A judge's verdicts: "accuracy", "accuracy_all", "ece", "brier" and "margin" of its margins of
/// the truth, [K, G] from one or several matches of the same deal.
Measures measure_verdicts(const std::vector<Tensor>& margin_KG, const std::vector<Tensor>& won_KG,
                          std::int64_t lies);

/// Plays and measures. Opens the truth.
class Scoring {
 public:
  Scoring(const Settings& settings, const Task& task, const Place& place, Run& run);

  /// All matches of a debater. Keeps those against itself for transcripts().
  Measures score(const Player& debater, bool tell_sides);
  Measures reference(const std::string& id);

  /// Of the last debater against itself, the honest side first and last: places [K, 2, G, T] and
  /// margins [K, 2, G].
  const std::map<std::string, Tensor>& transcripts() const { return transcripts_; }
  /// What a debater's games were lost by, with the number of games: for the log.
  const std::map<std::string, std::int64_t>& causes() const { return causes_; }

 private:
  Match match(const Player& honest, const Player& liar, const Schedule& schedule);
  Schedule schedule(Side first) const;
  /// Both orders, against itself.
  Measures against_itself(const Player& debater);
  Measures against_pool(const Player& debater);
  Tensor consultancy(const Player& debater);
  Measures verdict(const Tensor& margin_KG) const;
  void count(const Match& match, bool honest, bool liar);
  void record_samples(const Match& match);

  const Settings& settings_;
  std::unique_ptr<Judge> judge_;
  Questions questions_;
  Tensor expert_KNC_;
  Dealt dealt_;
  Table table_;
  Run& run_;
  std::int64_t next_match_ = 0;
  std::map<std::string, Tensor> transcripts_;
  std::map<std::string, std::int64_t> causes_;
  Tensor forfeits_KC_;  ///< games that the debater lost by each cause, of
  double games_ = 0;    ///< so many sides that it played
};

/// References that a benchmark has.
std::vector<std::string> reference_ids(const Settings& settings, const Task& task);

}  // namespace assay::debate
