// The methods of a family against each other, on published and derived examples (E1, D1 and E7 of
// the statistics tests).
#include "reports/analysis/best_group.h"
#include "reports/analysis/pool.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <random>

using namespace assay;
using namespace assay::reports;

namespace {

Row row_of(const std::string& name, const std::vector<double>& values) {
  Row row;
  row.name = row.title = row.use = name;
  for (std::size_t i = 0; i < values.size(); ++i) {
    SeedResult seed;
    seed.seed = i;
    seed.state = std::isnan(values[i]) ? CellState::failed : CellState::done;
    seed.metrics["score"] = values[i];
    row.seeds.push_back(seed);
  }
  return row;
}

BenchmarkResults benchmark_of(const std::string& id,
                              const std::vector<std::vector<double>>& values_by_method,
                              const std::vector<std::string>& names, Metric::Better better) {
  BenchmarkResults benchmark;
  benchmark.id = benchmark.title = id;
  benchmark.family = "f";
  Metric metric;
  metric.id = metric.title = "score";
  metric.better = better;
  metric.primary = true;
  benchmark.metrics = {metric};
  for (std::size_t s = 0; s < values_by_method.front().size(); ++s) benchmark.seeds.push_back(s);
  for (std::size_t m = 0; m < names.size(); ++m) {
    benchmark.rows.push_back(row_of(names[m], values_by_method[m]));
  }
  return benchmark;
}

const std::vector<std::string> demsar_methods = {"c45", "m", "cf", "m-cf"};
const std::vector<std::vector<double>> demsar = {
    {.763, .768, .771, .798}, {.599, .591, .590, .569}, {.954, .971, .968, .967},
    {.628, .661, .654, .657}, {.882, .888, .886, .898}, {.936, .931, .916, .931},
    {.661, .668, .609, .685}, {.583, .583, .563, .625}, {.775, .838, .866, .875},
    {1, 1, 1, 1},             {.940, .962, .965, .962}, {.619, .666, .614, .669},
    {.972, .981, .975, .975}, {.957, .978, .946, .970}};

RunResults demsar_run(Metric::Better better) {
  RunResults results;
  for (std::size_t b = 0; b < demsar.size(); ++b) {
    std::vector<std::vector<double>> values;
    for (const double value : demsar[b]) {
      values.push_back({better == Metric::Better::lower ? 1 - value : value});
    }
    results.benchmarks.push_back(
        benchmark_of("b" + std::to_string(b), values, demsar_methods, better));
  }
  return results;
}

}  // namespace

TEST_CASE("a pool over fourteen benchmarks gives Demsar's ranks, p-values and bars") {
  for (const auto better : {Metric::Better::higher, Metric::Better::lower}) {
    const Pool pool = make_pool(demsar_run(better), "f", "score");
    CHECK(pool.unit == Pool::Unit::benchmarks);
    REQUIRE(pool.methods.size() == 4);
    CHECK(pool.ranks.mean_ranks[0] == Approx(3.1429).margin(5e-5));
    CHECK(pool.ranks.mean_ranks[1] == Approx(2.0000).margin(5e-5));
    CHECK(pool.ranks.mean_ranks[2] == Approx(2.9286).margin(5e-5));
    CHECK(pool.ranks.mean_ranks[3] == Approx(1.9286).margin(5e-5));
    CHECK(pool.ranks.chi2 == Approx(9.8571).margin(5e-5));
    CHECK(pool.order == std::vector<std::size_t>{3, 1, 2, 0});
    CHECK(pool.pair(0, 1)->p == Approx(.007324).margin(5e-7));
    CHECK(pool.pair(1, 0)->adjusted == Approx(.04395).margin(5e-6));
    CHECK(pool.pair(0, 3)->adjusted == Approx(.06226).margin(5e-6));
    CHECK(pool.pair(2, 3)->adjusted == Approx(.08789).margin(5e-6));
    CHECK(pool.pair(2, 2) == nullptr);
    CHECK(pool.pair(0, 1)->told_apart);
    CHECK_FALSE(pool.pair(0, 3)->told_apart);
    // {+m+cf, +m, +cf} and {+cf, C4.5}
    REQUIRE(pool.groups.bars.size() == 2);
    CHECK(pool.groups.bars[0] == std::vector<std::size_t>{3, 1, 2});
    CHECK(pool.groups.bars[1] == std::vector<std::size_t>{2, 0});
    CHECK(pool.groups.rank_ranges[2] == std::pair<std::size_t, std::size_t>{1, 4});
    CHECK(pool.groups.rank_ranges[0] == std::pair<std::size_t, std::size_t>{3, 4});
    // Wins, ties and losses of C4.5 against +m: 2, 2, 10.
    CHECK(pool.pair(0, 1)->wins == 2);
    CHECK(pool.pair(0, 1)->ties == 2);
    CHECK(pool.pair(0, 1)->losses == 10);
    // Six pairs at 14 benchmarks: 6 * 2 / 2^14.
    CHECK(pool.smallest_p == Approx(6 * 2 / 16384.0));
    // One seed says nothing of the spread.
    CHECK(std::isnan(pool.methods[0].interval.low));
  }
}

TEST_CASE("places count benchmarks, and methods that share them count at the best") {
  const Pool pool = make_pool(demsar_run(Metric::Better::higher), "f", "score");
  for (const PoolMethod& method : pool.methods) {
    std::size_t sum = 0;
    for (const std::size_t count : method.places) sum += count;
    CHECK(sum == 14);
  }
  // C4.5 is first on rows 2, 6 and, with all others, 10.
  CHECK(pool.methods[0].places[0] == 3);
  // +m: first on rows 3, 4, 13, 14 and with all others on 10.
  CHECK(pool.methods[1].places[0] == 5);
}

TEST_CASE("below six benchmarks the pairs are tested over seeds") {
  const std::vector<double> a = {.812, .825, .801, .833, .819, .828};
  const std::vector<double> b = {.804, .809, .803, .815, .816, .820};
  RunResults results;
  results.benchmarks.push_back(benchmark_of("one", {a, b}, {"a", "b"}, Metric::Better::higher));
  const Pool pool = make_pool(results, "f", "score");
  CHECK(pool.unit == Pool::Unit::seeds);
  REQUIRE(pool.pairs.size() == 1);
  CHECK(pool.pairs[0].p == Approx(.04051).margin(5e-6));
  CHECK(pool.pairs[0].improvement == Approx(.7222).margin(5e-5));
  CHECK(pool.pairs[0].told_apart);
  CHECK(pool.groups.bars.empty());
  CHECK(pool.order == std::vector<std::size_t>{0, 1});
}

TEST_CASE("aggregates of a pool are those of the exact bootstrap") {
  // E7: seeds x tasks.
  const std::vector<std::vector<double>> x = {{.10, .50, .80}, {.20, .55, .70}, {.40, .30, .90}};
  const std::vector<std::vector<double>> y = {{.05, .45, .85}, {.15, .60, .60}, {.30, .20, .75}};
  RunResults results;
  for (std::size_t task = 0; task < 3; ++task) {
    std::vector<double> of_x, of_y;
    for (std::size_t seed = 0; seed < 3; ++seed) {
      of_x.push_back(x[seed][task]);
      of_y.push_back(y[seed][task]);
    }
    results.benchmarks.push_back(benchmark_of("t" + std::to_string(task), {of_x, of_y}, {"x", "y"},
                                              Metric::Better::higher));
  }
  const Pool pool = make_pool(results, "f", "score");
  CHECK(pool.methods[0].interquartile_mean == Approx(.49));
  CHECK(pool.methods[0].interval.low == Approx(.40).margin(.002));
  CHECK(pool.methods[0].interval.high == Approx(.56).margin(.002));
  CHECK(pool.pairs[0].improvement == Approx(.629630).margin(5e-7));
}

TEST_CASE("a pool leaves out methods apart, absent methods and incomplete benchmarks, and says so") {
  RunResults results;
  for (int b = 0; b < 3; ++b) {
    const double failed = b == 2 ? std::nan("") : .5;
    results.benchmarks.push_back(benchmark_of(
        "b" + std::to_string(b), {{.7, .8}, {.6, .65}, {failed, failed}, {.9, .9}},
        {"good", "fair", "frail", "seer"}, Metric::Better::higher));
    results.benchmarks.back().rows[3].apart = "sees the truth";
  }
  results.benchmarks[1].rows.push_back(row_of("guest", {.1, .2}));
  results.benchmarks[1].rows.push_back(row_of("ceiling", {.9, .95}));
  results.benchmarks[1].rows.back().reference = true;
  const Pool pool = make_pool(results, "f", "score");
  REQUIRE(pool.methods.size() == 3);
  CHECK(pool.left_out == std::vector<std::string>{"seer", "guest"});
  CHECK(pool.benchmarks == std::vector<std::size_t>{0, 1, 2});
  CHECK(pool.ranked == std::vector<std::size_t>{0, 1});
  CHECK_FALSE(pool.complete);
  // "good" and "fair" are compared on all three, "frail" on the two that it has.
  CHECK(pool.pair(0, 1)->benchmarks == 3);
  CHECK(pool.pair(0, 2)->benchmarks == 2);
  CHECK(pool.find("frail") != nullptr);
  CHECK(pool.find("seer") == nullptr);
}

TEST_CASE("a method gains nothing by losing its bad seeds") {
  // "twin" is "steady" less .01 on every seed; then it loses the seeds on which both are bad.
  const std::vector<double> steady = {.9, .5, .6, .91, .52, .93};
  std::vector<double> twin;
  for (const double value : steady) twin.push_back(value - .01 - .0001 * value);
  const auto pool_of = [&](const std::vector<double>& values) {
    RunResults results;
    results.benchmarks.push_back(
        benchmark_of("b", {steady, values}, {"steady", "twin"}, Metric::Better::higher));
    return make_pool(results, "f", "score");
  };
  const Pool whole = pool_of(twin);
  std::vector<double> lost = twin;
  for (const std::size_t bad : {1, 2, 4}) lost[bad] = std::nan("");
  const Pool less = pool_of(lost);
  CHECK(whole.order == std::vector<std::size_t>{0, 1});
  CHECK(less.order == std::vector<std::size_t>{0, 1});
  CHECK(less.ranks.mean_ranks == whole.ranks.mean_ranks);
  CHECK(less.pairs[0].wins == 1);
  CHECK(less.pairs[0].difference.estimate.mean > 0);
  CHECK(less.pairs[0].improvement == Approx(7.0 / 9));  // .90 .91 .93 above .8899 .8999 .9199
  CHECK_FALSE(less.complete);
}

TEST_CASE("a family of pairs does not shrink by failing, nor change its test") {
  RunResults results = demsar_run(Metric::Better::higher);
  const double none = std::nan("");
  for (BenchmarkResults& benchmark : results.benchmarks) {
    benchmark.rows.push_back(row_of("absent", {none}));
  }
  const Pool pool = make_pool(results, "f", "score");
  CHECK(pool.absent == std::vector<std::string>{"absent"});
  CHECK(pool.methods.size() == 4);
  CHECK(pool.comparisons == 10);
  // The smallest p of six pairs is corrected for ten.
  CHECK(pool.pair(0, 1)->adjusted == Approx(10 * .007324).margin(5e-6));
  CHECK(pool.unit == Pool::Unit::benchmarks);

  // Six benchmarks tell a pair apart; that one of them failed makes its p larger, not another test.
  RunResults pairs;
  for (int b = 0; b < 6; ++b) {
    const double lost = b == 0 ? none : .5 + .01 * b;
    pairs.benchmarks.push_back(benchmark_of("b" + std::to_string(b), {{.9, .9}, {lost, lost}},
                                            {"a", "b"}, Metric::Better::higher));
  }
  const Pool failed = make_pool(pairs, "f", "score");
  CHECK(failed.unit == Pool::Unit::benchmarks);
  CHECK(failed.pairs[0].p == Approx(2 / 32.0));
}

TEST_CASE("a pair seen from the other side has every sign turned") {
  const Pool pool = make_pool(demsar_run(Metric::Better::higher), "f", "score");
  const PoolPair pair = *pool.pair(0, 1), turned = pair.turned();
  CHECK(turned.a == pair.b);
  CHECK(turned.wins == pair.losses);
  CHECK(turned.improvement == Approx(1 - pair.improvement));
  CHECK(turned.difference.estimate.mean == -pair.difference.estimate.mean);
  CHECK(turned.p == pair.p);
  CHECK(turned.turned().difference.estimate.mean == pair.difference.estimate.mean);
}

TEST_CASE("of equal methods the best group rarely leaves one out") {
  // The best is chosen by the data that the tests use: the family is all pairs, not those with the
  // best. 600 repetitions, 10 methods, 6 seeds: bound .05 plus four standard errors (.0089).
  std::mt19937_64 bits(20261125);
  std::normal_distribution<double> normal;
  std::vector<std::string> names;
  for (int m = 0; m < 10; ++m) names.push_back("m" + std::to_string(m));
  constexpr int repetitions = 600;
  int excluded = 0;
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    std::vector<std::vector<double>> values(names.size());
    for (std::vector<double>& row : values) {
      for (int seed = 0; seed < 6; ++seed) row.push_back(normal(bits));
    }
    RunResults results;
    results.benchmarks.push_back(benchmark_of("b", values, names, Metric::Better::higher));
    if (best_group(results, 0).size() < names.size()) ++excluded;
  }
  const double rate = static_cast<double>(excluded) / repetitions;
  std::printf("null simulation: best group of 10 equal methods leaves one out   %.4f\n", rate);
  CHECK(rate <= .05 + 4 * .0089);
  CHECK(rate > .005);  // a group of everything would never err
}

TEST_CASE("what cannot be compared is no pool") {
  RunResults one;
  one.benchmarks.push_back(benchmark_of("b", {{.7, .8}}, {"only"}, Metric::Better::higher));
  CHECK_FALSE(make_pool(one, "f", "score").usable());
  RunResults aimless;
  aimless.benchmarks.push_back(
      benchmark_of("b", {{.7, .8}, {.6, .7}}, {"a", "b"}, Metric::Better::neither));
  CHECK_FALSE(make_pool(aimless, "f", "score").usable());
  RunResults empty;
  const double none = std::nan("");
  empty.benchmarks.push_back(
      benchmark_of("b", {{none, none}, {none, none}}, {"a", "b"}, Metric::Better::higher));
  CHECK_FALSE(make_pool(empty, "f", "score").usable());
}
