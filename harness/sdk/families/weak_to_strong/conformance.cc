// The rules of the family, checked on a small made-up problem.
#include "sdk/families/outcome.h"
#include "sdk/families/weak_to_strong/answer.h"
#include "sdk/families/weak_to_strong/family.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <functional>
#include <optional>

namespace assay::weak_to_strong {
namespace {

constexpr std::int64_t items = 24, features = 5, classes = 3;

/// Three rows and few steps: large enough that every row has full and short batches.
Problem made_up_problem(const std::vector<std::uint64_t>& seeds) {
  const auto normal = [&](const char* purpose, at::IntArrayRef shape) {
    return Streams(seeds, purpose).normal(shape).to(at::kFloat);
  };
  Problem problem;
  problem.transfer = Dataset::own(normal("assay.conform.x", {items, features}));
  problem.weak_KNC = normal("assay.conform.weak", {items, classes}).softmax(2);
  problem.validation = Dataset::own(normal("assay.conform.v", {items / 2, features}));
  problem.weak_validation_KVC = normal("assay.conform.wv", {items / 2, classes}).softmax(2);
  problem.student.network =
      make_network({.arch = "mlp", .width = 8, .depth = 1}, {features}, classes);
  problem.student.theta_KP = initial_parameters(problem.student.network->layout(),
                                                Streams(seeds, "assay.student"));
  problem.recipe.epochs = 3;
  problem.recipe.batch = 10;
  problem.recipe.lr = 1e-2;
  return problem;
}

/// One way of choosing the parameters: a name for messages, and a row's values.
struct Choice {
  std::string name;
  Json parameters;
};


/// The defaults, then each numeric parameter at each end of its range. A required parameter takes its
/// lowest value, or 1.
std::vector<Choice> choices(const MethodInfo& info) {
  Json start = Json::object();
  for (const ParameterSpec& spec : info.parameters) {
    const bool number = spec.type == ParameterType::real || spec.type == ParameterType::integer;
    const bool needs_value = std::holds_alternative<std::monostate>(spec.default_value) &&
                             !spec.optional && number;
    if (needs_value) start[spec.key] = spec.above_minimum ? 1.0 : spec.minimum.value_or(1.0);
    if (needs_value && spec.type == ParameterType::integer) {
      start[spec.key] = static_cast<std::int64_t>(start[spec.key].get<double>());
    }
  }
  start = resolve_settings(start, info.parameters);
  std::vector<Choice> all = {{"the defaults", start}};
  for (const ParameterSpec& spec : info.parameters) {
    for (const auto& end : {spec.minimum, spec.maximum}) {
      const bool open = end == spec.minimum && spec.above_minimum;
      if (!end || open) continue;
      Json at_end = start;
      if (spec.type == ParameterType::integer) {
        at_end[spec.key] = static_cast<std::int64_t>(*end);
      } else if (spec.type == ParameterType::real) {
        at_end[spec.key] = *end;
      } else {
        continue;
      }
      all.push_back({spec.key + " = " + at_end[spec.key].dump(), at_end});
    }
  }
  return all;
}

/// Fits a method and says what went wrong.
class Trial {
 public:
  Trial(const MethodEntry& entry, const MethodInfo& info) : entry_(entry), info_(info) {}

  /// The answer's parameters [K, P], or nothing after adding to `breaches`.
  std::optional<Tensor> fit(const Problem& problem, const std::vector<std::uint64_t>& seeds,
                            const Json& parameters, const std::string& when,
                            std::vector<std::string>& breaches) const {
    const auto breach = [&](const std::string& what) { breaches.push_back(when + ": " + what); };
    Run run(seeds);
    Model answer;
    try {
      const std::vector<CellRow> rows(seeds.size(), CellRow{0, parameters});
      const MethodHandle method(entry_, row_parameters(info_, rows));
      answer = method->fit(problem, run);
    } catch (const std::exception& error) {
      breach(std::string("it threw: ") + error.what());
      return std::nullopt;
    }
    if (const std::string wrong = answer_breach(answer, problem); !wrong.empty()) {
      breach(wrong);
      return std::nullopt;
    }
    for (std::int64_t row = 0; row < run.rows(); ++row) {
      if (!run.failed(row)) continue;
      breach("a row failed: " + run.failure(row));
      return std::nullopt;
    }
    if (!answer.theta_KP.isfinite().all().item<bool>()) {
      breach("fit returned parameters that are not finite");
      return std::nullopt;
    }
    return answer.theta_KP.detach();
  }

 private:
  const MethodEntry& entry_;
  const MethodInfo& info_;
};

/// Sums over a row are ordered differently when it trains alone; more than that is mixing.
bool same(const Tensor& left, const Tensor& right) {
  return left.sizes() == right.sizes() && at::allclose(left, right, 1e-3, 1e-4);
}

std::string difference(const Tensor& left, const Tensor& right) {
  if (left.sizes() != right.sizes()) return " (shapes differ)";
  char text[64];
  std::snprintf(text, sizeof text, " (largest difference %.2g)",
                (left - right).abs().max().item<double>());
  return text;
}

Problem row_of(const Problem& problem, std::int64_t row) {
  Problem alone = problem;
  alone.transfer = problem.transfer.select_rows({row});
  alone.weak_KNC = problem.weak_KNC.narrow(0, row, 1).clone();
  alone.validation = problem.validation.select_rows({row});
  alone.weak_validation_KVC = problem.weak_validation_KVC.narrow(0, row, 1).clone();
  alone.student = select_rows(problem.student, {row});
  return alone;
}

void check_rows(const Trial& trial, const MethodInfo& info, const Json& parameters,
                std::vector<std::string>& breaches) {
  const std::vector<std::uint64_t> seeds =
      info.single_row ? std::vector<std::uint64_t>{11} : std::vector<std::uint64_t>{11, 12, 13};
  Problem problem = made_up_problem(seeds);
  const Tensor start = problem.student.theta_KP.clone(), weak = problem.weak_KNC.clone();
  const auto together = trial.fit(problem, seeds, parameters, "with the defaults", breaches);
  if (!together) return;

  if (!at::equal(start, problem.student.theta_KP)) {
    breaches.push_back("fit changed the student it was given: clone theta before writing to it");
  }
  if (!at::equal(weak, problem.weak_KNC)) {
    breaches.push_back("fit changed the supervisor's labels it was given");
  }
  problem = made_up_problem(seeds);
  const auto again = trial.fit(problem, seeds, parameters, "the second time", breaches);
  if (again && !at::equal(*together, *again)) {
    breaches.push_back("two fits of the same problem differ" + difference(*together, *again) +
                       ": draw random numbers from run.streams() alone, and keep no state");
  }
  if (info.single_row) return;

  // Which row: any of them, but the same one on every run of this check.
  const auto row = Streams({seeds[0]}, "assay.conform.row").permutation(3).view(-1)[0].item<std::int64_t>();
  const auto at = static_cast<std::size_t>(row);
  const auto alone =
      trial.fit(row_of(problem, row), {seeds[at]}, parameters, "with one row alone", breaches);
  if (alone && !same(together->narrow(0, row, 1), *alone)) {
    breaches.push_back("row " + std::to_string(row) + " alone differs from the same row in a cohort" +
                       difference(together->narrow(0, row, 1), *alone) +
                       ": rows must not mix, reduce every axis but the first");
  }
  const std::int64_t other = (row + 1) % 3;
  problem.weak_KNC[other] = problem.weak_KNC[other].flip(1);
  problem.weak_validation_KVC[other] = problem.weak_validation_KVC[other].flip(1);
  const auto changed =
      trial.fit(problem, seeds, parameters, "with another row's labels changed", breaches);
  // Same cohort, same shapes: not even the last bit has a reason to change.
  if (changed && !at::equal((*together)[row], (*changed)[row])) {
    breaches.push_back("row " + std::to_string(row) + " changes with the labels of row " +
                       std::to_string(other) + difference((*together)[row], (*changed)[row]) +
                       ": a row may depend on its own row of the problem only");
  }
}

}  // namespace

std::vector<std::string> check_conformance(const MethodEntry& method) {
  const MethodInfo info = method.describe();
  const Trial trial(method, info);
  std::vector<std::string> breaches;
  const std::vector<Choice> all = choices(info);
  check_rows(trial, info, all.front().parameters, breaches);
  for (std::size_t i = 1; i < all.size(); ++i) {
    const std::vector<std::uint64_t> seeds = {11};
    trial.fit(made_up_problem(seeds), seeds, all[i].parameters, "with " + all[i].name, breaches);
  }
  return breaches;
}

}  // namespace assay::weak_to_strong
