// Numbers as a report prints them: one place, so that every format shows the same text.
#pragma once

#include "host/statistics/estimate.h"
#include "host/statistics/ratio.h"

#include <cstdint>
#include <string>
#include <vector>

namespace assay::reports {

/// In place of decimals: every value with three digits that count, "1.20e53" where it lies outside
/// of [0.001, 1e6).
inline constexpr int three_digits = -3;

/// Decimals that suit values of this size: 3 below 1, fewer for larger ones; `share` (a share or a
/// ratio): always 3. `three_digits` where decimals would print what is not zero as zero, or more
/// digits than anybody reads: the largest below .001 or from 1e6 on, the smallest that is not zero
/// less than a millionth of it, or printed as zero beside a largest from 1 on.
int decimals_for(double largest, bool share);
/// Of a column of values, those that are not finite left out.
int decimals_for(const std::vector<double>& values, bool share);

/// "0.828"; a minus is U+2212; not a number: "not a number".
std::string number(double value, int decimals);
/// With a sign: "+0.031".
std::string signed_number(double value, int decimals);
/// "[0.012, 0.050]"
std::string interval_text(const Interval& interval, int decimals, bool with_sign = false);
/// "0.828 ± 0.012"; without an interval "0.828".
std::string estimate_text(const Estimate& estimate, int decimals);
/// "0.191 [0.155, 0.221]", or what there is instead.
std::string ratio_text(const RatioEstimate& ratio, int decimals);
/// "p = 0.041" with `name` before it, "p < 0.001", "p: none".
std::string p_text(const std::string& name, double p);

/// "12.3 s", "4 min 10 s", "1 h 05 min"
std::string duration_text(double seconds);
/// "1.2 GB"
std::string bytes_text(double bytes);
/// "12.3 M"; 0 to 999 as they are.
std::string count_text(double count);
/// "0-4" for consecutive seeds, else "0, 2, 5"; long lists keep their ends.
std::string seeds_text(const std::vector<std::uint64_t>& seeds);

}  // namespace assay::reports
