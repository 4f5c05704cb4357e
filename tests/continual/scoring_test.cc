// Metrics of a stream against values worked by hand.
#include "sdk/families/continual/scoring.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

namespace assay::continual {

TEST_CASE("scoring: the metrics of a matrix worked by hand") {
  // Rows: untrained, after tasks 1, 2, 3; columns: tasks.
  const Tensor value_IT =
      at::tensor({0.5, 0.4, 0.5, 0.9, 0.5, 0.3, 0.7, 0.8, 0.6, 0.8, 0.6, 1.0}, at::kDouble)
          .view({4, 3});
  const Json metrics = stream_metrics(value_IT, true);
  CHECK(metrics["acc"].get<double>() == Approx((0.8 + 0.6 + 1.0) / 3));
  CHECK(metrics["aia"].get<double>() == Approx((0.9 + (0.7 + 0.8) / 2 + 2.4 / 3) / 3));
  CHECK(metrics["la"].get<double>() == Approx((0.9 + 0.8 + 1.0) / 3));
  CHECK(metrics["bwt"].get<double>() == Approx(((0.8 - 0.9) + (0.6 - 0.8)) / 2));
  // Before they are learned tasks 2 and 3 are at .5 and .6; the untrained network has .4 and .5.
  CHECK(metrics["fwt"].get<double>() == Approx((0.1 + 0.1) / 2));
  CHECK(metrics["forgetting"].get<double>() == Approx((0.1 + 0.2) / 2));
  CHECK(stream_metrics(value_IT, false)["fwt"].is_null());
}

TEST_CASE("scoring: forgetting is from the best value on the way") {
  // Task 1 gets better while task 2 is learned: .6, .9, then .7.
  const Tensor value_IT =
      at::tensor({0.0, 0.0, 0.0, 0.6, 0.0, 0.0, 0.9, 0.5, 0.0, 0.7, 0.5, 0.5}, at::kDouble)
          .view({4, 3});
  CHECK(stream_metrics(value_IT, false)["forgetting"].get<double>() == Approx((0.2 + 0.0) / 2));
}

TEST_CASE("scoring: one task has neither transfer nor forgetting") {
  const Json metrics = stream_metrics(at::tensor({0.1, 0.9}, at::kDouble).view({2, 1}), true);
  CHECK(metrics["acc"].get<double>() == Approx(0.9));
  CHECK(metrics["bwt"].is_null());
  CHECK(metrics["fwt"].is_null());
  CHECK(metrics["forgetting"].is_null());
}

TEST_CASE("scoring: the matrix is the share of right answers, or R squared") {
  // One moment, one row, two tasks of two items.
  const Tensor answer_IKN = at::tensor({0.0, 1.0, 2.0, 2.0}, at::kDouble).view({1, 1, 4});
  const Tensor label_KN = at::tensor({0, 0, 2, 2}, at::kLong).view({1, 4});
  const Tensor share = value_matrix_KIT(answer_IKN, label_KN, 2, Likelihood::categorical);
  CHECK(share[0][0][0].item<double>() == 0.5);
  CHECK(share[0][0][1].item<double>() == 1.0);
  // Numbers 1 and 3 about their mean 2: 2; errors 1 and 0: 1. Then 2 and 4, predicted exactly.
  const Tensor number_IKN = at::tensor({2.0, 3.0, 2.0, 4.0}, at::kDouble).view({1, 1, 4});
  const Tensor truth_KN = at::tensor({1.0, 3.0, 2.0, 4.0}, at::kDouble).view({1, 4});
  const Tensor fit = value_matrix_KIT(number_IKN, truth_KN, 2, Likelihood::gaussian);
  CHECK(fit[0][0][0].item<double>() == Approx(0.5));
  CHECK(fit[0][0][1].item<double>() == Approx(1.0));
}

TEST_CASE("scoring: the lowest value after a task was learned") {
  // Two tasks of two items, looked at twice in each; the first look is at task 1 alone.
  const auto moment = [](std::int64_t step, std::int64_t task, std::vector<double> answers) {
    return Moment{step, task, at::tensor(answers, at::kDouble).unsqueeze(0)};
  };
  const std::vector<Moment> moments = {moment(10, 0, {0, 0}), moment(20, 0, {0, 1}),
                                       moment(30, 1, {0, 0, 3, 2}), moment(40, 1, {0, 1, 3, 3})};
  const Tensor label_KN = at::tensor({0, 1, 3, 3}, at::kLong).unsqueeze(0);
  Json curves = Json::object();
  const Json lowest = watched_metric(moments, label_KN, 2, Likelihood::categorical, 0, curves);
  CHECK(lowest.get<double>() == 0.5);  // at step 30
  CHECK(curves["training.task1"] == Json::parse("[[10,0.5],[20,1.0],[30,0.5],[40,1.0]]"));
  CHECK(curves["training.task2"] == Json::parse("[[30,0.5],[40,1.0]]"));
}

}  // namespace assay::continual
