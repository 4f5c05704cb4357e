// Figures as static SVG: they need no script, take their colours from the page's style sheet, and
// describe themselves to screen readers.
#pragma once

#include "reports/model/plot.h"
#include "reports/writers/markup.h"

#include <string>
#include <vector>

namespace assay::reports {

/// Draws on a scale in per cent of the page's width, so that text and marks keep their size on a
/// phone.
void draw_strips(Markup& markup, const StripPlot& plot);
/// One small figure for each panel.
void draw_curves(Markup& markup, const CurvePlot& plot);

/// A range of values with room at both ends, and round marks inside it.
struct Scale {
  double low = 0, high = 1;
  std::vector<double> ticks;
  int decimals = 0;  ///< of the ticks' text

  /// Place of a value, 0 at `low` and 1 at `high`.
  double place(double value) const { return (value - low) / (high - low); }
};

/// About `wanted` ticks at 1, 2 or 5 times a power of ten. Equal ends are spread.
Scale make_scale(double low, double high, int wanted);

/// A coordinate with at most two decimals: "12.5".
std::string coordinate(double value);

}  // namespace assay::reports
