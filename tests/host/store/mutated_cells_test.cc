// Nothing that stands in a cell file may crash its reader: mutations of good ones, as text and,
// with a hash that fits, value by value.
#include "host/store/cell_file.h"
#include "support/mutator.h"

#include <assay/common/hash.h>

#include <catch2/catch.hpp>

using namespace assay;

namespace {

Json cell(bool done) {
  const CellIdentity identity{.benchmark = "b",
                              .family = "f",
                              .method = "m",
                              .use = "m",
                              .role = "method",
                              .parameters = {{"alpha", 0.5}},
                              .seed = 1,
                              .block = {0, 1},
                              .key = "k",
                              .parts = {{"data", "d"}}};
  const Json result = {{"metrics", {{"accuracy", 0.5}, {"loss", nullptr}}},
                       {"curves", {{"loss", {{1, 2.5}, {2, nullptr}}}}},
                       {"counts", {{"flops", 10}}}};
  const Json error = {{"kind", "timeout"}, {"phase", "fit"}, {"message", "m"}, {"log", "logs/a"}};
  return make_cell(identity,
                   {{"status", done ? "done" : "failed"}, {"result", result}, {"error", error}},
                   {{"attempt", 2}, {"crashes", 1}, {"seconds", 0.5}, {"host", "here"}});
}

std::string sealed(Json cell) {
  if (!cell.is_object()) return cell.dump(-1, ' ', false, Json::error_handler_t::replace);
  Json covered = cell;
  covered.erase("hash");
  covered.erase("run");
  cell["hash"] = hash_bytes(covered.dump(-1, ' ', false, Json::error_handler_t::replace));
  return cell_text(cell);
}

// One line that says what is wrong, or a cell of which everything can be asked.
bool check(const std::string& text) {
  const StoredCell stored = parse_cell("x.json", text);
  if (!stored.problem.empty()) {
    REQUIRE(stored.document.is_null());
    REQUIRE(stored.problem.find('\n') == std::string::npos);
    REQUIRE(stored.problem.size() < 300);
    return false;
  }
  REQUIRE(stored.attempt() >= 0);
  REQUIRE(stored.crashes() >= 0);
  REQUIRE(stored.block_size() > 0);
  REQUIRE((stored.error_kind().empty() || !stored.done()));
  REQUIRE_FALSE(better(stored, stored));
  REQUIRE(parse_cell("x.json", cell_text(stored.document)).problem.empty());
  return true;
}

}  // namespace

TEST_CASE("mutated cell files are read or refused") {
  const int rounds = test::fuzz_rounds(1500);
  test::Mutator texts({sealed(cell(true)), sealed(cell(false))},
                      {"[",
                       "]",
                       "{",
                       "}",
                       "\"",
                       ",",
                       ":",
                       "\\",
                       "\\u",
                       "\\ud800",
                       "null",
                       "true",
                       "-",
                       "1e999",
                       "1e-999",
                       "18446744073709551616",
                       "\n",
                       "\xff",
                       "\xc3",
                       std::string(1, '\0'),
                       std::string(150, '['),
                       "\"seed\"",
                       "\"version\": 2",
                       "\"status\": \"done\"",
                       "\"attempt\": 1e300"},
                      20260131);
  test::JsonMutator values(20260131);
  int read = 0;
  std::string text;
  try {
    for (int i = 0; i < rounds; ++i) {
      text = texts.next();
      read += check(text);
      text = sealed(values.next(cell(i % 2 == 0)));
      read += check(text);
    }
  } catch (const std::exception& error) {
    FAIL(error.what() << " from:\n" << text);
  }
  // Some damage does not matter, some does: the test sees both sides.
  CHECK(read > rounds / 50);
  CHECK(read < rounds);
}
