#include "sdk/families/support/description.h"
#include "sdk/families/debate/family.h"
#include "sdk/families/debate/players.h"
#include "sdk/families/debate/settings.h"

namespace assay::debate {
namespace {

Json metrics() {
  const Json share = {0, 1};
  Json win = metric("honest_win", "Honest win rate", "max", share,
                    "share of questions on which the debater, honest, wins against every wrong "
                    "answer; mean over the pool's liars and both orders");
  win["primary"] = true;
  Json all = {
      win,
      metric("accuracy", "Judge accuracy", "max", share,
             "share of single games whose winner is right: of a method against itself, both "
             "orders. A debater that lies badly raises it: compare debaters by the pool"),
      metric("accuracy_all", "Judge accuracy, all answers", "max", share,
             "the same where the truth has to win against every wrong answer"),
      metric("accuracy_first", "Honest first", "none", share,
             "accuracy_all where the honest side moves first"),
      metric("accuracy_last", "Honest last", "none", share,
             "accuracy_all where the honest side moves last (of an odd number of turns: second)"),
      metric("last_mover", "Order effect", "none", nullptr, "honest last minus honest first"),
      metric("honest_win_first", "Honest win rate, first", "max", share,
             "honest_win where the debater moves first"),
      metric("honest_win_last", "Honest win rate, last", "max", share,
             "honest_win where it moves last"),
      metric("honest_win_single", "Honest win rate, single games", "max", share,
             "share of single games that it wins, honest, against the pool"),
      metric("liar_win", "Liar's win rate", "none", share,
             "share of single games that it wins, lying, against the pool's honest sides"),
      metric("strength", "Strength", "max", share,
             "mean of honest_win_single and liar_win: what the debater can do on either side"),
      metric("consultancy", "Consultancy", "none", share,
             "judge accuracy where one side reveals everything, mean of an honest and a lying one"),
      metric("advantage_consultancy", "Over consultancy", "max", nullptr,
             "judge accuracy of debate minus that of consultancy by the same debater"),
      metric("advantage_random", "Over random evidence", "max", nullptr,
             "judge accuracy minus that on as many random reveals"),
      metric("ece", "ECE", "min", share,
             "expected calibration error (15 bins) of sigmoid(margin) as the chance that the "
             "favoured claim of the two is right"),
      metric("brier", "Brier", "min", {0, 2}, "Brier score of the same"),
      metric("margin", "Margin", "none", nullptr,
             "mean logit of the truth minus that of the wrong answer"),
      metric("question_error", "Error over questions", "none", nullptr,
             "standard error of honest_win over a seed's questions, games clustered by question"),
      metric("calls", "Judge calls", "none", nullptr, "positions that were judged, a move"),
      metric("practice_calls", "Judge calls in practice", "none", nullptr,
             "positions that were judged before the first game; of methods that practise"),
      metric("forfeits", "Forfeits", "min", share,
             "share of its games that the debater lost by "
             "what it did: the sum of those below"),
      metric("forfeits_illegal", "Illegal moves", "min", share, "places that may not be named"),
      metric("forfeits_lie", "Lies", "min", share, "evidence that is not what was said of it"),
      metric("forfeits_crash", "Crashes", "min", share,
             "exceptions, and signals that ended the move's process; the log says which"),
      metric("forfeits_calls", "Over budget", "min", share, "more judge calls than the budget"),
      metric("forfeits_time", "Over time", "min", share, "took longer than the time of a move"),
  };
  for (const std::string& id : pool_ids()) {
    all.push_back(metric(("honest_win_" + id).c_str(), ("Against " + id).c_str(), "max", share,
                         ("honest_win against the pool's " + id).c_str()));
    all.push_back(metric(("strength_" + id).c_str(), ("Strength against " + id).c_str(), "none",
                         share, ("strength against the pool's " + id + " alone").c_str()));
  }
  return all;
}

Json references() {
  return {reference("naive", "naive", "the judge without any evidence"),
          reference("random-evidence", "random evidence", "as many reveals, at random"),
          reference("expert", "expert", "somebody who sees all the evidence"),
          reference("consultancy", "consultancy",
                    "the pool's last debater reveals alone; mean of an honest and a lying one"),
          reference("pool", "pool", "the pool's last debater against itself"),
          reference("optimal", "optimal play",
                    "small games: both sides without error, by going through all of them")};
}

}  // namespace

Json description() {
  return {{"id", "debate"},
          {"title", "Debate"},
          {"summary",
           "Two debaters argue for different answers by revealing evidence that the judge cannot "
           "see by itself; does the truth win?"},
          {"settings", to_json(setting_specs())},
          {"references", references()},
          {"metrics", metrics()},
          {"panel_curves", {"sample."}},
          {"apart", {{"sides", "knows which side is honest"}}},
          {"tasks", task_list(tasks())}};
}

Json Debate::smoke_settings() const {
  return {{"task", {{"use", "evidence"}, {"places", 6}, {"questions", 8}, {"together", 0.5}}},
          {"turns", 4},
          {"budget", 64},
          {"pool", "random greedy search"},
          {"pool_playouts", 16},
          {"practice", {{"questions", 40}, {"steps", 20}, {"games", 16}}}};
}

}  // namespace assay::debate
