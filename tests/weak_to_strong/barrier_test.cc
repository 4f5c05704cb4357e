// The information barrier: a method walks every tensor and every call that Problem and Run offer,
// and finds neither the truth of the transfer half nor the test labels.
#include "support/barrier.h"
#include "sdk/families/weak_to_strong/settings.h"
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

namespace assay::weak_to_strong::test {
namespace {

using assay::test::check_hidden;
using assay::test::Found;

/// Everything that a method can get hold of, by the way it got there.
Found walk(const Problem& problem, Run& run) {
  Found found;
  const auto data = [&](const std::string& name, const Dataset& set) {
    const Tensor all = set.slice(0, set.largest_count());
    found[name + ".slice"] = all;
    const Tensor place_KN = at::arange(set.largest_count(), at::kLong).repeat({set.rows(), 1});
    found[name + ".gather"] = set.gather(place_KN);
    found[name + ".select_rows"] = set.select_rows({0}).slice(0, set.count(0));
    found[name + ".select_items"] = set.select_items(place_KN).slice(0, set.largest_count());
  };
  const auto model = [&](const std::string& name, const Model& it) {
    found[name + ".theta"] = it.theta_KP;
    found[name + ".answers"] = answers(problem.likelihood, it, problem.transfer);
    found[name + ".features"] = predict_features(it, problem.transfer);
  };
  data("transfer", problem.transfer);
  data("validation", problem.validation);
  found["weak"] = problem.weak_KNC;
  found["weak_validation"] = problem.weak_validation_KVC;
  if (problem.ensemble_KENC.defined()) found["ensemble"] = problem.ensemble_KENC.transpose(1, 2);
  model("student", problem.student);
  for (std::size_t i = 0; i < problem.ladder.size(); ++i) {
    const std::string name = "rung" + std::to_string(i);
    model(name, problem.ladder[i].start);
    found[name + ".labels"] = problem.ladder[i].label_KNC;
    found[name + ".validation"] = problem.ladder[i].validation_KVC;
  }
  if (problem.recipe.lr_K1.defined()) found["recipe.lr"] = problem.recipe.lr_K1;

  // A run tells seeds, and lends streams: also by the names that tasks draw their data under.
  const std::int64_t items = problem.weak_KNC.size(1);
  const std::int64_t latent = 4;
  for (const char* purpose :
       {"direction", "latent.transfer", "latent.test", "noise.transfer", "features.transfer",
        "features.test", "debated.labels.transfer", "pretraining", "mixing"}) {
    const Streams streams = run.streams(purpose);
    found[std::string("streams.") + purpose] = streams.normal({items, 1});
    // What a draw of that shape would make of the label: z . w.
    found[std::string("streams.") + purpose + ".label"] =
        streams.normal({items, latent}).matmul(run.streams("direction").normal({latent, 1}));
  }
  for (const char* purpose : {"assay.student", "assay.split", "assay.weak", "assay.batches"}) {
    CHECK_THAT(error_of([&] { run.streams(purpose); }), Catch::Contains("assay."));
  }
  for (std::int64_t row = 0; row < run.rows(); ++row) {
    CHECK(run.curves(row).empty());  // nothing of the stages
    CHECK(run.failure(row).empty());
    CHECK(run.costs(row).gradient_samples == 0);
  }
  return found;
}

class Walker final : public Method {
 public:
  static MethodInfo describe() { return MethodInfo("walker"); }
  explicit Walker(const Parameters&) {}
  Model fit(const Problem& problem, Run& run) override {
    found = walk(problem, run);
    // No tensor is a window onto a larger one: what lies beside it could be walked too.
    for (const Tensor& given :
         {problem.weak_KNC, problem.weak_validation_KVC, problem.student.theta_KP}) {
      CHECK(given.storage().nbytes() == given.nbytes());
    }
    return problem.student;
  }
  static Found found;
};
Found Walker::found;

const MethodEntry walker = assay::detail::method_entry<Walker>();

void check_barrier(const Json& given, double limit) {
  const Benchmark benchmark(given, {0});
  for (const RowOutcome& row : benchmark.method(walker, Json::object())) {
    INFO(row.failure);
    CHECK(row.failure.empty());
  }
  REQUIRE(Walker::found.size() > 20);
  const auto task = read_settings(benchmark.settings()).make_task();
  for (const Split split : {Split::transfer, Split::validation, Split::test}) {
    for (const bool noisy : {true, false}) {
      const auto truth = task->truth();
      const Tensor truth_KN = noisy ? truth->labels_KN(split, {0}) : truth->targets_KN(split, {0});
      if (task->classes() <= 2) {
        check_hidden(Walker::found, truth_KN[0], limit);
        continue;
      }
      for (std::int64_t label = 0; label < task->classes(); ++label) {
        check_hidden(Walker::found, truth_KN[0].eq(label).to(at::kLong), limit);
      }
    }
  }
}

}  // namespace

TEST_CASE("barrier: no truth in reach of a method, of classes") {
  check_barrier(tiny_latent(), 0.97);
}

TEST_CASE("barrier: no truth in reach of a method, of debates") {
  // Of every class enough items that chance alone does not find one.
  Json given = tiny_debated();
  given["task"].update({{"transfer", 300}, {"validation", 300}, {"test", 300}});
  given["weak"]["supervisors"] = 2;
  check_barrier(given, 0.97);
}

TEST_CASE("barrier: no truth in reach of a method, of numbers") {
  Json given = tiny_subspace();
  given["weak"]["supervisors"] = 2;
  given["ladder"] = {{"rung1", {{"arch", "mlp"}, {"width", 4}, {"depth", 1}}}};
  check_barrier(given, 0.97);
}

}  // namespace assay::weak_to_strong::test
