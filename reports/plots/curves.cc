#include "reports/model/number_text.h"
#include "reports/plots/svg.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::reports {

namespace {

// A panel's coordinates; the page scales it.
constexpr double width = 240, height = 140;
constexpr double left = 44, right = 232, top = 8, bottom = 112;
constexpr std::size_t most_points = 60;

using Points = std::vector<std::pair<double, double>>;

// Every n-th point and the last: more cannot be seen at this size.
Points thinned(const Points& points) {
  if (points.size() <= most_points) return points;
  const std::size_t stride = (points.size() + most_points - 1) / most_points;
  Points kept;
  for (std::size_t i = 0; i < points.size(); i += stride) kept.push_back(points[i]);
  if (kept.back() != points.back()) kept.push_back(points.back());
  return kept;
}

// A line that is interrupted where a value is not a number.
std::string path_of(const Points& points, const Scale& x, const Scale& y) {
  std::string path;
  bool pen_down = false;
  for (const auto& [step, value] : thinned(points)) {
    if (!std::isfinite(step) || !std::isfinite(value)) {
      pen_down = false;
      continue;
    }
    path += pen_down ? "L" : "M";
    path += coordinate(left + (right - left) * x.place(step)) + " " +
            coordinate(bottom - (bottom - top) * y.place(value));
    pen_down = true;
  }
  return path;
}

struct Scales {
  Scale x, y;
};

Scales scales_of(const CurvePlot& plot) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  double x_low = infinity, x_high = -infinity, y_low = infinity, y_high = -infinity;
  for (const CurvePanel& panel : plot.panels) {
    for (const Points& points : panel.seeds) {
      for (const auto& [step, value] : points) {
        if (!std::isfinite(step) || !std::isfinite(value)) continue;
        x_low = std::min(x_low, step);
        x_high = std::max(x_high, step);
        y_low = std::min(y_low, value);
        y_high = std::max(y_high, value);
      }
    }
  }
  if (!std::isfinite(x_low)) x_low = y_low = 0, x_high = y_high = 1;
  return {make_scale(x_low, x_high, 4), make_scale(y_low, y_high, 4)};
}

void draw_axes(Markup& markup, const Scales& scales, const CurvePlot& plot) {
  for (const double tick : scales.y.ticks) {
    const std::string y = coordinate(bottom - (bottom - top) * scales.y.place(tick));
    markup.empty("line", {{"class", "grid"},
                          {"x1", coordinate(left)},
                          {"x2", coordinate(right)},
                          {"y1", y},
                          {"y2", y}});
    markup.element("text",
                   {{"class", "tick"},
                    {"x", coordinate(left - 5)},
                    {"y", y},
                    {"dy", "3.5"},
                    {"text-anchor", "end"}},
                   number(tick, scales.y.decimals));
  }
  for (const double tick : scales.x.ticks) {
    const std::string x = coordinate(left + (right - left) * scales.x.place(tick));
    markup.element(
        "text",
        {{"class", "tick"}, {"x", x}, {"y", coordinate(bottom + 13)}, {"text-anchor", "middle"}},
        number(tick, scales.x.decimals));
  }
  markup.element("text",
                 {{"class", "axis"},
                  {"x", coordinate((left + right) / 2)},
                  {"y", coordinate(height - 2)},
                  {"text-anchor", "middle"}},
                 plot.x_axis);
}

}  // namespace

void draw_curves(Markup& markup, const CurvePlot& plot) {
  const Scales scales = scales_of(plot);
  markup.open("div", {{"class", "panels"}}).line();
  for (std::size_t i = 0; i < plot.panels.size(); ++i) {
    const CurvePanel& panel = plot.panels[i];
    const std::string id = plot.id + "-" + std::to_string(i + 1);
    markup.open("div", {{"class", panel.reference ? "panel reference" : "panel"}});
    markup.element("p", {{"class", "panel-title"}}, panel.title);
    markup.open("svg", {{"role", "img"},
                        {"viewBox", "0 0 " + coordinate(width) + " " + coordinate(height)},
                        {"aria-labelledby", id + "-title"}});
    markup.element("title", {{"id", id + "-title"}}, panel.title + ": " + plot.title);
    draw_axes(markup, scales, plot);
    for (const Points& points : panel.seeds) {
      markup.empty("path", {{"class", "seed-curve"}, {"d", path_of(points, scales.x, scales.y)}});
    }
    markup.empty("path", {{"class", "mean-curve"},
                          {"d", path_of(mean_curve(panel.seeds), scales.x, scales.y)}});
    markup.close().close().line();
  }
  markup.close();
}

}  // namespace assay::reports
