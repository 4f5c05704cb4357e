// Figures as static SVG: they need no script, take their colours from the page's style sheet, and
// describe themselves to screen readers.
#pragma once

#include "reports/model/plot.h"
#include "reports/writers/markup.h"

#include <string>
#include <vector>

namespace assay::reports {

// Figures without a viewBox are drawn in per cent of the page's width and in pixels downwards, so
// that text and marks keep their size on a phone.

void draw_strips(Markup& markup, const StripPlot& plot);
/// One small figure for each panel.
void draw_curves(Markup& markup, const CurvePlot& plot);
void draw_ranks(Markup& markup, const RankPlot& plot);
void draw_scatter(Markup& markup, const ScatterPlot& plot);
void draw_timeline(Markup& markup, const TimelinePlot& plot);

/// A range of values with room at both ends, and round marks inside it.
struct Scale {
  double low = 0, high = 1;  ///< of a logarithmic scale: their decimal logarithms
  std::vector<double> ticks;
  int decimals = 0;  ///< of the ticks' text
  bool logarithmic = false;

  /// Place of a value, 0 at `low` and 1 at `high`.
  double place(double value) const;
};

/// About `wanted` ticks at 1, 2 or 5 times a power of ten. Equal ends are spread.
Scale make_scale(double low, double high, int wanted);
/// For 0 < low <= high.
Scale make_log_scale(double low, double high);

/// A coordinate with at most two decimals: "12.5".
std::string coordinate(double value);
/// A place on a scale as a coordinate, with a margin on both sides: "50%".
std::string percent_of_width(double share);

/// Opens <svg> as an image with a name and a description. Not closed.
void open_figure(Markup& markup, const char* css_class, const std::string& id,
                 const std::string& title, const std::string& description, double height);
/// Grid lines from the top to `bottom`, and below it ticks and the scale's title (40 pixels).
void draw_axis_below(Markup& markup, const Scale& scale, const std::string& title, double bottom);
inline constexpr double axis_height = 40;

}  // namespace assay::reports
