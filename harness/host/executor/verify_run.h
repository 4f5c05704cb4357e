// Computes some finished cells of a run again and compares: each alone with its block's stages (rows
// must not depend on each other), and one block as it was (results must repeat bit by bit).
#pragma once

#include "host/executor/run_suite.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace assay {

struct VerifyOptions {
  std::size_t sample = 3;               ///< cells to run alone
  /// Largest difference of a metric (of its size, at least 1) and of a prediction on average, of a
  /// cell run alone. Summation order differs with the number of rows, and training amplifies it.
  double tolerance = 0.02;
  std::filesystem::path worker, cache;
  std::size_t workers = 0;
  Progress::Style style = Progress::Style::lines;
  const StopSignals* stop = nullptr;
};

struct VerifyResult {
  std::size_t alone = 0;                 ///< cells compared that ran alone
  std::size_t repeated = 0;              ///< cells compared bitwise
  std::string block;                     ///< "benchmark/method, seeds 0-4", or ""
  std::vector<std::string> differences;  ///< one sentence each
  bool interrupted = false;
};

/// `suite` prepared from the run's own suite document. The choice depends on the cells' keys alone.
/// Throws Error when no finished cell can be computed again by this build, saying what changed.
VerifyResult verify_run(const RunData& run, const SuiteToRun& suite, const VerifyOptions& options);

}  // namespace assay
