// Whether a truth can be found in what a method can get hold of.
#pragma once

#include <assay/tensor.h>

#include <map>
#include <string>

namespace assay::test {

/// Tensors by the way they were got, rows first.
using Found = std::map<std::string, Tensor>;

/// Checks that no column of numbers in row 0 of what was found knows row 0's truth [N] (int64 of
/// binary answers, else numbers) to `limit` or better, and that one that does would be seen.
void check_hidden(const Found& found, const Tensor& truth_N, double limit);

}  // namespace assay::test
