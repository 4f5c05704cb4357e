// Sampling from transformers with their cache, and trainings whose padding is cut.
#include "sdk/support.h"

#include <assay/sampling.h>
#include <assay/sequences.h>

#include <algorithm>
#include <cmath>

using namespace assay;
using namespace assay::testing;

namespace {

const std::vector<std::uint64_t> seeds{4, 9, 23};

// Large parameters: a fresh transformer finds all tokens nearly as likely.
Model transformer(std::int64_t symbols, std::int64_t context, const std::string& activation) {
  const NetworkSpec spec{.arch = "transformer",
                         .width = 8,
                         .depth = 2,
                         .heads = 2,
                         .kv_heads = 1,
                         .activation = activation,
                         .tied = false};
  Model model;
  model.network = make_network(spec, {context}, symbols);
  model.theta_KP = initial_parameters(model.network->layout(), Streams(seeds, "test.init"))
                       .to(at::kDouble)
                       .mul(15);
  return model;
}

Tensor some_tokens(at::IntArrayRef shape, std::int64_t symbols) {
  return Streams(seeds, "test.tokens").uniform(shape).mul(static_cast<double>(symbols)).floor();
}

Tensor some_lengths(std::int64_t items, std::int64_t most) {
  return Streams(seeds, "test.lengths")
      .uniform({items})
      .mul(static_cast<double>(most))
      .floor()
      .add(1)
      .to(at::kLong);
}

// Pairs of sequences of 12 tokens; a response is the tokens from the third on, 4 to 7 in all.
struct Pairs {
  explicit Pairs(std::int64_t items) : x(some_tokens({items, 2, 12}, 6)) {
    const Tensor end = Streams(seeds, "test.ends").uniform({items, 2, 1}).mul(4).floor() + 4;
    const Tensor at_T = at::arange(12, at::kDouble);
    mask = at_T.ge(2).logical_and(at_T.lt(end)).to(at::kDouble);
  }

  Tensor x, mask;
};

Tensor train_pairs(const Model& model, const Pairs& pairs, bool cut, std::int64_t* shortest,
                   std::int64_t steps) {
  const Tensor reference = predict_log_probabilities(model, Dataset::own(pairs.x), pairs.mask);
  Recipe recipe;
  recipe.steps = steps;
  recipe.batch = 4;
  recipe.lr = .01;
  recipe.optimizer = "sgd";  // AdamW's first steps make much of a rounding error
  Hooks hooks;
  if (cut) hooks.prepare = cut_padding(pairs.mask);
  Run run(seeds);
  return train(
             model, Dataset::own(pairs.x), recipe, run,
             [&](const Batch& batch) {
               *shortest = std::min(*shortest, batch.x.size(-1));
               const Tensor mask = gather_tokens(batch, pairs.mask);
               const Tensor log_p = token_log_probabilities(batch.logits_KBC, batch.x, mask);
               const Tensor ratio_AB2 = sequence_sums(log_p - gather_said(batch, reference), mask);
               return batch.mean(-at::log_sigmoid(ratio_AB2.select(2, 0) - ratio_AB2.select(2, 1)));
             },
             hooks)
      .theta_KP;
}

}  // namespace

TEST_CASE("samples with the cache are those of the whole forward pass") {
  const Tensor prompt = some_tokens({40, 5}, 6), length = some_lengths(40, 5);
  for (const char* activation : {"gelu", "swiglu"}) {
    const Model model = transformer(6, 16, activation);
    for (Sampling how :
         {Sampling{.length = 16}, Sampling{.length = 16, .temperature = .7, .stop = 1},
          Sampling{.length = 12, .top_k = 3, .top_p = .8, .stop = 1},
          Sampling{.length = 16, .temperature = 0, .stop = 1}}) {
      CAPTURE(activation, how.temperature, how.top_k);
      const Samples cached = draw_sequences(model, prompt, length, how, Streams(seeds, "draw"));
      how.cached = false;
      const Samples plain = draw_sequences(model, prompt, length, how, Streams(seeds, "draw"));
      CHECK(cached.token_KNT.equal(plain.token_KNT));
      CHECK(cached.length_KN.equal(plain.length_KN));
      CHECK(cached.ended_KN.equal(plain.ended_KN));
      // Not all the same, and ended at different places, or nothing is tested.
      CHECK(cached.token_KNT.max().item<std::int64_t>() == 5);
      if (how.stop >= 0) CHECK(cached.ended_KN.any().item<bool>());
    }
  }
}

TEST_CASE("a transformer's cohort draws what each row draws alone") {
  const Model model = transformer(6, 16, "gelu");
  const Tensor prompt = some_tokens({30, 5}, 6), length = some_lengths(30, 5);
  // Row 2's logits are all equal, and of equals the first token is the likeliest: with it as the
  // stop token and no temperature the row's sequences end at once, while the others' go on.
  Model uneven = model;
  uneven.theta_KP = model.theta_KP.clone();
  slice_of(uneven, "head.weight")[2].fill_(0);
  const Model single{model.network, model.theta_KP.to(at::kFloat)};
  const Sampling usual{.length = 16, .temperature = .9, .top_k = 4, .stop = 1};
  const Sampling ends{.length = 16, .temperature = 0, .stop = 0};
  const Samples ended = draw_sequences(uneven, prompt, length, ends, Streams(seeds, "draw"));
  CHECK(ended.length_KN[2].equal(length[2] + 1));
  CHECK(ended.length_KN.slice(0, 0, 2).max().item<std::int64_t>() == 16);
  for (const auto& [of, how] :
       {std::pair(model, usual), std::pair(single, usual), std::pair(uneven, ends)}) {
    const Samples together = draw_sequences(of, prompt, length, how, Streams(seeds, "draw"));
    for (std::int64_t k = 0; k < 3; ++k) {
      const Samples alone =
          draw_sequences(select_rows(of, {k}), prompt.slice(0, k, k + 1), length.slice(0, k, k + 1),
                         how, Streams({seeds[static_cast<std::size_t>(k)]}, "draw"));
      CHECK(alone.token_KNT[0].equal(together.token_KNT[k]));
    }
  }
}

TEST_CASE("a transformer's samples have the probabilities of its logits") {
  // Two tokens of many sequences with one prompt: exact probabilities from forward().
  Model model = select_rows(transformer(6, 4, "gelu"), {0});
  model.theta_KP = model.theta_KP * .5;
  const Tensor prompt = longs({3, 1}, {1, 1, 2});
  constexpr std::int64_t items = 20000;
  const Samples samples =
      draw_sequences(model, prompt.expand({1, items, 2}), {}, {.length = 4}, Streams({7}, "draw"));
  const ParameterView parameters(model.network->layout(), model.theta_KP);
  double squares = 0, cells = 0, rare = 0, rare_count = 0;
  for (std::int64_t a = 0; a < 6; ++a) {
    const Tensor x = longs({3, 1, a}, {1, 1, 3}).to(at::kDouble);
    const Tensor p = model.network->forward(parameters, x, {}).logits_KBC.softmax(-1)[0][0];
    for (std::int64_t b = 0; b < 6; ++b) {
      const double expected = items * p[1][a].item<double>() * p[2][b].item<double>();
      const Tensor pair = longs({3, 1, a, b}, {4});
      const auto count = samples.token_KNT[0].eq(pair).all(1).sum().item<double>();
      if (expected < 5) {
        rare += expected;
        rare_count += count;
        continue;
      }
      squares += std::pow(count - expected, 2) / expected;
      ++cells;
    }
  }
  CAPTURE(squares, cells, rare, rare_count);
  REQUIRE(cells >= 12);
  CHECK(rare_count < rare + 5 * std::sqrt(rare) + 10);
  // At most 35 degrees of freedom: exceeded with probability 1e-6.
  CHECK(squares < 90);
  CHECK(squares > 0);
}

TEST_CASE("a training whose padding is cut is the same up to rounding, and shorter") {
  Model model = transformer(6, 12, "gelu");
  model.theta_KP = model.theta_KP * .3;
  const Pairs pairs(10);
  const ParameterView parameters(model.network->layout(), model.theta_KP);
  const Tensor logits = model.network->forward(parameters, pairs.x, {}).logits_KBC;
  const Tensor of_cut = model.network->forward(parameters, pairs.x.slice(-1, 0, 7), {}).logits_KBC;
  CHECK(largest_difference(logits.slice(-2, 0, 7), of_cut) < 1e-13);
  // A step; and several, which let the last bits grow.
  for (const auto& [steps, tolerance] : {std::pair(1, 1e-14), std::pair(6, 1e-9)}) {
    std::int64_t whole = 12, cut = 12;
    const Tensor theta = train_pairs(model, pairs, false, &whole, steps);
    CHECK(largest_difference(theta, train_pairs(model, pairs, true, &cut, steps)) < tolerance);
    CHECK(largest_difference(theta, model.theta_KP) > 1e-3);
    CHECK(whole == 12);
    CHECK(cut <= 7);
  }
}

TEST_CASE("only a causal network's inputs may be cut") {
  const Cohort cohort({.width = 4}, {4, 5}, 3, {8});
  Hooks hooks;
  hooks.prepare = [](Batch& batch) { batch.x = batch.x.slice(-1, 0, 4); };
  Run run(cohort.seeds);
  CHECK(error_of([&] { cohort.train({}, run, hooks); }) ==
        "train: the hook `prepare` may append samples to x, weight_AB and share_AB alike, but made "
        "them [1, 8, 4, 4], [1, 8] and [1, 8] of inputs [1, 8, 4, 5]");
}
