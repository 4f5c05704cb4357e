// The rules of the family, checked on small made-up problems.
#include "sdk/families/delta/example.h"
#include "sdk/families/delta/family.h"
#include "sdk/families/delta/protocol.h"
#include "sdk/families/support/answer.h"
#include "sdk/families/support/choices.h"
#include "sdk/families/support/outcome.h"

#include <ATen/ATen.h>

#include <exception>
#include <optional>

namespace assay::delta {
namespace {

/// What a fit gave: the parameters, and the steps of its checkpoints with theirs.
struct Answer {
  Tensor theta_KP;
  std::vector<std::pair<std::int64_t, Tensor>> way;
};

/// The trials of one method on problems of one kind, and the breaches that they found.
class Trials {
 public:
  Trials(const MethodEntry& entry, const MethodInfo& info, Kind kind,
         std::vector<std::string>& breaches)
      : entry_(entry), info_(info), kind_(kind), breaches_(breaches) {}

  /// All rows with the same parameters.
  void check_choice(const Choice& choice);
  /// A parameter's values differ between the rows of a cohort.
  void check_values(const ParameterSpec& spec, const Json& start);

 private:
  /// Says what comes next: the beginning of every breach's text.
  void enter(const std::string& name) {
    place_ = (kind_ == Kind::sequences     ? "of sequences with "
              : kind_ == Kind::two_classes ? "with two classes and "
                                           : "with ") +
             name;
  }
  void breach(const std::string& what) { breaches_.push_back(place_ + ": " + what); }

  /// The answer of a method made for these rows' parameters, or nothing after a breach. `when`
  /// names the trial in it.
  std::optional<Answer> fit(const Example& example, const std::vector<Json>& parameters,
                            const std::string& when = "");
  void check_given(const Example& before, const Example& after);
  void check_way(const Example& example, const Answer& answer);
  void check_alone(const Example& example, const Answer& together, std::int64_t row,
                   const Json& parameters, const char* advice);
  void check_other_row(const Example& example, const Answer& together, std::int64_t row,
                       std::int64_t other, const std::vector<Json>& parameters);

  const MethodEntry& entry_;
  const MethodInfo& info_;
  Kind kind_;
  std::vector<std::string>& breaches_;
  std::string place_;
};

std::optional<Answer> Trials::fit(const Example& example, const std::vector<Json>& parameters,
                                  const std::string& when) {
  Run run(example.seeds);
  Answer answer;
  run.on_checkpoint([&](std::int64_t step, const Tensor& theta_KP) {
    answer.way.emplace_back(step, theta_KP.detach().clone());
  });
  Model model;
  try {
    const MethodHandle<Method> method(entry_, row_parameters(info_, parameters));
    model = method->fit(example.problem, run);
  } catch (const std::exception& error) {
    breach(when + "it threw: " + error.what());
    return std::nullopt;
  }
  if (const auto wrong = answer_breach(model, example.problem.student); !wrong.empty()) {
    breach(when + wrong);
    return std::nullopt;
  }
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    if (!run.failed(row)) continue;
    breach(when + "a row failed: " + run.failure(row));
    return std::nullopt;
  }
  answer.theta_KP = model.theta_KP.detach();
  if (!answer.theta_KP.isfinite().all().item<bool>()) {
    breach(when + "fit returned parameters that are not finite");
    return std::nullopt;
  }
  return answer;
}

void Trials::check_given(const Example& before, const Example& after) {
  const auto check = [&](const Tensor& was, const Tensor& is, const char* what) {
    if (was.defined() && !at::equal(was, is)) {
      breach(std::string("fit changed the problem's ") + what + ": clone what you modify");
    }
  };
  const Problem &was = before.problem, &is = after.problem;
  check(was.student.theta_KP, is.student.theta_KP, "student");
  check(was.pairs.response_KN2, is.pairs.response_KN2, "responses");
  check(was.pairs.mask_KN2T, is.pairs.mask_KN2T, "masks");
}

void Trials::check_way(const Example& example, const Answer& answer) {
  for (const std::int64_t step : example.problem.curve) {
    bool found = false;
    for (const auto& [at, theta_KP] : answer.way) found = found || at == step;
    if (found) continue;
    breach("no checkpoint after step " + std::to_string(step) +
           " of the problem's curve: train_preferences() offers them, a loop of the method's own "
           "calls run.checkpoint(step, theta_KP)");
    return;
  }
}

void Trials::check_alone(const Example& example, const Answer& together, std::int64_t row,
                         const Json& parameters, const char* advice) {
  const auto alone = fit(row_of(example, row), {parameters}, "with one row alone, ");
  if (!alone) return;
  const Tensor theta_1P = together.theta_KP.narrow(0, row, 1);
  if (equal_up_to_rounding(theta_1P, alone->theta_KP)) return;
  breach("row " + std::to_string(row) + " alone differs from the same row in a cohort" +
         largest_difference(theta_1P, alone->theta_KP) + ": " + advice);
}

// Same cohort: of classes not even the last bit has a reason to change. A batch of sequences is cut
// behind the longest of all rows, which may change the rounding.
void Trials::check_other_row(const Example& example, const Answer& together, std::int64_t row,
                             std::int64_t other, const std::vector<Json>& parameters) {
  const auto answer =
      fit(with_pairs_turned(example, other), parameters, "with another row's pairs changed, ");
  if (!answer) return;
  const Tensor theta_P = together.theta_KP[row];
  const bool cut = example.problem.pairs.sequences();
  if (cut ? equal_up_to_rounding(theta_P, answer->theta_KP[row])
          : at::equal(theta_P, answer->theta_KP[row])) {
    return;
  }
  breach("row " + std::to_string(row) + " changes with the pairs of row " + std::to_string(other) +
         largest_difference(theta_P, answer->theta_KP[row]) +
         ": a row may depend on its own row of the problem only");
}

void Trials::check_choice(const Choice& choice) {
  enter(choice.name);
  const std::vector<std::uint64_t> seeds =
      info_.single_row ? std::vector<std::uint64_t>{11} : std::vector<std::uint64_t>{11, 12, 13};
  const std::vector<Json> parameters(seeds.size(), choice.parameters);
  const Example given = make_example(seeds, kind_);
  const auto together = fit(given, parameters);
  if (!together) return;
  const Example example = make_example(seeds, kind_);
  check_given(example, given);
  check_way(example, *together);
  const auto again = fit(example, parameters, "the second time, ");
  if (again && !at::equal(together->theta_KP, again->theta_KP)) {
    breach("two fits of the same problem differ" +
           largest_difference(together->theta_KP, again->theta_KP) +
           ": draw random numbers from run.streams() alone, and keep no state");
  }
  if (info_.single_row) return;

  // The middle row: what leaks into others is mostly the first row, the last one, or all of them.
  constexpr std::int64_t row = 1, other = 0;
  check_alone(example, *together, row, choice.parameters,
              "rows must not mix, reduce every axis but the first");
  check_other_row(example, *together, row, other, parameters);
}

void Trials::check_values(const ParameterSpec& spec, const Json& start) {
  // One seed comes twice, as in a sweep: a row is known by its place, not by its seed.
  const std::vector<std::uint64_t> seeds = {11, 12, 11, 13};
  const RowChoices rows = row_choices(spec, start, seeds.size());
  if (rows.parameters.empty()) return;
  enter(rows.name);
  const Example example = make_example(seeds, kind_);
  const auto together = fit(make_example(seeds, kind_), rows.parameters);
  for (std::size_t row = 0; together && row < seeds.size(); ++row) {
    check_alone(example, *together, static_cast<std::int64_t>(row), rows.parameters[row],
                "a per_row parameter has a value for each row, row(key) [K, 1]");
  }
}

}  // namespace

std::vector<std::string> check_conformance(const MethodEntry& method) {
  const MethodInfo info = method.describe();
  std::vector<std::string> breaches;
  std::vector<Kind> kinds;
  if (!has_need(info, "sequences")) kinds = {Kind::classes, Kind::two_classes};
  if (!has_need(info, "classes")) kinds.push_back(Kind::sequences);
  for (const Kind kind : kinds) {
    Trials trials(method, info, kind, breaches);
    check_all_choices(info, trials, breaches);
    if (!breaches.empty()) return breaches;
  }
  return breaches;
}

}  // namespace assay::delta
