#include "bench/support/peak.h"

#include "bench/support/clock.h"

#include <ATen/ATen.h>
#include <algorithm>
#include <cmath>

namespace assay::bench {
namespace {

at::Tensor stack_of(std::int64_t models, std::int64_t rows, std::int64_t columns, bool transposed) {
  if (!transposed) return at::rand({models, rows, columns});
  return at::rand({models, columns, rows}).transpose(1, 2);
}

struct Operands {
  at::Tensor left_KRI, right_KIC, result_KRC;
};

}  // namespace

double sgemm_peak() {
  static const double peak = [] {
    double best = 0;
    for (const std::int64_t size : {384, 512, 768, 1024}) {
      const at::Tensor left = at::rand({size, size}), right = at::rand({size, size});
      at::Tensor result = at::empty({size, size});
      const double seconds = shortest([&] { at::mm_out(result, left, right); }, 0.1);
      best = std::max(best, Product{size, size, size}.flops() / seconds);
    }
    return best;
  }();
  return peak;
}

double products_seconds(const std::vector<Product>& products, std::int64_t models) {
  std::vector<Operands> operands;
  for (const Product& p : products) {
    operands.push_back({stack_of(models, p.rows, p.inner, p.left_transposed),
                        stack_of(models, p.inner, p.columns, p.right_transposed),
                        at::empty({models, p.rows, p.columns})});
  }
  return shortest(
      [&] {
        for (Operands& o : operands) at::bmm_out(o.result_KRC, o.left_KRI, o.right_KIC);
      },
      0.1);
}

double bandwidth(double bytes) {
  // Three arrays share the working set. Below a few thousand numbers the call itself would be timed.
  const auto numbers = std::max<std::int64_t>(std::llround(bytes / (3 * sizeof(float))), 1 << 14);
  const at::Tensor a = at::rand(numbers), b = at::rand(numbers);
  at::Tensor c = at::empty(numbers);
  const double seconds = shortest([&] { at::add_out(c, a, b); });
  return 3.0 * sizeof(float) * static_cast<double>(numbers) / seconds;
}

}  // namespace assay::bench
