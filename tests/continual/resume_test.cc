// A stream that is interrupted and resumed ends with the same bits as one that is not.
#include "sdk/families/continual/checkpoint.h"
#include "sdk/internal/continual_state.h"
#include "support.h"

#include <ATen/ATen.h>
#include <assay/common/files.h>
#include <assay/common/hash.h>
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <unistd.h>
#include <cstdio>
#include <functional>
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

/// What `call` prints on standard error.
std::string printed(const std::function<void()>& call) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "err";
  std::fflush(stderr);
  const int before = ::dup(2), file = ::open(path.c_str(), O_WRONLY | O_CREAT, 0644);
  ::dup2(file, 2);
  call();
  std::fflush(stderr);
  ::dup2(before, 2);
  ::close(file);
  ::close(before);
  return read_file(path);
}

TensorMap state_of(Method& method) {
  TensorMap state;
  SaveState save(state);
  method.state(save);
  for (auto& [name, value] : state) value = value.clone();
  return state;
}

/// Loads the checkpoint in `folder`, which must be refused for a reason that contains `why`, and
/// sees that this changes nothing.
void check_refused(const std::filesystem::path& folder, const std::string& why) {
  const Example example = make_example(seeds, Scenario::class_);
  const std::filesystem::path file = folder / "stream.safetensors";
  Pulls method;
  Run run(seeds);
  method.begin(example.problem, run);
  const TensorMap before = state_of(method);
  Progress progress;
  bool loaded = true;
  const std::string text =
      printed([&] { loaded = load_checkpoint(folder, progress, method, example.problem, run); });
  CHECK_FALSE(loaded);
  const std::string begin = file.string() + " is not used, the stream begins anew: ";
  CHECK(text.substr(0, begin.size()) == begin);
  CHECK(text.find(why) != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(file));

  CHECK(progress.learned == 0);
  CHECK(progress.answers.empty());
  CHECK(progress.moments.empty());
  CHECK_FALSE(progress.model.theta_KP.defined());
  const TensorMap after = state_of(method);
  REQUIRE(after.size() == before.size());
  for (const auto& [name, value] : before) CHECK(at::equal(after.at(name), value));
  for (std::int64_t row = 0; row < 2; ++row) {
    CHECK(run.curves(row).empty());
    CHECK(run.costs(row).flops == 0);
    CHECK(run.costs(row).gradient_samples == 0);
  }
}

/// The content of a checkpoint after two tasks.
std::string two_tasks(const std::filesystem::path& folder) {
  StreamOptions options = watched();
  options.checkpoint = folder;
  learn_two_tasks(options);
  return read_file(folder / "stream.safetensors");
}

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

TEST_CASE("resume: a checkpoint that is damaged anywhere is told of and changes nothing") {
  const TemporaryFolder folder;
  const std::string whole = two_tasks(folder.path());
  const std::size_t size = whole.size(), body = whole.find('\n') + 1;
  const auto check = [&](const std::string& content) {
    std::filesystem::create_directories(folder.path());
    write_file(folder.path() / "stream.safetensors", content);
    check_refused(folder.path(), "its content is not what was written");
  };
  for (const std::size_t end : {std::size_t{0}, body - 1, body, body + 100, size / 2, size - 1}) {
    INFO("cut off at " << end << " of " << size);
    check(whole.substr(0, end));
  }
  for (const std::size_t at : {std::size_t{0}, body - 1, body, body + 100, size / 2, size - 1}) {
    INFO("a bit flipped at " << at << " of " << size);
    std::string content = whole;
    content[at] = static_cast<char>(content[at] ^ 4);
    check(content);
  }
}

TEST_CASE("resume: a checkpoint of something else is told of and changes nothing") {
  const TemporaryFolder folder;
  const std::string whole = two_tasks(folder.path());
  const std::string body = whole.substr(whole.find('\n') + 1);
  // The hash is right, and one part is not what this stream and this method write.
  const auto check = [&](const char* why, const std::function<void(TensorMap&, Json&)>& change) {
    INFO(why);
    SafeTensors file = parse_safetensors(body, "test");
    Json numbers = Json::parse(file.metadata.at("numbers"));
    change(file.tensors, numbers);
    const std::string changed = to_safetensors(
        file.tensors, {{"version", numbers.value("version", "1")}, {"numbers", numbers.dump()}});
    write_file(folder.path() / "stream.safetensors", hash_bytes(changed) + "\n" + changed);
    check_refused(folder.path(), why);
  };
  check("it is of another version or other seeds",
        [](TensorMap&, Json& numbers) { numbers["version"] = "0"; });
  check("it is of another version or other seeds",
        [](TensorMap&, Json& numbers) { numbers["seeds"] = {7, 9}; });
  check("moment1", [](TensorMap& tensors, Json&) { tensors.erase("moment1"); });
  check("a saved state lacks the number 'steps'",
        [](TensorMap& tensors, Json&) { tensors.erase("state.steps"); });
  // In the last row: the first has been read by then.
  check("number",
        [](TensorMap&, Json& numbers) { numbers["rows"][1]["curves"]["ended"][1] = {1, "text"}; });
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
