// What the panels of several families need.
#pragma once

#include "reports/panels/panels.h"

#include <string>
#include <vector>

namespace assay::reports {

/// Index of a metric, or the number of metrics when the benchmark has none of that id.
std::size_t metric_number(const BenchmarkResults& benchmark, const std::string& id);

/// A row's curve of that name, one for each seed that has it.
std::vector<PlotPoints> curves_of(const Row& row, const std::string& name);

/// Mean over a row's seeds at the steps that all of them have; empty without any.
PlotPoints mean_line(const Row& row, const std::string& name);

/// The value of a line at a step; not a number where it has none.
double value_at(const PlotPoints& line, double step);

/// The reference row of that id, or nullptr.
const Row* find_reference(const BenchmarkResults& benchmark, const std::string& id);

/// One metric of the rows against another, with intervals over seeds; references open. No points
/// where the benchmark lacks one of the metrics. Title and description are the caller's.
ScatterPlot metric_scatter(const BenchmarkResults& benchmark, const std::string& x,
                           const std::string& y);

/// A scatter plot with its points as a table behind it; nothing where it has fewer than two.
std::vector<Block> with_table(ScatterPlot plot);

}  // namespace assay::reports
