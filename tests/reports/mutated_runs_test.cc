// Whatever stands in a run's files, reports and comparisons are written or refused with an Error
// that names the file: mutations of a small run, one file at a time.
#include "compare_runs.h"
#include "made_up_run.h"
#include "reports/compare/writers.h"
#include "reports/report.h"
#include "reports/writers/formats.h"
#include "support/mutator.h"

#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/hash.h>

#include <catch2/catch.hpp>

#include <cmath>
#include <fstream>
#include <stdexcept>

namespace assay::reports {

namespace {

test::CompareRun small_run() {
  test::CompareRun run;
  run.benchmarks = {{.id = "digits",
                     .seeds = {0, 1, 2},
                     .rows = {{"xent", test::by_seed({.8, .84, .79})},
                              {"logconf", test::by_seed({.81, .86, std::nan("")})},
                              {"weak", test::by_seed({.7, .71, .69}), true}}}};
  return run;
}

void put(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

std::string sealed(Json cell) {
  if (cell.is_object()) {
    Json covered = cell;
    covered.erase("hash");
    covered.erase("run");
    cell["hash"] = hash_bytes(covered.dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  return cell.dump(1, ' ', false, Json::error_handler_t::replace);
}

// True when everything could be written. Whatever is not an Error is a failure, and so is an Error
// that does not say where.
bool report_on(const fs::path& run, const RunData& base) {
  try {
    const RunData data = load_run(run);
    std::size_t length = compare_json(compare_runs(base, data, {})).size();
    length += compare_markdown(compare_runs(data, base, {})).size();
    for (const Format& format : formats()) length += report_text(run, format.id).size();
    return length > 0;
  } catch (const Error& error) {
    const std::string message = error.what();
    if (message.find(run.string()) == std::string::npos) {
      throw std::logic_error("the error names no file: " + message);
    }
    return false;
  }
}

}  // namespace

TEST_CASE("runs with mutated files are reported or refused") {
  const test::TemporaryFolder folder;
  const fs::path base = folder.path() / "base", run = folder.path() / "run";
  test::write_run(base, small_run());
  test::write_run(run, small_run());
  const RunData good = load_run(base);
  const fs::path cells = run / "cells/digits";
  const std::vector<fs::path> files{run / "run.json", cells / "xent/0-2/1.json",
                                    cells / "logconf/0-2/2.json", cells / "weak/0-2/0.json"};
  assay::test::JsonMutator mutator(20260201);
  const int rounds = assay::test::fuzz_rounds(400);
  int written = 0;
  std::string text;
  try {
    for (int i = 0; i < rounds; ++i) {
      // run.json has most that is used unchecked: every other time.
      const fs::path& file = files[i % 2 == 0 ? 0 : 1 + static_cast<std::size_t>(i / 2) % 3];
      const std::string before = read_file(file);
      text = sealed(mutator.next(Json::parse(before)));
      put(file, text);
      written += report_on(run, good);
      put(file, before);
    }
  } catch (const std::exception& error) {
    FAIL(error.what() << " from:\n" << text.substr(0, 20'000));
  }
  CHECK(written > rounds / 4);
  CHECK(written < rounds);
}

}  // namespace assay::reports
