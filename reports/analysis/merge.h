// Several runs as one set of results, for one report of all (docs/reports.md).
#pragma once

#include "reports/analysis/results.h"

#include <filesystem>
#include <string>
#include <vector>

namespace assay::reports {

/// A name for each run: its folder's, with as many folders above it as tell the runs apart. Throws
/// Error (wrong use) when a folder is named twice.
std::vector<std::string> run_labels(const std::vector<std::filesystem::path>& folders);

/// Merges what arrange_results gave for each run; `labels` has a name for each. One run stays as it
/// is.
///
/// Benchmarks of one id are one table when family, metrics, settings and data are the same and rows
/// of one name are the same method: rows and seeds are united. Otherwise they stay apart, and their
/// ids and titles get the run's label: "photos@night". Claims speak of their own run's benchmarks;
/// a claim that several runs state on the same benchmarks is one claim.
///
/// Where two runs have a cell, a done one wins over a failed one, and that over a missing one; of
/// two done ones the first stays. `problems` says how many of those differ, which cells no run had
/// planned, and where the builds or plugins of one table differ.
RunResults merge_results(std::vector<RunResults> runs, const std::vector<std::string>& labels);

}  // namespace assay::reports
