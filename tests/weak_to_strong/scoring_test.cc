// Scores of one row, worked by hand.
#include "sdk/families/weak_to_strong/scoring.h"
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

namespace assay::weak_to_strong::test {
namespace {

/// Probabilities [1, N, 2] from those of class 1.
Tensor predictions(std::vector<double> p_1) {
  const Tensor one = at::tensor(p_1, at::kDouble);
  return at::stack({1 - one, one}, 1).unsqueeze(0).to(at::kFloat);
}

}  // namespace

TEST_CASE("scoring: five items by hand") {
  const Tensor label = at::tensor({0, 1, 1, 0, 1}, at::kLong).unsqueeze(0);
  const Tensor weak = predictions({0.2, 0.6, 0.4, 0.7, 0.1});     // right: 1, 2; wrong: 3, 4, 5
  const Tensor student = predictions({0.1, 0.3, 0.8, 0.9, 0.6});  // right: 1, 3, 5
  const Tensor ceiling = predictions({0.1, 0.9, 0.9, 0.2, 0.9});  // all right
  const Json row = score(student, weak, ceiling, label).at(0);
  CHECK(row.at("accuracy").get<double>() == Approx(0.6));
  CHECK(row.at("gain").get<double>() == Approx(0.2));
  CHECK(row.at("gap").get<double>() == Approx(0.6));
  CHECK(row.at("pgr").get<double>() == Approx(1.0 / 3));
  CHECK(row.at("agreement").get<double>() == Approx(2.0 / 5));              // items 1 and 4
  CHECK(row.at("agreement_where_wrong").get<double>() == Approx(1.0 / 3));  // item 4
  CHECK(row.at("error_correction").get<double>() == Approx(2.0 / 3));       // items 3 and 5
  // Scores of the positives .3, .8, .6 against the negatives .1, .9: 3 of 6 pairs in order.
  CHECK(row.at("auroc").get<double>() == Approx(0.5));
  // 2 (.01 + .49 + .04 + .81 + .16) / 5
  CHECK(row.at("brier").get<double>() == Approx(0.604));
  // Each confidence (.9, .7, .8, .9, .6) has a bin of its own but .9, which is right once of twice:
  // (|.5 - .9| * 2 + |0 - .7| + |1 - .8| + |1 - .6|) / 5
  CHECK(row.at("ece").get<double>() == Approx(0.42).epsilon(1e-5));
}

TEST_CASE("scoring: what is undefined is null") {
  const Tensor label = at::tensor({0, 1}, at::kLong).unsqueeze(0);
  const Tensor right = predictions({0.1, 0.9}), half = predictions({0.9, 0.8});
  const Json no_gap = score(half, right, right, label).at(0);
  CHECK(no_gap.at("pgr").is_null());
  CHECK(no_gap.at("gain").get<double>() == Approx(-0.5));
  CHECK(no_gap.at("agreement_where_wrong").is_null());  // the supervisor is never wrong
  CHECK(no_gap.at("error_correction").is_null());
}

}  // namespace assay::weak_to_strong::test
