// The rules of the family, checked on small made-up problems.
#include "sdk/families/support/answer.h"
#include "sdk/families/support/choices.h"
#include "sdk/families/support/outcome.h"
#include "sdk/families/unlearning/example.h"
#include "sdk/families/unlearning/family.h"
#include "sdk/families/unlearning/needs.h"

#include <ATen/ATen.h>
#include <assay/common/text.h>

#include <exception>
#include <optional>

namespace assay::unlearning {
namespace {

/// What a method gave, and what it says of the example's test items. A predictor has no parameters.
struct Given {
  Answer answer;
  Tensor theta_KP, logits_KNC;
};

bool same(const Tensor& left, const Tensor& right) {
  return left.defined() ? at::equal(left, right) : !right.defined();
}

/// The trials of one method on examples of one kind, and the breaches that they found.
class Trials {
 public:
  Trials(const MethodEntry& entry, const MethodInfo& info, ExampleKind kind, std::string name,
         std::vector<std::string>& breaches)
      : entry_(entry), info_(info), kind_(kind), name_(std::move(name)), breaches_(breaches) {}

  /// All rows with the same parameters; by its defaults a method must change the parameters.
  void check_choice(const Choice& choice);
  /// A parameter's values differ between the rows of a cohort.
  void check_values(const ParameterSpec& spec, const Json& start);

 private:
  void enter(const std::string& choice) { place_ = "on " + name_ + " with " + choice; }
  void breach(const std::string& what) { breaches_.push_back(place_ + ": " + what); }

  Example example(const std::vector<std::uint64_t>& seeds) const;
  std::optional<Given> ask(const Example& example, const std::vector<Json>& parameters,
                           const std::string& when = "");
  /// Undefined after a breach.
  Tensor predict(const Example& example, const Answer& answer, std::int64_t from, std::int64_t to,
                 const std::string& when);
  void check_unchanged(const Example& before, const Example& after);
  void check_items(const Example& example, const Given& given);
  void check_alone(const Example& example, const Given& together, std::int64_t row,
                   const Json& parameters, const char* advice);
  void check_other_row(const Example& example, const Given& together, std::int64_t row,
                       std::int64_t other, const std::vector<Json>& parameters);

  const MethodEntry& entry_;
  const MethodInfo& info_;
  ExampleKind kind_;
  std::string name_;
  std::vector<std::string>& breaches_;
  std::string place_;
};

Example Trials::example(const std::vector<std::uint64_t>& seeds) const {
  Example made = make_example(seeds, kind_);
  made.problem.place = info_.id;
  if (!has_need(info_, "oracles")) made.problem.given_oracles = nullptr;
  if (!has_need(info_, "attribution")) made.problem.given_attribution = nullptr;
  if (!has_need(info_, "refusals")) made.problem.given_refusals = nullptr;
  return made;
}

Tensor Trials::predict(const Example& example, const Answer& answer, std::int64_t from,
                       std::int64_t to, const std::string& when) {
  try {
    const Tensor x = example.test_KND.slice(1, from, to).contiguous();
    if (!answer.predictor) return predict_logits(answer.model, Dataset::own(x));
    Query query{x, predict_logits(example.problem.original, Dataset::own(x)), {}};
    if (example.problem.given_attribution) {
      query.attribution_KNC = example.attribution_KNC.slice(1, from, to).contiguous();
    }
    const Tensor logits_KNC = answer.predictor(query);
    if (logits_KNC.defined() && logits_KNC.sizes() == query.original_KNC.sizes()) {
      return logits_KNC;
    }
    breach(when + "the predictor must return logits of the original's shape");
  } catch (const std::exception& error) {
    breach(when + "predicting with its answer threw: " + error.what());
  }
  return {};
}

std::optional<Given> Trials::ask(const Example& example, const std::vector<Json>& parameters,
                                 const std::string& when) {
  Run run(example.seeds);
  std::optional<Given> given;
  try {
    const MethodHandle<Method> method(entry_, row_parameters(info_, parameters));
    given = Given{method->unlearn(example.problem, run), {}, {}};
  } catch (const std::exception& error) {
    breach(when + "it threw: " + error.what());
    return std::nullopt;
  }
  if (const auto wrong = answer_breach(given->answer, example.problem, info_); !wrong.empty()) {
    breach(when + wrong);
    return std::nullopt;
  }
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    if (!run.failed(row)) continue;
    breach(when + "a row failed: " + run.failure(row));
    return std::nullopt;
  }
  if (!given->answer.predictor) {
    given->theta_KP = given->answer.model.theta_KP.detach().clone();
    if (!given->theta_KP.isfinite().all().item<bool>()) {
      breach(when + "unlearn returned parameters that are not finite");
      return std::nullopt;
    }
  }
  given->logits_KNC = predict(example, given->answer, 0, example.test_KND.size(1), when);
  if (!given->logits_KNC.defined()) return std::nullopt;
  if (!given->logits_KNC.isfinite().all().item<bool>()) {
    breach(when + "predictions of its answer are not finite");
    return std::nullopt;
  }
  return given;
}

// Inputs are given out in copies; what a method can write to is the original and the labels.
void Trials::check_unchanged(const Example& before, const Example& after) {
  const auto check = [&](const Tensor& was, const Tensor& is, const char* what) {
    if (!at::equal(was, is)) {
      breach(std::string("unlearn changed the ") + what + " it was given: clone what you write to");
    }
  };
  const Problem &was = before.problem, &is = after.problem;
  check(was.original.theta_KP, is.original.theta_KP, "original");
  check(was.forget.label_KN, is.forget.label_KN, "forget set's labels");
  check(was.retain.label_KN, is.retain.label_KN, "retain set's labels");
  check(was.validation.label_KN, is.validation.label_KN, "validation labels");
  if (was.given_oracles) {
    check(was.given_oracles->forget_KNC, is.given_oracles->forget_KNC, "oracles");
    check(was.given_oracles->retain_KNC, is.given_oracles->retain_KNC, "oracles");
  }
  if (was.given_refusals) {
    check(was.given_refusals->label_KN, is.given_refusals->label_KN, "refusals' labels");
  }
  if (was.given_attribution) {
    check(was.given_attribution->forget_KNC, is.given_attribution->forget_KNC, "attribution");
    check(was.given_attribution->retain_KNC, is.given_attribution->retain_KNC, "attribution");
  }
}

// The host asks in batches of its own choice, so an answer must not depend on them.
void Trials::check_items(const Example& example, const Given& given) {
  std::vector<Tensor> parts;
  const std::int64_t items = example.test_KND.size(1);
  for (const auto& [from, to] : {std::pair<std::int64_t, std::int64_t>{0, 1}, {1, 9}, {9, items}}) {
    parts.push_back(predict(example, given.answer, from, to, "on some of the items, "));
    if (!parts.back().defined()) return;
  }
  const Tensor in_parts_KNC = at::cat(parts, 1);
  if (!equal_up_to_rounding(given.logits_KNC, in_parts_KNC)) {
    breach("predictions change with the items beside them" +
           largest_difference(given.logits_KNC, in_parts_KNC) +
           ": an answer must treat every item by itself");
  }
}

void Trials::check_alone(const Example& example, const Given& together, std::int64_t row,
                         const Json& parameters, const char* advice) {
  const auto alone = ask(row_of(example, row), {parameters}, "with one row alone, ");
  if (!alone) return;
  const std::string name = "row " + std::to_string(row);
  if (together.theta_KP.defined() &&
      !equal_up_to_rounding(together.theta_KP.narrow(0, row, 1), alone->theta_KP)) {
    breach(name + " alone differs from the same row in a cohort" +
           largest_difference(together.theta_KP.narrow(0, row, 1), alone->theta_KP) + ": " +
           advice);
  } else if (!equal_up_to_rounding(together.logits_KNC.narrow(0, row, 1), alone->logits_KNC)) {
    breach("predictions of " + name + " alone differ from the same row's in a cohort" +
           largest_difference(together.logits_KNC.narrow(0, row, 1), alone->logits_KNC) + ": " +
           advice);
  }
}

// Same cohort, same shapes: not even the last bit has a reason to change.
void Trials::check_other_row(const Example& example, const Given& together, std::int64_t row,
                             std::int64_t other, const std::vector<Json>& parameters) {
  Example changed = example;
  Problem& problem = changed.problem;
  problem.forget.label_KN = with_row_flipped(problem.forget.label_KN, other);
  problem.retain.label_KN = with_row_flipped(problem.retain.label_KN, other);
  problem.original.theta_KP = with_row_flipped(problem.original.theta_KP, other);
  const auto answer = ask(changed, parameters, "with another row's labels and model changed, ");
  if (!answer) return;
  const bool moved =
      together.theta_KP.defined() && !at::equal(together.theta_KP[row], answer->theta_KP[row]);
  if (moved || !at::equal(together.logits_KNC[row], answer->logits_KNC[row])) {
    breach("row " + std::to_string(row) + " changes with the labels and the model of row " +
           std::to_string(other) +
           largest_difference(together.logits_KNC[row], answer->logits_KNC[row]) +
           ": a row may depend on its own row of the problem only");
  }
}

void Trials::check_choice(const Choice& choice) {
  enter(choice.name);
  const std::vector<std::uint64_t> seeds =
      info_.single_row ? std::vector<std::uint64_t>{11} : std::vector<std::uint64_t>{11, 12, 13};
  const std::vector<Json> parameters(seeds.size(), choice.parameters);
  const Example used = example(seeds), untouched = example(seeds);
  const auto together = ask(used, parameters);
  if (!together) return;
  check_unchanged(untouched, used);
  const auto again = ask(example(seeds), parameters, "the second time, ");
  if (again && !(same(together->theta_KP, again->theta_KP) &&
                 at::equal(together->logits_KNC, again->logits_KNC))) {
    breach("two answers to the same problem differ" +
           largest_difference(together->logits_KNC, again->logits_KNC) +
           ": draw random numbers from run.streams() alone, and keep no state");
  }
  if (choice.defaults && together->theta_KP.defined() &&
      at::equal(together->theta_KP, untouched.problem.original.theta_KP)) {
    breach("its answer is the original model: nothing was unlearned");
  }
  check_items(untouched, *together);
  if (info_.single_row) return;

  // The middle row: what leaks into others is mostly the first row, the last one, or all of them.
  constexpr std::int64_t row = 1, other = 0;
  check_alone(untouched, *together, row, choice.parameters,
              "rows must not mix, reduce every axis but the first");
  check_other_row(untouched, *together, row, other, parameters);
}

void Trials::check_values(const ParameterSpec& spec, const Json& start) {
  // One seed comes twice, as in a sweep: a row is known by its place, not by its seed.
  const std::vector<std::uint64_t> seeds = {11, 12, 11, 13};
  const RowChoices rows = row_choices(spec, start, seeds.size());
  if (rows.parameters.empty()) return;
  enter(rows.name);
  const auto together = ask(example(seeds), rows.parameters);
  for (std::size_t row = 0; together && row < seeds.size(); ++row) {
    check_alone(example(seeds), *together, static_cast<std::int64_t>(row), rows.parameters[row],
                "a per_row parameter has a value for each row, row(key) [K, 1]");
  }
}

/// The problems that the method says it can be given.
std::vector<std::pair<std::string, ExampleKind>> kinds_for(const MethodInfo& info) {
  const bool convex = has_need(info, "convex");
  const bool classification = has_need(info, "classification");
  std::vector<std::pair<std::string, ExampleKind>> kinds;
  if (!has_need(info, "refusals")) {
    kinds.push_back({"three classes", {Likelihood::categorical, convex}});
    kinds.push_back({"one binary output", {Likelihood::bernoulli, convex}});
    if (!classification && !has_need(info, "hidden_layers")) {
      kinds.push_back({"a convex regression", {Likelihood::gaussian, true}});
    }
  }
  if (!classification && !convex && !has_need(info, "curvature") &&
      !has_need(info, "attribution")) {
    kinds.push_back({"answers of tokens", {Likelihood::sequence, false}});
  }
  return kinds;
}

}  // namespace

std::vector<std::string> check_conformance(const MethodEntry& method) {
  const MethodInfo info = method.describe();
  std::vector<std::string> breaches;
  for (const auto& [name, kind] : kinds_for(info)) {
    Trials trials(method, info, kind, name, breaches);
    check_all_choices(info, trials, breaches);
    if (!breaches.empty()) return breaches;
  }
  return breaches;
}

}  // namespace assay::unlearning
