#include <assay/common/error.h>
#include <assay/continual/gradient_constraint.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace assay::continual {
namespace {

using Numbers = std::vector<double>;
using Places = std::vector<std::size_t>;

// Solves Q_SS s = -c_S for the places S: elimination with pivots, whose diagonal gets a share of
// Q's largest entry that only matters where gradients are the same.
Numbers solve_on(const Numbers& matrix, const Numbers& c, const Places& places) {
  const std::size_t all = c.size(), n = places.size();
  const double ridge = 1e-14 * *std::max_element(matrix.begin(), matrix.end());
  std::vector<Numbers> rows(n, Numbers(n + 1));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) rows[i][j] = matrix[places[i] * all + places[j]];
    rows[i][i] += ridge;
    rows[i][n] = -c[places[i]];
  }
  for (std::size_t column = 0; column < n; ++column) {
    std::size_t pivot = column;
    for (std::size_t i = column; i < n; ++i) {
      if (std::abs(rows[i][column]) > std::abs(rows[pivot][column])) pivot = i;
    }
    std::swap(rows[column], rows[pivot]);
    for (std::size_t i = 0; i < n; ++i) {
      if (i == column) continue;
      const double factor = rows[i][column] / rows[column][column];
      for (std::size_t j = column; j <= n; ++j) rows[i][j] -= factor * rows[column][j];
    }
  }
  Numbers solution(n);
  for (std::size_t i = 0; i < n; ++i) solution[i] = rows[i][n] / rows[i][i];
  return solution;
}

// Moves u on its free places S to the minimum there, and where that would make one negative, to
// the border, where that place is given up.
void settle(const Numbers& matrix, const Numbers& c, Places& free, Numbers& u) {
  while (!free.empty()) {
    const Numbers target = solve_on(matrix, c, free);
    double share = 1;
    std::size_t border = free.size();
    for (std::size_t i = 0; i < free.size(); ++i) {
      if (target[i] > 0) continue;
      const double here = u[free[i]];
      const double to_border = here <= 0 ? 0 : here / (here - target[i]);
      if (border == free.size() || to_border < share) {
        share = to_border;
        border = i;
      }
    }
    for (std::size_t i = 0; i < free.size(); ++i) {
      u[free[i]] += share * (target[i] - u[free[i]]);
    }
    if (border == free.size()) return;
    u[free[border]] = 0;
    free.erase(free.begin() + static_cast<std::ptrdiff_t>(border));
  }
}

}  // namespace

std::vector<double> gem_dual(const std::vector<double>& q_matrix, const std::vector<double>& q,
                             double margin) {
  const std::size_t n = q.size();
  if (n == 0 || q_matrix.size() != n * n) {
    throw Error("gem_dual: expected a matrix of " + std::to_string(n * n) + " numbers, got " +
                std::to_string(q_matrix.size()));
  }
  // With u = v - margin: u >= 0 that minimises u' Q u / 2 + c' u.
  Numbers c = q, u(n, 0.0);
  double largest = std::numeric_limits<double>::min();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) c[i] += margin * q_matrix[i * n + j];
    largest = std::max(largest, std::abs(c[i]));
  }
  Places free;
  // Each round lowers the objective on another set of places; the limit is for rounding.
  for (std::size_t round = 0; round < 3 * n * n; ++round) {
    std::size_t best = n;
    double steepest = 1e-12 * largest;
    for (std::size_t i = 0; i < n; ++i) {
      if (std::find(free.begin(), free.end(), i) != free.end()) continue;
      double descent = -c[i];
      for (std::size_t j = 0; j < n; ++j) descent -= q_matrix[i * n + j] * u[j];
      if (descent > steepest) {
        steepest = descent;
        best = i;
      }
    }
    if (best == n) break;
    free.push_back(best);
    settle(q_matrix, c, free, u);
  }
  for (double& value : u) value += margin;
  return u;
}

}  // namespace assay::continual
