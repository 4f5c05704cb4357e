// Figures as data. Each shows every seed; the numbers are also in a table beside it.
#pragma once

#include "host/statistics/estimate.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace assay::reports {

using PlotPoints = std::vector<std::pair<double, double>>;

struct StripRow {
  std::string label;
  std::string note;                ///< the mean with its interval, in words
  bool reference = false;          ///< its mean is drawn through the whole figure
  std::vector<double> values;      ///< one a seed; not a number: no mark
  std::vector<std::string> names;  ///< of the values: "seed 3: 0.812"
  double mean = 0;                 ///< not a number: none
  std::optional<Interval> interval;
};

/// One strip for each row, all on one scale.
struct StripPlot {
  std::string id;  ///< [a-z0-9-], unique in the document
  std::string title, description;
  std::string axis;  ///< what the scale is
  std::vector<StripRow> rows;
  bool bars = false;             ///< a bar from zero to each mean
  std::optional<Interval> view;  ///< the scale's range; what lies outside is cut. Else all fits
};

struct CurvePanel {
  std::string title;
  bool reference = false;
  std::vector<PlotPoints> seeds;     ///< thin lines: (step, value)
  PlotPoints main;                   ///< the thick line
  PlotPoints band_low, band_high;    ///< around it, at the same steps; or empty
  std::vector<std::string> x_names;  ///< of x = 0, 1, ...: instead of numbers
};

/// Small multiples: one panel for each row, all on one scale.
struct CurvePlot {
  std::string id;
  std::string title, description;
  std::string x_axis, y_axis;
  std::vector<CurvePanel> panels;
  bool others = false;  ///< each panel also shows, faintly, the thick lines of the others
};

/// What is known of the mean over seeds at the steps that all of them have.
struct CurveMean {
  PlotPoints mean;
  PlotPoints low, high;  ///< 95 % t interval; empty below two seeds
};
CurveMean mean_curve(const std::vector<PlotPoints>& seeds);

/// Mean ranks on an axis, with bars over methods that are not told apart (a critical-difference
/// diagram).
struct RankPlot {
  std::string id;
  std::string title, description;
  std::string axis;
  std::vector<std::pair<std::string, double>> methods;      ///< name and mean rank, best first
  std::vector<std::pair<std::size_t, std::size_t>> groups;  ///< first and last of each bar
};

struct ScatterPoint {
  std::string label, note;  ///< note: its numbers in words
  double x = 0, y = 0;
  std::optional<Interval> x_range, y_range;
  bool apart = false;  ///< for comparison only: drawn, not part of the front
  bool front = false;  ///< nothing else is better in both
};

/// Points with their ranges and the front of those that nothing beats in both directions.
struct ScatterPlot {
  std::string id;
  std::string title, description;
  std::string x_axis, y_axis;
  bool log_x = false;                ///< for x > 0
  std::vector<ScatterPoint> points;
};

struct TimelineBar {
  enum class Kind { stage, cells, failed };

  std::size_t lane = 0;
  double from = 0, to = 0;  ///< seconds
  Kind kind = Kind::cells;
  std::string label;  ///< what it was and how it ended
};

/// What each worker did when.
struct TimelinePlot {
  std::string id;
  std::string title, description;
  std::size_t lanes = 0;
  std::vector<TimelineBar> bars;
};

}  // namespace assay::reports
