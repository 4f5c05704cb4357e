#include "made_up_run.h"
#include "reports/analysis/log_end.h"
#include "reports/model/number_text.h"
#include "reports/model/plain_text.h"
#include "reports/plots/svg.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include <sys/stat.h>

using namespace assay;
using namespace assay::reports;

namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("numbers have a true minus, no minus zero, and words for what is none") {
  CHECK(number(0.8284, 3) == "0.828");
  CHECK(number(-0.5, 1) == "\u22120.5");
  CHECK(number(-0.0001, 3) == "0.000");
  CHECK(signed_number(0.031, 3) == "+0.031");
  CHECK(signed_number(0.0001, 3) == "0.000");
  CHECK(number(no_value, 3) == "not a number");
  CHECK(signed_number(no_value, 3) == "not a number");
}

TEST_CASE("values of every size print with three digits where decimals would not do") {
  CHECK(number(1.2e53, three_digits) == "1.20e53");
  CHECK(number(-1e-10, three_digits) == "\u22121.00e\u221210");
  CHECK(number(0, three_digits) == "0");
  CHECK(number(0.001, three_digits) == "0.00100");
  CHECK(number(999999, three_digits) == "999999");
  CHECK(number(1e6, three_digits) == "1.00e6");
  CHECK(number(1.125, three_digits) == "1.12");  // ties to even
  CHECK(number(1.125e7, three_digits) == "1.12e7");
  CHECK(signed_number(2.5e-300, three_digits) == "+2.50e\u2212300");
  CHECK(interval_text({-1e-9, 0.25}, three_digits) == "[\u22121.00e\u22129, 0.250]");
  CHECK(decimals_for(std::vector<double>{1e53, 0.3}, false) == three_digits);
  CHECK(decimals_for(std::vector<double>{0, no_value, 1e-10, 0.3}, false) == three_digits);
  CHECK(decimals_for(std::vector<double>{0, 1e-4, 0.3}, false) == 3);
  CHECK(decimals_for(std::vector<double>{1e-10, 0.3}, true) == 3);
  CHECK(decimals_for(std::vector<double>{2e-4, 1e-4}, false) == three_digits);
  CHECK(decimals_for(std::vector<double>{}, false) == 3);
  // 5000 beside 0.3, which no decimals would print as 0; 12.3 beside 0.3 needs no more than two.
  CHECK(decimals_for(std::vector<double>{5000, .3}, false) == three_digits);
  CHECK(decimals_for(std::vector<double>{12.3, .3}, false) == 2);
}

TEST_CASE("decimals follow the size of the values") {
  CHECK(decimals_for(0.4, false) == 3);
  CHECK(decimals_for(4.2, false) == 3);
  CHECK(decimals_for(42, false) == 2);
  CHECK(decimals_for(42000, false) == 0);
  CHECK(decimals_for(42, true) == 3);
  CHECK(decimals_for(no_value, false) == 3);
}

TEST_CASE("estimates and ratios say what they are") {
  CHECK(estimate_text(estimate_mean({.66, .67, .68}), 3) ==
        "0.670 \u00b1 0.025");  // 4.303 * .01 / sqrt 3
  CHECK(estimate_text(estimate_mean({.66}), 3) == "0.660");
  RatioEstimate ratio;
  CHECK(ratio_text(ratio, 3) == "not defined");
  ratio.resolved = true;
  ratio.ratio = .5;
  ratio.set = RatioEstimate::Set::interval;
  ratio.bounds = {.25, .75};
  CHECK(ratio_text(ratio, 2) == "0.50 [0.25, 0.75]");
  ratio.set = RatioEstimate::Set::outside;
  CHECK(ratio_text(ratio, 2) == "0.50 (unbounded: below 0.25 or above 0.75)");
  ratio.set = RatioEstimate::Set::everything;
  CHECK(ratio_text(ratio, 2) == "0.50 (unbounded: any value fits)");
}

TEST_CASE("p-values never print as zero") {
  CHECK(p_text("p", 0.0405) == "p = 0.041");
  CHECK(p_text("Holm p", 0) == "Holm p < 0.001");
  CHECK(p_text("p", no_value) == "p: none");
  CHECK(p_text("p", 1) == "p = 1.000");
  CHECK(p_text("p", 0.0625) == "p = 0.063");
}

TEST_CASE("times, sizes and counts") {
  CHECK(duration_text(0.0042) == "4.2 ms");
  CHECK(duration_text(1.5) == "1.50 s");
  CHECK(duration_text(12.34) == "12.3 s");
  CHECK(duration_text(250) == "4 min 10 s");
  CHECK(duration_text(3900) == "1 h 05 min");
  CHECK(duration_text(no_value) == "unknown");
  CHECK(bytes_text(410e6) == "410 MB");
  CHECK(bytes_text(1.25e9) == "1.2 GB");
  CHECK(count_text(999) == "999");
  CHECK(count_text(64000) == "64.0 k");
  CHECK(count_text(999999) == "1.0 M");
}

TEST_CASE("lists of seeds are short") {
  CHECK(seeds_text({0, 1, 2, 3, 4}) == "0\u20134");
  CHECK(seeds_text({3}) == "3");
  CHECK(seeds_text({0, 1}) == "0, 1");
  CHECK(seeds_text({0, 2, 5}) == "0, 2, 5");
  CHECK(seeds_text({}) == "none");
  CHECK(seeds_text({1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25}) ==
        "1, 3, 5, 7, 9, \u2026, 25 (13 seeds)");
}

TEST_CASE("clean makes any bytes fit to be shown") {
  CHECK(clean("plain \u00e9 \u4e2d \U0001f600\n\t") == "plain \u00e9 \u4e2d \U0001f600\n\t");
  CHECK(clean("\xff"
              "a\xc3") ==
        "\ufffd"
        "a\ufffd");
  CHECK(clean("\xed\xa0\x80") == "\ufffd\ufffd\ufffd");  // a surrogate
  CHECK(clean(std::string_view("\0\x1b[1m\x7f", 6)) == "\\x00\\x1b[1m\\x7f");
  CHECK(clean("a\r\nb\rc") == "a\nb\\x0dc");
  CHECK(clean("\u202e\u2066\u200b\ufeff") == "\\u202e\\u2066\\u200b\\ufeff");
  CHECK(clean("\u0085") == "\\x85");
  CHECK(clean(clean("\xff\x1b")) == clean("\xff\x1b"));
  CHECK(one_line("a\nb\tc") == "a b c");
}

TEST_CASE("shell words are quoted when they must be") {
  CHECK(shell_word("suites/a.toml") == "suites/a.toml");
  CHECK(shell_word("a b") == "'a b'");
  CHECK(shell_word("it's $(rm)") == "'it'\\''s $(rm)'");
  CHECK(shell_word("") == "''");
  CHECK(shell_word("logconf-alpha=0.75,b") == "logconf-alpha=0.75,b");
}

TEST_CASE("scales have round marks inside their ends") {
  const Scale scale = make_scale(0.662, 0.826, 5);
  REQUIRE(scale.ticks.size() >= 3);
  CHECK(scale.decimals == 2);
  CHECK(scale.ticks.front() >= scale.low);
  CHECK(scale.ticks.back() <= scale.high);
  CHECK(scale.place(scale.low) == 0);
  CHECK(scale.place(scale.high) == 1);
  CHECK(make_scale(2, 2, 4).ticks.size() >= 2);  // equal ends
  CHECK(make_scale(0, 0, 4).low < 0);
  CHECK(make_scale(0, 1e-7, 4).decimals == 8);
  CHECK(make_scale(0, 20, 5).ticks == std::vector<double>{0, 5, 10, 15, 20});
  CHECK(coordinate(12.5) == "12.5");
  CHECK(coordinate(100) == "100");
  CHECK(coordinate(-0.001) == "0");
}

TEST_CASE("a scale without room for marks has none") {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  CHECK(make_scale(0, 1.7e308, 5).ticks.empty());
  CHECK(make_scale(-1e308, 1e308, 5).ticks.empty());
  CHECK(make_scale(0, infinite, 5).ticks.empty());
  CHECK(make_scale(no_value, 1, 5).ticks.empty());
  CHECK(make_scale(1e300, std::nextafter(1e300, infinite), 5).ticks.empty());
  CHECK(std::isfinite(make_scale(0, infinite, 5).place(0.5)));
  CHECK(make_scale(0, 1e300, 5).ticks.size() >= 3);
  CHECK(make_scale(0, 1e-300, 5).ticks.size() >= 3);
  CHECK(make_scale(0, 5e-324, 5).ticks.size() <= 10);
  CHECK(make_log_scale(1e-300, 1e300).ticks.size() < 1000);
}

TEST_CASE("of a log its end is read, and of what is no file nothing") {
  const test::TemporaryFolder folder;
  const auto end_of = [&](const std::string& name) { return LogEnds(folder.path()).of(name); };
  std::ofstream large(folder.path() / "large.log");
  large.seekp(8LL << 30);  // a file with a hole: nobody reads 8 GB for a few lines
  for (int line = 1; line <= 20; ++line) large << "line " << line << "\n";
  large.close();
  const std::string end = end_of("large.log");
  CHECK(end.substr(0, 8) == "line 6\nl");
  CHECK(end.substr(end.size() - 8) == "\nline 20");
  std::ofstream(folder.path() / "small.log") << "one\ntwo\n\n";
  CHECK(end_of("small.log") == "one\ntwo");
  std::ofstream(folder.path() / "long.log") << std::string(100000, 'x');
  CHECK(end_of("long.log") == "\u2026" + std::string(4000, 'x'));
  REQUIRE(::mkfifo((folder.path() / "pipe.log").c_str(), 0600) == 0);
  CHECK(end_of("pipe.log").empty());
  CHECK(end_of("none.log").empty());
}

TEST_CASE("a mean curve covers the steps that all seeds have") {
  const CurveMean curve = mean_curve({{{1, 2}, {2, 4}, {3, 6}}, {{1, 4}, {2, no_value}, {3, 8}}});
  CHECK(curve.mean == PlotPoints{{1, 3}, {3, 7}});
  // Two values 2 apart: 12.706 standard errors of 1 on both sides.
  REQUIRE(curve.low.size() == 2);
  CHECK(curve.low[0].second == Approx(3 - 12.7062).epsilon(1e-4));
  CHECK(curve.high[1].second == Approx(7 + 12.7062).epsilon(1e-4));
  CHECK(mean_curve({}).mean.empty());
  CHECK(mean_curve({{{1, 2}}}).low.empty());
}
