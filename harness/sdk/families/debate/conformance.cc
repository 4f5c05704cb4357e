// The rules of the family, checked on small made-up games.
#include "sdk/families/debate/example.h"
#include "sdk/families/debate/family.h"
#include "sdk/families/support/answer.h"
#include "sdk/families/support/choices.h"
#include "sdk/families/support/outcome.h"

#include <ATen/ATen.h>

#include <exception>
#include <optional>

namespace assay::debate {
namespace {

/// The trials of one method, and the breaches that they found.
class Trials {
 public:
  Trials(const MethodEntry& entry, const MethodInfo& info, std::vector<std::string>& breaches)
      : entry_(entry), info_(info), breaches_(breaches) {}

  /// All rows with the same parameters.
  void check_choice(const Choice& choice);
  /// A parameter's values differ between the rows of a cohort.
  void check_values(const ParameterSpec& spec, const Json& start);

 private:
  void breach(const std::string& what) { breaches_.push_back(place_ + ": " + what); }
  Example example(const std::vector<std::uint64_t>& seeds, std::int64_t turn) const {
    return make_example(seeds, turn, has_need(info_, "sides"));
  }
  /// A prepared method's places [K, G], or nothing after a breach. `when` names the trial in it.
  std::optional<Tensor> ask(const Example& example, const std::vector<Json>& parameters,
                            const std::string& when = "");
  std::string wrong(const Moves& moves, const Example& example, const Turn& given) const;
  void check_turn(std::int64_t turn, const Json& parameters);
  void check_alone(const Example& example, const Tensor& together, std::int64_t row,
                   const Json& parameters, const char* advice);

  const MethodEntry& entry_;
  const MethodInfo& info_;
  std::vector<std::string>& breaches_;
  std::string place_;
};

std::string Trials::wrong(const Moves& moves, const Example& example, const Turn& given) const {
  const Turn& turn = example.turn;
  const Tensor& place_KG = moves.place_KG;
  const std::string expected =
      "expected int64 [" + std::to_string(turn.rows()) + ", " + std::to_string(turn.games()) + "]";
  if (!place_KG.defined()) return "choose returned no places, " + expected;
  if (place_KG.sizes() != turn.claim_KG.sizes() || place_KG.scalar_type() != at::kLong) {
    return "choose returned places of another shape or type, " + expected;
  }
  const Tensor inside = place_KG.ge(0).logical_and(place_KG.lt(example.problem.places));
  const Tensor index = place_KG.clamp(0, example.problem.places - 1).unsqueeze(2);
  if (!inside.logical_and(turn.legal_KGV.gather(2, index).squeeze(2)).all().item<bool>()) {
    return "choose named a place that may not be named: legal_KGV says which may";
  }
  const Tensor there_KG = turn.value_KGV.gather(2, index).squeeze(2);
  const Tensor& said_KG = moves.value_KG;
  if (said_KG.defined() && (said_KG.sizes() != there_KG.sizes() ||
                            !at::equal(said_KG.to(there_KG.scalar_type()), there_KG))) {
    return "choose said what is not there: value_KG is the evidence at the place";
  }
  const bool same = at::equal(given.value_KGV, turn.value_KGV) &&
                    at::equal(given.legal_KGV, turn.legal_KGV) &&
                    at::equal(given.place_KGT, turn.place_KGT);
  return same ? "" : "choose changed the turn's tensors: clone what you modify";
}

std::optional<Tensor> Trials::ask(const Example& example, const std::vector<Json>& parameters,
                                  const std::string& when) {
  try {
    Run run(example.seeds);
    const MethodHandle<Method> method(entry_, row_parameters(info_, parameters));
    method->prepare(asked_problem(example, has_need(info_, "sides"), run), run);
    const Turn turn = asked_turn(example);
    const Moves moves = method->choose(turn, run);
    if (const std::string what = wrong(moves, example, turn); !what.empty()) {
      breach(when + what);
      return std::nullopt;
    }
    return moves.place_KG;
  } catch (const std::exception& error) {
    breach(when + "it threw: " + error.what());
  }
  return std::nullopt;
}

void Trials::check_alone(const Example& together, const Tensor& place_KG, std::int64_t row,
                         const Json& parameters, const char* advice) {
  const auto alone = ask(row_of(together, row), {parameters}, "with one row alone, ");
  if (!alone || at::equal(place_KG.narrow(0, row, 1), *alone)) return;
  breach("row " + std::to_string(row) + " alone moves otherwise than in a cohort: " + advice);
}

void Trials::check_turn(std::int64_t number, const Json& parameters) {
  const std::vector<std::uint64_t> seeds =
      info_.single_row ? std::vector<std::uint64_t>{11} : std::vector<std::uint64_t>{11, 12, 13};
  const std::vector<Json> all(seeds.size(), parameters);
  const Example given = example(seeds, number);
  const auto place_KG = ask(given, all);
  if (!place_KG) return;
  const auto again = ask(given, all, "the second time, ");
  if (again && !at::equal(*place_KG, *again)) {
    breach(
        "two moves in the same turn differ: draw random numbers from turn.uniform() alone, and "
        "keep no state");
  }
  // What others do: the games that are asked about together are the host's choice.
  const Tensor some_H = at::tensor(std::vector<std::int64_t>{1, 2, 4}, at::kLong);
  const auto some = ask(games_of(given, some_H), all, "with fewer games, ");
  if (some && !at::equal(place_KG->index_select(1, some_H), *some)) {
    breach(
        "a game's move changes when other games are left out: draw by turn.uniform(), and look "
        "at each game by itself");
  }
  const auto changed = ask(with_changed(given, 0, 2), all, "with another game changed, ");
  if (changed) {
    Tensor same_KG = place_KG->eq(*changed);
    same_KG[0][2].fill_(true);
    if (!same_KG.all().item<bool>()) {
      breach(
          "a game's move changes with the evidence of another game: a game depends on itself "
          "only");
    }
  }
  if (info_.single_row) return;
  check_alone(given, *place_KG, 1, parameters,
              "rows must not mix, reduce every axis but the first");
  const auto other = ask(with_changed(given, 0, -1), all, "with another row changed, ");
  if (other && !at::equal((*place_KG)[1], (*other)[1])) {
    breach("row 1 changes with the evidence of row 0: a row may depend on its own row only");
  }
}

void Trials::check_choice(const Choice& choice) {
  place_ = "with " + choice.name;
  const std::size_t before = breaches_.size();
  for (std::int64_t turn = 0; turn < 4 && breaches_.size() == before; ++turn) {
    place_ = "with " + choice.name + ", turn " + std::to_string(turn);
    check_turn(turn, choice.parameters);
  }
}

void Trials::check_values(const ParameterSpec& spec, const Json& start) {
  const std::vector<std::uint64_t> seeds = {11, 12, 11, 13};
  const RowChoices rows = row_choices(spec, start, seeds.size());
  if (rows.parameters.empty()) return;
  place_ = "with " + rows.name;
  const Example given = example(seeds, 1);
  const auto place_KG = ask(given, rows.parameters);
  for (std::size_t row = 0; place_KG && row < seeds.size(); ++row) {
    check_alone(given, *place_KG, static_cast<std::int64_t>(row), rows.parameters[row],
                "a per_row parameter has a value for each row, row(key) [K, 1]");
  }
}

}  // namespace

std::vector<std::string> check_conformance(const MethodEntry& method) {
  const MethodInfo info = method.describe();
  std::vector<std::string> breaches;
  Trials trials(method, info, breaches);
  check_all_choices(info, trials, breaches);
  return breaches;
}

}  // namespace assay::debate
