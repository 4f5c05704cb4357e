#include "sdk/families/continual/learner.h"

#include "sdk/families/continual/checkpoint.h"
#include "sdk/families/continual/evaluator.h"
#include "sdk/families/support/answer.h"
#include "sdk/internal/batch_maker.h"
#include "sdk/internal/continual_state.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <assay/common/error.h>

#include <algorithm>
#include <numeric>

namespace assay::continual {
namespace {

double item_bytes(const Items& items) {
  const Tensor one = items.data.slice(0, std::min<std::int64_t>(items.data.largest_count(), 1));
  const double inputs = one.size(1) == 0 ? 0 : static_cast<double>(one[0].nbytes());
  return inputs + static_cast<double>(items.label_KN.element_size());
}

class Learner {
 public:
  Learner(const Problem& problem, const Stream& stream, Method& method, std::uint32_t hooks,
          Run& run, const StreamOptions& options)
      : problem_(problem),
        stream_(stream),
        method_(method),
        hooks_(hooks),
        run_(run),
        options_(options),
        device_(problem.start.theta_KP.device()),
        outputs_TC_(stream.outputs_TC().to(device_)),
        evaluator_(problem, stream, options, run) {}

  Learned learn();

 private:
  bool overrides(Method::Hook hook) const { return (hooks_ & hook) != 0; }
  bool watches() const { return options_.monitor_every > 0; }
  void one_task();
  void set_samples();
  void adopt(const assay::Batch& base);
  void train_task();
  void show_task();
  void watch(const Tensor& rows_A, const Tensor& theta_AP);
  void evaluate();
  void count_bytes();

  const Problem& problem_;
  const Stream& stream_;
  Method& method_;
  const std::uint32_t hooks_;
  Run& run_;
  const StreamOptions& options_;
  const at::Device device_;
  const Tensor outputs_TC_;
  const Evaluator evaluator_;

  Progress progress_;
  // Of the present task.
  Task task_;
  std::vector<std::int64_t> trained_on_;
  Tensor allowed_KNC_, task_KN_;  ///< of its items, where they are not alike
  Batch batch_;
};

Learned Learner::learn() {
  const at::NoGradGuard no_record;
  const std::int64_t last = stream_.tasks();
  method_.begin(problem_, run_);
  if (!load_checkpoint(options_.checkpoint, progress_, method_, problem_, run_)) {
    progress_.model = {problem_.start.network, problem_.start.theta_KP.clone()};
    const Answers first = evaluator_.ask(nullptr, problem_.start, evaluator_.all_KN(),
                                         at::ones_like(outputs_TC_[0]), 0);
    progress_.answers.push_back(first.answer_KM);
    progress_.identities.push_back(first.identity_KM);
  }
  while (progress_.learned < last) {
    run_.enter_phase("task " + std::to_string(progress_.learned + 1));
    run_.begin_part(static_cast<int>(progress_.learned), static_cast<int>(last));
    one_task();
    save_checkpoint(options_.checkpoint, progress_, method_, run_);
    if (options_.after_task) options_.after_task(progress_.learned);
  }
  Learned learned{
      progress_.model, at::stack(progress_.answers), {}, progress_.moments, progress_.stored_bytes};
  if (progress_.identities.front().defined()) {
    learned.identity_IKN = at::stack(progress_.identities);
  }
  return learned;
}

void Learner::one_task() {
  const std::int64_t index = progress_.learned;
  trained_on_ = method_.trains_on(index, stream_.tasks());
  const Items items = stream_.training(trained_on_);
  task_.index = index;
  task_.data = items.data.to(device_);
  task_.label_KN = items.label_KN.to(device_);
  task_.outputs_C = outputs_TC_[index];
  const std::int64_t newest =
      std::max(index, *std::max_element(trained_on_.begin(), trained_on_.end()));
  task_.seen_C = outputs_TC_.narrow(0, 0, newest + 1).any(0);
  set_samples();
  if (problem_.boundaries && overrides(Method::begin_task_hook)) {
    method_.begin_task(task_, progress_.model, run_);
  }
  if (method_.trains_by_gradient()) {
    train_task();
  } else {
    show_task();
  }
  if (problem_.boundaries && overrides(Method::end_task_hook)) {
    method_.end_task(task_, progress_.model, run_);
    const std::string breach = model_breach(progress_.model, problem_.start, "end_task");
    if (!breach.empty()) throw Error(problem_.place + ": " + breach);
  }
  progress_.learned = index + 1;
  count_bytes();
  evaluate();
}

// What is known of every item of the present training set.
void Learner::set_samples() {
  const std::int64_t rows = problem_.rows(), items = task_.label_KN.size(1);
  const auto tasks = static_cast<std::int64_t>(trained_on_.size());
  const Tensor task_N =
      at::tensor(trained_on_, at::kLong).repeat_interleave(items / tasks).to(device_);
  task_KN_ = options_.train_identity ? task_N.expand({rows, items}).contiguous() : Tensor();
  allowed_KNC_ = Tensor();
  if (problem_.scenario == Scenario::task && tasks > 1) {
    allowed_KNC_ = outputs_TC_.index_select(0, task_N).expand({rows, items, -1}).contiguous();
  }
  batch_ = Batch();
  batch_.likelihood = problem_.likelihood;
  batch_.place = problem_.place;
}

void Learner::adopt(const assay::Batch& base) {
  static_cast<assay::Batch&>(batch_) = base;
  const std::int64_t rows = base.x.size(0), items = base.item_AB.size(1);
  const Tensor& common_C = problem_.scenario == Scenario::task ? task_.outputs_C : task_.seen_C;
  batch_.label_AB = base.gather(task_.label_KN);
  batch_.allowed_ABC = allowed_KNC_.defined() ? base.gather(allowed_KNC_)
                                              : common_C.expand({rows, items, common_C.size(0)});
  batch_.task_known_AB = task_KN_.defined() ? base.gather(task_KN_) : Tensor();
  batch_.current = items;
  batch_.part_ends = {items};
}

void Learner::train_task() {
  const bool prepares = overrides(Method::prepare_batch_hook);
  Hooks hooks;
  if (prepares) {
    hooks.prepare = [this](assay::Batch& base) {
      adopt(base);
      method_.prepare_batch(batch_, run_);
      base.x = batch_.x;
      base.weight_AB = batch_.weight_AB;
      base.share_AB = batch_.share_AB;
    };
  }
  if (overrides(Method::after_backward_hook)) {
    hooks.after_backward = [this](const assay::Batch&, const Tensor& theta_AP,
                                  Tensor& gradient_AP) {
      method_.after_backward(batch_, theta_AP, gradient_AP);
    };
  }
  const bool after_step = overrides(Method::after_step_hook);
  if (after_step || watches()) {
    hooks.after_step = [this, after_step](const assay::Batch& base, Tensor& theta_AP) {
      if (after_step) method_.after_step(batch_, theta_AP);
      if (watches()) watch(base.rows_A, theta_AP);
    };
  }
  const auto objective = [this, prepares](const assay::Batch& base) {
    if (prepares) {
      static_cast<assay::Batch&>(batch_) = base;
    } else {
      adopt(base);
    }
    return overrides(Method::loss_hook) ? method_.loss(batch_) : batch_.mean(batch_.losses());
  };
  progress_.model = train(progress_.model, task_.data, problem_.recipe, run_, objective, hooks);
  batch_ = Batch();
}

// For methods without gradient steps: every batch of one epoch, in order.
void Learner::show_task() {
  if (!overrides(Method::prepare_batch_hook) && !watches()) return;
  std::vector<std::int64_t> rows;
  for (std::int64_t row = 0; row < problem_.rows(); ++row) {
    if (!run_.failed(row)) rows.push_back(row);
  }
  if (rows.empty()) return;
  const std::vector<std::int64_t> epoch(static_cast<std::size_t>(problem_.rows()),
                                        progress_.learned);
  Batches batches(task_.data, Streams(run_.seeds(), "assay.batches"), problem_.recipe.batch, 1,
                  epoch);
  BatchMaker maker(task_.data, progress_.model.theta_KP.options());
  const Tensor rows_A = at::tensor(rows, at::kLong).to(device_);
  for (std::int64_t step = 0; step < batches.total_steps(rows[0]); ++step) {
    adopt(maker.make(batches, rows, rows_A, step));
    if (overrides(Method::prepare_batch_hook)) method_.prepare_batch(batch_, run_);
    if (watches()) watch(rows_A, progress_.model.theta_KP.index_select(0, rows_A));
  }
  batch_ = Batch();
}

void Learner::watch(const Tensor& rows_A, const Tensor& theta_AP) {
  if (++progress_.steps % options_.monitor_every != 0) return;
  const Model now{progress_.model.network,
                  progress_.model.theta_KP.index_copy(0, rows_A, theta_AP.detach())};
  const Answers answers = evaluator_.ask(overrides(Method::predict_hook) ? &method_ : nullptr, now,
                                         evaluator_.few_KM(task_.index + 1, options_.monitor_items),
                                         task_.seen_C, progress_.steps);
  progress_.moments.push_back({progress_.steps, task_.index, answers.answer_KM});
}

void Learner::evaluate() {
  const Answers answers =
      evaluator_.ask(overrides(Method::predict_hook) ? &method_ : nullptr, progress_.model,
                     evaluator_.all_KN(), task_.seen_C, progress_.learned);
  progress_.answers.push_back(answers.answer_KM);
  progress_.identities.push_back(answers.identity_KM);
}

// State that the method keeps, and the data of other tasks that it trains on.
void Learner::count_bytes() {
  CountBytes state(problem_.rows());
  method_.state(state);
  const auto others = static_cast<std::int64_t>(
      std::count_if(trained_on_.begin(), trained_on_.end(),
                    [this](std::int64_t task) { return task != task_.index; }));
  const auto tasks = static_cast<std::int64_t>(trained_on_.size());
  const double past = static_cast<double>(task_.data.largest_count() / tasks * others) *
                      item_bytes({task_.data, task_.label_KN});
  progress_.stored_bytes = std::max(progress_.stored_bytes, state.bytes() + past);
}

}  // namespace

std::vector<std::int64_t> Stream::all_tasks() const {
  std::vector<std::int64_t> all(static_cast<std::size_t>(tasks()));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

Tensor scenario_outputs_TC(Scenario scenario, std::int64_t tasks, std::int64_t each) {
  if (scenario == Scenario::domain) return at::ones({tasks, each}, at::kBool);
  const Tensor owner_C = at::arange(tasks * each, at::kLong).div(each, "floor");
  return owner_C.unsqueeze(0).eq(at::arange(tasks, at::kLong).unsqueeze(1));
}

Learned run_stream(const Problem& problem, const Stream& stream, Method& method,
                   std::uint32_t hooks, Run& run, const StreamOptions& options) {
  return Learner(problem, stream, method, hooks, run, options).learn();
}

}  // namespace assay::continual
