// The rules of the family, checked on small made-up streams.
#include "sdk/families/continual/example.h"
#include "sdk/families/continual/family.h"
#include "sdk/families/continual/learner.h"
#include "sdk/families/support/answer.h"
#include "sdk/families/support/choices.h"
#include "sdk/families/support/outcome.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <assay/common/text.h>

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <optional>

namespace assay::continual {
namespace {

namespace fs = std::filesystem;

/// What a stream ended with: parameters, and the scores of all test items.
struct Answer {
  Tensor theta_KP, scores_KNC, answer_IKN;
};

struct Interrupted {};

/// A place for one checkpoint, which goes away.
class CheckpointFolder {
 public:
  CheckpointFolder()
      : path_(fs::temp_directory_path() / ("assay-conform-" + std::to_string(::getpid()))) {
    fs::remove_all(path_);
  }
  ~CheckpointFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  CheckpointFolder(const CheckpointFolder&) = delete;
  CheckpointFolder& operator=(const CheckpointFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// How a stream is learned in a trial.
struct Way {
  std::string name;
  Scenario scenario = Scenario::class_;
  Likelihood likelihood = Likelihood::categorical;
  bool boundaries = true;

  Example example(const Seeds& seeds) const {
    return make_example(seeds, scenario, likelihood, boundaries);
  }
};

/// The trials of one method in one way, and the breaches that they found.
class Trials {
 public:
  Trials(const MethodEntry& entry, const MethodInfo& info, Way way,
         std::vector<std::string>& breaches)
      : entry_(entry), info_(info), way_(std::move(way)), breaches_(breaches) {}

  void check_choice(const Choice& choice);
  void check_values(const ParameterSpec& spec, const Json& start);

 private:
  void enter(const std::string& name) { place_ = way_.name + " and " + name; }
  void breach(const std::string& what) { breaches_.push_back(place_ + ": " + what); }
  std::optional<Answer> learn(const Example& example, const std::vector<Json>& parameters,
                              const std::string& when = "", std::int64_t failed = -1);
  std::optional<Answer> learn_interrupted(const Example& example,
                                          const std::vector<Json>& parameters);
  Answer run(const Example& example, const std::vector<Json>& parameters, std::int64_t failed,
             const StreamOptions& options);
  void check_row(const Answer& together, const Answer& other, std::int64_t row, std::int64_t place,
                 const std::string& what);

  const MethodEntry& entry_;
  const MethodInfo& info_;
  const Way way_;
  std::vector<std::string>& breaches_;
  std::string place_;
};

Tensor scores_of(const Example& example, const Method& method, const Model& model,
                 const Tensor& x_KNF, const Tensor& task_KN) {
  const bool known = example.problem.scenario == Scenario::task;
  return method.predict(model, Query(x_KNF, known ? task_KN : Tensor(), example.problem.place));
}

Answer Trials::run(const Example& example, const std::vector<Json>& parameters, std::int64_t failed,
                   const StreamOptions& given) {
  std::vector<CellRow> rows;
  for (std::size_t row = 0; row < example.seeds.size(); ++row) {
    rows.push_back({example.seeds[row], parameters.at(row)});
  }
  StreamOptions options = given;
  options.train_identity = way_.boundaries || way_.scenario == Scenario::task;
  options.test_identity = way_.scenario == Scenario::task;
  Run run(example.seeds);
  if (failed >= 0) run.fail_row(failed, "of the trial");
  const MethodHandle<Method> method(entry_, row_parameters(info_, parameters));
  const TensorStream stream = example.stream();
  const Learned learned = run_stream(example.problem, stream, *method, entry_.hooks, run, options);
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    if (run.failed(row) && row != failed) breach("a row failed: " + run.failure(row));
  }
  const at::NoGradGuard no_record;
  const Dataset test = stream.test();
  const Tensor x_KNF = test.slice(0, test.largest_count());
  const Tensor task_KN = at::arange(x_KNF.size(1), at::kLong)
                             .div(x_KNF.size(1) / stream.tasks(), "floor")
                             .expand({x_KNF.size(0), x_KNF.size(1)});
  const Tensor scores_KNC = scores_of(example, *method, learned.model, x_KNF, task_KN);
  // Some of the items alone: what is said of them may not depend on the others.
  const Tensor few_N = at::arange(1, x_KNF.size(1), 5, at::kLong);
  const Tensor alone = scores_of(example, *method, learned.model, x_KNF.index_select(1, few_N),
                                 task_KN.index_select(1, few_N));
  if (!equal_up_to_rounding(alone, scores_KNC.index_select(1, few_N))) {
    breach("scores of an item depend on the other items that are asked with it" +
           largest_difference(alone, scores_KNC.index_select(1, few_N)));
  }
  return {learned.model.theta_KP, scores_KNC, learned.answer_IKN};
}

std::optional<Answer> Trials::learn(const Example& example, const std::vector<Json>& parameters,
                                    const std::string& when, std::int64_t failed) {
  try {
    return run(example, parameters, failed, {});
  } catch (const std::exception& error) {
    breach(when + "it threw: " + error.what());
  } catch (...) {
    breach(when + "it threw something that is no std::exception");
  }
  return std::nullopt;
}

std::optional<Answer> Trials::learn_interrupted(const Example& example,
                                                const std::vector<Json>& parameters) {
  const CheckpointFolder folder;
  StreamOptions options;
  options.checkpoint = folder.path();
  options.after_task = [](std::int64_t learned) {
    if (learned == 2) throw Interrupted();
  };
  try {
    run(example, parameters, -1, options);
  } catch (const Interrupted&) {
    options.after_task = {};
    try {
      return run(example, parameters, -1, options);
    } catch (const std::exception& error) {
      breach(std::string("resumed after two tasks it threw: ") + error.what());
    }
  } catch (const std::exception& error) {
    breach(std::string("saving its state it threw: ") + error.what());
  }
  return std::nullopt;
}

void Trials::check_row(const Answer& together, const Answer& other, std::int64_t row,
                       std::int64_t place, const std::string& what) {
  const auto differs = [&](const Tensor& mine, const Tensor& theirs) {
    return !equal_up_to_rounding(mine.select(0, place), theirs.select(0, row));
  };
  if (differs(other.theta_KP, together.theta_KP)) {
    breach("row " + std::to_string(row) + what +
           largest_difference(other.theta_KP[place], together.theta_KP[row]) +
           ": rows must not mix, reduce every axis but the first");
  } else if (differs(other.scores_KNC, together.scores_KNC)) {
    breach("scores of row " + std::to_string(row) + what +
           largest_difference(other.scores_KNC[place], together.scores_KNC[row]) +
           ": rows must not mix, reduce every axis but the first");
  }
}

void Trials::check_choice(const Choice& choice) {
  // A choice may be of classes alone, and say so: numbers are tried with the defaults.
  if (way_.likelihood == Likelihood::gaussian && !choice.defaults) return;
  enter(choice.name);
  const Seeds seeds = info_.single_row ? Seeds{11} : Seeds{11, 12, 13};
  const std::vector<Json> parameters(seeds.size(), choice.parameters);
  const Example given = way_.example(seeds);
  const Tensor start = given.problem.start.theta_KP.clone();
  const auto together = learn(given, parameters);
  if (!together) return;
  if (!at::equal(start, given.problem.start.theta_KP)) {
    breach("it changed the starting model it was given: clone theta before writing to it");
  }
  if (!together->theta_KP.isfinite().all().item<bool>()) {
    breach("it ended with parameters that are not finite");
  }
  const auto again = learn(way_.example(seeds), parameters, "the second time, ");
  if (again && !(at::equal(together->theta_KP, again->theta_KP) &&
                 at::equal(together->scores_KNC, again->scores_KNC))) {
    breach("two runs of the same stream differ" +
           largest_difference(together->theta_KP, again->theta_KP) +
           ": draw random numbers from run.streams() alone");
  }
  const auto resumed = learn_interrupted(way_.example(seeds), parameters);
  if (resumed && !(at::equal(together->theta_KP, resumed->theta_KP) &&
                   at::equal(together->scores_KNC, resumed->scores_KNC) &&
                   at::equal(together->answer_IKN, resumed->answer_IKN))) {
    breach("a stream that is interrupted after two tasks and resumed ends elsewhere" +
           largest_difference(together->theta_KP, resumed->theta_KP) +
           ": what is kept between steps must be named in state()");
  }
  if (info_.single_row) return;

  constexpr std::int64_t row = 1, other = 2;
  if (const auto alone = learn(row_of(given, row), {choice.parameters}, "one row alone, ")) {
    check_row(*together, *alone, row, 0, " alone differs from the same row in a cohort");
  }
  Example changed = way_.example(seeds);
  for (TensorTask& task : changed.tasks) {
    task.label_KN = task.label_KN.clone();
    task.label_KN[other] = task.label_KN[other].flip(0);
  }
  if (const auto answer = learn(changed, parameters, "with other labels, ")) {
    check_row(*together, *answer, row, row, " changes with the labels of row 2");
  }
  if (const auto answer = learn(way_.example(seeds), parameters, "with a failed row, ", 0)) {
    check_row(*together, *answer, row, row, " changes when row 0 has failed");
  }
}

void Trials::check_values(const ParameterSpec& spec, const Json& start) {
  const Seeds seeds = {11, 12, 11};
  const RowChoices rows = row_choices(spec, start, seeds.size());
  if (rows.parameters.empty()) return;
  enter(rows.name);
  const Example example = way_.example(seeds);
  const auto together = learn(example, rows.parameters);
  for (std::size_t row = 0; together && row < seeds.size(); ++row) {
    const auto at = static_cast<std::int64_t>(row);
    if (const auto alone = learn(row_of(example, at), {rows.parameters[row]}, "one row alone, ")) {
      check_row(*together, *alone, at, 0, " alone differs from the same row in a cohort");
    }
  }
}

/// The ways that a benchmark may give the method, by what it needs.
std::vector<Way> ways_for(const MethodInfo& info) {
  const auto needs = [&](const char* capability) { return has_need(info, capability); };
  std::vector<Way> ways;
  if (!needs("gaussian")) {
    ways.push_back({"in the scenario task", Scenario::task});
    if (!needs("test_identity")) {
      ways.push_back({"in the scenario class", Scenario::class_});
      ways.push_back({"in the scenario domain", Scenario::domain});
      if (!needs("task_boundaries") && !needs("train_identity")) {
        ways.push_back({"in the scenario class without boundaries", Scenario::class_,
                        Likelihood::categorical, false});
      }
    }
  }
  if (!needs("categorical") && !needs("test_identity")) {
    ways.push_back({"in the scenario domain with numbers", Scenario::domain, Likelihood::gaussian});
  }
  return ways;
}

}  // namespace

std::vector<std::string> check_conformance(const MethodEntry& method) {
  const MethodInfo info = method.describe();
  std::vector<std::string> breaches;
  for (const Way& way : ways_for(info)) {
    Trials trials(method, info, way, breaches);
    check_all_choices(info, trials, breaches);
    if (!breaches.empty()) return breaches;
  }
  return breaches;
}

}  // namespace assay::continual
