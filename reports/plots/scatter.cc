#include "reports/model/number_text.h"
#include "reports/model/plain_text.h"
#include "reports/plots/svg.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace assay::reports {

namespace {

constexpr double top = 12, bottom = 300;
constexpr std::size_t longest_label = 26;

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -low;

  void include(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  void include(const std::optional<Interval>& interval) {
    if (!interval) return;
    include(interval->low);
    include(interval->high);
  }
};

double height_of(const Scale& scale, double value) {
  return bottom - (bottom - top) * scale.place(value);
}

void draw_heights(Markup& markup, const Scale& scale) {
  for (const double tick : scale.ticks) {
    const double y = height_of(scale, tick);
    markup.empty("line", {{"class", "grid"},
                          {"x1", "0"},
                          {"x2", "100%"},
                          {"y1", coordinate(y)},
                          {"y2", coordinate(y)}});
    markup.element("text", {{"class", "tick"}, {"x", "0"}, {"y", coordinate(y - 4)}},
                   number(tick, scale.decimals));
  }
}

// The stairs of the best value that each cost buys, from cheap to dear.
void draw_front(Markup& markup, const ScatterPlot& plot, const Scale& x, const Scale& y) {
  std::vector<const ScatterPoint*> front;
  for (const ScatterPoint& point : plot.points) {
    if (point.front) front.push_back(&point);
  }
  std::sort(front.begin(), front.end(),
            [](const ScatterPoint* a, const ScatterPoint* b) { return a->x < b->x; });
  for (std::size_t i = 0; i < front.size(); ++i) {
    const double to = i + 1 < front.size() ? x.place(front[i + 1]->x) : 1.0;
    const std::string height = coordinate(height_of(y, front[i]->y));
    const std::string end = percent_of_width(to);
    markup.empty("line", {{"class", "front"},
                          {"x1", percent_of_width(x.place(front[i]->x))},
                          {"x2", end},
                          {"y1", height},
                          {"y2", height}});
    if (i + 1 == front.size()) break;
    markup.empty("line", {{"class", "front"},
                          {"x1", end},
                          {"x2", end},
                          {"y1", height},
                          {"y2", coordinate(height_of(y, front[i + 1]->y))}});
  }
}

// Where a label stands; not at all where it would lie on another: the point's tooltip and the table
// beside the figure have its name.
struct Label {
  bool shown = false, left = false;
  double y = 0;
};

struct Box {
  double x0 = 0, x1 = 0, y0 = 0, y1 = 0;

  bool meets(const Box& other) const {
    return x0 < other.x1 && other.x0 < x1 && y0 < other.y1 && other.y0 < y1;
  }
};

// Points on the front are labelled first. Widths are guesses for a page of middling width.
std::vector<Label> place_labels(const ScatterPlot& plot, const Scale& x, const Scale& y) {
  constexpr double page = 760, letter = 6.6, line = 13;
  std::vector<std::size_t> order(plot.points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return plot.points[a].front > plot.points[b].front;
  });
  std::vector<Box> taken;
  for (const ScatterPoint& point : plot.points) {
    const double at_x = page * x.place(point.x), at_y = height_of(y, point.y);
    taken.push_back({at_x - 4, at_x + 4, at_y - 4, at_y + 4});
  }
  std::vector<Label> labels(plot.points.size());
  for (const std::size_t i : order) {
    const ScatterPoint& point = plot.points[i];
    const double at_x = page * x.place(point.x), at_y = height_of(y, point.y);
    const double width = letter * static_cast<double>(std::min(point.label.size(), longest_label));
    for (const double down : {-6.0, 4.0, 15.0}) {
      const bool left = at_x > page * 0.6;
      const double from = left ? at_x - 9 - width : at_x + 9;
      const Box box{from, from + width, at_y + down - line + 2, at_y + down + 2};
      const bool free = std::none_of(taken.begin(), taken.end(),
                                     [&](const Box& other) { return box.meets(other); });
      if (!free || box.y1 > bottom || box.y0 < 0) continue;
      taken.push_back(box);
      labels[i] = {true, left, at_y + down};
      break;
    }
  }
  return labels;
}

}  // namespace

void draw_scatter(Markup& markup, const ScatterPlot& plot) {
  Range across, up;
  for (const ScatterPoint& point : plot.points) {
    across.include(point.x);
    across.include(point.x_range);
    up.include(point.y);
    up.include(point.y_range);
  }
  if (!std::isfinite(across.low) || !std::isfinite(up.low)) return;
  const Scale x = plot.log_x ? make_log_scale(across.low, across.high)
                             : make_scale(across.low, across.high, 5);
  const Scale y = make_scale(up.low, up.high, 5);
  open_figure(markup, "scatter", plot.id, plot.title, plot.description, bottom + axis_height);
  draw_axis_below(markup, x, plot.x_axis, bottom);
  draw_heights(markup, y);
  markup.line();
  draw_front(markup, plot, x, y);
  markup.line();
  const std::vector<Label> labels = place_labels(plot, x, y);
  for (std::size_t i = 0; i < plot.points.size(); ++i) {
    const ScatterPoint& point = plot.points[i];
    const std::string at_x = percent_of_width(x.place(point.x)), at_y = coordinate(height_of(y, point.y));
    markup.open("g", {{"class", point.front   ? "point on-front"
                               : point.apart ? "point apart"
                                             : "point"}});
    if (point.y_range) {
      markup.empty("line", {{"class", "range"},
                            {"x1", at_x},
                            {"x2", at_x},
                            {"y1", coordinate(height_of(y, point.y_range->low))},
                            {"y2", coordinate(height_of(y, point.y_range->high))}});
    }
    if (point.x_range) {
      markup.empty("line", {{"class", "range"},
                            {"x1", percent_of_width(x.place(point.x_range->low))},
                            {"x2", percent_of_width(x.place(point.x_range->high))},
                            {"y1", at_y},
                            {"y2", at_y}});
    }
    markup.open("circle", {{"class", "seed"}, {"cx", at_x}, {"cy", at_y}, {"r", "5"}});
    markup.element("title", {}, point.label + ": " + point.note).close();
    if (labels[i].shown) {
      markup.element("text",
                     {{"class", "label"},
                      {"x", at_x},
                      {"dx", labels[i].left ? "-9" : "9"},
                      {"y", coordinate(labels[i].y)},
                      {"text-anchor", labels[i].left ? "end" : "start"}},
                     shortened(point.label, longest_label));
    }
    markup.close().line();
  }
  markup.close();
}

}  // namespace assay::reports
