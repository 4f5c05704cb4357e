// E7: docs/statistics.md, where all 19,683 resamples are enumerated. Quantiles: NumPy's default
// (Hyndman and Fan's type 7).
#include "host/statistics/bootstrap.h"

#include "host/statistics/random_stream.h"
#include "random_data.h"

#include <assay/common/error.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <set>
#include <thread>

using namespace assay;

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

const TaskScores x = {{.10, .20, .40}, {.50, .55, .30}, {.80, .70, .90}};
const TaskScores y = {{.05, .15, .30}, {.45, .60, .20}, {.85, .60, .75}};

double mean_of_means(const TaskScores& scores) {
  std::vector<double> means;
  for (const auto& task : scores) means.push_back(mean(task));
  return mean(means);
}

double interquartile(const TaskScores& scores) {
  return interquartile_mean(scores);
}

// The interval, and mean and spread of the draws it was read from.
struct Distribution {
  Interval interval;
  double mean, sd;
};

Distribution of_draws(const TaskScores& scores, const Statistic& statistic) {
  std::vector<double> draws;
  const Interval interval = stratified_bootstrap(
      scores, [&](const TaskScores& drawn) { return draws.emplace_back(statistic(drawn)); },
      {7, "one"});
  return {interval, mean(draws), sample_sd(draws)};
}

Distribution of_paired_draws(const Statistic& statistic) {
  std::vector<double> draws;
  const Interval interval =
      paired_bootstrap(x, y,
                       [&](const TaskScores& a, const TaskScores& b) {
                         return draws.emplace_back(statistic(a) - statistic(b));
                       },
                       {7, "pair"});
  return {interval, mean(draws), sample_sd(draws)};
}

bool same(const Interval& one, const Interval& other) {
  return one.low == other.low && one.high == other.high;
}

TaskScores random_scores(std::uint64_t seed, std::size_t tasks, std::size_t seeds) {
  return NormalStream(seed).table(tasks, seeds);
}

}  // namespace

TEST_CASE("E7 stratified bootstrap of the interquartile mean and the mean", "[example]") {
  const Distribution iqm = of_draws(x, interquartile);
  CHECK(iqm.mean == Approx(.487915).margin(.001));
  CHECK(iqm.sd == Approx(.043778).margin(.001));
  CHECK(iqm.interval.low == Approx(.40).margin(.002));
  CHECK(iqm.interval.high == Approx(.56).margin(.002));
  const Distribution means = of_draws(x, mean_of_means);
  CHECK(means.mean == Approx(.494444).margin(.001));
  CHECK(means.sd == Approx(.035428).margin(.001));
  CHECK(means.interval.low == Approx(.422222).margin(.002));
  CHECK(means.interval.high == Approx(.561111).margin(.002));
}

TEST_CASE("E7 paired bootstrap resamples seeds of both methods at once", "[example]") {
  const Distribution means = of_paired_draws(mean_of_means);
  CHECK(means.mean == Approx(.055556).margin(.001));
  CHECK(means.sd == Approx(.020787).margin(.001));
  CHECK(means.interval.low == Approx(.011111).margin(.002));
  CHECK(means.interval.high == Approx(.094444).margin(.002));
  const Distribution iqm = of_paired_draws(interquartile);
  CHECK(iqm.mean == Approx(.054074).margin(.001));
  CHECK(iqm.sd == Approx(.023195).margin(.001));
  CHECK(iqm.interval.low == Approx(.01).margin(.002));
  CHECK(iqm.interval.high == Approx(.09).margin(.002));
}

TEST_CASE("quantiles interpolate as NumPy's do") {
  CHECK(sample_quantile({4, 1, 3, 2}, .25) == Approx(1.75));
  CHECK(sample_quantile({4, 1, 3, 2}, .5) == Approx(2.5));
  CHECK(sample_quantile({4, 1, 3, 2}, 0) == 1);
  CHECK(sample_quantile({4, 1, 3, 2}, 1) == 4);
  CHECK(std::isnan(sample_quantile({}, .5)));
  const Interval interval = percentile_interval({0, 10, 20, no_value, 30, 40}, .5);
  CHECK(interval.low == 10);
  CHECK(interval.high == 30);
}

TEST_CASE("the fast intervals are those of the plain statistic") {
  const TaskScores a = random_scores(31, 6, 7);
  TaskScores b = random_scores(32, 6, 7);
  b[2] = {a[2][0], a[2][1], .5, .5, .5, 1, 2};  // ties within and between the methods
  const BootstrapKey key{5, "both paths"};
  const auto near = [](const Interval& one, const Interval& other) {
    CHECK(one.low == Approx(other.low).margin(1e-12));
    CHECK(one.high == Approx(other.high).margin(1e-12));
    CHECK(one.low < one.high);
  };
  near(bootstrap_interquartile_mean(b, key, 2000),
       stratified_bootstrap(b, interquartile, key, 2000));
  near(bootstrap_interquartile_difference(a, b, key, 2000),
       paired_bootstrap(
           a, b,
           [](const TaskScores& one, const TaskScores& other) {
             return interquartile_mean(one) - interquartile_mean(other);
           },
           key, 2000));
  near(bootstrap_probability_of_improvement(a, b, key, 2000),
       paired_bootstrap(
           a, b,
           [](const TaskScores& one, const TaskScores& other) {
             return probability_of_improvement(one, other);
           },
           key, 2000));
}

TEST_CASE("tasks may have different numbers of seeds") {
  const TaskScores uneven = {{1, 2, 3, 4, 5}, {10, 20}, {7}};
  const Interval fast = bootstrap_interquartile_mean(uneven, {1, "uneven"}, 2000);
  const Interval plain = stratified_bootstrap(uneven, interquartile, {1, "uneven"}, 2000);
  CHECK(fast.low == Approx(plain.low));
  CHECK(fast.high == Approx(plain.high));
}

TEST_CASE("an interval depends on the report's seed and its purpose only") {
  const TaskScores scores = random_scores(33, 4, 6), other = random_scores(34, 4, 6);
  const auto interval = [&](std::uint64_t seed, const std::string& purpose) {
    return bootstrap_interquartile_mean(scores, {seed, purpose}, 500);
  };
  const Interval alone = interval(1, "iqm accuracy a");
  bootstrap_interquartile_difference(scores, other, {1, "iqm accuracy a - b"}, 500);
  CHECK(same(interval(1, "iqm accuracy a"), alone));
  CHECK_FALSE(same(interval(1, "iqm accuracy b"), alone));
  CHECK_FALSE(same(interval(2, "iqm accuracy a"), alone));

  std::vector<Interval> found(4);
  std::vector<std::thread> threads;
  for (Interval& own : found) threads.emplace_back([&] { own = interval(1, "iqm accuracy a"); });
  for (std::thread& thread : threads) thread.join();
  for (const Interval& own : found) CHECK(same(own, alone));
}

TEST_CASE("swapping two methods mirrors the paired interval") {
  const TaskScores a = random_scores(35, 3, 5), b = random_scores(36, 3, 5);
  const Interval one = bootstrap_interquartile_difference(a, b, {1, "pair"}, 1000);
  const Interval other = bootstrap_interquartile_difference(b, a, {1, "pair"}, 1000);
  CHECK(one.low == Approx(-other.high));
  CHECK(one.high == Approx(-other.low));
  TaskScores a_shifted = a, b_shifted = b;
  for (TaskScores* scores : {&a_shifted, &b_shifted}) {
    for (auto& task : *scores) {
      for (double& score : task) score += 10;
    }
  }
  const Interval shifted =
      bootstrap_interquartile_difference(a_shifted, b_shifted, {1, "pair"}, 1000);
  CHECK(shifted.low == Approx(one.low));
  CHECK(shifted.high == Approx(one.high));
}

TEST_CASE("bands of a performance profile hold the profile and stay within 0 and 1") {
  const TaskScores scores = random_scores(37, 5, 8);
  const std::vector<double> taus = {-10, -1, 0, 1, 10};
  const std::vector<double> profile = performance_profile(scores, taus);
  const std::vector<Interval> bands = bootstrap_profile(scores, taus, {1, "profile"});
  REQUIRE(bands.size() == taus.size());
  for (std::size_t i = 0; i < taus.size(); ++i) CHECK(bands[i].contains(profile[i]));
  CHECK(same(bands.front(), {1, 1}));
  CHECK(same(bands.back(), {0, 0}));
  // At tau = 0 the share is a mean of 40 runs; tasks are strata. Three quarters of the width of a
  // binomial interval to its whole are what these data can give.
  const double binomial = 1.96 * std::sqrt(profile[2] * (1 - profile[2]) / 40);
  CHECK(bands[2].half_width() < 1.1 * binomial);
  CHECK(bands[2].half_width() > .6 * binomial);
  CHECK(same(bootstrap_profile(scores, {0}, {1, "profile"})[0], bands[2]));
}

TEST_CASE("one seed gives no interval; scores that are not numbers are left out") {
  CHECK(std::isnan(bootstrap_interquartile_mean({{1}, {2}}, {1, "x"}).low));
  CHECK(std::isnan(stratified_bootstrap({{1}, {2}}, interquartile, {1, "x"}).high));
  CHECK(std::isnan(stratified_bootstrap({}, interquartile, {1, "x"}).low));
  CHECK(std::isnan(bootstrap_profile({{1}}, {0}, {1, "x"})[0].low));
  CHECK(std::isnan(bootstrap_interquartile_difference({{1, no_value}}, {{no_value, 1}}, {}).low));
  CHECK(same(bootstrap_interquartile_mean({{1, no_value, 2, 4}, {no_value}}, {1, "x"}, 500),
             bootstrap_interquartile_mean({{1, 2, 4}}, {1, "x"}, 500)));
  CHECK(same(bootstrap_probability_of_improvement({{1, 2, 4, 9}}, {{2, 2, 1, no_value}}, {}, 500),
             bootstrap_probability_of_improvement({{1, 2, 4}}, {{2, 2, 1}}, {}, 500)));
  CHECK(under_covers(9));
  CHECK_FALSE(under_covers(10));
}

TEST_CASE("a paired bootstrap refuses methods of different shapes") {
  const char* message = "a paired bootstrap needs one score of both methods for each task and seed";
  CHECK_THROWS_WITH(bootstrap_interquartile_difference({{1, 2}}, {{1}}, {}), message);
  CHECK_THROWS_WITH(bootstrap_probability_of_improvement({{1, 2}}, {}, {}), message);
}

TEST_CASE("random streams: SplitMix64, and every index as often as the others") {
  // The first outputs for the state 1234567, as in the tests of other implementations.
  std::uint64_t state = 1234567;
  const std::uint64_t expected[] = {6457827717110365317ULL, 3203168211198807973ULL,
                                    9817491932198370423ULL};
  for (const std::uint64_t value : expected) {
    CHECK(mix_bits(state += 0x9e3779b97f4a7c15ULL) == value);
  }
  CHECK(stream_key(1, "a") != stream_key(1, "b"));
  CHECK(stream_key(1, "a") != stream_key(2, "a"));

  std::vector<int> counts(7, 0);
  std::set<std::uint64_t> first;
  for (std::uint64_t number = 0; number < 7000; ++number) {
    RandomStream stream(stream_key(1, "uniform"), number);
    first.insert(RandomStream(stream).next());
    for (int i = 0; i < 10; ++i) ++counts[stream.below(7)];
  }
  CHECK(first.size() == 7000);
  double chi2 = 0;
  for (const int count : counts) chi2 += (count - 10000.0) * (count - 10000.0) / 10000;
  CHECK(chi2 < 22.46);  // .999 quantile with 6 degrees of freedom
}
