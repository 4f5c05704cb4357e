#include "reports/model/number_text.h"
#include "reports/plots/svg.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::reports {

namespace {

constexpr double row_height = 44;
constexpr double text_line = 14;   // of a row: its label
constexpr double strip_line = 29;  // of a row: its marks
constexpr double axis_height = 40;
constexpr std::size_t longest_label = 30;

std::string pixels(double value) {
  return coordinate(value);
}
std::string percent(double share) {
  return coordinate(2 + 96 * share) + "%";
}

// Cut at a character's border, so that a label and its note fit side by side on a phone.
std::string shortened(const std::string& label) {
  if (label.size() <= longest_label) return label;
  std::size_t end = longest_label;
  while (end > 0 && (static_cast<unsigned char>(label[end]) & 0xc0) == 0x80) --end;
  return label.substr(0, end) + "\u2026";
}

Scale scale_of(const StripPlot& plot) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  const auto include = [&](double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  };
  for (const StripRow& row : plot.rows) {
    for (const double value : row.values) include(value);
    if (!row.interval) continue;
    include(row.interval->low);
    include(row.interval->high);
  }
  return std::isfinite(low) ? make_scale(low, high, 5) : make_scale(0, 1, 5);
}

void draw_axis(Markup& markup, const Scale& scale, const std::string& title, double bottom) {
  for (const double tick : scale.ticks) {
    const std::string x = percent(scale.place(tick));
    markup.empty("line",
                 {{"class", "grid"}, {"x1", x}, {"x2", x}, {"y1", "4"}, {"y2", pixels(bottom)}});
    markup.element(
        "text",
        {{"class", "tick"}, {"x", x}, {"y", pixels(bottom + 15)}, {"text-anchor", "middle"}},
        number(tick, scale.decimals));
  }
  markup.element(
      "text",
      {{"class", "axis"}, {"x", "50%"}, {"y", pixels(bottom + 33)}, {"text-anchor", "middle"}},
      title);
}

void draw_row(Markup& markup, const StripRow& row, const Scale& scale, double top) {
  const double y = top + strip_line;
  const bool has_mean = std::isfinite(row.mean);
  markup.open("g", {{"class", row.reference ? "strip reference" : "strip"}});
  markup.open("text", {{"class", "label"}, {"x", "0"}, {"y", pixels(top + text_line)}});
  if (shortened(row.label) != row.label) markup.element("title", {}, row.label);
  markup.text(shortened(row.label)).close();
  markup.element(
      "text",
      {{"class", "note"}, {"x", "100%"}, {"y", pixels(top + text_line)}, {"text-anchor", "end"}},
      row.note);
  markup.empty(
      "line",
      {{"class", "track"}, {"x1", "0"}, {"x2", "100%"}, {"y1", pixels(y)}, {"y2", pixels(y)}});
  if (row.interval) {
    const double from = scale.place(row.interval->low), to = scale.place(row.interval->high);
    markup.empty("line", {{"class", "interval"},
                          {"x1", percent(from)},
                          {"x2", percent(to)},
                          {"y1", pixels(y)},
                          {"y2", pixels(y)}});
  }
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    if (!std::isfinite(row.values[i])) continue;
    markup.open("circle", {{"class", "seed"},
                           {"cx", percent(scale.place(row.values[i]))},
                           {"cy", pixels(y)},
                           {"r", "4.5"}});
    markup.element("title", {}, row.label + ", " + row.names[i]).close();
  }
  if (has_mean) {
    const std::string x = percent(scale.place(row.mean));
    markup.empty(
        "line",
        {{"class", "mean"}, {"x1", x}, {"x2", x}, {"y1", pixels(y - 9)}, {"y2", pixels(y + 9)}});
  }
  markup.close().line();
}

}  // namespace

void draw_strips(Markup& markup, const StripPlot& plot) {
  const Scale scale = scale_of(plot);
  const double bottom = 4 + row_height * static_cast<double>(plot.rows.size());
  markup.open("svg", {{"class", "strips"},
                      {"role", "img"},
                      {"width", "100%"},
                      {"height", pixels(bottom + axis_height)},
                      {"aria-labelledby", plot.id + "-title " + plot.id + "-description"}});
  markup.element("title", {{"id", plot.id + "-title"}}, plot.title);
  markup.element("desc", {{"id", plot.id + "-description"}}, plot.description).line();
  draw_axis(markup, scale, plot.axis, bottom);
  markup.line();
  // The references' lines first: they lie below every row's text and marks.
  for (const StripRow& row : plot.rows) {
    if (!row.reference || !std::isfinite(row.mean)) continue;
    const std::string x = percent(scale.place(row.mean));
    markup.empty(
        "line",
        {{"class", "reference-line"}, {"x1", x}, {"x2", x}, {"y1", "4"}, {"y2", pixels(bottom)}});
  }
  markup.line();
  for (std::size_t i = 0; i < plot.rows.size(); ++i) {
    draw_row(markup, plot.rows[i], scale, 4 + row_height * static_cast<double>(i));
  }
  markup.close();
}

}  // namespace assay::reports
