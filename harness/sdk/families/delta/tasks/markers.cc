// A language of sections: preferences between documents with more and with fewer of them.
#include "sdk/families/delta/documents.h"
#include "sdk/families/delta/language_model.h"
#include "sdk/families/delta/sequence_measures.h"
#include "sdk/families/delta/tasks/tasks.h"
#include "sdk/families/support/description.h"
#include "sdk/internal/settings.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

#include <string>

namespace assay::delta {
namespace {

/// What the task is made from.
struct Made {
  Json model;  ///< the student's network, as in the settings
  NetworkSpec network;
  PairSettings pairs;
  std::int64_t chosen = 0, rejected = 0;  ///< sections
  std::int64_t longer = 0, length = 0, documents = 0, samples = 0;
  Json train;  ///< of the base
};

std::shared_ptr<const Network> network_of(const Made& made) {
  return make_network(made.network, {made.length}, MarkerSymbols::count);
}

class MarkerTruth final : public Truth {
 public:
  MarkerTruth(const Made& made, const Place& place, Model start)
      : made_(made), place_(place), start_(std::move(start)) {
    start_.theta_KP = start_.theta_KP.clone();
  }

  Measures measure(const Model& model) const override {
    const auto rows = static_cast<std::int64_t>(place_.seeds.size());
    const Tensor prompt_KNT = at::full({rows, made_.samples, 1}, MarkerSymbols::begin, at::kLong);
    const Written written = write_samples(
        model, prompt_KNT, {.length = made_.length, .stop = MarkerSymbols::end}, place_);
    Measures measures = sample_measures(written.samples);
    measures.merge(divergence_measures(model, start_, written.samples));
    measures["markers"] = mean_count_K(written.samples, MarkerSymbols::marker) + written.finite_K;
    return measures;
  }
  Tensor development_K(const Model&) const override {
    throw Error("the task 'markers' has no true answers, and so no development set");
  }
  Measures reference(const std::string& id) const override {
    throw Error("the task 'markers' has no reference '" + id + "'");
  }

 private:
  const Made& made_;
  Place place_;
  Model start_;
};

class Markers final : public Task {
 public:
  explicit Markers(Made made) : made_(std::move(made)) {}

  std::shared_ptr<const Network> network() const override { return network_of(made_); }
  std::string measure() const override { return "markers"; }
  bool has_development() const override { return false; }
  std::string responses() const override { return "sequences"; }
  std::int64_t stop_token() const override { return MarkerSymbols::end; }
  std::vector<std::string> references() const override { return {}; }
  std::vector<std::string> data_versions() const override { return {"markers 1"}; }

  std::vector<TaskStage> stages() const override {
    return {{"base",
             "language model",
             {{"length", made_.length},
              {"documents", made_.documents},
              {"model", made_.model},
              {"train", made_.train}},
             {},
             training_cost(*network(), made_.documents, recipe_from(made_.train))}};
  }

  std::map<std::string, Tensor> run_stage(const std::string& name, const Place& place,
                                          Run& run) const override {
    if (name != "base") return Task::run_stage(name, place, run);
    const Documents documents =
        draw_documents({.length = made_.length}, "base", made_.documents, place.seeds);
    return {{"theta_KP", train_language_model(network(), documents, "assay.student",
                                              recipe_from(made_.train), place, run)}};
  }

  Tensor start_KP(const Place& place) const override {
    return place.stages.rows("base", "theta_KP").to(place.device);
  }

  MadePairs pairs(PairSplit split, const Place& place) const override {
    const bool train = split == PairSplit::train;
    const std::string part = train ? "pairs" : "held_out";
    const std::int64_t count = train ? made_.pairs.count : made_.pairs.held_out;
    const Documents chosen =
        draw_documents({.sections = made_.chosen, .longer = made_.longer, .length = made_.length},
                       part + ".chosen", count, place.seeds);
    const Documents rejected = draw_documents({.sections = made_.rejected, .length = made_.length},
                                              part + ".rejected", count, place.seeds);
    MadePairs made;
    made.x = at::stack({chosen.token_KNT, rejected.token_KNT}, 2);
    made.mask_KN2T = at::stack({chosen.mask_KNT, rejected.mask_KNT}, 2);
    return made;
  }

  std::unique_ptr<Truth> truth(const Place& place, const Model& start) const override {
    return std::make_unique<MarkerTruth>(made_, place, start);
  }

 private:
  Made made_;
};

std::unique_ptr<Task> make(const TaskSettings& settings) {
  const Json& task = settings.task;
  Made made;
  made.model = settings.model_setting;
  made.network = language_network(settings, 64);
  made.pairs = settings.pairs;
  const char* meaning = "of markers it is a count of sections";
  made.chosen = whole_number("pairs.chosen", settings.pairs.chosen, 1, 100, meaning);
  made.rejected = whole_number("pairs.rejected", settings.pairs.rejected, 1, 100, meaning);
  made.longer = task.at("longer").get<std::int64_t>();
  made.length = task.at("length").get<std::int64_t>();
  made.documents = task.at("documents").get<std::int64_t>();
  made.samples = task.at("samples").get<std::int64_t>();
  made.train = task.at("base_train");
  return std::make_unique<Markers>(std::move(made));
}

/// Validated by an independent program: 1,500 steps of 32 documents, rate falling from 2e-3.
Recipe base_defaults() {
  Recipe recipe;
  recipe.epochs = 1;
  recipe.batch = 32;
  recipe.lr = 2e-3;
  recipe.schedule = "linear";
  return recipe;
}

}  // namespace

TaskInfo markers() {
  return {.id = "markers",
          .summary =
              "Generated: documents of sections; pairs.chosen and pairs.rejected are counts "
              "of sections, and the student is a language model of documents",
          .paper = "arXiv:2507.06187",
          .parameters =
              {integer("length", 64).range(8, 4096).help("tokens of a document at most"),
               integer("documents", 48000)
                   .range(1, 10000000)
                   .help("that the student has learned "
                         "from"),
               table("base_train", recipe_settings(base_defaults()))
                   .help("how the student has learned from documents"),
               integer("longer", 0)
                   .range(0, 16)
                   .help("letters that a section of the chosen documents has beyond 3 to 6: a bias "
                         "towards length"),
               integer("samples", 200).range(1, 100000).help("drawn from a student to score it")},
          .make = make};
}

}  // namespace assay::delta
