// Small runs for `assay compare`: every number is given by the test.
#pragma once

#include <assay/common/parameters_json.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace assay::reports::test {

struct CompareRow {
  std::string name;
  std::map<std::uint64_t, double> accuracy;  ///< by seed; not a number: a cell that failed; a seed
                                             ///< of the benchmark that is not here: a missing cell
  bool reference = false;
  Json parameters = Json::object();
};

struct CompareBenchmark {
  std::string id;
  std::vector<std::uint64_t> seeds;
  std::vector<CompareRow> rows;
  Json settings = {{"train", {{"lr", 0.001}}}};
};

struct CompareRun {
  std::vector<CompareBenchmark> benchmarks;
  std::string torch = "2.13.0+cpu", plugin_hash = "00112233", data = "digits-1", device = "cpu";
  bool alone = false;  ///< every seed trained as a block of its own
};

/// Metrics: accuracy (primary), loss = 10 (1 - accuracy), gain = accuracy - 0.5, gap = 0.3 (no
/// direction), pgr = gain / gap. Writes to `folder`, which must not exist.
void write_run(const std::filesystem::path& folder, const CompareRun& run);

/// Seeds 0, 1, ... with these values.
std::map<std::uint64_t, double> by_seed(const std::vector<double>& values);

/// One benchmark "digits" with one row "xent".
CompareRun one_row(const std::vector<double>& accuracy);

/// `run` with differences[seed] added to every row.
CompareRun shifted(CompareRun run, const std::vector<double>& differences);

}  // namespace assay::reports::test
