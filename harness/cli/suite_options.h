// What run and plan share: how a suite is named on the command line, and how it is read.
#pragma once

#include "host/executor/run_suite.h"
#include "host/suite/catalogue.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace assay::cli {

struct SuiteOptions {
  std::vector<std::string> files;
  std::int64_t seeds = 0;               ///< 0: as the suite says
  std::string only;                     ///< glob over benchmark ids
  std::vector<std::string> methods;     ///< globs over variants and method ids
  std::vector<std::string> overrides;   ///< KEY=VALUE
  std::vector<std::filesystem::path> plugin_folders;
  std::string device = "cpu";
};

/// Adds suite..., --seeds, --only, --methods, --set, --plugin-dir, --device.
void add_suite_options(CLI::App& command, SuiteOptions& options);

/// Throws Error for a device this build cannot use.
void check_device(const std::string& device);

/// Reads, selects from and expands the suite files. Throws Error (wrong use) with every mistake of
/// the first file that has any, and for two suites of one name, whose runs would be one folder.
std::vector<SuiteToRun> read_suites(const SuiteOptions& options, const Catalogue& catalogue);

/// Where a suite's run goes: `out`, or runs/<suite name> in the current folder; with several suites,
/// `out`/<suite name>.
std::filesystem::path run_folder(const std::string& out, const SuiteToRun& suite, bool several);

}  // namespace assay::cli
