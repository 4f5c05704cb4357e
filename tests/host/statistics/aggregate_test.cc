// E6: the tests of google/rliable. E7: docs/statistics.md.
#include "host/statistics/aggregate.h"

#include "host/statistics/estimate.h"
#include "host/statistics/ranks.h"
#include "random_data.h"

#include <assay/common/error.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace assay;

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();
constexpr double never = std::numeric_limits<double>::infinity();

// [task][seed]; the page prints seeds x tasks.
const TaskScores x = {{.10, .20, .40}, {.50, .55, .30}, {.80, .70, .90}};
const TaskScores y = {{.05, .15, .30}, {.45, .60, .20}, {.85, .60, .75}};

}  // namespace

TEST_CASE("E6 interquartile mean and probability of improvement of rliable's tests", "[example]") {
  const TaskScores first = {{1, 2, 1, 2}, {2, 2, 1, 1}}, second = {{1, 2, 3}, {1, 2, 3}};
  CHECK(interquartile_mean(first) == Approx(1.5));
  CHECK(interquartile_mean(second) == Approx(2));
  CHECK(probability_of_improvement(first, second) == Approx(1.0 / 3));
}

TEST_CASE("E7 aggregates of three tasks with three seeds", "[example]") {
  CHECK(interquartile_mean(x) == Approx(.49));
  CHECK(optimality_gap(x) == Approx(.505556).margin(5e-7));
  CHECK(probability_of_improvement(x[0], y[0]) == Approx(2.0 / 3));
  CHECK(probability_of_improvement(x[1], y[1]) == Approx(5.0 / 9));
  CHECK(probability_of_improvement(x[2], y[2]) == Approx(2.0 / 3));
  CHECK(probability_of_improvement(x, y) == Approx(.629630).margin(5e-7));
  CHECK(interquartile_mean(x) - interquartile_mean(y) == Approx(.06));
  const std::vector<double> profile = performance_profile(x, {.25, .5, .75});
  CHECK(profile[0] == Approx(7.0 / 9));
  CHECK(profile[1] == Approx(4.0 / 9));  // one run is exactly .5, and not above it
  CHECK(profile[2] == Approx(2.0 / 9));
}

TEST_CASE("the interquartile mean drops whole values only") {
  CHECK(interquartile_mean(std::vector<double>{1, 2, 9}) == Approx(4));
  CHECK(interquartile_mean(std::vector<double>{100, 1, 2, -50}) == Approx(1.5));
  CHECK(interquartile_mean(std::vector<double>{0, 1, 2, 3, 4, 5, 60}) == Approx(3));
  CHECK(interquartile_mean(std::vector<double>{7}) == 7);
}

TEST_CASE("the optimality gap does not reward scores above its target") {
  CHECK(optimality_gap(std::vector<double>{1, 3, 2}) == 0);
  CHECK(optimality_gap(std::vector<double>{.5, 2}) == Approx(.25));
  CHECK(optimality_gap(std::vector<double>{.5, 2}, 2) == Approx(.75));
}

TEST_CASE("values that are not numbers are left out of aggregates") {
  CHECK(interquartile_mean(TaskScores{{no_value, 1}, {2, 3, no_value}}) == Approx(2));
  CHECK(optimality_gap(TaskScores{{no_value, .5}}) == Approx(.5));
  CHECK(probability_of_improvement(std::vector<double>{no_value, 2}, {1, 3}) == Approx(.5));
  CHECK(probability_of_improvement(TaskScores{{2}, {no_value}}, TaskScores{{1}, {1}}) == 1);
  CHECK(performance_profile({{no_value, 1}}, {0})[0] == 1);
  CHECK(std::isnan(interquartile_mean(TaskScores{{no_value}, {}})));
  CHECK(std::isnan(optimality_gap(TaskScores{})));
  CHECK(std::isnan(probability_of_improvement(TaskScores{{1}}, TaskScores{{no_value}})));
  CHECK(std::isnan(performance_profile({}, {0})[0]));
}

TEST_CASE("the probability of improvement is Mann-Whitney's U over the pairs") {
  NormalStream numbers(21);
  for (int repetition = 0; repetition < 10; ++repetition) {
    std::vector<double> a = numbers.sample(6), b = numbers.sample(5);
    for (double& value : a) value = std::round(2 * value) / 10;
    for (double& value : b) value = std::round(2 * value) / 10;
    CHECK(probability_of_improvement(a, b) == Approx(mann_whitney(a, b).u / 30));
    CHECK(probability_of_improvement(a, b) + probability_of_improvement(b, a) == Approx(1));
  }
  CHECK(probability_of_improvement(std::vector<double>{.1 + .2}, {.3}) == .5);
}

TEST_CASE("rank aggregates of monotonely transformed scores are the same") {
  TaskScores stretched_x = x, stretched_y = y;
  for (TaskScores* scores : {&stretched_x, &stretched_y}) {
    for (auto& task : *scores) {
      for (double& score : task) score = std::exp(5 * score) - 7;
    }
  }
  CHECK(probability_of_improvement(stretched_x, stretched_y) == probability_of_improvement(x, y));
}

TEST_CASE("Dolan and More's profile score") {
  CHECK(cost_profile_score({1, 1, 1}) == Approx(1));
  CHECK(cost_profile_score({2, 1, 4}) == Approx(.5556).margin(5e-5));
  CHECK(cost_profile_score({never, 5, 4}) == 0);
  CHECK(std::isnan(cost_profile_score({})));
  const std::vector<double> profile = cost_profile({2, 1, never}, {1, 2, 100});
  CHECK(profile[0] == Approx(1.0 / 3));
  CHECK(profile[1] == Approx(2.0 / 3));  // a ratio at tau is within it
  CHECK(profile[2] == Approx(2.0 / 3));
}

TEST_CASE("cost ratios to the cheapest of each task; what was not solved is infinite") {
  const auto ratios = cost_ratios({{10, 20, 40}, {6, 3, no_value}, {0, no_value, never}});
  CHECK(ratios ==
        std::vector<std::vector<double>>{{1, 2, never}, {2, 1, never}, {4, never, never}});
  CHECK(cost_ratios({}).empty());
}

TEST_CASE("tables of different shapes are refused") {
  CHECK_THROWS_WITH(probability_of_improvement(x, TaskScores{{1}}),
                    "probability_of_improvement needs the same tasks of both: it got 3 and 1");
  CHECK_THROWS_WITH(cost_ratios({{1, 2}, {1}}),
                    "cost_ratios needs one cost a method of every task: it got 2 and 1");
}
