// Expectations, quantities and filters.
#include "catalogue_fixture.h"
#include "host/suite/expectation.h"
#include "host/suite/filter.h"
#include "host/suite/quantity.h"
#include "host/suite/read.h"
#include "host/suite/set_parameters.h"

#include <assay/common/error.h>

#include <catch2/catch.hpp>

#include <limits>
#include <string>
#include <variant>
#include <vector>

using namespace assay;

namespace {

Expectation parse(const std::string& text) {
  const auto parsed = parse_expectation(text);
  REQUIRE(std::holds_alternative<Expectation>(parsed));
  return std::get<Expectation>(parsed);
}

std::string problem(const std::string& text) {
  const auto parsed = parse_expectation(text);
  if (std::holds_alternative<Expectation>(parsed)) return "";
  const auto& found = std::get<ExpectationProblem>(parsed);
  return std::to_string(found.offset) + ": " + found.message;
}

using Names = std::vector<std::string>;

Suite two_benchmarks() {
  const std::string settings =
      "family = \"weak_to_strong\"\ntask = { use = \"latent_tasks\" }\n"
      "weak = { model = { arch = \"cnn\" }, labels = 9 }\nstrong = { model = { arch = \"mlp\" } }\n"
      "baseline = \"xent\"\n";
  const std::string claim = "[[claim]]\nmetric = \"pgr\"\n";
  const auto reading = read_suite_text(
      "[suite]\nname = \"s\"\nseeds = [5, 9]\n[[benchmark]]\nid = \"a-1\"\n" + settings +
          "methods = [\"xent\", { use = \"logconf\", sweep = { alpha = [0.1, 0.2] } }]\n"
          "[[benchmark]]\nid = \"b-1\"\nseeds = 4\n" +
          settings + "methods = [\"xent\", \"logconf\"]\n" + claim +
          "says = \"both\"\non = [\"a-1\", \"b-1\"]\nexpect = \"weak < xent < ceiling\"\n" + claim +
          "says = \"b\"\non = [\"b-1\"]\nexpect = \"logconf > xent\"\n",
      "s.toml", test::catalogue());
  INFO(problems_text(reading.problems));
  REQUIRE(reading.ok());
  return reading.suite;
}

Names names(const Selection& selection) {
  Names names;
  for (const auto& [benchmark, methods] : selection.kept) {
    for (const std::string& method : methods) names.push_back(benchmark + "/" + method);
  }
  return names;
}

}  // namespace

TEST_CASE("expectations are chains or nearness") {
  const Expectation greater = parse("logconf>xent");
  CHECK(greater.kind == Expectation::Kind::greater);
  CHECK(greater.names == Names{"logconf", "xent"});
  CHECK(greater.offsets == std::vector<std::size_t>{0, 8});
  const Expectation chain = parse("  weak < lc-alpha=0.5,beta=1 <ceiling ");
  CHECK(chain.kind == Expectation::Kind::less);
  CHECK(chain.names == Names{"weak", "lc-alpha=0.5,beta=1", "ceiling"});
  CHECK(chain.offsets == std::vector<std::size_t>{2, 9, 30});
  const Expectation near = parse("a near near within 2e-2");
  CHECK(near.kind == Expectation::Kind::near);
  CHECK(near.names == Names{"a", "near"});
  CHECK(near.within == 0.02);
}

TEST_CASE("rows of named benchmarks: all names have one, or none") {
  const Expectation across = parse("xent@debate > xent@none > weak@none");
  CHECK(across.across());
  CHECK(across.names == Names{"xent", "xent", "weak"});
  CHECK(across.benchmarks == Names{"debate", "none", "none"});
  CHECK(across.offsets == std::vector<std::size_t>{0, 14, 26});
  CHECK_FALSE(parse("xent > weak").across());
  CHECK(parse("a@b near a@c within 0.1").across());
  CHECK(parse("a@b > a@c + 0.1").margin == 0.1);
  CHECK(
      problem("xent@debate > xent") ==
      "14: 'xent' says no benchmark and the name before it does: all names of a claim do, or none");
  CHECK(problem("xent > weak@none") ==
        "7: 'weak@none' says a benchmark and the name before it does not: all names of a claim do, "
        "or none");
  CHECK(problem("xent@ > weak@none") == "4: a benchmark's id follows '@', as in xent@narrow-view");
  CHECK(problem("xent@a@b > weak@a") == "4: a benchmark's id follows '@', as in xent@narrow-view");
  CHECK(problem("@a > weak@a") == "0: expected a name, not '@a'");
  CHECK(problem("xent@a > xent@a") == "9: 'xent@a' stands here twice");
}

TEST_CASE("a margin is a number with its sign, blanks around it") {
  const Expectation above = parse("a > b + 0.02");
  CHECK(above.kind == Expectation::Kind::greater);
  CHECK(above.names == Names{"a", "b"});
  CHECK(above.margin == 0.02);
  CHECK(parse("a < b - 1e-2").margin == -0.01);
  // Names have a minus inside.
  CHECK(parse("a > b-0.01").names == Names{"a", "b-0.01"});
  CHECK(parse("a > b-0.01").margin == 0);
  CHECK(problem("a > b+0.02") ==
        "5: 'b+0.02' is not a name: a margin has blanks around its sign, b + 0.02");
  CHECK(problem("a > b +0.02") ==
        "6: expected '>', '+', '-' or the end, not '+0.02': a margin has blanks around its sign, "
        "b + 0.02");
  CHECK(problem("a > b +") == "7: a number is missing after '+'");
  CHECK(problem("a > b - 0") == "8: expected a number greater than 0 after '-', not '0'");
  CHECK(problem("a > b + nan") == "8: expected a number greater than 0 after '+', not 'nan'");
  CHECK(problem("a > b + 1 > c") == "10: nothing may follow the number, not '>'");
  CHECK(problem("a < b < c + 1") ==
        "10: a margin needs exactly two names: split the chain into several claims");
}

TEST_CASE("nearness has a second spelling") {
  const Expectation within = parse("a within 0.01 of b");
  CHECK(within.kind == Expectation::Kind::near);
  CHECK(within.names == Names{"a", "b"});
  CHECK(within.offsets == std::vector<std::size_t>{0, 17});
  CHECK(within.within == 0.01);
  CHECK(problem("a within 0.01") == "13: 'within' needs a second name: a within 0.02 of b");
  CHECK(problem("a within 0.01 b") == "14: 'within' needs a second name: a within 0.02 of b");
  CHECK(problem("a within of b") == "9: expected a number greater than 0 after 'within', not 'of'");
  CHECK(problem("a within 0.01 of b c") == "19: nothing may follow the second name, not 'c'");
}

TEST_CASE("a row's own value lies in a range") {
  const Expectation level = parse("random in [-inf, 0.1]");
  CHECK(level.kind == Expectation::Kind::level);
  CHECK(level.names == Names{"random"});
  CHECK(level.low == -std::numeric_limits<double>::infinity());
  CHECK(level.high == 0.1);
  CHECK(level.range_offset == 10);
  CHECK_FALSE(level.sweeps());
  CHECK(problem("random in 0.1") == "10: expected '[', not '0.1'");
  CHECK(problem("random in [0.2, 0.1]") ==
        "10: the range is empty: its first number must be below its second, not [0.2, 0.1]");
  CHECK(problem("random in [0, 0.1] always") == "19: nothing may follow here, not 'always'");
  CHECK(problem("random@debate in [0, 0.1]") ==
        "6: a row's own value is claimed on every benchmark of 'on': leave '@debate' out");
}

TEST_CASE("slopes, thresholds and trends speak of a metric along an axis") {
  const Expectation slope = parse(" slope( log accuracy ,log weak.labels )in[-inf,-0.45] ");
  CHECK(slope.kind == Expectation::Kind::slope);
  CHECK(slope.metric == "accuracy");
  CHECK(slope.axis == "weak.labels");
  CHECK(slope.log_metric);
  CHECK(slope.log_axis);
  CHECK(slope.metric_offset == 12);
  CHECK(slope.axis_offset == 26);
  CHECK(slope.range_offset == 41);
  CHECK(slope.low == -std::numeric_limits<double>::infinity());
  CHECK(slope.high == -0.45);
  const Expectation threshold = parse("threshold(log, alpha) in [0.25, 1e3]");
  CHECK(threshold.kind == Expectation::Kind::threshold);
  CHECK(threshold.metric == "log");  // a metric may be called so
  CHECK_FALSE(threshold.log_metric);
  CHECK(threshold.high == 1000);
  CHECK(parse("increasing(pgr, alpha)").kind == Expectation::Kind::increasing);
  CHECK(parse("decreasing(pgr, log alpha)").kind == Expectation::Kind::decreasing);
  CHECK(parse("monotone (pgr, alpha)").kind == Expectation::Kind::monotone);
  CHECK(parse("slope > monotone").names == Names{"slope", "monotone"});  // names as any other
}

TEST_CASE("what is no claim about a sweep says where and why") {
  CHECK(problem("slop(a, b) in [0, 1]") ==
        "0: nothing is called 'slop' before '(' (did you mean 'slope'?)");
  CHECK(problem("gradient(a, b) in [0, 1]") ==
        "0: nothing is called 'gradient' before '('; there are slope, threshold, increasing, "
        "decreasing, monotone");
  CHECK(problem("slope(a b)") == "8: expected ',', not 'b'");
  CHECK(problem("slope(, b)") == "6: expected a metric, not ','");
  CHECK(problem("slope(a, )") == "9: expected an axis, not ')'");
  CHECK(problem("slope(a, b") == "10: expected ')', not the end");
  CHECK(problem("slope(a, b) [0, 1]") == "12: expected 'in', not '['");
  CHECK(problem("slope(a, b) in 0, 1") == "15: expected '[', not '0'");
  CHECK(problem("slope(a, b) in [0, x]") == "19: expected a number, 'inf' or '-inf', not 'x'");
  CHECK(problem("slope(a, b) in [nan, 1]") == "16: expected a number, 'inf' or '-inf', not 'nan'");
  CHECK(problem("slope(a, b) in [2, 1]") ==
        "15: the range is empty: its first number must be below its second, not [2, 1]");
  CHECK(problem("slope(a, b) in [1, 1]") ==
        "15: the range is empty: its first number must be below its second, not [1, 1]");
  CHECK(problem("slope(a, b) in [-inf, inf]") ==
        "15: a range without ends claims nothing: give one of them");
  CHECK(problem("slope(a, b) in [0, 1] or so") == "22: nothing may follow here, not 'or'");
  CHECK(problem("increasing(a, b) in [0, 1]") == "17: nothing may follow here, not 'in'");
}

TEST_CASE("what is not an expectation says where and why") {
  const std::string forms =
      "write 'a > b', 'a < b < c', 'a > b + 0.02', 'a near b within 0.02', 'a in [lo, hi]', "
      "'slope(metric, axis) in "
      "[lo, hi]', 'threshold(metric, axis) in [lo, hi]' or 'increasing(metric, axis)'";
  CHECK(problem(" ") == "0: empty: " + forms);
  CHECK(problem("a") == "1: only one name: " + forms);
  CHECK(problem("a > b < c") == "6: a chain keeps one direction: '>' came before '<'");
  CHECK(problem("a >> b") == "3: a name is missing before '>'");
  CHECK(problem("a < b <") == "7: a name is missing at the end");
  CHECK(problem("a < b < a") == "8: 'a' stands here twice");
  CHECK(problem("a >= b") == "3: expected a name, not '='");
}

TEST_CASE("times and sizes") {
  CHECK(parse_seconds("90s") == 90);
  CHECK(parse_seconds("10m") == 600);
  CHECK(parse_seconds("1.5 h") == 5400);
  CHECK(parse_seconds("1h30m") == 5400);
  CHECK(parse_seconds("2d 1s") == 172801);
  for (const char* bad : {"", "10", "m", "10 min", "-5s", "1h30", "1e3s", "nans", "5S"}) {
    INFO(bad);
    CHECK_FALSE(parse_seconds(bad).has_value());
  }
  CHECK(parse_bytes("512B") == 512);
  CHECK(parse_bytes("1kB") == 1000);
  CHECK(parse_bytes("500 MB") == 500'000'000);
  CHECK(parse_bytes("4GiB") == 4'294'967'296);
  CHECK(parse_bytes("0.5KiB") == 512);
  for (const char* bad : {"", "4", "4G", "GiB", "4 gib", "-1GB", "1GB 1MB", "99999999999TiB"}) {
    INFO(bad);
    CHECK_FALSE(parse_bytes(bad).has_value());
  }
}

TEST_CASE("--only selects benchmarks with all that is in them") {
  const Suite suite = two_benchmarks();
  CHECK(names(select(suite, "b*", {})) == Names{"b-1/logconf", "b-1/xent"});
  CHECK(select(suite, "*", {}).kept.size() == 2);
  CHECK(select(suite, "b*", {}).has("b-1", "weak", /*reference=*/true));
  CHECK_FALSE(select(suite, "b*", {}).has("a-1", "weak", /*reference=*/true));
  CHECK_THROWS_WITH(select(suite, "b_1", {}),
                    "--only: no benchmark of the suite matches 'b_1' (did you mean 'b-1'?)");
}

TEST_CASE("--methods selects variants by name or by method") {
  const Suite suite = two_benchmarks();
  CHECK(names(select(suite, "", {"logconf"})) ==
        Names{"a-1/logconf-alpha=0.1", "a-1/logconf-alpha=0.2", "b-1/logconf"});
  CHECK(names(select(suite, "", {"logconf-*", "xent"})) ==
        Names{"a-1/logconf-alpha=0.1", "a-1/logconf-alpha=0.2", "a-1/xent", "b-1/xent"});
  const Selection one = select(suite, "", {"logconf-alpha=0.1"});
  CHECK(names(one) == Names{"a-1/logconf-alpha=0.1"});
  CHECK_FALSE(one.has("b-1", "weak", /*reference=*/true));
  // A glob has to match within what --only leaves.
  CHECK_THROWS_WITH(select(suite, "b-1", {"logconf-alpha=0.1"}),
                    "--methods: no method of the benchmarks matches 'logconf-alpha=0.1'; there are "
                    "xent, logconf");
  try {
    select(suite, "", {"xnet"});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.what() == std::string("--methods: no method of the benchmarks matches 'xnet' (did "
                                      "you mean 'xent'?)"));
    CHECK(error.status() == ExitStatus::wrong_use);
  }
}

TEST_CASE("--seeds counts from zero in every benchmark") {
  Suite suite = two_benchmarks();
  keep_seeds(suite, 3);
  CHECK(suite.seeds == std::vector<std::int64_t>{0, 1, 2});
  CHECK(suite.benchmarks[1].seeds == suite.seeds);
  CHECK_THROWS_WITH(keep_seeds(suite, 0), "--seeds 0: 1 to 10000 seeds are possible");
  CHECK_THROWS_WITH(keep_seeds(suite, 10000),
                    "--seeds 10000: that makes 50000 cells, and a suite may have 10000");
}

TEST_CASE("parameters that a protocol sets are checked against the methods that have them") {
  const auto method = [](const char* id, std::vector<ParameterSpec> specs) {
    return Json{{"id", id}, {"parameters", to_json(specs)}};
  };
  ParameterSpec lambda, rank, plain;
  lambda.key = "lambda";
  lambda.at_least(0).per_row();
  rank.key = "rank";
  rank.type = ParameterType::integer;
  rank.range(1, 8).per_row();
  plain.key = "decay";
  const std::vector<Json> methods{method("ewc", {lambda, plain}), method("lora", {rank}),
                                  method("naive", {})};
  const auto problems = [&](const char* parameter, std::vector<double> values) {
    return set_parameter_problems(
        {{parameter,
          {{"by", "tuning.parameter"}, {"values_by", "tuning.grid"}, {"values", values}}}},
        methods);
  };
  using Texts = std::vector<std::string>;
  CHECK(problems("lambda", {0, 1, 1e4}).empty());
  CHECK(problems("rank", {1, 8}).empty());
  CHECK(problems("lamda", {1}) ==
        Texts{"tuning.parameter: none of the methods has a parameter 'lamda' (did you mean "
              "'lambda'?); they have decay, lambda, rank"});
  CHECK(problems("lambda", {1, -1}) ==
        Texts{"tuning.grid, for ewc: 'lambda' = -1 is below the smallest allowed value 0"});
  CHECK(problems("rank", {1.5}) ==
        Texts{"tuning.grid: 1.5 is not a whole number, as 'rank' of lora must be"});
  CHECK(problems("decay", {1}) ==
        Texts{"tuning.parameter: 'decay' of ewc cannot differ between the rows of a cohort (it is "
              "not per_row), so that candidates cannot train beside one another"});
  CHECK(set_parameter_problems(Json::object(), methods).empty());
}
