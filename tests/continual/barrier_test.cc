// The information barrier: a method that looks at every tensor that it can reach finds no test
// label, nothing of tasks to come, and no identity that the scenario does not tell.
#include "support.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <catch2/catch.hpp>

#include <set>

namespace assay::continual::test {
namespace {

// Every kind of number has a range of its own: inputs 100 + task, labels 200 + task, test inputs
// 300 + task, test labels 700.
constexpr double inputs = 100, labels = 200, questions = 300, answers = 700;

class MarkedStream final : public Stream {
 public:
  explicit MarkedStream(const Seeds& seeds) : rows_(static_cast<std::int64_t>(seeds.size())) {
    for (std::int64_t task = 0; task < 3; ++task) {
      const auto filled = [&](double value, bool item) {
        const double marked = value + static_cast<double>(task);
        return item ? at::full({rows_, 8, 2}, marked, at::kDouble)
                    : at::full({rows_, 8}, marked, at::kDouble);
      };
      tasks_.push_back({filled(inputs, true), filled(labels, false), filled(questions, true),
                        filled(answers, false)});
    }
  }
  TensorStream inner() const { return {tasks_, at::ones({3, 1}, at::kBool), Likelihood::gaussian}; }
  std::int64_t rows() const override { return rows_; }
  std::int64_t tasks() const override { return 3; }
  Likelihood likelihood() const override { return Likelihood::gaussian; }
  std::vector<std::int64_t> input_shape() const override { return {2}; }
  Tensor outputs_TC() const override { return inner().outputs_TC(); }
  Items training(const std::vector<std::int64_t>& tasks) const override {
    asked_for.insert(tasks.begin(), tasks.end());
    return inner().training(tasks);
  }
  Items validation(const std::vector<std::int64_t>& tasks) const override {
    return inner().validation(tasks);
  }
  Dataset test() const override { return inner().test(); }
  std::unique_ptr<Truth> truth() const override {
    truth_was_opened = true;
    return inner().truth();
  }

  mutable std::set<std::int64_t> asked_for;
  mutable bool truth_was_opened = false;

 private:
  std::int64_t rows_;
  std::vector<TensorTask> tasks_;
};

/// Looks at everything at every hook.
class Walker final : public Method {
 public:
  explicit Walker(const MarkedStream& stream) : stream_(stream) {}

  void begin(const Problem& problem, Run& run) override {
    run_ = &run;
    see(problem.start.theta_KP);
    see(problem.recipe.lr_K1);
    look("begin", {});
  }
  void begin_task(const Task& task, const Model& model, Run&) override {
    present_ = task.index;
    see(task, model);
    look("begin_task", {inputs + present(), labels + present()});
  }
  void prepare_batch(Batch& batch, Run&) override {
    see(batch);
    look("prepare_batch", {inputs + present(), labels + present()});
  }
  Tensor loss(const Batch& batch) override {
    see(batch);
    look("loss", {inputs + present(), labels + present()});
    // Reads the batch and learns nothing: what it has seen stays what it was given.
    return batch.logits_KBC.sum(2).mean(1) * 0;
  }
  void after_backward(const Batch& batch, const Tensor& theta_AP, Tensor& gradient_AP) override {
    see(batch);
    see(theta_AP);
    see(gradient_AP);
    look("after_backward", {inputs + present(), labels + present()});
  }
  void after_step(const Batch& batch, Tensor& theta_AP) override {
    see(batch);
    see(theta_AP);
    look("after_step", {inputs + present(), labels + present()});
  }
  void end_task(const Task& task, Model& model, Run&) override {
    see(task, model);
    look("end_task", {inputs + present(), labels + present()});
  }
  Tensor predict(const Model& model, const Query& query) const override {
    see(query.x());
    see(model.theta_KP);
    CHECK(error_of([&] { query.task_KN(); }) != "");
    // A mixture: the first items asked are not those of one task in a row.
    const Tensor first_N = query.x()[0].select(1, 0);
    mixed = mixed || first_N.diff().lt(0).any().item<bool>();
    look("predict", {questions, questions + 1, questions + 2});
    return at::zeros({query.x().size(0), query.x().size(1), 1}, at::kDouble);
  }

  mutable bool mixed = false;

 private:
  double present() const { return static_cast<double>(present_); }
  void see(const Task& task, const Model& model) const {
    see(task.data.slice(0, task.data.largest_count()));
    see(task.label_KN);
    see(task.outputs_C);
    see(task.seen_C);
    see(model.theta_KP);
  }
  void see(const Batch& batch) const {
    for (const Tensor* part :
         {&batch.rows_A, &batch.x, &batch.item_AB, &batch.weight_AB, &batch.share_AB,
          &batch.progress_A1, &batch.logits_KBC, &batch.features_KBD, &batch.label_AB,
          &batch.allowed_ABC, &batch.task_known_AB}) {
      see(*part);
    }
  }
  void see(const Tensor& tensor) const {
    if (!tensor.defined()) return;
    const Tensor values = tensor.detach().to(at::kDouble).reshape(-1);
    for (std::int64_t i = 0; i < values.numel(); ++i) {
      const double value = values[i].item<double>();
      if (value >= inputs) seen_.insert(value);
    }
  }
  // What was seen is what may be seen; the run's curves tell nothing of the test items, and nobody
  // has opened the truth.
  void look(const char* hook, const std::set<double>& allowed) const {
    INFO(hook << " of task " << present_);
    for (std::int64_t row = 0; row < run_->rows(); ++row) {
      for (const auto& [name, points] : run_->curves(row)) CHECK(name == "loss");
    }
    CHECK(seen_ == allowed);
    CHECK_FALSE(stream_.truth_was_opened);
    if (!stream_.asked_for.empty()) CHECK(*stream_.asked_for.rbegin() <= present_);
    seen_.clear();
  }

  const MarkedStream& stream_;
  Run* run_ = nullptr;
  std::int64_t present_ = -1;
  mutable std::set<double> seen_;
};

}  // namespace

TEST_CASE("barrier: nothing that is reachable tells test labels, later tasks or identities") {
  const Seeds seeds = {1, 2};
  const MarkedStream stream(seeds);
  Problem problem;
  problem.scenario = Scenario::domain;
  problem.likelihood = Likelihood::gaussian;
  problem.tasks = 3;
  problem.item_shape = {2};
  problem.place = "walker in the scenario domain";
  problem.start.network = make_network({.arch = "mlp", .depth = 0}, {2}, 1);
  problem.start.theta_KP = at::zeros({2, problem.start.network->layout().size()}, at::kDouble);
  problem.recipe.steps = 3;
  problem.recipe.batch = 4;
  Walker walker(stream);
  Run run(seeds);
  StreamOptions options;
  options.train_identity = false;
  run_stream(problem, stream, walker, Method::overridden_hooks<Walker>(), run, options);
  CHECK(walker.mixed);
  CHECK_FALSE(stream.truth_was_opened);
  CHECK(stream.asked_for == std::set<std::int64_t>{0, 1, 2});
}

TEST_CASE("barrier: monitoring asks about no task that was not met") {
  // A look at task 1 while it is learned holds no question of tasks 2 and 3.
  class Asked final : public Method {
   public:
    Tensor predict(const Model& model, const Query& query) const override {
      largest.push_back(query.x().max().item<double>());
      return at::zeros({query.x().size(0), query.x().size(1), 1}, model.theta_KP.options());
    }
    mutable std::vector<double> largest;
  };
  const Seeds seeds = {1};
  const MarkedStream stream(seeds);
  Problem problem;
  problem.scenario = Scenario::domain;
  problem.likelihood = Likelihood::gaussian;
  problem.tasks = 3;
  problem.start.network = make_network({.arch = "mlp", .depth = 0}, {2}, 1);
  problem.start.theta_KP = at::zeros({1, problem.start.network->layout().size()}, at::kDouble);
  problem.recipe.steps = 2;
  problem.recipe.lr = 1e-6;
  Asked asked;
  Run run(seeds);
  StreamOptions options;
  options.monitor_every = 1;
  options.monitor_items = 6;
  run_stream(problem, stream, asked, Method::predict_hook, run, options);
  CHECK(asked.largest == std::vector<double>{300, 300, 302, 301, 301, 302, 302, 302, 302});
}

}  // namespace assay::continual::test
