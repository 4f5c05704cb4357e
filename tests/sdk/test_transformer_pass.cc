// The transformer's hand-written passes against autograd through the plain path.
#include "backward_check.h"
#include "recorded.h"
#include "support.h"

#include "sdk/internal/direct_pass.h"

#include <hwy/highway.h>
#include <torch/csrc/autograd/autograd.h>

using namespace assay;
using namespace assay::testing;

namespace {

struct Example {
  const char* name;
  NetworkSpec spec;
  std::vector<std::int64_t> input;  // with more tokens than go through the layers at a time
  std::int64_t vocabulary;
};

const std::vector<Example> examples = {
    {"gelu, tied", {.arch = "transformer", .width = 16, .depth = 2}, {40}, 11},
    {"swiglu, grouped queries, pairs",
     {.arch = "transformer",
      .width = 24,
      .depth = 2,
      .heads = 4,
      .kv_heads = 2,
      .hidden = 20,
      .activation = "swiglu",
      .tied = false},
     {2, 21},
     17},
    {"one key head, odd sizes",
     {.arch = "transformer", .width = 18, .depth = 1, .heads = 3, .kv_heads = 1, .tied = false},
     {70},
     5},
    {"long sequences", {.arch = "transformer", .width = 8, .depth = 1, .heads = 2}, {300}, 9},
    {"no blocks", {.arch = "transformer", .width = 8, .depth = 0, .heads = 2}, {3}, 6},
};

/// A cohort with tokens and, at every position, soft targets.
struct TokenCohort {
  TokenCohort(const Example& example, std::vector<std::uint64_t> of_seeds, std::int64_t items,
              at::ScalarType type)
      : seeds(std::move(of_seeds)) {
    std::vector<std::int64_t> shape{items};
    shape.insert(shape.end(), example.input.begin(), example.input.end());
    x = (Streams(seeds, "x").uniform(shape) * example.vocabulary).floor().to(type);
    shape.push_back(example.vocabulary);
    target = at::softmax(Streams(seeds, "y").normal(shape), -1).to(type);
    model.network = make_network(example.spec, example.input, example.vocabulary);
    // Every part of the network matters more with larger parameters than the initial ones.
    const Tensor noise = Streams(seeds, "noise").normal({model.network->layout().size()});
    model.theta_KP =
        (initial_parameters(model.network->layout(), Streams(seeds, "init")) + 0.1 * noise)
            .to(type);
  }

  Tensor train(const Model& from, const Recipe& recipe) const {
    Run run(seeds);
    return assay::train(
               from, Dataset::own(x), recipe, run,
               [this](const Batch& batch) {
                 const Tensor loss =
                     -(at::log_softmax(batch.logits_KBC, -1) * batch.gather(target)).sum(-1);
                 return batch.mean(loss.flatten(2).mean(2));
               })
        .theta_KP;
  }

  std::vector<std::uint64_t> seeds;
  Tensor x, target;
  Model model;
};

// What goes into activations is `steep` times as large as usual.
void check_pass(const Example& example, at::ScalarType type, double tolerance, bool shared,
                double steep = 1) {
  CAPTURE(example.name, type, shared, steep);
  TokenCohort cohort(example, {3, 4, 5}, 9, type);
  for (const Slice& slice : cohort.model.network->layout().slices()) {
    const bool inner = slice.name.find("mlp.up") != std::string::npos ||
                       slice.name.find("mlp.gate") != std::string::npos;
    if (inner) slice_of(cohort.model, slice.name).mul_(steep);
  }
  const Tensor theta = cohort.model.theta_KP;
  const auto pass = cohort.model.network->direct_pass(theta);
  REQUIRE(pass);
  REQUIRE(pass->fits(9));
  // Longest first, so that shorter sequences find the buffers of longer ones; and the other way.
  const std::int64_t whole = example.input.back(), half = (whole + 1) / 2;
  for (const std::int64_t time :
       shared ? std::vector<std::int64_t>{half} : std::vector<std::int64_t>{whole, half, whole}) {
    CAPTURE(time);
    const Tensor x = (shared ? cohort.x.slice(0, 0, 1) : cohort.x).narrow(-1, 0, time).contiguous();
    const Outputs ours = pass->forward(theta, x, true, true);
    const Tensor leaf = theta.detach().requires_grad_(true);
    const Outputs plain =
        cohort.model.network->forward(ParameterView(cohort.model.network->layout(), leaf), x,
                                      {.training = true, .want_features = true});
    CHECK(largest_difference(ours.logits_KBC, plain.logits_KBC) < tolerance);
    CHECK(largest_difference(ours.features_KBD, plain.features_KBD) < tolerance);
    const Outputs forgotten =
        cohort.model.network->direct_pass(theta)->forward(theta, x, false, false);
    CHECK(forgotten.logits_KBC.equal(ours.logits_KBC));
    CHECK_FALSE(forgotten.features_KBD.defined());

    check_backward(*pass, theta, x, leaf, plain, cohort.seeds, tolerance);
  }
}

Recipe hundred_steps() {
  Recipe recipe;
  recipe.steps = 100;
  recipe.batch = 3;
  recipe.lr = 3e-3;
  recipe.weight_decay = 0.01;
  return recipe;
}

}  // namespace

TEST_CASE("a transformer's direct passes compute what autograd does") {
  for (const Example& example : examples) {
    for (const bool shared : {false, true}) {
      check_pass(example, at::kDouble, 1e-12, shared);
      check_pass(example, at::kFloat, 3e-5, shared);
    }
  }
}

TEST_CASE("a transformer's direct passes agree with autograd on every instruction set there is") {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    CAPTURE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    for (const std::size_t which : {1, 2}) {
      check_pass(examples[which], at::kDouble, 1e-12, true);
      check_pass(examples[which], at::kFloat, 3e-5, true);
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST_CASE(
    "a transformer's activations are right far from zero, on every instruction set there is") {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    CAPTURE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    for (const std::size_t which : {0, 1}) {
      check_pass(examples[which], at::kDouble, 1e-9, true, 1000);
      check_pass(examples[which], at::kFloat, 2e-3, true, 1000);
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST_CASE("a hundred steps of a transformer end where the plain path does") {
  for (const std::size_t which : {0, 1}) {
    for (const auto& [type, tolerance] :
         {std::pair(at::kDouble, 1e-10), std::pair(at::kFloat, 2e-3)}) {
      CAPTURE(examples[which].name, type);
      const TokenCohort cohort(examples[which], {1, 2}, 12, type);
      const Tensor theta = cohort.train(cohort.model, hundred_steps());
      const Tensor expected = cohort.train(recorded(cohort.model), hundred_steps());
      const double size = expected.abs().max().item<double>();
      CHECK(largest_difference(expected, cohort.model.theta_KP) > 0.05 * size);  // it has moved
      CHECK(largest_difference(theta, expected) < tolerance * size);
    }
  }
}

TEST_CASE("a transformer's rows have the same bits alone as in a cohort") {
  for (const std::size_t which : {0, 1}) {
    CAPTURE(examples[which].name);
    const TokenCohort cohort(examples[which], {1, 2, 3}, 12, at::kFloat);
    TokenCohort alone(examples[which], {3}, 12, at::kFloat);
    const Tensor together = cohort.train(cohort.model, hundred_steps());
    CHECK(alone.train(alone.model, hundred_steps())[0].equal(together[2]));
  }
}

TEST_CASE("a transformer's direct passes refuse what does not fit, as the plain path does") {
  const TokenCohort cohort(examples[0], {1, 2}, 4, at::kFloat);
  const auto both = [&](const Tensor& x, const Model& model) {
    const auto trained_on = [&](const Model& from) {
      return error_of([&] {
        Run run(cohort.seeds);
        train(from, Dataset::own(x), {.epochs = 1}, run,
              [](const Batch& batch) { return batch.logits_KBC.flatten(1).mean(1); });
      });
    };
    const std::string error = trained_on(model);
    CHECK(error == trained_on(recorded(model)));
    return error;
  };
  CHECK(both(at::zeros({2, 4, 41}), cohort.model) ==
        "transformer: inputs must be [2 or 1, batch, ..., 1 to 40], but are [2, 4, 41]");
  Tensor x = at::zeros({2, 1, 40});
  x[1][0][7] = 11;
  CHECK(both(x, cohort.model) ==
        "transformer: inputs must be tokens, whole numbers from 0 to 10, but there is 11 at [1, 0, "
        "7]");
  const Model wide{cohort.model.network, at::zeros({2, cohort.model.theta_KP.size(1) + 1})};
  CHECK(both(cohort.x, wide).find("parameters must be [rows, ") == 0);
  const auto pass = cohort.model.network->direct_pass(cohort.model.theta_KP);
  CHECK(error_of([&] {
          pass->forward(cohort.model.theta_KP, cohort.x.to(at::kDouble), false, false);
        }).find("they must be alike") != std::string::npos);
}

TEST_CASE("a transformer's row that is not a number leaves the others as they are") {
  const TokenCohort cohort(examples[1], {1, 2}, 5, at::kFloat);
  const auto pass = cohort.model.network->direct_pass(cohort.model.theta_KP);
  const Tensor expected = pass->forward(cohort.model.theta_KP, cohort.x, false, true).logits_KBC;
  Tensor gradient = at::empty_like(cohort.model.theta_KP), other = at::empty_like(gradient);
  pass->backward(cohort.model.theta_KP, cohort.x, cohort.target, {}, gradient);
  Tensor theta = cohort.model.theta_KP.clone();
  theta[0].fill_(std::nanf(""));
  const Tensor logits = pass->forward(theta, cohort.x, false, true).logits_KBC;
  pass->backward(theta, cohort.x, cohort.target, {}, other);
  CHECK(logits[1].equal(expected[1]));
  CHECK(logits[0].isnan().all().item<bool>());
  CHECK(other[1].equal(gradient[1]));
}
