#include "reports/model/number_text.h"
#include "reports/plots/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace assay::reports {

Scale make_scale(double low, double high, int wanted) {
  // Half of the range of numbers: wider ends would have no finite distance.
  constexpr double widest = std::numeric_limits<double>::max() / 4;
  if (!(std::abs(low) <= widest) || !(std::abs(high) <= widest)) return {};
  if (!(high > low)) {
    const double room = low == 0 ? 1 : std::abs(low) * 0.05;
    low -= room;
    high += room;
  }
  const double room = (high - low) * 0.04;
  Scale scale;
  scale.low = low - room;
  scale.high = high + room;
  const double rough = (scale.high - scale.low) / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double share = rough / power;
  const double step = (share <= 1.5 ? 1 : share <= 3.5 ? 2 : share <= 7.5 ? 5 : 10) * power;
  scale.decimals = static_cast<int>(std::clamp(std::ceil(-std::log10(step) - 1e-9), 0.0, 9.0));
  if (step >= 1e6 || step < 1e-9) scale.decimals = three_digits;
  // Beyond 2^53 steps from zero neighbouring marks are one number.
  const double first = std::ceil(scale.low / step), last = scale.high / step;
  if (!(std::max(std::abs(first), std::abs(last)) < 9007199254740992.0)) return scale;
  for (double i = first; i <= last; ++i) scale.ticks.push_back(i * step);
  return scale;
}

Scale make_log_scale(double low, double high) {
  Scale scale;
  scale.logarithmic = true;
  const double room = std::max(0.12, (std::log10(high) - std::log10(low)) * 0.08);
  scale.low = std::log10(low) - room;
  scale.high = std::log10(high) + room;
  // Powers of ten; between them 2 and 5 where these are few.
  const bool fine = scale.high - scale.low < 2.2;
  for (int power = static_cast<int>(std::floor(scale.low)); power <= scale.high; ++power) {
    for (const double digit : {1.0, 2.0, 5.0}) {
      if (digit > 1 && !fine) continue;
      const double tick = digit * std::pow(10.0, power);
      if (std::log10(tick) >= scale.low && std::log10(tick) <= scale.high) {
        scale.ticks.push_back(tick);
      }
    }
  }
  if (scale.ticks.size() >= 3) return scale;
  // Within less than a power of ten round numbers of a plain scale say more.
  scale.ticks.clear();
  for (const double tick : make_scale(low, high, 4).ticks) {
    if (tick > 0) scale.ticks.push_back(tick);
  }
  return scale;
}

double Scale::place(double value) const {
  return ((logarithmic ? std::log10(value) : value) - low) / (high - low);
}

std::string coordinate(double value) {
  std::string text = fmt::format("{:.2f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string percent_of_width(double share) {
  return coordinate(2 + 96 * share) + "%";
}

void open_figure(Markup& markup, const char* css_class, const std::string& id,
                 const std::string& title, const std::string& description, double height) {
  markup.open("svg", {{"class", css_class},
                      {"role", "img"},
                      {"width", "100%"},
                      {"height", coordinate(height)},
                      {"aria-labelledby", id + "-title " + id + "-description"}});
  markup.element("title", {{"id", id + "-title"}}, title);
  markup.element("desc", {{"id", id + "-description"}}, description).line();
}

namespace {

// Of a logarithmic scale: "0.001", "500", "1e6" and not "1e+06".
std::string tick_text(double tick) {
  return tick < 1e-3 || tick >= 1e6 ? number(tick, -1) : fmt::format("{:g}", tick);
}

}  // namespace

void draw_axis_below(Markup& markup, const Scale& scale, const std::string& title, double bottom) {
  for (const double tick : scale.ticks) {
    const std::string x = percent_of_width(scale.place(tick));
    markup.empty(
        "line", {{"class", "grid"}, {"x1", x}, {"x2", x}, {"y1", "4"}, {"y2", coordinate(bottom)}});
    markup.element(
        "text",
        {{"class", "tick"}, {"x", x}, {"y", coordinate(bottom + 15)}, {"text-anchor", "middle"}},
        scale.logarithmic ? tick_text(tick) : number(tick, scale.decimals));
  }
  markup.element(
      "text",
      {{"class", "axis"}, {"x", "50%"}, {"y", coordinate(bottom + 33)}, {"text-anchor", "middle"}},
      title);
}

CurveMean mean_curve(const std::vector<PlotPoints>& seeds) {
  std::map<double, std::vector<double>> by_step;
  for (const PlotPoints& seed : seeds) {
    for (const auto& [step, value] : seed) {
      if (std::isfinite(step) && std::isfinite(value)) by_step[step].push_back(value);
    }
  }
  CurveMean curve;
  for (const auto& [step, values] : by_step) {
    if (values.size() != seeds.size()) continue;
    const Estimate estimate = estimate_mean(values);
    curve.mean.emplace_back(step, estimate.mean);
    if (!estimate.interval) continue;
    curve.low.emplace_back(step, estimate.interval->low);
    curve.high.emplace_back(step, estimate.interval->high);
  }
  return curve;
}

}  // namespace assay::reports
