#include "reports/model/number_text.h"
#include "reports/model/plain_text.h"
#include "reports/plots/svg.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::reports {

namespace {

constexpr double row_height = 44;
constexpr double text_line = 14;   // of a row: its label
constexpr double strip_line = 29;  // of a row: its marks
constexpr std::size_t longest_label = 30;

Scale scale_of(const StripPlot& plot) {
  if (plot.view) return make_scale(plot.view->low, plot.view->high, 5);
  double low = std::numeric_limits<double>::infinity(), high = -low;
  const auto include = [&](double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  };
  for (const StripRow& row : plot.rows) {
    for (const double value : row.values) include(value);
    include(row.mean);
    if (!row.interval) continue;
    include(row.interval->low);
    include(row.interval->high);
  }
  if (plot.bars) include(0);
  return std::isfinite(low) ? make_scale(low, high, 5) : make_scale(0, 1, 5);
}

// A place that is cut at the ends of the scale.
std::string visible(const Scale& scale, double value) {
  return percent_of_width(std::clamp(scale.place(value), 0.0, 1.0));
}

void draw_row(Markup& markup, const StripRow& row, const Scale& scale, double top,
              bool bar) {
  const double y = top + strip_line;
  const bool has_mean = std::isfinite(row.mean);
  markup.open("g", {{"class", row.reference ? "strip reference" : "strip"}});
  markup.open("text", {{"class", "label"}, {"x", "0"}, {"y", coordinate(top + text_line)}});
  if (shortened(row.label, longest_label) != row.label) markup.element("title", {}, row.label);
  markup.text(shortened(row.label, longest_label)).close();
  markup.element(
      "text",
      {{"class", "note"}, {"x", "100%"}, {"y", coordinate(top + text_line)}, {"text-anchor", "end"}},
      row.note);
  markup.empty(
      "line",
      {{"class", "track"}, {"x1", "0"}, {"x2", "100%"}, {"y1", coordinate(y)}, {"y2", coordinate(y)}});
  if (bar && has_mean) {
    markup.empty("line", {{"class", "bar"},
                          {"x1", visible(scale, 0)},
                          {"x2", visible(scale, row.mean)},
                          {"y1", coordinate(y)},
                          {"y2", coordinate(y)}});
  }
  if (row.interval) {
    markup.empty("line", {{"class", "interval"},
                          {"x1", visible(scale, row.interval->low)},
                          {"x2", visible(scale, row.interval->high)},
                          {"y1", coordinate(y)},
                          {"y2", coordinate(y)}});
  }
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    if (!std::isfinite(row.values[i])) continue;
    markup.open("circle", {{"class", "seed"},
                           {"cx", visible(scale, row.values[i])},
                           {"cy", coordinate(y)},
                           {"r", "4.5"}});
    markup.element("title", {}, row.label + ", " + row.names[i]).close();
  }
  if (has_mean) {
    const std::string x = visible(scale, row.mean);
    markup.empty(
        "line",
        {{"class", "mean"}, {"x1", x}, {"x2", x}, {"y1", coordinate(y - 9)}, {"y2", coordinate(y + 9)}});
  }
  markup.close().line();
}

}  // namespace

void draw_strips(Markup& markup, const StripPlot& plot) {
  const Scale scale = scale_of(plot);
  const double bottom = 4 + row_height * static_cast<double>(plot.rows.size());
  open_figure(markup, "strips", plot.id, plot.title, plot.description, bottom + axis_height);
  draw_axis_below(markup, scale, plot.axis, bottom);
  markup.line();
  // The references' lines first: they lie below every row's text and marks.
  for (const StripRow& row : plot.rows) {
    if (!row.reference || !std::isfinite(row.mean)) continue;
    const std::string x = visible(scale, row.mean);
    markup.empty(
        "line",
        {{"class", "reference-line"}, {"x1", x}, {"x2", x}, {"y1", "4"}, {"y2", coordinate(bottom)}});
  }
  markup.line();
  for (std::size_t i = 0; i < plot.rows.size(); ++i) {
    draw_row(markup, plot.rows[i], scale, 4 + row_height * static_cast<double>(i),
             plot.bars);
  }
  markup.close();
}

}  // namespace assay::reports
