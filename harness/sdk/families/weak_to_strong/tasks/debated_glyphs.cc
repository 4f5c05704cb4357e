#include "sdk/families/weak_to_strong/tasks/debated_glyphs.h"

#include "sdk/families/debate/tasks/pixels.h"
#include "sdk/families/support/description.h"
#include "sdk/families/weak_to_strong/tasks/transcripts.h"
#include "sdk/internal/data_streams.h"
#include "sdk/internal/settings.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

#include <array>
#include <string>

namespace assay::weak_to_strong {
namespace {

constexpr std::int64_t side = 14, places = side * side, digits = 10;
// Part of every cache key: raised when what is generated or how it is debated changes.
constexpr const char* version = "debated_glyphs 1";
constexpr std::array<Split, 4> splits = {Split::labels, Split::transfer, Split::validation,
                                         Split::test};

Evidence evidence_of(const Json& settings) {
  const auto text = settings.at("evidence").get<std::string>();
  if (text == "none") return Evidence::none;
  if (text == "random") return Evidence::random;
  return text == "consultancy" ? Evidence::consultancy : Evidence::debate;
}

bool is_debated(Evidence evidence) {
  return evidence == Evidence::consultancy || evidence == Evidence::debate;
}

/// Keys what is drawn for a split and a supervisor.
std::int64_t draw_of(Split split, std::int64_t supervisor) {
  return supervisor * 8 + static_cast<std::int64_t>(split);
}

std::string stage_name(std::int64_t supervisor) {
  return "transcripts" + std::to_string(supervisor + 1);
}

Json seen_by(const Json& settings, View view) {
  Json seen = settings;
  const Evidence evidence = evidence_of(settings);
  const bool weak = view == View::weak;
  if (!weak || !is_debated(evidence)) seen.erase("calls");
  if (!weak || !is_debated(evidence)) seen.erase("judge");
  if (!weak || evidence == Evidence::none) seen.erase("pixels");
  if (!weak) seen.erase("coarse");
  if (!weak) seen.erase("evidence");
  return seen;
}

class DebatedGlyphs final : public Task {
 public:
  DebatedGlyphs(const Json& settings, const Sizes& sizes)
      : settings_(settings),
        sizes_(sizes),
        coarse_(settings.at("coarse")),
        how_{evidence_of(settings), settings.at("pixels"), settings.at("calls")},
        recipe_(recipe_from(settings.at("judge").at("train"))),
        network_(make_network({.arch = "mlp",
                               .width = settings.at("judge").at("width"),
                               .depth = settings.at("judge").at("depth")},
                              input_shape(View::weak), digits)) {}

  std::int64_t classes() const override { return digits; }
  std::vector<std::int64_t> input_shape(View view) const override {
    if (view == View::strong) return {side, side};
    return {2, places + coarse_ * coarse_};
  }

  /// Of View::weak: with nothing revealed.
  Dataset inputs(Split split, View view, const Seeds& seeds) const override {
    if (view == View::strong) return Dataset::own(images_KNHW(split, seeds));
    const Pictures seen_so_far = pictures(split, seeds, at::kCPU);
    return Dataset::own(seen(seen_so_far, at::zeros_like(seen_so_far.pixel_KNV, at::kBool)));
  }

  Dataset weak_inputs(Split split, std::int64_t supervisor, const Place& place) const override {
    if (how_.evidence == Evidence::none) return inputs(split, View::weak, place.seeds);
    const Pictures shown = pictures(split, place.seeds, at::kCPU);
    if (how_.evidence == Evidence::random) {
      return Dataset::own(
          seen(shown, random_pixels(shown, how_.turns, place.seeds, draw_of(split, supervisor))));
    }
    const Tensor place_KNT =
        place.stages.rows(stage_name(supervisor), std::string(name_of(split)) + "_KNT");
    return Dataset::own(seen(shown, marked(place_KNT, places)));
  }

  std::vector<std::string> stages_of(std::int64_t supervisor) const override {
    if (!is_debated(how_.evidence)) return {};
    return {stage_name(supervisor)};
  }

  std::vector<TaskStage> stages(std::int64_t supervisors) const override {
    if (!is_debated(how_.evidence)) return {};
    Json judge = {{"labels", sizes_.labels}, {"task", {{"use", settings_.at("use")}}}};
    for (const char* key : {"coarse", "pixels", "judge"}) judge["task"][key] = settings_.at(key);
    std::vector<TaskStage> all = {{"judge", "judges of the debates", judge,
                                   training_cost(*network_, sizes_.labels, recipe_)}};
    const Json debates = {{"labels", sizes_.labels}, {"task", settings_}};
    const std::int64_t items = sizes_.labels + sizes_.transfer + sizes_.validation + sizes_.test;
    const double cost = static_cast<double>(items * how_.turns * how_.calls) *
                        std::max(1000.0, network_->forward_flops()) / 1e9;
    for (std::int64_t supervisor = 0; supervisor < supervisors; ++supervisor) {
      const std::string whom = std::to_string(supervisor + 1);
      all.push_back(
          {stage_name(supervisor), "transcripts for supervisor " + whom, debates, cost, {"judge"}});
    }
    return all;
  }

  StageResult run_stage(const std::string& name, const Place& place, Run& run) const override;

  Tensor items_KN(Split split, const Seeds& seeds) const override {
    return counted_items_KN(sizes_.of(split), seeds);
  }
  std::unique_ptr<Truth> truth() const override;
  Tensor codes_KCT(std::int64_t, const Seeds&) const override { return {}; }
  std::vector<std::string> data_versions() const override { return {version}; }
  std::vector<std::string> data_files() const override { return {}; }

  Tensor labels_KN(Split split, const Seeds& seeds) const {
    const std::string purpose = std::string("debated.labels.") + name_of(split);
    const Tensor draw_KN = data_streams(seeds, purpose).uniform({sizes_.of(split)});
    return (draw_KN * static_cast<double>(digits)).to(at::kLong);
  }

 private:
  Tensor images_KNHW(Split split, const Seeds& seeds) const {
    const std::string purpose = std::string("debated.shapes.") + name_of(split);
    return debate::draw_glyphs(labels_KN(split, seeds),
                               data_streams(seeds, purpose).uniform({sizes_.of(split), 6}));
  }

  Pictures pictures(Split split, const Seeds& seeds, at::Device device) const {
    const Tensor image_KNHW = images_KNHW(split, seeds).to(device);
    const Tensor pixel_KNV = image_KNHW.flatten(2);
    if (coarse_ == 0) return {pixel_KNV, pixel_KNV.narrow(2, 0, 0)};
    const Tensor cell_KNUU = at::adaptive_avg_pool2d(image_KNHW, {coarse_, coarse_});
    return {pixel_KNV, cell_KNUU.flatten(2)};
  }

  Json settings_;
  Sizes sizes_;
  std::int64_t coarse_;
  Debating how_;
  Recipe recipe_;  // of the judges
  std::shared_ptr<const Network> network_;
};

StageResult DebatedGlyphs::run_stage(const std::string& name, const Place& place, Run& run) const {
  const std::int64_t parameters = network_->layout().size();
  if (name == "judge") {
    const Tensor label_KN = labels_KN(Split::labels, place.seeds);
    return {
        parameters,
        {{"theta_KHP", train_judges(network_, pictures(Split::labels, place.seeds, place.device),
                                    label_KN, how_.turns, recipe_, run)}},
        {}};
  }
  std::int64_t supervisor = 0;
  while (stage_name(supervisor) != name) ++supervisor;
  // A row whose judge has failed fails here too, and must not keep the others from playing.
  Tensor theta_KHP = place.stages.rows("judge", "theta_KHP").to(place.device);
  for (std::int64_t row = 0; row < theta_KHP.size(0); ++row) {
    if (!place.stages.failure(row).empty()) theta_KHP[row].zero_();
  }
  StageResult held{parameters, {}, {}};
  run.enter_phase("debate");
  for (const Split split : splits) {
    const Transcripts transcripts =
        hold_debates(network_, theta_KHP, pictures(split, place.seeds, place.device), how_,
                     draw_of(split, supervisor), run);
    held.outputs[std::string(name_of(split)) + "_KNT"] = transcripts.place_KNT;
    if (split != Split::test) continue;
    held.outputs["answer_KN2"] = transcripts.answer_KN2;
    held.outputs["test_KNC"] = transcripts.verdict_KNC;
  }
  return held;
}

class GlyphTruth final : public Truth {
 public:
  explicit GlyphTruth(DebatedGlyphs task) : task_(std::move(task)) {}

  Tensor labels_KN(Split split, const Seeds& seeds) const override {
    return task_.labels_KN(split, seeds);
  }
  Tensor pretraining_KNT(std::int64_t, const Seeds&) const override {
    throw Error("debated_glyphs has no pretraining tasks");
  }

 private:
  DebatedGlyphs task_;
};

std::unique_ptr<Truth> DebatedGlyphs::truth() const {
  return std::make_unique<GlyphTruth>(*this);
}

std::unique_ptr<Task> make(const Json& settings, const Sizes& sizes, std::int64_t weak_view) {
  if (weak_view != 0) {
    throw Error("weak.view is " + std::to_string(weak_view) +
                ": the supervisor's view of debated_glyphs is task.coarse and what is revealed, "
                "leave the setting out");
  }
  if (sizes.pretrain != 0) {
    throw Error("debated_glyphs has no pretraining tasks: leave pretrain out");
  }
  if (is_debated(evidence_of(settings)) && sizes.labels < 2) {
    throw Error("weak.labels is 1, but there are two judges, and each needs labels to learn from");
  }
  return std::make_unique<DebatedGlyphs>(settings, sizes);
}

Recipe judge_defaults() {
  Recipe recipe;
  recipe.epochs = 100;
  recipe.lr = 3e-3;
  return recipe;
}

}  // namespace

TaskInfo debated_glyphs() {
  return {
      .id = "debated_glyphs",
      .summary =
          "Digits drawn with strokes; the supervisor sees a coarse picture and a few pixels "
          "that random draws, a consultant or two debaters have revealed",
      .paper = "arXiv:2501.13124",
      .parameters =
          {text("evidence", "debate")
               .one_of({"none", "random", "consultancy", "debate"})
               .help("who chooses the pixels that the supervisor sees"),
           integer("coarse", 3)
               .range(0, 7)
               .help(
                   "cells a side of the coarse picture that the supervisor sees besides; 0: none"),
           integer("pixels", 6).range(2, 12).help("pixels that are revealed of a picture"),
           integer("calls", 50)
               .range(1, 100000)
               .help("judge calls of a debater or consultant, each move"),
           table("judge",
                 {integer("width", 64).range(1, 4096).help("hidden units of a layer"),
                  integer("depth", 1).range(0, 8).help("hidden layers"),
                  table("train", recipe_settings(judge_defaults())).help("how it is trained")})
               .help(
                   "whom debaters have to convince: learns from the supervisor's own labels, with "
                   "random pixels revealed"),
           integer("transfer", 2000)
               .range(1, 1000000)
               .help("pictures with the supervisor's labels"),
           integer("validation", 300)
               .range(1, 1000000)
               .help("further pictures with the supervisor's labels, for stopping"),
           integer("test", 1000).range(10, 1000000).help("test pictures")},
      .make = make,
      .seen = seen_by};
}

}  // namespace assay::weak_to_strong
