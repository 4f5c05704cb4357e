// The information barrier: a method walks every tensor and call that it can reach and finds no
// holdout, no oracle that it did not declare, and no scored oracle ever.
#include "sdk/families/unlearning/task.h"
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <filesystem>

namespace assay::unlearning::test {
namespace {

struct Walk {};
using Walker = Probe<Walk>;
const MethodEntry walker = assay::detail::method_entry<Walker>();

/// Everything of a problem and a run that is a tensor, rows of the last axis laid out: [M, F].
std::vector<Tensor> reachable(const Problem& problem, const Run& run) {
  std::vector<Tensor> all;
  const auto add = [&](const Tensor& value) {
    if (value.defined()) all.push_back(value.to(at::kDouble).reshape({-1, value.size(-1)}));
  };
  for (const Part* part :
       {&problem.forget, &problem.retain, &problem.validation, problem.given_refusals.get()}) {
    if (part == nullptr) continue;
    const std::int64_t items = part->data.largest_count();
    add(part->data.slice(0, items));
    // The pool behind a row cannot be asked for.
    CHECK_FALSE(error_of([&] { part->data.slice(items, items + 1); }).empty());
    const Tensor past = at::full({run.rows(), 1}, items, at::kLong);
    CHECK_FALSE(error_of([&] { part->data.gather(past); }).empty());
    add(part->label_KN);
    add(part->id_KN.unsqueeze(2));
  }
  add(problem.original.theta_KP);
  add(problem.fresh(0).theta_KP);
  add(problem.fresh(1).theta_KP);
  add(problem.recipe.lr_K1);
  add(problem.training.lr_K1);
  if (problem.given_oracles) {
    add(problem.given_oracles->forget_KNC);
    add(problem.given_oracles->retain_KNC);
    add(problem.given_oracles->validation_KNC);
  }
  if (problem.given_attribution) {
    add(problem.given_attribution->forget_KNC);
    add(problem.given_attribution->retain_KNC);
    add(problem.given_attribution->validation_KNC);
  }
  for (std::int64_t row = 0; row < run.rows(); ++row) CHECK(run.curves(row).empty());
  return all;
}

/// Whether a row of `secret_MF` is a row of one of the tensors.
bool found(const std::vector<Tensor>& all, const Tensor& secret) {
  const Tensor rows = secret.to(at::kDouble).reshape({-1, secret.size(-1)});
  for (const Tensor& value : all) {
    if (value.size(1) != rows.size(1)) continue;
    if (at::cdist(value, rows).lt(1e-6).any().item<bool>()) return true;
  }
  return false;
}

struct Secrets {
  Tensor holdout, holdout_ids, oracles, fresh;
};

Secrets secrets_of(const Benchmark& benchmark) {
  const auto task = make_task(benchmark.settings().at("task"));
  const Items holdout = task->items(Split::holdout, {0, 1});
  return {inputs_of(holdout, at::kDouble), holdout.id_SN.unsqueeze(2),
          benchmark.output("oracles", "theta_SNP"), benchmark.output("fresh", "theta_SNP")};
}

/// Mean logits of the scored oracles on the forget set, [S, n, C].
Tensor scored_logits(const Benchmark& benchmark, const Problem& problem) {
  const Tensor theta_SNP = benchmark.output("oracles", "theta_SNP");
  const std::int64_t seeds = theta_SNP.size(0), each = theta_SNP.size(1);
  const auto task = make_task(benchmark.settings().at("task"));
  const Items items = repeated(task->items(Split::forget, {0, 1}), each);
  const Tensor logits = predict_logits({problem.original.network, theta_SNP.flatten(0, 1)},
                                       Dataset::own(inputs_of(items, at::kFloat)));
  return logits.view({seeds, each, logits.size(1), logits.size(2)}).mean(1);
}

}  // namespace

TEST_CASE("barrier: a method finds neither holdout nor oracles, whatever it declares") {
  const Benchmark benchmark(tiny(), {0, 1});
  const Secrets secrets = secrets_of(benchmark);
  for (const bool declared : {false, true}) {
    Walker::needs =
        declared ? std::vector<const char*>{"oracles", "attribution"} : std::vector<const char*>{};
    Walker::body = [&](const Problem& problem, Run& run) {
      const std::vector<Tensor> all = reachable(problem, run);
      // The walk sees what is there: the search would find these.
      CHECK(found(all, problem.original.theta_KP));
      CHECK(found(all, problem.forget.data.slice(0, 1)));
      CHECK_FALSE(found(all, secrets.holdout));
      CHECK_FALSE(found(all, secrets.holdout_ids));
      CHECK_FALSE(found(all, secrets.oracles));
      CHECK_FALSE(found(all, secrets.fresh));
      CHECK_FALSE(found(all, scored_logits(benchmark, problem)));
      if (!declared) {
        CHECK(problem.given_oracles == nullptr);
        CHECK(problem.given_attribution == nullptr);
        CHECK_FALSE(error_of([&] { problem.oracles(); }).empty());
        CHECK_FALSE(error_of([&] { problem.attribution(); }).empty());
      }
      return Answer(Model{problem.original.network, problem.original.theta_KP + 0.1});
    };
    for (const RowOutcome& row : benchmark.method(walker)) CHECK(row.failure.empty());
  }
}

TEST_CASE("barrier: of answers neither other words nor false values, and refusals if declared") {
  const Benchmark benchmark(tiny_answers(), {0, 1});
  const Secrets secrets = secrets_of(benchmark);
  const auto task = make_task(benchmark.settings().at("task"));
  for (const bool declared : {false, true}) {
    Walker::needs = declared ? std::vector<const char*>{"refusals"} : std::vector<const char*>{};
    Walker::body = [&](const Problem& problem, Run& run) {
      const std::vector<Tensor> all = reachable(problem, run);
      CHECK(found(all, problem.forget.label_KN));
      CHECK_FALSE(found(all, secrets.holdout));
      CHECK_FALSE(found(all, secrets.oracles));
      CHECK_FALSE(found(all, secrets.fresh));
      for (const Split split : {Split::forget, Split::retain}) {
        const auto texts = task->texts(split, {0, 1});
        CHECK_FALSE(found(all, inputs_of(texts->paraphrase, at::kDouble)));
        for (const Items& wrong : texts->perturbed) CHECK_FALSE(found(all, wrong.label_SN));
      }
      CHECK(found(all, task->refusals({0, 1})->label_SN) == declared);
      if (!declared) CHECK_FALSE(error_of([&] { problem.refusals(); }).empty());
      return Answer(Model{problem.original.network, problem.original.theta_KP + 0.1});
    };
    for (const RowOutcome& row : benchmark.method(walker)) CHECK(row.failure.empty());
  }
}

TEST_CASE("barrier: oracles and holdout are opened after the method has returned") {
  namespace fs = std::filesystem;
  const Benchmark benchmark(tiny(), {0, 1});
  Walker::needs = {};
  Walker::body = [&](const Problem& problem, Run&) {
    for (const char* stage : {"oracles", "fresh", "spare", "attribution", "relearned"}) {
      fs::remove(benchmark.folder(stage) / "outputs.safetensors");
    }
    return Answer(Model{problem.original.network, problem.original.theta_KP + 0.1});
  };
  // The scoring misses the file that was there while the method ran.
  CHECK(error_of([&] { benchmark.method(walker); }).find("outputs.safetensors") !=
        std::string::npos);
  CHECK(benchmark.last_phase() == "score");
}

}  // namespace assay::unlearning::test
