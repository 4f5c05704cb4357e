#include "reports/model/number_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::reports {

namespace {

constexpr const char* minus = "\u2212";
constexpr double smallest_plain = 1e-3, largest_plain = 1e6;

std::string scaled(double value, double step, const char* const* units, int last) {
  int unit = 0;
  while (unit < last && value >= 999.5) {
    value /= step;
    ++unit;
  }
  const int decimals = unit == 0 || value >= 99.5 ? 0 : 1;
  return fmt::format("{:.{}f}{}", value, decimals, units[unit]);
}

// Of a value that is not below zero: "0.00123", "1.20e53", "1.00e\u221210".
std::string with_digits(double value, int digits) {
  if (value == 0) return "0";
  if (value < smallest_plain || value >= largest_plain) {
    std::string text = fmt::format("{:.{}e}", value, digits - 1);
    const std::size_t exponent = text.find('e') + 1;
    const std::size_t figures = text.find_first_not_of("+-0", exponent);
    const bool below = text[exponent] == '-';
    return text.substr(0, exponent) + (below ? minus : "") + text.substr(figures);
  }
  const int above = static_cast<int>(std::floor(std::log10(value)));
  return fmt::format("{:.{}f}", value, std::max(0, digits - 1 - above));
}

int decimals_between(double smallest, double largest, bool share) {
  if (share || !std::isfinite(largest) || largest == 0) return 3;
  const bool far = largest >= largest_plain || largest < smallest_plain;
  if (far || smallest < 1e-6 * largest) return three_digits;
  if (largest < 1) return 3;
  const int decimals = std::max(0, 3 - static_cast<int>(std::floor(std::log10(largest))));
  // Large values must not turn small ones into zeros.
  return smallest < 0.5 * std::pow(10, -decimals) ? three_digits : decimals;
}

}  // namespace

int decimals_for(double largest, bool share) {
  return decimals_between(largest, largest, share);
}

int decimals_for(const std::vector<double>& values, bool share) {
  double smallest = std::numeric_limits<double>::infinity(), largest = 0;
  for (const double value : values) {
    if (!std::isfinite(value) || value == 0) continue;
    smallest = std::min(smallest, std::abs(value));
    largest = std::max(largest, std::abs(value));
  }
  return decimals_between(smallest, largest, share);
}

std::string number(double value, int decimals) {
  if (!std::isfinite(value)) return "not a number";
  std::string text = decimals < 0 ? with_digits(std::abs(value), -decimals)
                                  : fmt::format("{:.{}f}", std::abs(value), decimals);
  // No "-0.000": what rounds to zero has no sign.
  const bool zero = text.find_first_not_of("0.") == std::string::npos;
  return value < 0 && !zero ? minus + text : text;
}

std::string signed_number(double value, int decimals) {
  std::string text = number(value, decimals);
  const bool zero = text.find_first_not_of("0.") == std::string::npos;
  return value > 0 && !zero && std::isfinite(value) ? "+" + text : text;
}

std::string interval_text(const Interval& interval, int decimals, bool with_sign) {
  const auto text = with_sign ? signed_number : number;
  return "[" + text(interval.low, decimals) + ", " + text(interval.high, decimals) + "]";
}

std::string estimate_text(const Estimate& estimate, int decimals) {
  const std::string mean = number(estimate.mean, decimals);
  if (!estimate.interval || !std::isfinite(estimate.mean)) return mean;
  return mean + " \u00b1 " + number(estimate.interval->half_width(), decimals);
}

std::string ratio_text(const RatioEstimate& ratio, int decimals) {
  if (!ratio.resolved) return "not defined";
  const std::string text = number(ratio.ratio, decimals);
  switch (ratio.set) {
    case RatioEstimate::Set::interval:
      return text + " " + interval_text(ratio.bounds, decimals);
    case RatioEstimate::Set::outside:
      return text + " (unbounded: below " + number(ratio.bounds.low, decimals) + " or above " +
             number(ratio.bounds.high, decimals) + ")";
    case RatioEstimate::Set::everything:
      return text + " (unbounded: any value fits)";
    case RatioEstimate::Set::none:
      break;
  }
  return text;
}

std::string p_text(const std::string& name, double p) {
  if (!std::isfinite(p)) return name + ": none";
  if (p < 0.001) return name + " < 0.001";
  // A half is rounded up, as readers expect of 0.0625: 0.063.
  return name + " = " + fmt::format("{:.3f}", std::min(1.0, p + 1e-12));
}

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds)) return "unknown";
  if (seconds < 0.01) return fmt::format("{:.1f} ms", seconds * 1e3);
  if (seconds < 9.95) return fmt::format("{:.2f} s", seconds);
  if (seconds < 99.5) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

std::string bytes_text(double bytes) {
  static constexpr const char* units[] = {" B", " kB", " MB", " GB", " TB"};
  return std::isfinite(bytes) ? scaled(bytes, 1000, units, 4) : "unknown";
}

std::string count_text(double count) {
  static constexpr const char* units[] = {"", " k", " M", " G", " T", " P", " E"};
  return std::isfinite(count) ? scaled(count, 1000, units, 6) : "unknown";
}

std::string seeds_text(const std::vector<std::uint64_t>& seeds) {
  if (seeds.empty()) return "none";
  bool consecutive = seeds.size() > 2;
  for (std::size_t i = 1; i < seeds.size(); ++i) consecutive &= seeds[i] == seeds[i - 1] + 1;
  if (consecutive) return fmt::format("{}\u2013{}", seeds.front(), seeds.back());
  if (seeds.size() <= 12) return fmt::format("{}", fmt::join(seeds, ", "));
  return fmt::format("{}, \u2026, {} ({} seeds)", fmt::join(seeds.begin(), seeds.begin() + 5, ", "),
                     seeds.back(), seeds.size());
}

}  // namespace assay::reports
