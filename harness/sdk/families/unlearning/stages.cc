// Stages: what the cells of a benchmark share and no cell trains again.
#include "sdk/families/support/finish_stage.h"
#include "sdk/families/unlearning/attribution.h"
#include "sdk/families/unlearning/family.h"
#include "sdk/families/unlearning/models.h"
#include "sdk/families/unlearning/protocol.h"
#include "sdk/families/unlearning/relearning.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>

namespace assay::unlearning {
namespace {

/// What a stage has made.
struct Made {
  TensorMap outputs;
  std::vector<double> samples_S;  ///< gradient samples: of one model; attribution: of all
  TensorMap metrics_S;
};

/// What every stage works with.
struct Stage {
  const Settings& settings;
  const Maker& maker;
  const StageReader& inputs;
  Run& run;

  Items items(Split split) const { return maker.task.items(split, run.seeds()); }

  Made models(const std::string& role, std::int64_t each, const Recipe& recipe, const Items& on,
              const Tensor& start_KP = {}) const {
    run.enter_phase("train");
    Trained trained = train_models(maker, recipe, repeated(on, each), role, each, run, start_KP);
    return {{{"theta_SNP", trained.theta_SNP}}, std::move(trained.samples_S), {}};
  }

  // Mean outputs of the spare oracles for what methods have of the data.
  Made spare() const {
    Made made = models("spare", settings.spare, settings.train, items(Split::retain));
    const Model model{maker.network, made.outputs.at("theta_SNP").flatten(0, 1)};
    run.enter_phase("predict");
    for (const auto& [name, split] : scored_splits()) {
      if (split == Split::holdout) continue;
      const Dataset data = maker.data(repeated(items(split), settings.spare));
      const Tensor logits_KNC = predict_logits(model, data);
      made.outputs[name + "_SNC"] = logits_KNC.unflatten(0, {run.rows(), settings.spare}).mean(1);
    }
    return made;
  }

  Made attribution() const {
    run.enter_phase("train");
    Made made;
    const Tensor original_SNP =
        settings.attribution->influence ? inputs.rows("original", "theta_SNP") : Tensor();
    made.outputs = attribute(settings, maker, run, original_SNP, made.samples_S);
    return made;
  }

  Made relearned() const {
    run.enter_phase("train");
    const Model oracles = stage_models(maker, inputs, "oracles");
    Made made;
    made.samples_S.assign(static_cast<std::size_t>(run.rows()), 0);
    made.metrics_S["gain"] = relearning_gain(settings, maker, oracles, run);
    made.outputs["gain_S"] = made.metrics_S["gain"];
    return made;
  }
};

Made make(const std::string& name, const Stage& stage) {
  const Settings& settings = stage.settings;
  if (name == "original") {
    return stage.models(name, settings.models, settings.train,
                        joined(stage.items(Split::forget), stage.items(Split::retain)));
  }
  if (name == "oracles") {
    return stage.models(name, settings.oracles, settings.train, stage.items(Split::retain));
  }
  if (name == "fresh") {
    return stage.models(name, settings.models, settings.train, stage.items(Split::retain));
  }
  if (name == "fine_tune") {
    const Tensor start_KP = stage.inputs.rows("original", "theta_SNP").flatten(0, 1);
    // As the method finetune does it: `batch` is the forget set's.
    Recipe recipe = settings.budget;
    recipe.batch = settings.retain_batch;
    return stage.models("original", settings.models, recipe, stage.items(Split::retain),
                        start_KP.to(stage.maker.device));
  }
  if (name == "spare") return stage.spare();
  if (name == "attribution") return stage.attribution();
  if (name == "relearned") return stage.relearned();
  throw Error("unlearning has no stage '" + name + "'");
}

}  // namespace

std::vector<RowOutcome> run_stage(const StageJob& job, Run& run) {
  run.enter_phase("data");
  const Settings settings = read_settings(job.settings);
  const auto task = settings.make_task();
  const Maker maker(settings, *task, job.device);
  const StageReader inputs(job.inputs, run.seeds());
  const Made made = make(job.stage, {settings, maker, inputs, run});
  StageResult result{maker.network->layout().size(), made.outputs, made.metrics_S};
  result.metrics_K["samples"] = at::tensor(made.samples_S, at::kDouble);
  return finish_stage(job, inputs, result, run);
}

}  // namespace assay::unlearning
