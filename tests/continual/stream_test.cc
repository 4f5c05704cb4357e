// The driver: which hooks run, what they are given, what is asked, what a failed row does.
#include "sdk/families/continual/evaluator.h"
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <map>

namespace assay::continual::test {
namespace {

const Seeds seeds = {3, 4, 5};

class Plain final : public Method {};

/// Overrides everything and counts.
class Counter final : public Method {
 public:
  void begin_task(const Task&, const Model&, Run&) override { ++calls["begin_task"]; }
  void prepare_batch(Batch&, Run&) override { ++calls["prepare_batch"]; }
  Tensor loss(const Batch& batch) override {
    ++calls["loss"];
    return Method::loss(batch);
  }
  void after_backward(const Batch&, const Tensor&, Tensor&) override { ++calls["after_backward"]; }
  void after_step(const Batch&, Tensor&) override { ++calls["after_step"]; }
  void end_task(const Task&, Model&, Run&) override { ++calls["end_task"]; }
  Tensor predict(const Model& model, const Query& query) const override {
    ++calls["predict"];
    return Method::predict(model, query);
  }
  mutable std::map<std::string, int> calls;
};

Learned learn_plain(const Example& example, const StreamOptions& options = {}) {
  Plain method;
  Run run(example.seeds);
  return learn(example, method, run, options);
}

}  // namespace

TEST_CASE("stream: a hook that is not overridden is never called") {
  const Example example = make_example(seeds, Scenario::class_);
  Counter counter;
  Run run(seeds);
  run_stream(example.problem, example.stream(), counter, 0, run);
  CHECK(counter.calls.empty());
  STATIC_REQUIRE(Method::overridden_hooks<Plain>() == 0);
}

TEST_CASE("stream: overridden hooks are called once a task, a step, an evaluation") {
  const Example example = make_example(seeds, Scenario::class_);
  Counter counter;
  Run run(seeds);
  learn(example, counter, run, {});
  const int tasks = 3, steps = 3 * 7;
  CHECK(counter.calls == std::map<std::string, int>{{"begin_task", tasks},
                                                    {"end_task", tasks},
                                                    {"predict", tasks},
                                                    {"prepare_batch", steps},
                                                    {"loss", steps},
                                                    {"after_backward", steps},
                                                    {"after_step", steps}});
  Counter without;
  Example unmarked = make_example(seeds, Scenario::class_, Likelihood::categorical, false);
  Run second(seeds);
  learn(unmarked, without, second, {});
  CHECK(without.calls.count("begin_task") == 0);
  CHECK(without.calls.count("end_task") == 0);
}

TEST_CASE("stream: hooks that do nothing change no bit, and neither does looking") {
  const Example example = make_example(seeds, Scenario::task);
  const Learned plain = learn_plain(example, options_of(Scenario::task));
  Counter counter;
  Run run(seeds);
  StreamOptions options = options_of(Scenario::task);
  options.monitor_every = 5;
  options.monitor_items = 12;
  const Learned watched = learn(example, counter, run, options);
  CHECK(at::equal(plain.model.theta_KP, watched.model.theta_KP));
  CHECK(at::equal(plain.answer_IKN, watched.answer_IKN));
  REQUIRE(watched.moments.size() == 4);  // steps 5, 10, 15, 20 of 21
  CHECK(watched.moments[1].step == 10);
  CHECK(watched.moments[1].task == 1);
  CHECK(watched.moments[1].answer_KM.size(1) == 8);  // four items of each of two tasks
}

TEST_CASE("stream: naive training is one training after the other") {
  const Example example = make_example(seeds, Scenario::task);
  Run run(seeds);
  Model model = example.problem.start;
  for (std::int64_t task = 0; task < 3; ++task) {
    const TensorTask& items = example.tasks[static_cast<std::size_t>(task)];
    model = train(model, Dataset::own(items.x_KNF), example.problem.recipe, run,
                  [&](const assay::Batch& batch) {
                    const Tensor own = batch.logits_KBC.narrow(2, 2 * task, 2);
                    const Tensor target = one_hot(batch.gather(items.label_KN) - 2 * task, 2, own);
                    return batch.mean(cross_entropy(own, target));
                  });
  }
  const Learned learned = learn_plain(example, options_of(Scenario::task));
  CHECK(at::allclose(learned.model.theta_KP, model.theta_KP, 1e-12, 1e-14));
}

TEST_CASE("stream: answers are among the outputs that the scenario allows") {
  const Learned task = learn_plain(make_example(seeds, Scenario::task), options_of(Scenario::task));
  const Tensor owner_N = at::arange(72, at::kLong).div(24, "floor");
  CHECK(task.answer_IKN.div(2, "floor").eq(owner_N).all().item<bool>());

  const Learned classes = learn_plain(make_example(seeds, Scenario::class_));
  for (std::int64_t learned = 1; learned <= 3; ++learned) {
    CHECK(classes.answer_IKN[learned].max().item<double>() < 2 * static_cast<double>(learned));
  }
  CHECK(classes.identity_IKN.div(2, "floor").eq(owner_N).all().item<bool>());

  const Learned domain = learn_plain(make_example(seeds, Scenario::domain));
  CHECK(domain.answer_IKN.max().item<double>() <= 1);
}

TEST_CASE("stream: a row that fails disturbs no other") {
  for (const Scenario scenario : {Scenario::task, Scenario::class_}) {
    const Example example = make_example(seeds, scenario);
    const Learned all = learn_plain(example, options_of(scenario));
    Plain method;
    Run run(seeds);
    run.fail_row(1, "of the test");
    const Learned others = learn(example, method, run, options_of(scenario));
    for (const std::int64_t row : {0, 2}) {
      CHECK(at::allclose(others.model.theta_KP[row], all.model.theta_KP[row], 1e-12, 1e-14));
      CHECK(at::equal(others.answer_IKN.select(1, row), all.answer_IKN.select(1, row)));
    }
    CHECK(at::equal(others.model.theta_KP[1], example.problem.start.theta_KP[1]));
  }
}

TEST_CASE("stream: an identity that is absent is an error that names method and scenario") {
  class Asks final : public Method {
   public:
    Tensor loss(const Batch& batch) override {
      batch.task_AB();
      return Method::loss(batch);
    }
  };
  class AsksLater final : public Method {
   public:
    Tensor predict(const Model& model, const Query& query) const override {
      query.task_KN();
      return Method::predict(model, query);
    }
  };
  Example example = make_example(seeds, Scenario::class_, Likelihood::categorical, false);
  example.problem.place = "asks in the scenario class";
  StreamOptions options;
  options.train_identity = false;
  Run run(seeds);
  Asks asks;
  CHECK(error_of([&] { learn(example, asks, run, options); }) ==
        "asks in the scenario class asked for the task of training samples, which is not known in "
        "training there; a method that cannot do without says needs(\"train_identity\")");
  AsksLater later;
  Run second(seeds);
  CHECK(
      error_of([&] { learn(example, later, second, options); }) ==
      "asks in the scenario class asked for the task of test items, which is not known in testing "
      "there; a method that cannot do without says needs(\"test_identity\")");
  // Training-time and test-time identity are two facts.
  Run third(seeds);
  Asks may_ask;
  CHECK(error_of([&] { learn(example, may_ask, third, options_of(Scenario::class_)); }).empty());
}

TEST_CASE("stream: a row is asked in the same parts alone and in company") {
  // Says how many items it is asked at once.
  class Counts final : public Method {
   public:
    Tensor predict(const Model&, const Query& query) const override {
      const std::int64_t items = query.x().size(1);
      return at::full({query.x().size(0), items, 1}, static_cast<double>(items), at::kDouble);
    }
  };
  // Twelve items of 2^16 numbers: eight are 2^19 numbers, the most at once.
  Example example = make_example(seeds, Scenario::domain, Likelihood::gaussian);
  for (TensorTask& task : example.tasks) task.test_KMF = at::zeros({3, 4, 1 << 16});
  const auto parts = [](const Example& of) {
    const TensorStream stream = of.stream();
    const StreamOptions options;
    Run run(of.seeds);
    const Evaluator evaluator(of.problem, stream, options, run);
    const Counts counts;
    return evaluator.ask(&counts, of.problem.start, evaluator.all_KN(), at::ones({1}, at::kBool), 0)
        .answer_KM;
  };
  const Tensor together_KM = parts(example);
  for (std::int64_t row = 0; row < 3; ++row) {
    CHECK(together_KM[row].eq(8).sum().item<std::int64_t>() == 8);
    CHECK(together_KM[row].eq(4).sum().item<std::int64_t>() == 4);
    CHECK(at::equal(parts(row_of(example, row))[0], together_KM[row]));
  }
}

TEST_CASE("stream: stored bytes are those of the state and of past data") {
  class Keeps final : public Method {
   public:
    void begin(const Problem& problem, Run&) override { kept_ = at::zeros({problem.rows(), 7}); }
    void state(State& state) override {
      state("kept", kept_);
      state("count", count_);
    }
    Tensor kept_;
    std::int64_t count_ = 0;
  };
  class Past final : public Method {
   public:
    std::vector<std::int64_t> trains_on(std::int64_t task, std::int64_t) const override {
      return task == 0 ? std::vector<std::int64_t>{0} : std::vector<std::int64_t>{task - 1, task};
    }
  };
  const Example example = make_example(seeds, Scenario::domain);
  Keeps keeps;
  Run run(seeds);
  CHECK(learn(example, keeps, run, {}).stored_bytes == 7 * 4 + 8);
  Past past;
  Run second(seeds);
  // 24 items of five doubles and a label of eight bytes.
  CHECK(learn(example, past, second, {}).stored_bytes == 24 * (5 * 8 + 8));
}

TEST_CASE("stream: a method without gradient steps sees each item once") {
  class Shown final : public Method {
   public:
    bool trains_by_gradient() const override { return false; }
    void prepare_batch(Batch& batch, Run&) override {
      const Samples samples = batch.stream();
      sum = (sum.defined() ? sum : at::zeros({3, 5}, at::kDouble)) +
            (samples.x * samples.weight_AM.unsqueeze(2)).sum(1);
    }
    Tensor sum;
  };
  const Example example = make_example(seeds, Scenario::class_);
  Shown shown;
  Run run(seeds);
  const Learned learned = learn(example, shown, run, {});
  Tensor expected = at::zeros({3, 5}, at::kDouble);
  for (const TensorTask& task : example.tasks) expected += task.x_KNF.sum(1);
  CHECK(at::allclose(shown.sum, expected));
  CHECK(at::equal(learned.model.theta_KP, example.problem.start.theta_KP));
}

TEST_CASE("stream: appended samples are a part of their own") {
  Batch batch;
  batch.x = at::ones({1, 2, 1});
  batch.label_AB = at::zeros({1, 2}, at::kLong);
  batch.allowed_ABC = at::ones({1, 2, 2}, at::kBool);
  batch.weight_AB = at::ones({1, 2});
  batch.share_AB = batch.weight_AB / 2;
  batch.current = 2;
  batch.part_ends = {2};
  batch.append({at::ones({1, 2, 1}), at::ones({1, 2}, at::kLong), at::ones({1, 2, 2}, at::kBool),
                Tensor(), at::tensor({1.0F, 0.0F}).view({1, 2})});
  batch.append({});
  CHECK(batch.parts() == 3);
  CHECK(batch.share_AB.sum().item<double>() == Approx(1));
  const Tensor value = at::tensor({1.0F, 3.0F, 5.0F, 100.0F}).view({1, 4});
  CHECK(batch.mean_of_part(value, 0).item<double>() == Approx(2));
  CHECK(batch.mean_of_part(value, 1).item<double>() == Approx(5));  // the empty place has no weight
  CHECK(batch.mean_of_part(value, 2).item<double>() == 0);
  CHECK(batch.mean(value).item<double>() == Approx(3));
  CHECK(error_of([&] { batch.part(value, 3); }) ==
        "Batch::part: there is no part 3 of a batch with 3");
}

TEST_CASE("stream: losses are over the allowed outputs, worked by hand") {
  Batch batch;
  batch.logits_KBC = at::tensor({1.0, 2.0, 5.0}, at::kDouble).view({1, 1, 3});
  batch.label_AB = at::zeros({1, 1}, at::kLong);
  batch.allowed_ABC = at::tensor({1, 1, 0}).to(at::kBool).view({1, 1, 3});
  CHECK(batch.losses().item<double>() == Approx(std::log(1 + std::exp(1.0))));
  batch.allowed_ABC = at::ones({1, 1, 3}, at::kBool);
  CHECK(batch.losses().item<double>() == Approx(std::log(1 + std::exp(1.0) + std::exp(4.0))));
}

}  // namespace assay::continual::test
