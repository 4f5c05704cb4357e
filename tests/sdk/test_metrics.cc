#include "support.h"

#include <assay/metrics.h>

#include <cmath>
#include <limits>

using namespace assay;
using namespace assay::testing;

namespace {

// Probabilities of two classes from the scores of class 1, one row.
Tensor two_classes(const std::vector<double>& scores) {
  const auto n = static_cast<std::int64_t>(scores.size());
  const Tensor score_N = doubles(scores, {n});
  return at::stack({1 - score_N, score_N}, -1).unsqueeze(0);
}

}  // namespace

TEST_CASE("accuracy ignores padding") {
  const Tensor probability = doubles({.9, .1, .2, .8, .6, .4, /**/ .3, .7, .5, .5, .1, .9}, {2, 3, 2});
  const Tensor result = metrics::accuracy(probability, longs({0, 1, 1, 1, -1, -1}, {2, 3}));
  CHECK(result.scalar_type() == at::kDouble);
  CHECK(result[0].item<double>() == Approx(2.0 / 3));
  CHECK(result[1].item<double>() == 1);
  CHECK(std::isnan(metrics::accuracy(probability, longs({0, 0, 0, -1, -1, -1}, {2, 3}))[1].item<double>()));
}

TEST_CASE("agreement, and what happens where the other is wrong") {
  // Labels 0 0 1 1 2; ours 0 1 1 0 2; other 0 1 0 0 1; the sixth item is padding.
  const Tensor eye = at::eye(3, at::kDouble);
  const auto hard = [&](const std::vector<std::int64_t>& choice) {
    return eye.index_select(0, longs(choice, {6})).unsqueeze(0);
  };
  const Tensor ours = hard({0, 1, 1, 0, 2, 0}), other = hard({0, 1, 0, 0, 1, 0});
  const Tensor label = longs({0, 0, 1, 1, 2, -1}, {1, 6});
  CHECK(metrics::agreement(ours, other, label).item<double>() == Approx(3.0 / 5));
  // The other is wrong on items 2 to 5; there ours agrees on the second and fourth, and is right on the
  // third and fifth.
  CHECK(metrics::agreement_where_wrong(ours, other, label).item<double>() == Approx(2.0 / 4));
  CHECK(metrics::error_correction(ours, other, label).item<double>() == Approx(2.0 / 4));
  const Tensor perfect = hard({0, 0, 1, 1, 2, 0});
  CHECK(std::isnan(metrics::error_correction(ours, perfect, label).item<double>()));
  CHECK(std::isnan(metrics::agreement_where_wrong(ours, perfect, label).item<double>()));
}

TEST_CASE("AUROC of scikit-learn's documented example") {
  const Tensor scores = two_classes({.1, .4, .35, .8});
  CHECK(metrics::auroc(scores, longs({0, 0, 1, 1}, {1, 4})).item<double>() == Approx(0.75));
  // Padding's scores do not count.
  CHECK(metrics::auroc(two_classes({.1, .4, .99, .35, .8}), longs({0, 0, -1, 1, 1}, {1, 5}))
            .item<double>() == Approx(0.75));
  // Ties count half: of 4 pairs, (.5, .5) is a tie, (.2, .5) and (.2, .9) and (.5, .9) are right.
  CHECK(metrics::auroc(two_classes({.2, .5, .5, .9}), longs({0, 0, 1, 1}, {1, 4})).item<double>() ==
        Approx(3.5 / 4));
  CHECK(metrics::auroc(two_classes({.3, .3, .3}), longs({0, 1, 1}, {1, 3})).item<double>() == 0.5);
  CHECK(std::isnan(metrics::auroc(scores, longs({1, 1, 1, 1}, {1, 4})).item<double>()));
  // A prediction that is no number leaves none, and the metric still answers.
  CHECK(std::isnan(metrics::auroc(two_classes({.1, std::nan(""), .35, .8}),
                                  longs({0, 0, 1, 1}, {1, 4})).item<double>()));
}

TEST_CASE("AUROC of several classes is the mean of one against the rest") {
  const Tensor probability = doubles({.5, .3, .2, .6, .1, .3, .2, .5, .3, .1, .2, .7}, {1, 4, 3});
  // Class 0 positives: items 1, 3 (.5, .2) against .6, .1: pairs .5>.1, .2>.1 = 2 of 4. Class 1: item 2
  // (.1) against .3, .5, .2: 0 of 3. Class 2: item 4 (.7) against .2, .3, .3: 3 of 3.
  CHECK(metrics::auroc(probability, longs({0, 1, 0, 2}, {1, 4})).item<double>() ==
        Approx((0.5 + 0 + 1) / 3));
}

TEST_CASE("Brier score of scikit-learn's documented example, summed over both classes") {
  // brier_score_loss([0, 1, 1, 0], [.1, .9, .8, .3]) = .0375 for the positive class alone.
  const Tensor probability = two_classes({.1, .9, .8, .3, .5});
  CHECK(metrics::brier(probability, longs({0, 1, 1, 0, -1}, {1, 5})).item<double>() ==
        Approx(2 * 0.0375));
}

TEST_CASE("expected calibration error by hand") {
  // Two bins. Top probabilities .5 (wrong) in (0, .5]; .6 (right), .8 (wrong), 1 (right) in (.5, 1].
  // (|0 - .5| + |2 - 2.4|) / 4.
  const Tensor probability =
      doubles({.5, .3, .2, .6, .3, .1, .1, .8, .1, 0, 0, 1, 1, 0, 0}, {1, 5, 3});
  const Tensor label = longs({1, 0, 0, 2, -1}, {1, 5});
  CHECK(metrics::expected_calibration_error(probability, label, 2).item<double>() ==
        Approx(0.9 / 4));
  // With ten bins each item is alone.
  CHECK(metrics::expected_calibration_error(probability, label, 10).item<double>() ==
        Approx((0.5 + 0.4 + 0.8 + 0) / 4));
}

TEST_CASE("padding's predictions may be anything") {
  Tensor probability = two_classes({.1, .9, 0});
  probability[0][2].fill_(std::numeric_limits<double>::quiet_NaN());
  const Tensor label = longs({0, 1, -1}, {1, 3});
  CHECK(metrics::brier(probability, label).item<double>() == Approx(0.02));
  CHECK(metrics::expected_calibration_error(probability, label).item<double>() == Approx(0.1));
  CHECK(metrics::auroc(probability, label).item<double>() == 1);
  CHECK(std::isnan(probability[0][2][0].item<double>()));  // the caller's tensor is left alone
}

TEST_CASE("metrics name what does not fit") {
  CHECK(error_of([] { metrics::accuracy(at::zeros({2, 3, 4}), longs({0, 1}, {1, 2})); }) ==
        "accuracy: expected probabilities [rows, items, classes] and labels [rows, items], got [2, 3, "
        "4] and [1, 2]");
  CHECK(error_of([] { metrics::brier(at::zeros({1, 2, 3}), longs({0, 3}, {1, 2})); }) ==
        "brier: label 3, but there are 3 classes");
  CHECK(error_of([] {
          metrics::expected_calibration_error(at::zeros({1, 1, 2}), longs({0}, {1, 1}), 0);
        }) == "expected_calibration_error: needs at least one bin, got 0");
}
