// Metrics of sequences by hand.
#include "history_network.h"
#include "sdk/support.h"

#include <assay/sequence_metrics.h>
#include <assay/sequences.h>

#include <cmath>

using namespace assay;
using namespace assay::testing;

namespace {

// Row 0: responses a b a b and (behind a prompt) a b; row 1: nothing that counts.
const Tensor token = longs({9, 1, 2, 1, 2, 9, 8, 1, 2, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, {2, 2, 5});
const Tensor mask = longs({0, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, {2, 2, 5});

void check_row(const Tensor& value_K, double expected) {
  REQUIRE(value_K.sizes() == at::IntArrayRef({2}));
  REQUIRE(value_K.scalar_type() == at::kDouble);
  CHECK(value_K[0].item<double>() == Approx(expected));
  CHECK(std::isnan(value_K[1].item<double>()));
}

}  // namespace

TEST_CASE("lengths and distinct n-grams by hand") {
  check_row(metrics::mean_length(mask), 3);
  check_row(metrics::distinct(token, mask, 1), 2.0 / 6);  // a, b of six tokens
  check_row(metrics::distinct(token, mask, 2), 2.0 / 4);  // ab, ba, ab and ab
  check_row(metrics::distinct(token, mask, 3), 1);        // aba, bab
  CHECK(metrics::distinct(token, mask, 5).isnan().all().item<bool>());
  // A token that does not count parts a run: a . a has no pair.
  const Tensor parted = longs({0, 1, 0, 1}, {1, 1, 4});
  CHECK(metrics::distinct(longs({3, 1, 2, 1}, {1, 1, 4}), parted, 2).isnan().all().item<bool>());
}

TEST_CASE("means over sequences and over tokens by hand") {
  Tensor value = at::full({2, 2, 4}, std::nan(""), at::kDouble);
  value[0][0].copy_(doubles({1, 2, 3, 4}, {4}));
  value[0][1].slice(0, 1, 3).copy_(doubles({5, 9}, {2}));
  check_row(metrics::mean_of_sequences(value, mask), 12);
  check_row(metrics::mean_of_tokens(value, mask), 4);
}

TEST_CASE("divergences and entropies of items are those of their logits") {
  const std::vector<std::uint64_t> seeds{4, 9};
  const Model model = history_model(seeds, 5), other = history_model({5, 10}, 5);
  const Tensor x = (Streams(seeds, "x").uniform({6, 7}) * 5).floor();
  const Tensor counted = Streams(seeds, "m").coin({6, 7});
  const auto logits = [&](const Model& of) {
    return of.network->forward(ParameterView(of.network->layout(), of.theta_KP), x, {}).logits_KBC;
  };
  const Tensor p = logits(model).softmax(-1), q = logits(other).softmax(-1);
  const Tensor said = counted.slice(2, 1).to(at::kDouble);
  const auto sum = [&](const Tensor& value) { return value.sum(-1).slice(2, 0, 6) * said; };
  Run run(seeds);
  const Dataset data = Dataset::own(x);
  CHECK(largest_difference(predict_divergences(model, other, data, counted, &run),
                           sum(p * (p / q).log())) < 1e-13);
  CHECK(run.costs(0).forward_samples == 12);
  CHECK(largest_difference(predict_entropies(model, data, counted), sum(-p * p.log())) < 1e-13);
  CHECK(predict_divergences(model, model, data).abs().max().item<double>() < 1e-14);
}

TEST_CASE("metrics of sequences name what does not fit") {
  CHECK(error_of([] { metrics::mean_length(at::zeros({2, 3})); }) ==
        "mean_length: expected a mask [rows, sequences, tokens], got [2, 3]");
  CHECK(
      error_of([] { metrics::distinct(token, mask, 0); }) ==
      "distinct: expected tokens of the mask's shape and n from 1 on, got [2, 2, 5], [2, 2, 5] and "
      "0");
}
