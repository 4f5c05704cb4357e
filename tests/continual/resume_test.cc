// A stream that is interrupted and resumed ends with the same bits as one that is not.
#include "support.h"

#include <ATen/ATen.h>
#include <assay/common/files.h>
#include <catch2/catch.hpp>

#include <map>

namespace assay::continual::test {
namespace {

struct Interrupted {};

const Seeds seeds = {7, 8};

/// A running mean of the parameters that pulls on the gradient, kept between tasks and steps.
class Pulls final : public Method {
 public:
  void begin(const Problem& problem, Run&) override {
    mean_KP_ = problem.start.theta_KP.clone();
    steps_ = 0;
  }
  void after_backward(const Batch& batch, const Tensor& theta_AP, Tensor& gradient_AP) override {
    gradient_AP = gradient_AP + (theta_AP - batch.row(mean_KP_)) * static_cast<double>(steps_);
  }
  void after_step(const Batch& batch, Tensor& theta_AP) override {
    ++steps_;
    mean_KP_ = mean_KP_.index_copy(0, batch.rows_A, (batch.row(mean_KP_) + theta_AP) / 2);
  }
  void end_task(const Task& task, Model&, Run& run) override {
    run.record("ended", task.index, at::full({2}, static_cast<double>(steps_)));
  }
  void state(State& state) override {
    state("mean", mean_KP_);
    state("steps", steps_);
  }

 private:
  Tensor mean_KP_;
  std::int64_t steps_ = 0;
};

struct Ended {
  Learned learned;
  std::map<std::string, Curve> curves;
  double flops = 0;
};

Ended learn_once(const StreamOptions& options) {
  Example example = make_example(seeds, Scenario::class_);
  Pulls method;
  Run run(seeds);
  Ended ended{learn(example, method, run, options), {}, 0};
  ended.curves = run.curves(1);
  ended.flops = run.costs(1).flops;
  return ended;
}

StreamOptions watched() {
  StreamOptions options = options_of(Scenario::class_);
  options.monitor_every = 4;
  options.monitor_items = 12;
  return options;
}

void check_same(const Ended& left, const Ended& right) {
  CHECK(at::equal(left.learned.model.theta_KP, right.learned.model.theta_KP));
  CHECK(at::equal(left.learned.answer_IKN, right.learned.answer_IKN));
  CHECK(at::equal(left.learned.identity_IKN, right.learned.identity_IKN));
  CHECK(left.learned.stored_bytes == right.learned.stored_bytes);
  CHECK(left.curves == right.curves);
  CHECK(left.flops == right.flops);
  REQUIRE(left.learned.moments.size() == right.learned.moments.size());
  for (std::size_t i = 0; i < left.learned.moments.size(); ++i) {
    CHECK(left.learned.moments[i].step == right.learned.moments[i].step);
    CHECK(at::equal(left.learned.moments[i].answer_KM, right.learned.moments[i].answer_KM));
  }
}

void learn_two_tasks(const StreamOptions& given) {
  StreamOptions options = given;
  options.after_task = [](std::int64_t learned) {
    if (learned == 2) throw Interrupted();
  };
  CHECK_THROWS_AS(learn_once(options), Interrupted);
}

// As Pulls, with another number in its state: what another version of a plugin might ask for.
class Asks final : public Method {
 public:
  void begin(const Problem&, Run&) override { ++begun_; }
  void after_step(const Batch&, Tensor&) override { ++other_; }
  void state(State& state) override {
    state("steps", steps_);
    state("other", other_);
  }
  int begun_ = 0;
  std::int64_t steps_ = 0, other_ = 0;
};

}  // namespace

TEST_CASE("resume: interrupted after two tasks and resumed is undisturbed, bit by bit") {
  const Ended whole = learn_once(watched());
  const TemporaryFolder folder;
  StreamOptions options = watched();
  options.checkpoint = folder.path() / "block";
  learn_two_tasks(options);
  int tasks = 0;
  options.after_task = [&](std::int64_t) { ++tasks; };
  check_same(learn_once(options), whole);
  CHECK(tasks == 1);  // the third alone
}

TEST_CASE("resume: a damaged checkpoint is not used, and the stream is learned anew") {
  const Ended whole = learn_once(watched());
  const TemporaryFolder folder;
  StreamOptions options = watched();
  options.checkpoint = folder.path();
  learn_two_tasks(options);
  const auto file = folder.path() / "stream.safetensors";
  std::string content = read_file(file);
  content[content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 1);
  write_file(file, content);
  int tasks = 0;
  options.after_task = [&](std::int64_t) { ++tasks; };
  check_same(learn_once(options), whole);
  CHECK(tasks == 3);
}

TEST_CASE("resume: of a checkpoint that lacks a part nothing is taken over") {
  const TemporaryFolder folder;
  StreamOptions options = watched();
  options.checkpoint = folder.path();
  learn_two_tasks(options);
  const Example example = make_example(seeds, Scenario::class_);
  Asks method;
  Run run(seeds);
  options.after_task = [&](std::int64_t learned) {
    if (learned == 1) throw Interrupted();
  };
  CHECK_THROWS_AS(learn(example, method, run, options), Interrupted);
  CHECK(method.begun_ == 1);
  CHECK(method.steps_ == 0);  // Pulls had counted
  CHECK(run.curves(0).count("ended") == 0);
}

TEST_CASE("resume: a damaged place anywhere in a checkpoint is seen") {
  const TemporaryFolder folder;
  StreamOptions options = watched();
  options.checkpoint = folder.path();
  learn_two_tasks(options);
  const auto file = folder.path() / "stream.safetensors";
  const std::string content = read_file(file);
  const Example example = make_example(seeds, Scenario::class_);
  const auto begins_anew = [&](const std::string& damaged) {
    write_file(file, damaged);
    Asks method;
    Run run(seeds);
    options.after_task = [&](std::int64_t learned) { throw learned; };
    try {
      learn(example, method, run, options);
    } catch (std::int64_t learned) {
      return learned == 1;
    }
    return false;
  };
  for (std::size_t at = 0; at < content.size(); at += content.size() / 23) {
    std::string flipped = content;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    CHECK(begins_anew(flipped));
    CHECK(begins_anew(content.substr(0, at)));
  }
}

TEST_CASE("resume: a checkpoint of other seeds is not used") {
  const TemporaryFolder folder;
  StreamOptions options = watched();
  options.checkpoint = folder.path();
  learn_two_tasks(options);
  const Seeds others = {7, 9};
  const Example example = make_example(others, Scenario::class_);
  Pulls method, undisturbed;
  Run run(others), second(others);
  const Learned resumed = learn(example, method, run, options);
  const Learned whole = learn(example, undisturbed, second, watched());
  CHECK(at::equal(resumed.model.theta_KP, whole.model.theta_KP));
}

}  // namespace assay::continual::test
