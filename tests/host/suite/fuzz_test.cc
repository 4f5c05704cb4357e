// Nothing that somebody writes may crash the reader or make it hang: mutations of a good suite.
#include "catalogue_fixture.h"
#include "host/suite/read.h"
#include "support/mutator.h"

#include <assay/common/files.h>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace assay;

namespace {

// What means something in TOML or in a suite.
const std::vector<std::string> pieces{"[",
                                      "]",
                                      "[[",
                                      "]]",
                                      "{",
                                      "}",
                                      "\"",
                                      "'",
                                      "\"\"\"",
                                      "'''",
                                      "=",
                                      ".",
                                      ",",
                                      "\n",
                                      "\r",
                                      "#",
                                      " ",
                                      "\t",
                                      "\\",
                                      "\\u",
                                      "\\U00110000",
                                      "-",
                                      "+",
                                      "_",
                                      "0x",
                                      "1e999",
                                      "nan",
                                      "-inf",
                                      "true",
                                      "1979-05-27",
                                      "07:32:00",
                                      "a",
                                      "use",
                                      "sweep",
                                      "seeds",
                                      "[suite]\n",
                                      "[[benchmark]]\n",
                                      "[[claim]]\n",
                                      "\xff",
                                      "\xc3",
                                      "\xf0\x9f\x92\xa9",
                                      "\xEF\xBB\xBF",
                                      "9223372036854775807",
                                      "9223372036854775808",
                                      std::string(1, '\0'),
                                      std::string(70, '['),
                                      "a.b.c.d",
                                      "\x1b",
                                      "\xe2\x80\xa8",
                                      "<",
                                      "near",
                                      "slope(",
                                      "log ",
                                      "in [",
                                      "+ 0.02",
                                      "monotone("};

void read_it(const std::string& text, const std::vector<std::string>& overrides = {}) {
  const SuiteReading reading = read_suite_text(text, "fuzz.toml", test::catalogue(), overrides);
  if (reading.ok()) {
    // What is accepted can be written and read back.
    const Json document = to_json(reading.suite);
    REQUIRE(to_json(suite_from_json(Json::parse(document.dump()))) == document);
  } else {
    REQUIRE_FALSE(problems_text(reading.problems).empty());
  }
}

}  // namespace

TEST_CASE("mutated suites are read or refused") {
  const fs::path data = fs::path(ASSAY_TEST_SOURCE_DIR) / "tests/data";
  std::vector<std::string> seeds{read_file(data / "suites/sketch.toml")};
  for (const auto& entry : fs::directory_iterator(data / "broken_suites")) {
    if (entry.path().extension() == ".toml") seeds.push_back(read_file(entry.path()));
  }
  const int count = test::fuzz_rounds(1500);
  test::Mutator mutator(seeds, pieces, 20240229);
  std::string text;
  // Exceptions are failures too: mistakes are values here.
  try {
    for (int i = 0; i < count; ++i) {
      text = i % 4 == 3 ? mutator.noise() : mutator.next();
      read_it(text);
      read_it(seeds[0], {text.substr(0, 40), "seeds=" + mutator.noise()});
    }
  } catch (const std::exception& error) {
    FAIL(error.what() << " from:\n" << text);
  }
}
