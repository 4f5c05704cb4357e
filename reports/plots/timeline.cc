#include "reports/plots/svg.h"

#include <algorithm>

namespace assay::reports {

namespace {

constexpr double lane_height = 30;

const char* class_of(TimelineBar::Kind kind) {
  switch (kind) {
    case TimelineBar::Kind::stage:
      return "job stage";
    case TimelineBar::Kind::failed:
      return "job failed";
    case TimelineBar::Kind::cells:
      break;
  }
  return "job cells";
}

}  // namespace

void draw_timeline(Markup& markup, const TimelinePlot& plot) {
  double end = 1e-3;
  for (const TimelineBar& bar : plot.bars) end = std::max(end, bar.to);
  Scale scale = make_scale(0, end, 6);
  scale.low = 0;
  std::erase_if(scale.ticks, [](double tick) { return tick < 0; });
  const double bottom = 8 + lane_height * static_cast<double>(plot.lanes);
  open_figure(markup, "timeline", plot.id, plot.title, plot.description, bottom + axis_height);
  draw_axis_below(markup, scale, "seconds since the command began", bottom);
  markup.line();
  for (const TimelineBar& bar : plot.bars) {
    const double from = scale.place(bar.from), to = std::max(from, scale.place(bar.to));
    // Stages are thin, so that they are told from cells without colour too.
    const double height = bar.kind == TimelineBar::Kind::stage ? 10 : lane_height - 8;
    const double middle = 4 + lane_height * (static_cast<double>(bar.lane) + 0.5);
    markup.open("rect", {{"class", class_of(bar.kind)},
                         {"x", percent_of_width(from)},
                         {"width", coordinate(std::max(0.15, 96 * (to - from))) + "%"},
                         {"y", coordinate(middle - height / 2)},
                         {"height", coordinate(height)}});
    markup.element("title", {}, bar.label).close();
    if (bar.kind == TimelineBar::Kind::failed) {
      markup.element("text",
                     {{"class", "cross"},
                      {"x", percent_of_width((from + to) / 2)},
                      {"y", coordinate(middle + 5)},
                      {"text-anchor", "middle"}},
                     "\u2717");
    }
    markup.line();
  }
  markup.close();
}

}  // namespace assay::reports
