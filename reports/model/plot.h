// Figures as data. Each shows every seed; the numbers are also in a table beside it.
#pragma once

#include "host/statistics/estimate.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace assay::reports {

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
};

struct CurvePanel {
  std::string title;
  bool reference = false;
  std::vector<std::vector<std::pair<double, double>>> seeds;  ///< (step, value)
};

/// Small multiples: one panel for each row, all on one scale; thin lines are seeds, the thick one
/// their mean.
struct CurvePlot {
  std::string id;
  std::string title, description;
  std::string x_axis, y_axis;
  std::vector<CurvePanel> panels;
};

/// The mean over seeds at the steps that all of them have.
std::vector<std::pair<double, double>> mean_curve(
    const std::vector<std::vector<std::pair<double, double>>>& seeds);

}  // namespace assay::reports
