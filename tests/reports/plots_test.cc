// What figures draw: marks at the right places, nothing lost.
#include "reports/plots/svg.h"
#include "reports/sections/sections.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <regex>
#include <string>
#include <vector>

using namespace assay;
using namespace assay::reports;

namespace {

template <typename Plot>
std::string drawn(void (*draw)(Markup&, const Plot&), const Plot& plot) {
  Markup markup;
  draw(markup, plot);
  return markup.take();
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size())
    ++found;
  return found;
}

// Of every element with this beginning the numbers of an attribute, without units.
std::vector<double> numbers_of(const std::string& svg, const std::string& element,
                               const std::string& attribute) {
  std::vector<double> numbers;
  const std::regex pattern("<" + element + "[^>]* " + attribute + "=\"([-0-9.]+)%?\"");
  for (std::sregex_iterator at(svg.begin(), svg.end(), pattern), end; at != end; ++at) {
    numbers.push_back(std::stod((*at)[1]));
  }
  return numbers;
}

ScatterPoint point(const std::string& label, double x, double y) {
  ScatterPoint made;
  made.label = label;
  made.note = label;
  made.x = x;
  made.y = y;
  return made;
}

}  // namespace

TEST_CASE("a rank diagram has a bar for each group over the ranks of its methods") {
  RankPlot plot;
  plot.id = "r";
  plot.methods = {{"m-cf", 1.9286}, {"m", 2}, {"cf", 2.9286}, {"c45", 3.1429}};
  plot.groups = {{0, 2}, {2, 3}};
  const std::string svg = drawn(draw_ranks, plot);
  CHECK(svg.find("m-cf  1.93") != std::string::npos);
  const std::vector<double> marks = numbers_of(svg, "circle class=\"seed\"", "cx");
  REQUIRE(marks.size() == 4);
  CHECK(std::is_sorted(marks.begin(), marks.end()));
  // Rank 1 lies at 2 % of the width and rank 4 at 98 %.
  CHECK(marks[1] == Approx(2 + 96 * (2.0 - 1) / 3));
  const std::vector<double> from = numbers_of(svg, "line class=\"group\"", "x1");
  const std::vector<double> to = numbers_of(svg, "line class=\"group\"", "x2");
  REQUIRE(from.size() == 2);
  // A little longer than the methods they join, on both sides.
  CHECK(from[0] < marks[0]);
  CHECK(to[0] > marks[2]);
  CHECK(to[0] < marks[3]);
  CHECK(from[1] < marks[2]);
  CHECK(from[1] > marks[1]);
  CHECK(to[1] > marks[3]);
}

TEST_CASE("a scatter plot labels what has room and names everything") {
  ScatterPlot plot;
  plot.id = "s";
  plot.log_x = true;
  for (int i = 0; i < 30; ++i) plot.points.push_back(point("method-" + std::to_string(i), 1, 1));
  plot.points.push_back(point("lonely", 100, 5));
  const std::string svg = drawn(draw_scatter, plot);
  CHECK(count(svg, "<circle") == 31);
  CHECK(count(svg, "<title>") == 31);
  CHECK(count(svg, "class=\"label\"") < 8);
  CHECK(svg.find(">lonely</text>") != std::string::npos);
  for (const double y : numbers_of(svg, "text class=\"label\"", "y")) CHECK(y < 300);
  const std::vector<double> xs = numbers_of(svg, "circle class=\"seed\"", "cx");
  CHECK(xs.front() < 20);
  CHECK(xs.back() > 80);
}

TEST_CASE("a logarithmic scale has three ticks at least, all inside") {
  for (const auto& [low, high] : std::vector<std::pair<double, double>>{
           {0.35, 0.57}, {1, 1}, {0.01, 900}, {3, 40}, {229, 233}}) {
    const Scale scale = make_log_scale(low, high);
    CHECK(scale.ticks.size() >= 3);
    for (const double tick : scale.ticks) {
      CHECK(scale.place(tick) >= 0);
      CHECK(scale.place(tick) <= 1);
    }
    CHECK(scale.place(low) > 0);
    CHECK(scale.place(high) < 1);
  }
}

TEST_CASE("the front of costs holds what nothing beats in both directions") {
  FamilyStandings family;
  family.metric.title = "Accuracy";
  family.metric.better = Metric::Better::higher;
  family.benchmarks = 1;
  const auto add = [&family](const std::string& name, double seconds, double accuracy) {
    Standing standing;
    standing.name = name;
    standing.benchmarks = 1;
    standing.cell_seconds = {seconds, seconds};
    standing.primary.estimate.mean = accuracy;
    family.standings.push_back(standing);
  };
  add("cheap", 1, .6);
  add("dear", 9, .8);
  add("beaten", 5, .55);
  add("dearer", 12, .8);
  add("middle", 4, .7);
  const auto front_of = [](const std::vector<Block>& blocks) {
    REQUIRE(blocks.size() == 1);  // no cell says its memory
    std::vector<std::string> names;
    for (const ScatterPoint& one : std::get<ScatterPlot>(blocks[0].content).points) {
      if (one.front) names.push_back(one.label);
    }
    return names;
  };
  CHECK(front_of(cost_plots(family, "1")) == std::vector<std::string>{"cheap", "dear", "middle"});
  // What ranks apart beats nobody.
  add("seer", 1, .99);
  family.standings.back().apart = "sees the truth";
  CHECK(front_of(cost_plots(family, "1")) == std::vector<std::string>{"cheap", "dear", "middle"});
  family.standings.pop_back();
  family.metric.better = Metric::Better::lower;  // an error: the cheap one is not the best
  CHECK(front_of(cost_plots(family, "1")) == std::vector<std::string>{"cheap", "beaten"});
  family.metric.better = Metric::Better::neither;
  CHECK(cost_plots(family, "1").empty());
}

TEST_CASE("a timeline has a bar for each job on its worker's line, and failures a cross") {
  TimelinePlot plot;
  plot.id = "t";
  plot.lanes = 2;
  plot.bars = {{0, 0, 4, TimelineBar::Kind::stage, "stage"},
               {1, 1, 3, TimelineBar::Kind::failed, "failed"},
               {1, 3, 8, TimelineBar::Kind::cells, "cells"}};
  const std::string svg = drawn(draw_timeline, plot);
  const std::vector<double> x = numbers_of(svg, "rect", "x"), width = numbers_of(svg, "rect", "width"),
                            y = numbers_of(svg, "rect", "y");
  REQUIRE(x.size() == 3);
  CHECK(x[0] == Approx(2));
  CHECK(x[1] + width[1] == Approx(x[2]).margin(.02));  // one job follows the other
  CHECK(y[1] == y[2]);
  CHECK(y[0] < y[1]);
  CHECK(count(svg, "class=\"cross\"") == 1);
}

TEST_CASE("bars begin at zero and what lies outside of the view is cut") {
  StripPlot plot;
  plot.id = "b";
  plot.bars = true;
  plot.view = Interval{0, 1};
  StripRow inside, outside;
  inside.mean = 0.5;
  outside.mean = 3;
  outside.interval = Interval{-9, 9};
  plot.rows = {inside, outside};
  const std::string svg = drawn(draw_strips, plot);
  const std::vector<double> from = numbers_of(svg, "line class=\"bar\"", "x1");
  const std::vector<double> to = numbers_of(svg, "line class=\"bar\"", "x2");
  REQUIRE(from.size() == 2);
  CHECK(from[0] == from[1]);
  CHECK(to[1] == Approx(98));
  CHECK(to[0] == Approx(50));
  CHECK(numbers_of(svg, "line class=\"interval\"", "x1").at(0) == Approx(2));
}
