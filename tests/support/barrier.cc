#include "support/barrier.h"

#include <assay/metrics.h>

#include <ATen/ATen.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <utility>
#include <vector>

namespace assay::test {
namespace {

// How well one column alone knows the truth: 1 where it is the truth or any function of it that
// keeps the order. Of binary answers (int64) the larger of AUROC and 1 - AUROC; of numbers
// |correlation|.
double knows(const Tensor& column_N, const Tensor& truth_N) {
  const Tensor v_N = column_N.to(at::kDouble);
  if (truth_N.scalar_type() == at::kLong) {
    const Tensor two_1NC = at::stack({-v_N, v_N}, 1).unsqueeze(0);
    const double area = metrics::auroc(two_1NC, truth_N.unsqueeze(0)).item<double>();
    return std::max(area, 1 - area);
  }
  const Tensor a = v_N - v_N.mean(), b = truth_N - truth_N.mean();
  const double norms = (a.norm() * b.norm()).item<double>();
  return norms == 0 ? 0 : std::abs(a.dot(b).item<double>()) / norms;
}

// The most that any column of row 0 with as many entries knows, and where it is: of anything that
// can be cut into such columns, whatever its shape was.
std::pair<double, std::string> best(const Found& found, const Tensor& truth_N) {
  std::pair<double, std::string> most{0, ""};
  const std::int64_t items = truth_N.size(0);
  for (const auto& [name, tensor] : found) {
    std::vector<Tensor> columns;
    if (tensor.dim() > 1 && tensor.size(1) == items) {
      columns = tensor.select(0, 0).reshape({items, -1}).unbind(1);
    } else {
      const Tensor flat = tensor.select(0, 0).flatten();
      for (std::int64_t from = 0; from + items <= flat.size(0) && from < 64 * items;
           from += items) {
        columns.push_back(flat.slice(0, from, from + items));
      }
    }
    for (const Tensor& column : columns) {
      if (const double much = knows(column, truth_N); much > most.first) most = {much, name};
    }
  }
  return most;
}

}  // namespace

void check_hidden(const Found& found, const Tensor& truth_N, double limit) {
  const auto [much, name] = best(found, truth_N);
  INFO(name << " knows " << much);
  CHECK(much < limit);
  // The walk would see it, were it there under any name.
  Found leaked = found;
  leaked["leak"] = truth_N.to(at::kDouble).mul(3).add(1).view({1, -1, 1});
  CHECK(best(leaked, truth_N).first > 0.999);
  CHECK(best(leaked, truth_N).second == "leak");
}

}  // namespace assay::test
