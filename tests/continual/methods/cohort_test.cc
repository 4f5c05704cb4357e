// What holds for every method: rows in company learn as they do alone, what is kept is counted, and
// a stream that goes on behind a checkpoint ends where an undisturbed one does.
#include "support.h"

#include <cmath>
#include <filesystem>

namespace assay::continual::test {
namespace {

const Seeds seeds = {3, 11, 20};

struct Entry {
  std::string method;
  std::vector<Json> parameters;  ///< of each row
};

std::vector<Entry> entries() {
  const Json none = Json::object();
  return {{"l2", {{{"lambda", 0.1}}, {{"lambda", 1.0}}, {{"lambda", 0.0}}}},
          {"ewc", {{{"lambda", 10.0}}, {{"lambda", 1.0}}, {{"lambda", 100.0}}}},
          {"ewc", {{{"estimator", "sampled"}, {"samples", 7}, {"mode", "separate"}}}},
          {"si", {{{"c", 0.1}}, {{"c", 1.0}}, {{"c", 10.0}}}},
          {"mas", {{{"lambda", 0.1}}, {{"lambda", 1.0}}, {{"lambda", 0.0}}}},
          {"lwf", {{{"lambda", 0.5}}, {{"lambda", 1.0}}, {{"lambda", 2.0}}}},
          {"er", {{{"memory", 9}, {"replay", 5}}}},
          {"er", {{{"memory", 9}, {"policy", "balanced"}}}},
          {"er-ace", {{{"memory", 9}}}},
          {"derpp",
           {{{"memory", 9}, {"alpha", 0.5}},
            {{"memory", 9}, {"alpha", 1.0}},
            {{"memory", 9}, {"alpha", 0.0}}}},
          {"a-gem", {{{"memory", 9}, {"replay", 6}}}},
          {"gem",
           {{{"per_task", 3}, {"margin", 0.5}},
            {{"per_task", 3}, {"margin", 0.0}},
            {{"per_task", 3}, {"margin", 0.1}}}},
          {"gdumb", {{{"memory", 9}, {"epochs", 3}}}},
          {"ncm", {none}},
          {"slda", {{{"features", "network"}}}}};
}

Problem problem_in(const Seeds& of, Scenario scenario) {
  Problem problem =
      problem_of(of, scenario, 5, scenario == Scenario::domain ? 2 : 6, {.width = 4, .depth = 1});
  problem.recipe.epochs = 2;
  problem.recipe.batch = 4;
  problem.recipe.lr = 0.01;
  return problem;
}

}  // namespace

TEST_CASE("methods: rows in company learn as they do alone, in float64") {
  for (const Scenario scenario : {Scenario::task, Scenario::class_, Scenario::domain}) {
    const TensorStream stream = classes_stream(seeds, scenario, 3, 10, 5);
    for (const Entry& entry : entries()) {
      CAPTURE(entry.method, static_cast<int>(scenario));
      const Learned together =
          learn(entry.method, problem_in(seeds, scenario), stream, seeds, entry.parameters);
      for (std::size_t row = 0; row < seeds.size(); ++row) {
        const Seeds one = {seeds[row]};
        const Learned alone =
            learn(entry.method, problem_in(one, scenario), classes_stream(one, scenario, 3, 10, 5),
                  one, {entry.parameters[entry.parameters.size() == 1 ? 0 : row]});
        CHECK(largest_difference(together.model.theta_KP[static_cast<std::int64_t>(row)],
                                 alone.model.theta_KP[0]) < 1e-9);
        CHECK(together.answer_IKN.select(1, static_cast<std::int64_t>(row))
                  .equal(alone.answer_IKN.select(1, 0)));
        CHECK(together.stored_bytes == alone.stored_bytes);
      }
    }
  }
}

TEST_CASE("methods: a row that fails on the way leaves the others as they are") {
  const TensorStream stream = classes_stream(seeds, Scenario::class_, 3, 10, 5);
  Problem problem = problem_in(seeds, Scenario::class_);
  for (const Entry& entry : entries()) {
    CAPTURE(entry.method);
    problem.recipe.lr_K1 = Tensor();
    const Learned undisturbed = learn(entry.method, problem, stream, seeds, entry.parameters);
    // The middle row's parameters are infinite after its first step.
    problem.recipe.lr_K1 = numbers({0.01, INFINITY, 0.01}, {3, 1});
    Run run(seeds);
    const Learned disturbed = learn(entry.method, problem, stream, run, entry.parameters);
    const bool trains = entry.method != "ncm" && entry.method != "slda";
    CHECK(run.failed(1) == trains);
    for (const std::int64_t row : {0, 2}) {
      CHECK_FALSE(run.failed(row));
      CHECK(largest_difference(disturbed.model.theta_KP[row], undisturbed.model.theta_KP[row]) <
            1e-9);
      CHECK(disturbed.answer_IKN.select(1, row).equal(undisturbed.answer_IKN.select(1, row)));
    }
  }
}

TEST_CASE("methods: bytes are those that are held") {
  const TensorStream stream = classes_stream(seeds, Scenario::task, 3, 10, 5);
  const Problem problem = problem_in(seeds, Scenario::task);
  const auto bytes = [&](const std::string& method, const Json& parameters) {
    return learn(method, problem, stream, seeds, {parameters}).stored_bytes;
  };
  const double theta = 8.0 * static_cast<double>(problem.start.theta_KP.size(1));
  CHECK(bytes("l2", Json::object()) == 2 * theta);
  CHECK(bytes("ewc", {{"mode", "separate"}}) == 2 * theta + 8);  // and the penalty's strength
  CHECK(bytes("ewc", {{"mode", "online"}}) == 2 * theta + 8);
  CHECK(bytes("si", Json::object()) == 4 * theta);
  CHECK(bytes("mas", Json::object()) == 2 * theta);
  CHECK(bytes("lwf", Json::object()) == theta + 3 * 6 + 8);  // heads, and how many tasks
  // A sample: five inputs, a label, six flags; two counters.
  const double sample = 5 * 8 + 8 + 6;
  CHECK(bytes("er", {{"memory", 9}}) == 9 * sample + 16);
  CHECK(bytes("er-ace", {{"memory", 9}}) == 9 * sample + 16);
  CHECK(bytes("derpp", {{"memory", 9}}) == 9 * (sample + 6 * 8) + 16);
  CHECK(bytes("a-gem", {{"memory", 9}}) == 9 * sample + 16);
  CHECK(bytes("gem", {{"per_task", 3}}) == 9 * sample + 8 * (3 + 1) + 8);  // a counter a task
  CHECK(bytes("gdumb", {{"memory", 9}}) == 9 * sample + 16);
  CHECK(bytes("ncm", Json::object()) == 8 * 6 * (1 + 5));
  CHECK(bytes("slda", Json::object()) == 8 * (6 * (1 + 5) + 5 * 5));
}

TEST_CASE("methods: a stream that goes on behind a checkpoint ends where an undisturbed one does") {
  namespace fs = std::filesystem;
  const TensorStream stream = classes_stream(seeds, Scenario::class_, 3, 10, 5);
  const Problem problem = problem_in(seeds, Scenario::class_);
  for (const Entry& entry : entries()) {
    CAPTURE(entry.method);
    std::string folder = (fs::temp_directory_path() / "assay-test-XXXXXX").string();
    REQUIRE(mkdtemp(folder.data()) != nullptr);
    const Learned straight = learn(entry.method, problem, stream, seeds, entry.parameters);
    StreamOptions options;
    options.checkpoint = folder;
    options.after_task = [](std::int64_t tasks_learned) {
      if (tasks_learned == 2) throw std::runtime_error("interrupted");
    };
    CHECK_THROWS_WITH(learn(entry.method, problem, stream, seeds, entry.parameters, options),
                      "interrupted");
    options.after_task = {};
    const Learned resumed = learn(entry.method, problem, stream, seeds, entry.parameters, options);
    fs::remove_all(folder);
    CHECK(resumed.model.theta_KP.equal(straight.model.theta_KP));
    CHECK(resumed.answer_IKN.equal(straight.answer_IKN));
    CHECK(resumed.stored_bytes == straight.stored_bytes);
  }
}

TEST_CASE("methods: those that need no boundaries learn without them") {
  for (const char* method : {"er", "er-ace", "derpp", "a-gem", "ncm", "slda"}) {
    CAPTURE(method);
    CHECK(plugin_method(method).describe().requirements ==
          (std::string(method) == "er" || std::string(method) == "derpp" ||
                   std::string(method) == "a-gem"
               ? std::vector<std::string>{}
               : std::vector<std::string>{"categorical"}));
    Problem problem = problem_in(seeds, Scenario::class_);
    const TensorStream stream = classes_stream(seeds, Scenario::class_, 3, 10, 5);
    StreamOptions blind;
    blind.train_identity = false;
    const Learned with = learn(method, problem, stream, seeds, {Json::object()});
    problem.boundaries = false;
    const Learned without = learn(method, problem, stream, seeds, {Json::object()}, blind);
    CHECK(without.answer_IKN.equal(with.answer_IKN));
  }
  for (const char* method : {"l2", "ewc", "si", "mas", "lwf", "gem", "gdumb"}) {
    CHECK(plugin_method(method).describe().requirements.front() == "task_boundaries");
  }
}

}  // namespace assay::continual::test
