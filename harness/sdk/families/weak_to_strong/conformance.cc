// The rules of the family, checked on small made-up problems.
#include "sdk/families/support/answer.h"
#include "sdk/families/support/choices.h"
#include "sdk/families/support/outcome.h"
#include "sdk/families/weak_to_strong/example.h"
#include "sdk/families/weak_to_strong/family.h"

#include <ATen/ATen.h>
#include <assay/common/text.h>

#include <algorithm>
#include <exception>
#include <optional>

namespace assay::weak_to_strong {
namespace {

/// What a fit gave: the model, its parameters, and what it says of the example's test items.
struct Answer {
  Model model;
  Tensor theta_KP, probability_KNC;
};

/// The trials of one method on problems of so many classes, and the breaches that they found.
class Trials {
 public:
  Trials(const MethodEntry& entry, const MethodInfo& info, std::int64_t classes,
         std::vector<std::string>& breaches)
      : entry_(entry), info_(info), classes_(classes), breaches_(breaches) {}

  /// All rows with the same parameters.
  void check_choice(const Choice& choice);
  /// A parameter's values differ between the rows of a cohort.
  void check_values(const ParameterSpec& spec, const Json& start);

 private:
  /// Says what comes next: the beginning of every breach's text.
  void enter(const std::string& name) {
    place_ = classes_ == 1   ? "of a regression problem with " + name
             : classes_ == 2 ? "with two classes and " + name
                             : "with " + name;
  }
  void breach(const std::string& what) { breaches_.push_back(place_ + ": " + what); }

  /// The answer of a method made for these rows' parameters, or nothing after a breach. `when`
  /// names the trial in it.
  std::optional<Answer> fit(const Example& example, const std::vector<Json>& parameters,
                            const std::string& when = "");
  Tensor predict(const Model& model, const Tensor& test_KNF, const std::string& when);
  void check_given(const Example& before, const Example& after);
  void check_items(const Example& example, const Answer& answer);
  void check_alone(const Example& example, const Answer& together, std::int64_t row,
                   const Json& parameters, const char* advice);
  void check_other_row(const Example& example, const Answer& together, std::int64_t row,
                       std::int64_t other, const std::vector<Json>& parameters);

  const MethodEntry& entry_;
  const MethodInfo& info_;
  std::int64_t classes_;
  std::vector<std::string>& breaches_;
  std::string place_;
};

Tensor Trials::predict(const Model& model, const Tensor& test_KNF, const std::string& when) {
  try {
    return answers(classes_ == 1 ? Likelihood::gaussian : Likelihood::categorical, model,
                   Dataset::own(test_KNF));
  } catch (const std::exception& error) {
    breach(when + "predicting with its model threw: " + error.what());
    return {};
  }
}

std::optional<Answer> Trials::fit(const Example& example, const std::vector<Json>& parameters,
                                  const std::string& when) {
  Run run(example.seeds);
  Answer answer;
  try {
    const MethodHandle<Method> method(entry_, row_parameters(info_, parameters));
    answer.model = method->fit(example.problem, run);
  } catch (const std::exception& error) {
    breach(when + "it threw: " + error.what());
    return std::nullopt;
  }
  if (const auto wrong = model_breach(answer.model, example.problem.student, "fit");
      !wrong.empty()) {
    breach(when + wrong);
    return std::nullopt;
  }
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    if (!run.failed(row)) continue;
    breach(when + "a row failed: " + run.failure(row));
    return std::nullopt;
  }
  answer.theta_KP = answer.model.theta_KP.detach();
  if (!answer.theta_KP.isfinite().all().item<bool>()) {
    breach(when + "fit returned parameters that are not finite");
    return std::nullopt;
  }
  answer.probability_KNC = predict(answer.model, example.test_KNF, when);
  if (!answer.probability_KNC.defined()) return std::nullopt;
  if (!answer.probability_KNC.isfinite().all().item<bool>()) {
    breach(when + "its model's predictions are not finite");
    return std::nullopt;
  }
  return answer;
}

// Inputs are given out in copies; what a method can write to is the student and the labels.
void Trials::check_given(const Example& before, const Example& after) {
  const auto check = [&](const Tensor& was, const Tensor& is, const char* what) {
    if (!at::equal(was, is)) {
      breach(std::string("fit changed the ") + what + " it was given: clone what you write to");
    }
  };
  const Problem &was = before.problem, &is = after.problem;
  check(was.student.theta_KP, is.student.theta_KP, "student");
  check(was.weak_KNC, is.weak_KNC, "supervisor's labels");
  check(was.weak_validation_KVC, is.weak_validation_KVC, "supervisor's validation labels");
  check(was.ensemble_KENC, is.ensemble_KENC, "ensemble's labels");
  for (std::size_t rung = 0; rung < was.ladder.size(); ++rung) {
    check(was.ladder[rung].start.theta_KP, is.ladder[rung].start.theta_KP, "ladder's models");
    check(was.ladder[rung].label_KNC, is.ladder[rung].label_KNC, "ladder's labels");
    check(was.ladder[rung].validation_KVC, is.ladder[rung].validation_KVC,
          "ladder's validation labels");
  }
}

// The host asks in batches of its own choice, so an answer must not depend on them.
void Trials::check_items(const Example& example, const Answer& answer) {
  std::vector<Tensor> parts;
  const std::int64_t items = example.test_KNF.size(1);
  for (const auto& [from, to] : {std::pair<std::int64_t, std::int64_t>{0, 1}, {1, 9}, {9, items}}) {
    parts.push_back(
        predict(answer.model, example.test_KNF.slice(1, from, to), "on some of the items, "));
    if (!parts.back().defined()) return;
  }
  const Tensor in_parts_KNC = at::cat(parts, 1);
  if (!equal_up_to_rounding(answer.probability_KNC, in_parts_KNC)) {
    breach("predictions change with the items beside them" +
           largest_difference(answer.probability_KNC, in_parts_KNC) +
           ": a network must treat every item by itself");
  }
}

void Trials::check_alone(const Example& example, const Answer& together, std::int64_t row,
                         const Json& parameters, const char* advice) {
  const auto alone = fit(row_of(example, row), {parameters}, "with one row alone, ");
  if (!alone) return;
  const std::string name = "row " + std::to_string(row);
  const Tensor theta_1P = together.theta_KP.narrow(0, row, 1);
  const Tensor probability_1NC = together.probability_KNC.narrow(0, row, 1);
  if (!equal_up_to_rounding(theta_1P, alone->theta_KP)) {
    breach(name + " alone differs from the same row in a cohort" +
           largest_difference(theta_1P, alone->theta_KP) + ": " + advice);
  } else if (!equal_up_to_rounding(probability_1NC, alone->probability_KNC)) {
    breach("predictions of " + name + " alone differ from the same row's in a cohort" +
           largest_difference(probability_1NC, alone->probability_KNC) +
           ": a network's rows must not mix either");
  }
}

// Same cohort, same shapes: not even the last bit has a reason to change.
void Trials::check_other_row(const Example& example, const Answer& together, std::int64_t row,
                             std::int64_t other, const std::vector<Json>& parameters) {
  const std::string name = "row " + std::to_string(row);
  const std::string of_other = " of row " + std::to_string(other);
  const Tensor theta_P = together.theta_KP[row], probability_NC = together.probability_KNC[row];
  const Example changed = with_labels_flipped(example, other);
  if (const auto answer = fit(changed, parameters, "with another row's labels changed, ")) {
    if (!at::equal(theta_P, answer->theta_KP[row])) {
      breach(name + " changes with the labels" + of_other +
             largest_difference(theta_P, answer->theta_KP[row]) +
             ": a row may depend on its own row of the problem only");
    } else if (!at::equal(probability_NC, answer->probability_KNC[row])) {
      breach("predictions of " + name + " change with the labels" + of_other +
             largest_difference(probability_NC, answer->probability_KNC[row]) +
             ": a network's rows must not mix either");
    }
  }
  const Tensor beside_KNC = predict(together.model, with_row_flipped(example.test_KNF, other),
                                    "with another row's test items changed, ");
  if (beside_KNC.defined() && !at::equal(probability_NC, beside_KNC[row])) {
    breach("predictions of " + name + " change with the test items" + of_other +
           largest_difference(probability_NC, beside_KNC[row]) +
           ": a network's rows must not mix either");
  }
}

void Trials::check_choice(const Choice& choice) {
  enter(choice.name);
  const std::vector<std::uint64_t> seeds =
      info_.single_row ? std::vector<std::uint64_t>{11} : std::vector<std::uint64_t>{11, 12, 13};
  const std::vector<Json> parameters(seeds.size(), choice.parameters);
  const Example given = make_example(seeds, classes_);
  const auto together = fit(given, parameters);
  if (!together) return;
  const Example example = make_example(seeds, classes_);
  check_given(example, given);
  const auto again = fit(make_example(seeds, classes_), parameters, "the second time, ");
  if (again && !(at::equal(together->theta_KP, again->theta_KP) &&
                 at::equal(together->probability_KNC, again->probability_KNC))) {
    breach("two fits of the same problem differ" +
           largest_difference(together->theta_KP, again->theta_KP) +
           ": draw random numbers from run.streams() alone, and keep no state");
  }
  check_items(example, *together);
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
  const Example example = make_example(seeds, classes_);
  const auto together = fit(make_example(seeds, classes_), rows.parameters);
  for (std::size_t row = 0; together && row < seeds.size(); ++row) {
    check_alone(example, *together, static_cast<std::int64_t>(row), rows.parameters[row],
                "a per_row parameter has a value for each row, row(key) [K, 1]");
  }
}

}  // namespace

std::vector<std::string> check_conformance(const MethodEntry& method) {
  const MethodInfo info = method.describe();
  std::vector<std::string> breaches;
  // More classes than two, the two that many a method treats apart, and none at all.
  std::vector<std::int64_t> sizes = {3, 2};
  if (!has_need(info, "categorical")) sizes.push_back(1);
  for (const std::int64_t classes : sizes) {
    Trials trials(method, info, classes, breaches);
    check_all_choices(info, trials, breaches);
    if (!breaches.empty()) return breaches;
  }
  return breaches;
}

}  // namespace assay::weak_to_strong
