#include "reports/model/number_text.h"
#include "reports/model/plain_text.h"
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

// Every n-th point and the last: more cannot be seen at this size.
PlotPoints thinned(const PlotPoints& points) {
  if (points.size() <= most_points) return points;
  const std::size_t stride = (points.size() + most_points - 1) / most_points;
  PlotPoints kept;
  for (std::size_t i = 0; i < points.size(); i += stride) kept.push_back(points[i]);
  if (kept.back() != points.back()) kept.push_back(points.back());
  return kept;
}

// A tenth of a pixel is enough, and curves are most of a large report.
std::string short_coordinate(double value) {
  return coordinate(std::round(value * 10) / 10);
}

// A line that is interrupted where a value is not a number.
std::string path_of(const PlotPoints& points, const Scale& x, const Scale& y) {
  std::string path;
  bool pen_down = false;
  for (const auto& [step, value] : thinned(points)) {
    if (!std::isfinite(step) || !std::isfinite(value)) {
      pen_down = false;
      continue;
    }
    path += pen_down ? "L" : "M";
    path += short_coordinate(left + (right - left) * x.place(step)) + " " +
            short_coordinate(bottom - (bottom - top) * y.place(value));
    pen_down = true;
  }
  return path;
}

// The area between two lines over the same steps.
std::string area_of(const PlotPoints& low, const PlotPoints& high, const Scale& x, const Scale& y) {
  PlotPoints outline = thinned(low);
  PlotPoints back = thinned(high);
  outline.insert(outline.end(), back.rbegin(), back.rend());
  std::string path;
  for (const auto& [step, value] : outline) {
    path += (path.empty() ? "M" : "L") + short_coordinate(left + (right - left) * x.place(step)) + " " +
            short_coordinate(bottom - (bottom - top) * y.place(value));
  }
  return path + "Z";
}

struct Scales {
  Scale x, y;
};

Scales scales_of(const CurvePlot& plot) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  double x_low = infinity, x_high = -infinity, y_low = infinity, y_high = -infinity;
  for (const CurvePanel& panel : plot.panels) {
    std::vector<const PlotPoints*> lines = {&panel.main, &panel.band_low, &panel.band_high};
    for (const PlotPoints& seed : panel.seeds) lines.push_back(&seed);
    for (const PlotPoints* points : lines) {
      for (const auto& [step, value] : *points) {
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

void draw_axes(Markup& markup, const Scales& scales, const CurvePlot& plot,
               const CurvePanel& panel) {
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
  const std::vector<std::string>& names = panel.x_names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string x =
        coordinate(left + (right - left) * scales.x.place(static_cast<double>(i)));
    const char* anchor = i == 0 ? "start" : i + 1 == names.size() ? "end" : "middle";
    markup.element(
        "text",
        {{"class", "tick"}, {"x", x}, {"y", coordinate(bottom + 13)}, {"text-anchor", anchor}},
        shortened(names[i], 22));
  }
  for (const double tick : names.empty() ? scales.x.ticks : std::vector<double>()) {
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
    draw_axes(markup, scales, plot, panel);
    if (plot.others) {
      for (const CurvePanel& other : plot.panels) {
        if (&other == &panel) continue;
        markup.empty("path",
                     {{"class", "other-curve"}, {"d", path_of(other.main, scales.x, scales.y)}});
      }
    }
    if (!panel.band_low.empty()) {
      markup.empty("path", {{"class", "band"},
                            {"d", area_of(panel.band_low, panel.band_high, scales.x, scales.y)}});
    }
    for (const PlotPoints& points : panel.seeds) {
      markup.empty("path", {{"class", "seed-curve"}, {"d", path_of(points, scales.x, scales.y)}});
    }
    if (!panel.main.empty()) {
      markup.empty("path",
                   {{"class", "mean-curve"}, {"d", path_of(panel.main, scales.x, scales.y)}});
    }
    markup.close().close().line();
  }
  markup.close();
}

}  // namespace assay::reports
