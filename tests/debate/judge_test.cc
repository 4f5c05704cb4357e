// Judges against hand-worked values and slow plain ways.
#include "sdk/families/debate/judge.h"
#include "sdk/families/debate/tasks/pixels.h"
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cmath>

namespace assay::debate::test {
TEST_CASE("judge: independent evidence adds up, worked by hand") {
  const Board board{longs({0}), doubles({1, -2, 0.5}).view({1, 1, 3})};
  // Nothing; place 2; places 1 and 0; the same with an order bias of .5: -2 * .5 + 1 * 1.5.
  const Tensor place_KGMT = longs({-1, -1, 2, -1, 1, 0}).view({1, 1, 3, 2});
  const Tensor plain = evidence_judge({})->logits(board, place_KGMT);
  CHECK(
      at::allclose(plain.select(3, 1) - plain.select(3, 0), doubles({0, .5, -1}).view({1, 1, 3})));
  const Tensor biased = evidence_judge({{}, 0.5})->logits(board, place_KGMT);
  CHECK((biased[0][0][2][1] - biased[0][0][2][0]).item<double>() == Approx(.5));
}

TEST_CASE("judge: two places together say more than each alone, worked by hand") {
  const Board board{longs({1}), doubles({1, 2, 4}).view({1, 1, 3})};
  Tensor pair_KNVV = at::zeros({1, 2, 3, 3}, at::kDouble);
  for (const auto& [u, v, value] : {std::tuple{0, 1, .25}, {0, 2, -8.}, {1, 2, 16.}}) {
    pair_KNVV[0][1][u][v].fill_(value);
    pair_KNVV[0][1][v][u].fill_(value);
  }
  const auto judge = evidence_judge({pair_KNVV, 0});
  const Tensor logit = judge->logits(board, longs({1, 0, -1, 2, 0, 1}).view({1, 1, 2, 3}));
  const Tensor margin = logit.select(3, 1) - logit.select(3, 0);
  CHECK(margin[0][0][0].item<double>() == Approx(2 + 1 + .25));
  CHECK(margin[0][0][1].item<double>() == Approx(4 + 1 + 2 - 8 + 16 + .25));
}

TEST_CASE("judge: a claim against one answer or against any, worked by hand") {
  const Tensor logit_KGMC = doubles({1, 4, 2}).view({1, 1, 1, 3}).expand({1, 3, 1, 3});
  const Tensor margin =
      margin_of(logit_KGMC, longs({2, 0, -1}).view({1, 3}), longs({0, -1, 1}).view({1, 3}));
  CHECK(at::allclose(margin.flatten(), doubles({1, -3, -2})));
}

TEST_CASE("judge: an mlp that adds up revealed places is the network's forward pass") {
  const Seeds seeds = {3, 4};
  for (const std::int64_t depth : {1, 2}) {
    Model model;
    model.network = make_network({.arch = "mlp", .width = 9, .depth = depth}, {2, 4, 4}, 5);
    model.theta_KP = initial_parameters(model.network->layout(), Streams(seeds, "init"));
    const Board board{at::arange(3, at::kLong),
                      Streams(seeds, "x").uniform({3, 16}).to(at::kFloat)};
    Tensor place_KGMT = at::empty({2, 3, 4, 5}, at::kLong);
    for (std::int64_t m = 0; m < 12; ++m) {
      place_KGMT.flatten(1, 2).select(1, m).copy_(
          Streams(seeds, "places").permutation(16, m).narrow(1, 0, 5));
    }
    place_KGMT.select(2, 1).narrow(2, 2, 3).fill_(-1);
    place_KGMT.select(2, 3).fill_(-1);
    const Tensor fast = sparse_judge(model)->logits(board, place_KGMT);
    const Tensor plain = plain_network_judge(model, {2, 4, 4})->logits(board, place_KGMT);
    CHECK(at::allclose(fast, plain, 1e-4, 1e-5));
    CHECK((plain.select(2, 0) - plain.select(2, 3)).abs().min().item<float>() > 0);
  }
}

TEST_CASE("judge: it learns from as many pixels as a game shows, and none that are zero") {
  const Tensor legal =
      at::tensor(std::vector<int>{1, 0, 1, 1, 0, 0, 1, 0}).to(at::kBool).view({1, 2, 4});
  const Tensor draw = doubles({.1, .9, .3, .2, .5, .5, .4, .6}).view({1, 2, 4});
  const Tensor drawn = drawn_places(legal, draw, 2);
  const Tensor expected =
      at::tensor(std::vector<int>{0, 0, 1, 1, 0, 0, 1, 0}).to(at::kBool).view({1, 2, 4});
  CHECK(at::equal(drawn, expected));
}

TEST_CASE("glyphs: an upright one is a column of ink where its stroke is") {
  // Draws of one half: neither turned, stretched nor moved; thickness .8. The one's long stroke is
  // at x = 6.5 + 5.5 * .1 = 7.05, from y = 6.5 - 4.95 to 6.5 + 4.95.
  const Tensor image =
      draw_glyphs(longs({1}).view({1, 1}), at::full({1, 1, 6}, .5, at::kDouble))[0][0];
  CHECK(image[7][7].item<float>() == 1);
  CHECK(image[7][8].item<float>() == Approx(.8 + .5 - .95).epsilon(1e-5));
  CHECK(image[7][6].item<float>() == Approx(.8 + .5 - 1.05).epsilon(1e-5));
  CHECK(image[7][9].item<float>() == 0);
  CHECK(image[13][7].item<float>() == 0);
  const Tensor all = draw_glyphs(at::arange(10, at::kLong).view({1, 10}),
                                 at::full({1, 10, 6}, .5, at::kDouble))[0];
  for (std::int64_t digit = 0; digit < 10; ++digit) {
    CHECK(all[digit].gt(0).sum().item<std::int64_t>() >= 20);
    for (std::int64_t other = 0; other < digit; ++other) {
      CHECK((all[digit] - all[other]).abs().sum().item<float>() > 8);
    }
  }
}

}  // namespace assay::debate::test
