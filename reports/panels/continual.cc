// Continual learning: what each method knows of each task as the stream goes on, stability against
// plasticity, and what memory buys.
#include "reports/model/number_text.h"
#include "reports/panels/panels.h"
#include "reports/panels/support.h"
#include "reports/sections/sections.h"

#include <algorithm>
#include <cmath>

namespace assay::reports {

namespace {

// More columns are not read on one page.
constexpr std::size_t most_tasks = 20;

std::string of_task(const std::string& kind, std::size_t task) {
  return kind + ".task" + std::to_string(task);
}

// Tasks that any row has a curve of that kind for: task1, task2, ... without gaps.
std::size_t count_tasks(const BenchmarkResults& benchmark, const std::string& kind) {
  std::size_t tasks = 0;
  for (const Row& row : benchmark.rows) {
    while (!curves_of(row, of_task(kind, tasks + 1)).empty()) ++tasks;
  }
  return tasks;
}

std::vector<PlotPoints> task_lines(const Row& row, const std::string& kind, std::size_t tasks) {
  std::vector<PlotPoints> lines;
  for (std::size_t task = 1; task <= tasks; ++task) {
    lines.push_back(mean_line(row, of_task(kind, task)));
  }
  return lines;
}

// A step of the colour is .1 of accuracy lost or gained since the task was learned.
Cell matrix_cell(const std::vector<PlotPoints>& lines, std::size_t after, std::size_t task) {
  const PlotPoints& line = lines[task - 1];
  const double value = value_at(line, static_cast<double>(after));
  if (!std::isfinite(value)) return Cell(muted("\u2014"));
  Cell cell(number(value, 3), value);
  const double learned = value_at(line, static_cast<double>(task));
  if (after < task || !std::isfinite(learned)) return cell;
  Heat heat;
  heat.decided = true;
  heat.step = static_cast<int>(std::clamp(std::round(10 * (value - learned)), -4.0, 4.0));
  cell.heat = heat;
  return cell;
}

Table accuracy_matrix(const Row& row, std::size_t tasks) {
  Table table;
  table.caption =
      row.title +
      ": accuracy on each task after each task of the stream, mean over seeds. Coloured "
      "by its change since the task was learned, a step for each 0.1; before that, "
      "without colour.";
  table.columns.push_back({"After", "", false});
  for (std::size_t task = 1; task <= tasks; ++task) {
    table.columns.push_back({"Task " + std::to_string(task), "", true});
  }
  const std::vector<PlotPoints> lines = task_lines(row, "accuracy", tasks);
  for (std::size_t after = 1; after <= tasks; ++after) {
    TableRow line;
    line.cells.emplace_back("Task " + std::to_string(after));
    for (std::size_t task = 1; task <= tasks; ++task) {
      line.cells.push_back(matrix_cell(lines, after, task));
    }
    table.rows.push_back(std::move(line));
  }
  return table;
}

std::vector<Block> matrices(const PanelInput& input, std::size_t tasks) {
  std::vector<Block> tables;
  for (const Row& row : input.benchmark->rows) {
    if (!curves_of(row, of_task("accuracy", 1)).empty()) {
      tables.push_back(Block{accuracy_matrix(row, tasks)});
    }
  }
  return blocks_of(Details{"Accuracy after each task, by method", std::move(tables)});
}

// Thin lines are tasks, the thick one is the mean over the tasks so far.
CurvePlot task_curves(const PanelInput& input, const std::string& kind, std::size_t tasks) {
  CurvePlot plot;
  plot.id = kind + "-" + input.id;
  plot.y_axis = "accuracy";
  for (const Row& row : input.benchmark->rows) {
    CurvePanel panel;
    panel.title = row.title;
    panel.reference = row.reference;
    for (PlotPoints& line : task_lines(row, kind, tasks)) {
      if (line.size() > 1) panel.seeds.push_back(std::move(line));
    }
    if (panel.seeds.empty()) continue;
    if (kind == "accuracy") {
      const std::vector<PlotPoints> averages = curves_of(row, "average");
      CurveMean mean = averages.empty() ? CurveMean() : mean_curve(averages);
      panel.main = std::move(mean.mean);
      panel.band_low = std::move(mean.low);
      panel.band_high = std::move(mean.high);
    }
    plot.panels.push_back(std::move(panel));
  }
  return plot;
}

std::vector<Block> stream_curves(const PanelInput& input, std::size_t tasks) {
  const std::string& title = input.benchmark->title;
  CurvePlot plot = task_curves(input, "accuracy", tasks);
  if (plot.panels.empty()) return {};
  plot.title = "Accuracy of each task along the stream, on " + title;
  plot.description =
      "One panel for each row, all on one scale. Thin lines are tasks, means over seeds; the thick "
      "line is the mean over the tasks so far with its 95 % interval over seeds. The numbers are "
      "in "
      "the tables below.";
  plot.x_axis = "tasks learned";
  std::vector<Block> blocks = blocks_of(std::move(plot));
  CurvePlot identity = task_curves(input, "identity", tasks);
  if (!identity.panels.empty()) {
    identity.title = "The same when the task is told at test time, on " + title;
    identity.description = "Thin lines are tasks, means over seeds.";
    identity.x_axis = "tasks learned";
    blocks.push_back(Block{Details{identity.title, blocks_of(std::move(identity))}});
  }
  CurvePlot training = task_curves(input, "training", count_tasks(*input.benchmark, "training"));
  if (!training.panels.empty()) {
    training.title = "Accuracy of each task during training, on " + title;
    training.description = "Thin lines are tasks, means over seeds, measured every few steps.";
    training.x_axis = "optimiser steps of the whole stream";
    blocks.push_back(Block{Details{training.title, blocks_of(std::move(training))}});
  }
  return blocks;
}

std::vector<Block> stability(const PanelInput& input) {
  ScatterPlot plot = metric_scatter(*input.benchmark, "la", "bwt");
  plot.id = "stability-" + input.id;
  plot.title = "Stability against plasticity on " + input.benchmark->title;
  plot.description =
      "To the right: each task is learned well when it comes. Up: later tasks do not harm it. "
      "Means "
      "with 95 % intervals over seeds; open marks are references and methods that rank apart.";
  return with_table(std::move(plot));
}

std::vector<Block> memory(const PanelInput& input) {
  ScatterPlot plot = metric_scatter(*input.benchmark, "stored_bytes", "acc");
  plot.id = "memory-" + input.id;
  plot.title = "Accuracy against stored memory on " + input.benchmark->title;
  plot.description =
      "What a method keeps besides the model, and the accuracy that it ends with. Means with 95 % "
      "intervals over seeds; open marks are references and methods that rank apart.";
  plot.x_axis = "stored, MB";
  for (ScatterPoint& point : plot.points) {
    point.x /= 1e6;
    if (point.x_range)
      point.x_range = Interval{point.x_range->low / 1e6, point.x_range->high / 1e6};
  }
  return with_table(std::move(plot));
}

std::vector<Block> of_benchmark(const PanelInput& input) {
  std::vector<Block> blocks;
  const auto add = [&blocks](std::vector<Block> more) {
    for (Block& block : more) blocks.push_back(std::move(block));
  };
  const std::size_t tasks = count_tasks(*input.benchmark, "accuracy");
  if (tasks > 0) {
    add(stream_curves(input, tasks));
    if (tasks <= most_tasks) add(matrices(input, tasks));
  }
  add(stability(input));
  add(memory(input));
  return blocks;
}

}  // namespace

const FamilyPanels continual_panels{"continual", of_benchmark, nullptr};

}  // namespace assay::reports
