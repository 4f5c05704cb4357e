#include "host/statistics/attainable.h"

#include "host/statistics/many.h"

#include <algorithm>
#include <cmath>

namespace assay {

double smallest_sign_flip_p(std::size_t pairs) {
  return std::min(1.0, 2 * smallest_one_sided_sign_flip_p(pairs));
}

double smallest_one_sided_sign_flip_p(std::size_t pairs) {
  return std::ldexp(1.0, -static_cast<int>(std::min<std::size_t>(pairs, 1000)));
}

double smallest_mann_whitney_p(std::size_t a, std::size_t b) {
  double arrangements = 1;  // C(a + b, a); every partial product is itself a binomial coefficient
  for (std::size_t i = 1; i <= a; ++i) {
    arrangements *= static_cast<double>(b + i) / static_cast<double>(i);
  }
  return std::min(1.0, 2 / arrangements);
}

std::size_t pairs_for_holm(std::size_t comparisons, double level) {
  return sign_flip_minimum(level / static_cast<double>(std::max<std::size_t>(1, comparisons)));
}

std::size_t group_size_for_holm(std::size_t comparisons, double level) {
  const double wanted = level / static_cast<double>(std::max<std::size_t>(1, comparisons));
  std::size_t size = 1;
  while (smallest_mann_whitney_p(size, size) > wanted) ++size;
  return size;
}

std::size_t all_pairs(std::size_t methods) {
  return methods < 2 ? 0 : methods * (methods - 1) / 2;
}

}  // namespace assay
