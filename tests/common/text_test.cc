#include <assay/common/text.h>

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace assay;

TEST_CASE("nearest finds slips and nothing else") {
  const std::vector<std::string> keys{"learning_rate", "epochs", "batch", "lr"};
  CHECK(nearest("lerning_rate", keys) == "learning_rate");
  CHECK(nearest("learning-rate", keys) == "learning_rate");
  CHECK(nearest("epcohs", keys) == "epochs");  // neighbours swapped: one step
  CHECK(nearest("EPOCHS", keys) == "epochs");
  CHECK(nearest("batches", keys) == "batch");  // two of seven
  CHECK(nearest("bat", keys) == "");           // two of three
  CHECK(nearest("momentum", keys) == "");
  CHECK(nearest("", keys) == "");
  // One letter is never a slip of another.
  CHECK(nearest("x", {"y"}) == "");
  CHECK(nearest("lz", keys) == "lr");
  // The first of equals.
  CHECK(nearest("cat", {"bat", "hat"}) == "bat");
  CHECK(nearest(std::string(100'000, 'a'), {std::string(100'000, 'a')}) == "");
  CHECK(did_you_mean("bacth", keys) == " (did you mean 'batch'?)");
  CHECK(did_you_mean("momentum", keys) == "");
}

TEST_CASE("unknown keys name the near key, else all keys") {
  CHECK(unknown_key("bacth", {"batch", "lr"}) == "unknown key 'bacth' (did you mean 'batch'?)");
  CHECK(unknown_key("seed", {"batch", "lr"}, " in 'train'") ==
        "unknown key 'seed' in 'train'; the keys here are batch, lr");
  CHECK(unknown_key("x", {}) == "unknown key 'x': nothing can be set here");
}

TEST_CASE("quote shows what was written, and cannot hurt a terminal") {
  CHECK(quote("a b") == "'a b'");
  CHECK(quote("\x1b[2J\n\t\x7f") == "'\\x1b[2J\\n\\t\\x7f'");
  CHECK(quote("caf\xc3\xa9 \xff") == "'caf\xc3\xa9 \\xff'");
  CHECK(quote(std::string(61, 'x')) == "'" + std::string(60, 'x') + "...'");
  CHECK(quote(std::string(60, 'x')) == "'" + std::string(60, 'x') + "'");
}

TEST_CASE("numbers are shown in the shortest form that reads back") {
  CHECK(number_text(1) == "1");
  CHECK(number_text(0.1) == "0.1");
  CHECK(number_text(1e-5) == "1e-05");
  CHECK(number_text(-0.25) == "-0.25");
  CHECK(number_text(std::nan("")) == "nan");
  CHECK(number_text(std::numeric_limits<double>::infinity()) == "inf");
}

TEST_CASE("globs") {
  CHECK(matches_glob("logconf-075", "logconf*"));
  CHECK(matches_glob("logconf", "*"));
  CHECK(matches_glob("logconf", "l?gconf"));
  CHECK(matches_glob("a-b-c", "*-*-c"));
  CHECK(matches_glob("", "*"));
  CHECK_FALSE(matches_glob("logconf", "log"));
  CHECK_FALSE(matches_glob("logconf", "logconf?"));
  CHECK_FALSE(matches_glob("", "?"));
  // Exponential in a matcher that tries every star.
  CHECK_FALSE(matches_glob(std::string(2000, 'a'), "*a*a*a*a*a*a*a*a*a*a*b"));
}

TEST_CASE("UTF-8 as Unicode's table 3-7 has it") {
  for (const char* good : {"", "plain", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                           "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    CHECK(is_utf8(good));
  }
  // Continuation alone, overlong, surrogate, beyond the last code point, cut short.
  for (const char* bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xc3(", "\xf0\x9f\x92("}) {
    std::size_t where = 99;
    CHECK_FALSE(is_utf8(std::string("ab") + bad, &where));
    CHECK(where == 2);
  }
}

TEST_CASE("ids") {
  for (const char* good : {"a", "0", "fashion-w2s", "a.b_c-d"}) CHECK(is_id(good));
  for (const char* bad : {"", "A", "-a", ".a", "_a", "a b", "a/b", "a=b", "\xc3\xa9"}) {
    CHECK_FALSE(is_id(bad));
  }
  CHECK(is_id(std::string(64, 'a')));
  CHECK_FALSE(is_id(std::string(65, 'a')));
}
