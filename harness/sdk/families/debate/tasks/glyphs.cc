// Digits drawn with strokes: pictures without a data set, most of whose pixels are empty.
#include "sdk/families/debate/tasks/pixels.h"
#include "sdk/families/debate/tasks/tasks.h"
#include "sdk/internal/data_streams.h"

#include <ATen/ATen.h>

#include <array>
#include <utility>

namespace assay::debate {
namespace {

constexpr std::int64_t side_of_glyph = 14, digits = 10;

using Point = std::pair<double, double>;  // x to the right, y down, in [-1, 1]
using Stroke = std::vector<Point>;

const std::array<std::vector<Stroke>, digits>& strokes() {
  static const std::array<std::vector<Stroke>, digits> all = {{
      {{{-.5, -.5}, {0, -.9}, {.5, -.5}, {.5, .5}, {0, .9}, {-.5, .5}, {-.5, -.5}}},
      {{{-.3, -.5}, {.1, -.9}, {.1, .9}}},
      {{{-.5, -.5}, {0, -.9}, {.5, -.5}, {-.5, .9}, {.5, .9}}},
      {{{-.5, -.8}, {.2, -.9}, {.5, -.5}, {0, 0}, {.5, .5}, {.2, .9}, {-.5, .8}}},
      {{{.3, .9}, {.3, -.9}, {-.6, .3}, {.6, .3}}},
      {{{.5, -.9}, {-.4, -.9}, {-.4, -.1}, {.2, -.1}, {.5, .4}, {.1, .9}, {-.5, .8}}},
      {{{.4, -.9}, {-.4, -.1}, {-.5, .5}, {0, .9}, {.5, .5}, {.2, 0}, {-.4, .2}}},
      {{{-.5, -.9}, {.5, -.9}, {-.1, .9}}},
      {{{0, 0}, {-.4, -.4}, {0, -.9}, {.4, -.4}, {0, 0}, {-.5, .5}, {0, .9}, {.5, .5}, {0, 0}}},
      {{{.4, -.2}, {-.2, 0}, {-.5, -.5}, {0, -.9}, {.5, -.5}, {.4, .1}, {-.3, .9}}},
  }};
  return all;
}

/// Lines of the digits, [10, S, 4] (from x, y, to x, y); shorter digits repeat their last one.
Tensor lines() {
  std::array<std::vector<std::array<double, 4>>, digits> lines_of;
  std::size_t most = 0;
  for (std::size_t digit = 0; digit < digits; ++digit) {
    for (const Stroke& stroke : strokes()[digit]) {
      for (std::size_t i = 1; i < stroke.size(); ++i) {
        lines_of[digit].push_back(
            {stroke[i - 1].first, stroke[i - 1].second, stroke[i].first, stroke[i].second});
      }
    }
    most = std::max(most, lines_of[digit].size());
  }
  std::vector<double> all;
  for (auto& lines : lines_of) {
    while (lines.size() < most) lines.push_back(lines.back());
    for (const auto& line : lines) all.insert(all.end(), line.begin(), line.end());
  }
  return at::tensor(all, at::kDouble).view({digits, static_cast<std::int64_t>(most), 2, 2});
}

class Glyphs final : public Pictures {
 public:
  explicit Glyphs(const Json& settings)
      : questions_(settings.at("questions")), training_(settings.at("training")) {}

  std::int64_t classes() const override { return digits; }
  std::int64_t side() const override { return side_of_glyph; }
  std::int64_t questions() const override { return questions_; }
  std::int64_t training() const override { return training_; }
  std::vector<std::string> data_versions() const override { return {"glyphs 1"}; }

  Tensor training_images(const Seeds& seeds) const override {
    return images(seeds, "training", training_);
  }
  Tensor training_items_KN(const Seeds& seeds) const override {
    const auto rows = static_cast<std::int64_t>(seeds.size());
    return at::arange(training_, at::kLong).unsqueeze(0).expand({rows, training_}).contiguous();
  }
  Tensor training_labels_KN(const Seeds& seeds) const override {
    return labels(seeds, "training", training_);
  }
  Tensor question_KNHW(const Seeds& seeds) const override {
    return images(seeds, part_, questions_);
  }
  Tensor truth_KN(const Seeds& seeds) const override { return labels(seeds, part_, questions_); }
  std::unique_ptr<Pictures> practice(std::int64_t questions) const override {
    auto other = std::make_unique<Glyphs>(*this);
    other->questions_ = questions;
    other->part_ = "practice";
    return other;
  }

 private:
  static Tensor labels(const Seeds& seeds, const std::string& part, std::int64_t count) {
    const Tensor draw_KN = data_streams(seeds, "glyphs.labels." + part).uniform({count});
    return (draw_KN * static_cast<double>(digits)).to(at::kLong);
  }
  static Tensor images(const Seeds& seeds, const std::string& part, std::int64_t count) {
    return draw_glyphs(labels(seeds, part, count),
                       data_streams(seeds, "glyphs.shapes." + part).uniform({count, 6}));
  }

  std::int64_t questions_, training_;
  std::string part_ = "questions";
};

std::unique_ptr<Task> make(const TaskSettings& settings) {
  return make_pixel_task(std::make_unique<Glyphs>(settings.task), settings);
}

/// Of N glyphs: lines [N, S, 2, 2] in pixels and their thickness [N].
Tensor drawn(const Tensor& line_NS22, const Tensor& thickness_N) {
  const Tensor number_V = at::arange(side_of_glyph * side_of_glyph, at::kDouble);
  const Tensor x_V = number_V.remainder(side_of_glyph), y_V = (number_V / side_of_glyph).floor();
  const Tensor pixel_V2 = at::stack({x_V, y_V}, 1);
  const Tensor from_NS12 = line_NS22.narrow(2, 0, 1);
  const Tensor along_NS12 = line_NS22.narrow(2, 1, 1) - from_NS12;
  const Tensor to_pixel_NSV2 = pixel_V2 - from_NS12;
  const Tensor length_NS1 = along_NS12.square().sum(3).clamp_min(1e-9);
  const Tensor part_NSV = ((to_pixel_NSV2 * along_NS12).sum(3) / length_NS1).clamp(0, 1);
  const Tensor distance_NSV = (to_pixel_NSV2 - part_NSV.unsqueeze(3) * along_NS12).norm(2, {3});
  const Tensor ink_NV = thickness_N.unsqueeze(1) + 0.5 - distance_NSV.amin(1);
  return ink_NV.clamp(0, 1).to(at::kFloat).view({-1, side_of_glyph, side_of_glyph});
}

}  // namespace

Tensor draw_glyphs(const Tensor& label_KN, const Tensor& draw_KN6) {
  const Tensor all_CS22 = lines();
  const Tensor label_N = label_KN.flatten();
  const Tensor draw_N6 = draw_KN6.flatten(0, 1) * 2 - 1;
  const auto draw = [&](std::int64_t from, std::int64_t count, std::int64_t which) {
    return draw_N6.narrow(0, from, count).select(1, which).view({count, 1, 1});
  };
  constexpr std::int64_t part = 1000;
  std::vector<Tensor> images;
  for (std::int64_t from = 0; from < label_N.size(0); from += part) {
    const std::int64_t count = std::min(part, label_N.size(0) - from);
    const Tensor line_NS22 = all_CS22.index_select(0, label_N.narrow(0, from, count));
    const Tensor x_NS2 = line_NS22.select(3, 0) * (1 + 0.15 * draw(from, count, 1));
    const Tensor y_NS2 = line_NS22.select(3, 1) * (1 + 0.15 * draw(from, count, 2));
    const Tensor angle = 0.25 * draw(from, count, 0);
    const Tensor turned_x = x_NS2 * angle.cos() - y_NS2 * angle.sin();
    const Tensor turned_y = x_NS2 * angle.sin() + y_NS2 * angle.cos();
    const double middle = (side_of_glyph - 1) / 2.0, size = 5.5;
    const Tensor placed_NS22 = at::stack({middle + size * turned_x + draw(from, count, 3),
                                          middle + size * turned_y + draw(from, count, 4)},
                                         3);
    images.push_back(drawn(placed_NS22, 0.8 + 0.3 * draw(from, count, 5).flatten()));
  }
  return at::cat(images).view({label_KN.size(0), label_KN.size(1), side_of_glyph, side_of_glyph});
}

TaskInfo glyphs() {
  return {.id = "glyphs",
          .summary =
              "Digits drawn with strokes, 14x14 pixels; the judge has learned from a few "
              "random pixels, and debaters name pixels",
          .paper = "arXiv:1805.00899",
          .parameters = {integer("questions", 200).range(1, 100000).help("digits of each seed"),
                         integer("training", 10000)
                             .range(10, 1000000)
                             .help("digits that the judge learns from, each seed's own"),
                         order_bias()},
          .make = make};
}

}  // namespace assay::debate
