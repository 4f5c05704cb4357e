// A reference model's log-probabilities, made once for every item.
#include "history_network.h"
#include "sdk/support.h"

#include <assay/sequences.h>

using namespace assay;
using namespace assay::testing;

namespace {

Tensor some_pairs(const std::vector<std::uint64_t>& seeds, std::int64_t items) {
  return (Streams(seeds, "test.pairs").uniform({items, 2, 6}) * 5).floor();
}

// Each sequence's response is a run of its own, and none reaches the last position.
Tensor some_masks(const std::vector<std::uint64_t>& seeds, std::int64_t items) {
  const Tensor end = Streams(seeds, "test.ends").uniform({items, 2, 1}).mul(3).floor() + 3;
  const Tensor at_T = at::arange(6, at::kDouble);
  return at_T.ge(2).logical_and(at_T.lt(end)).to(at::kDouble);
}

const std::vector<std::uint64_t> seeds{4, 9, 23};

}  // namespace

TEST_CASE("every item's log-probabilities are those of a forward pass") {
  const Model model = history_model(seeds, 5);
  const Tensor pool = some_pairs(seeds, 7), mask = some_masks(seeds, 7);
  const ParameterView parameters(model.network->layout(), model.theta_KP);
  const Tensor logits = model.network->forward(parameters, pool, {}).logits_KBC;
  Run run(seeds);
  const Dataset data = Dataset::own(pool);
  const Tensor all = predict_log_probabilities(model, data, {}, &run);
  CHECK(largest_difference(all, token_log_probabilities(logits, pool)) < 1e-14);
  CHECK(run.costs(2).forward_samples == 7);
  CHECK(run.costs(2).flops == 7 * 12);
  const Tensor masked = predict_log_probabilities(model, data, mask);
  CHECK(largest_difference(masked, token_log_probabilities(logits, pool, mask)) < 1e-14);
  CHECK(masked.abs().max().item<double>() > 0);
  // One mask for all rows.
  const Tensor shared = predict_log_probabilities(model, data, mask.slice(0, 1, 2));
  CHECK(largest_difference(shared, token_log_probabilities(logits, pool, mask.slice(0, 1, 2))) <
        1e-14);
  CHECK(error_of([&] { predict_log_probabilities(model, data, mask.slice(2, 0, 1)); }) ==
        "predict_log_probabilities: expected a mask [3, 7, 2, 6], aligned with the items' tokens, "
        "got [3, 7, 1, 6]");
  CHECK(error_of([&] { predict_log_probabilities(select_rows(model, {0}), data); }) ==
        "predict_log_probabilities: the model has 1 rows, the data set 3");
}

TEST_CASE("items past a row's end have none, and large sets go through in parts") {
  // 4096 items of 12 positions, 3 rows and 200 symbols are more logits than are made at once.
  const Model model = history_model(seeds, 200, at::kFloat);
  const Tensor pool = some_pairs({1}, 4096)[0].to(at::kFloat);
  Tensor items_KN = at::arange(4096).repeat({3, 1});
  items_KN[1].slice(0, 100).fill_(-1);
  const Dataset data = Dataset::shared(pool, items_KN);
  Run run(seeds);
  const Tensor all = predict_log_probabilities(model, data, {}, &run);
  CHECK(run.costs(0).forward_samples == 4096);
  CHECK(run.costs(1).forward_samples == 100);
  CHECK(all[1].slice(0, 100).eq(0).all().item<bool>());
  CHECK(all[1].slice(0, 0, 100).lt(0).all().item<bool>());
  const Tensor some_KNT = predict_log_probabilities(
      model, data.select_items(longs({0, 99, 4095, 0, 99, -1, 0, 99, 4095}, {3, 3})));
  for (const std::int64_t row : {0, 2}) {
    CHECK(largest_difference(some_KNT[row].index_select(0, longs({0, 1, 2}, {3})),
                             all[row].index_select(0, longs({0, 99, 4095}, {3}))) < 1e-5);
  }
  // Said as it lies in the data set, not in the part that was looked at.
  pool[4000][1][3] = 200;
  CHECK(
      error_of([&] { predict_log_probabilities(model, Dataset::shared(pool, items_KN)); }) ==
      "predict_log_probabilities: items must be tokens, whole numbers from 0 to 199, but there is "
      "200 at [0, 4000, 1, 3]");
}
