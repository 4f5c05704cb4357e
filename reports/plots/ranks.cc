#include "reports/model/number_text.h"
#include "reports/model/plain_text.h"
#include "reports/plots/svg.h"

#include <algorithm>

namespace assay::reports {

namespace {

constexpr double axis_line = 30;
constexpr double level_height = 9;  // of a bar over a group
constexpr double row_height = 20;
constexpr std::size_t longest_label = 34;

}  // namespace

// The axis is on top, below it the groups' bars, then one row for each method: a line from its mean
// rank down to its name, which stands on the side that has room.
void draw_ranks(Markup& markup, const RankPlot& plot) {
  const double methods = static_cast<double>(plot.methods.size());
  const double first_row = axis_line + 14 + level_height * static_cast<double>(plot.groups.size());
  Scale scale;
  scale.low = 1;
  scale.high = std::max(2.0, methods);
  open_figure(markup, "ranks", plot.id, plot.title, plot.description,
              first_row + row_height * methods + 6);
  const int step = methods > 16 ? 5 : methods > 8 ? 2 : 1;
  for (int rank = 1; rank <= static_cast<int>(scale.high); ++rank) {
    if (rank != 1 && rank % step != 0) continue;
    const std::string x = percent_of_width(scale.place(rank));
    markup.element("text", {{"class", "tick"}, {"x", x}, {"y", "14"}, {"text-anchor", "middle"}},
                   std::to_string(rank));
    markup.empty("line", {{"class", "track"},
                          {"x1", x},
                          {"x2", x},
                          {"y1", "20"},
                          {"y2", coordinate(axis_line)}});
  }
  markup.empty("line", {{"class", "track"},
                        {"x1", percent_of_width(0)},
                        {"x2", percent_of_width(1)},
                        {"y1", coordinate(axis_line)},
                        {"y2", coordinate(axis_line)}});
  markup.line();
  for (std::size_t i = 0; i < plot.methods.size(); ++i) {
    const auto& [name, rank] = plot.methods[i];
    const double place = scale.place(rank);
    const double y = first_row + row_height * (static_cast<double>(i) + 0.6);
    const std::string x = percent_of_width(place);
    markup.empty("line", {{"class", "leader"},
                          {"x1", x},
                          {"x2", x},
                          {"y1", coordinate(axis_line)},
                          {"y2", coordinate(y)}});
    markup.empty("circle", {{"class", "seed"}, {"cx", x}, {"cy", coordinate(y)}, {"r", "4"}});
    const bool left = place > 0.5;
    markup.element("text",
                   {{"class", "label"},
                    {"x", x},
                    {"dx", left ? "-9" : "9"},
                    {"y", coordinate(y)},
                    {"dy", "4"},
                    {"text-anchor", left ? "end" : "start"}},
                   shortened(name, longest_label) + "  " + number(rank, 2));
    markup.line();
  }
  for (std::size_t g = 0; g < plot.groups.size(); ++g) {
    const std::string y = coordinate(axis_line + 8 + level_height * static_cast<double>(g));
    const double from = plot.methods[plot.groups[g].first].second;
    const double to = plot.methods[plot.groups[g].second].second;
    // A little longer than the group, so that methods of one rank have a bar to be seen.
    markup.empty("line", {{"class", "group"},
                          {"x1", coordinate(1.2 + 96 * scale.place(from)) + "%"},
                          {"x2", coordinate(2.8 + 96 * scale.place(to)) + "%"},
                          {"y1", y},
                          {"y2", y}});
  }
  markup.line().close();
}

}  // namespace assay::reports
