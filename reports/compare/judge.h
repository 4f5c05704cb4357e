// From the differences of one row to its test, and from the tests of all rows to their words.
#pragma once

#include "reports/compare/compare.h"

#include <vector>

namespace assay::reports {

/// Fills the row's estimates, margin and tests from its seeds. Its word has to wait for judge().
void test_row(RowComparison& row, const Margins& margins);

/// Whether some seed was measured in both runs, or without shared seeds some in each.
bool measured(const RowComparison& row);

/// The word of every row, after Holm over the gated comparisons, and over the others among
/// themselves.
void judge(std::vector<RowComparison>& rows);

}  // namespace assay::reports
