#include "support.h"

using namespace assay;
using namespace assay::testing;

TEST_CASE("predictions in parts are those of one pass") {
  // 3 rows of 3000 items: more than one part of 4096 samples.
  const Cohort cohort({.width = 8}, {5}, 3, {3000, 2000, 1});
  Run run(cohort.seeds);
  const Tensor logits_KNC = predict_logits(cohort.model, cohort.data(), &run);
  const ParameterView parameters(cohort.model.network->layout(), cohort.model.theta_KP);
  const Tensor whole_KNC = cohort.model.network->forward(parameters, cohort.x, {}).logits_KBC;
  for (std::int64_t k = 0; k < 3; ++k) {
    const std::int64_t n = cohort.counts[static_cast<std::size_t>(k)];
    CHECK(largest_difference(logits_KNC[k].slice(0, 0, n), whole_KNC[k].slice(0, 0, n)) < 1e-13);
    CHECK(run.costs(k).forward_samples == n);
    CHECK(run.costs(k).flops == cohort.model.network->forward_flops() * static_cast<double>(n));
    if (n < 3000) CHECK(logits_KNC[k].slice(0, n).abs().max().item<double>() == 0);
  }
  CHECK_FALSE(logits_KNC.requires_grad());
}

TEST_CASE("a row's predictions are the same bits in every cohort, however it is parted") {
  // 3 rows of 3000 items are cut into parts of 1365, one row alone into one of 3000.
  for (const auto& [spec, input] :
       {std::pair(NetworkSpec{.width = 8}, std::vector<std::int64_t>{5}),
        std::pair(NetworkSpec{.arch = "cnn", .width = 2}, std::vector<std::int64_t>{4, 4})}) {
    const Cohort cohort(spec, input, 3, {3000, 3000, 3000}, at::kFloat);
    const Tensor together = predict_logits(cohort.model, cohort.data());
    for (std::int64_t k = 0; k < 3; ++k) {
      CHECK(predict_logits(select_rows(cohort.model, {k}), cohort.data().select_rows({k}))[0].equal(
          together[k]));
    }
  }
}

TEST_CASE("probabilities sum to one, and to zero in padding") {
  const Cohort cohort({.width = 8}, {5}, 3, {20, 12}, at::kFloat);
  const Tensor sum_KN = predict_probabilities(cohort.model, cohort.data()).sum(-1);
  CHECK(sum_KN[0].allclose(at::ones({20})));
  CHECK(sum_KN[1].slice(0, 0, 12).allclose(at::ones({12})));
  CHECK(sum_KN[1].slice(0, 12).eq(0).all().item<bool>());
}

TEST_CASE("a data set with other rows is refused") {
  const Cohort cohort({.width = 8}, {5}, 3, {20, 12});
  CHECK(error_of([&] { predict_logits(cohort.model, cohort.data().select_rows({0})); }) ==
        "predict: the model has 2 rows, the data set 1");
}

TEST_CASE("predictions of sequences have every position, and zeros past a row's end") {
  const auto network =
      make_network({.arch = "transformer", .width = 8, .depth = 1, .heads = 2}, {4}, 6);
  const Model model{network, Streams({1, 2}, "theta").normal({network->layout().size()})};
  const Tensor pool = (Streams({1, 2}, "x").uniform({3000, 4}) * 6).floor();
  Tensor items_KN = at::arange(3000, at::kLong).repeat({2, 1});
  items_KN[1].slice(0, 1000).fill_(-1);
  const Dataset data = Dataset::own(pool, items_KN);
  const Tensor logits_KNTV = predict_logits(model, data);
  REQUIRE(logits_KNTV.sizes() == at::IntArrayRef{2, 3000, 4, 6});
  const Tensor whole = network->forward({network->layout(), model.theta_KP}, pool, {}).logits_KBC;
  CHECK(largest_difference(logits_KNTV[0], whole[0]) < 1e-12);
  CHECK(largest_difference(logits_KNTV[1].slice(0, 0, 1000), whole[1].slice(0, 0, 1000)) < 1e-12);
  CHECK(logits_KNTV[1].slice(0, 1000).eq(0).all().item<bool>());
  CHECK(predict_probabilities(model, data).sum(-1)[1].slice(0, 0, 1000).allclose(
      at::ones({1000, 4}, at::kDouble)));
}
