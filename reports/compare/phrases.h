// A comparison in words and printed numbers: shared by the text and Markdown writers, so that both
// say the same. Texts of suites and plugins are not escaped here.
#pragma once

#include "reports/compare/compare.h"

#include <string>
#include <vector>

namespace assay::reports {

/// Why the verdict is what it is, then what else a reader must know before any number: one sentence
/// each.
std::vector<std::string> compare_headlines(const RunComparison& comparison);

/// What both runs could not give: files that were not used, a command that still works on a run.
std::vector<std::string> compare_notes(const RunComparison& comparison);

/// "runs/a: suite quickstart, 2026-01-31T12:00:00Z, commit 0123abcd, 40 done, 1 failed, 2 missing"
std::string side_text(const RunSide& side);

/// "photos: train.lr: 0.001 -> 0.01"
std::string difference_text(const Difference& difference);

/// The numbers of one row, NEW - BASE in the metric's unit, as printed.
struct RowNumbers {
  std::string means;       ///< "0.828 -> 0.801"
  std::string difference;  ///< "-0.027"
  std::string interval;    ///< "[-0.031, -0.022]", or ""
  std::string pairs;       ///< "5 pairs", "3 and 4 seeds"
  std::string notes;       ///< "p = 0.012 (0.048 after Holm); smaller is better"
};
RowNumbers row_numbers(const RowComparison& row);

/// Decimals that show the row's differences to two digits of their uncertainty.
int row_decimals(const RowComparison& row);

/// "seed 3: broken (failed: timeout)"
std::string seed_text(const SeedComparison& seed, int decimals);

/// "photos: in BASE only", "photos/xent: in NEW only"
std::string one_sided_text(const OneSided& one);

/// Which rows are worth a line without being asked for.
bool is_news(const RowComparison& row);

}  // namespace assay::reports
