#include "host/statistics/claim_exact.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay {

namespace {

bool same_in_all(const std::vector<double>& column, const std::vector<std::size_t>& seeds) {
  double low = column[seeds.front()], high = low;
  for (const std::size_t seed : seeds) {
    low = std::min(low, column[seed]);
    high = std::max(high, column[seed]);
  }
  return high - low <= exact_share * std::max(std::abs(low), std::abs(high));
}

// Why a claim that was declared exact is none, or "".
std::string differing(const ClaimTest& test, const ClaimValues& values) {
  const std::vector<std::size_t> seeds = values.complete();
  const std::string end = " between seeds, and a claim on a sample needs a test: leave 'exact' out";
  for (std::size_t p = 0; p < values.points.size(); ++p) {
    if (!same_in_all(values.points[p], seeds)) {
      return "declared exact, but " + values.metric + " of " + test.points[p].row + " differs" +
             end;
    }
  }
  return same_in_all(values.unit, seeds) ? ""
                                         : "declared exact, but what it divides by differs" + end;
}

}  // namespace

Pending decide_by_value(ClaimTest& test, const ClaimValues& values, double quantity, double unit,
                        const Interval& range, double size) {
  test.note = differing(test, values);
  test.sign_flip.p = test.test.sign_flip.p = test.test.p = std::numeric_limits<double>::quiet_NaN();
  if (!test.note.empty()) return {};
  test.procedure = "value";
  test.test.difference.interval.reset();
  const double inside = std::min(quantity - range.low * unit, range.high * unit - quantity);
  if (std::abs(inside) <= exact_share * size) {
    test.note = "its value lies on the end of the claim's range";
    return {};
  }
  test.by_value = true;
  return {.if_significant = inside > 0 ? Verdict::supported : Verdict::refuted};
}

}  // namespace assay
