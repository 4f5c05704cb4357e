#include "sdk/families/delta/settings.h"

#include "sdk/families/support/description.h"
#include "sdk/internal/epoch_steps.h"
#include "sdk/internal/settings.h"

#include <assay/common/error.h>

#include <charconv>
#include <sstream>

namespace assay::delta {
namespace {

ParameterSpec task_spec() {
  std::vector<VariantSpec> variants;
  for (const TaskInfo& task : tasks()) variants.push_back({task.id, task.summary, task.parameters});
  return variant("task", "use", std::move(variants)).help("student, responses and truth");
}

/// As the paper trains (its released configurations): one epoch of batches of 32, AdamW (.9, .95),
/// a cosine after 3 % of warm-up, gradients clipped at 1. Here the cosine ends at zero, the paper's
/// at a tenth of the rate.
Recipe train_defaults() {
  Recipe recipe;
  recipe.epochs = 1;
  recipe.batch = 32;
  recipe.lr = 1e-4;
  recipe.warmup = 0.03;
  recipe.beta2 = 0.95;
  recipe.clip = 1;
  return recipe;
}

/// Networks for classes, and those for sequences.
ParameterSpec model_spec() {
  ParameterSpec spec = network_setting("model");
  for (VariantSpec& more : sequence_network_setting("model").variants) {
    spec.variants.push_back(std::move(more));
  }
  return spec.may_be_absent().help("the student's network, of tasks that let it be chosen");
}

std::vector<std::int64_t> read_curve(const std::string& text, std::int64_t last) {
  std::vector<std::int64_t> steps;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    std::int64_t step = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), step);
    if (error != std::errc() || end != word.data() + word.size() || step < 1) {
      throw Error("curve has '" + word +
                  "': expected steps from 1 on with spaces between, e.g. \"25 100 400\"");
    }
    if (!steps.empty() && step <= steps.back()) {
      throw Error("curve has step " + word + " after step " + std::to_string(steps.back()) +
                  ": steps must rise");
    }
    if (step > last) {
      throw Error("curve has step " + word + ", but the training ends after step " +
                  std::to_string(last) + ": take the step out, or train longer");
    }
    steps.push_back(step);
  }
  if (steps.empty() || steps.back() < last) steps.push_back(last);
  return steps;
}

}  // namespace

std::vector<ParameterSpec> setting_specs() {
  return {
      task_spec(),
      model_spec(),
      table("pairs",
            {required("chosen", ParameterType::real)
                 .help("what makes the chosen responses; the task says what the number is"),
             required("rejected", ParameterType::real)
                 .help("what makes the rejected ones; equal to chosen: pairs without a difference"),
             integer("count", 2000).range(2, 1000000).help("pairs that the student is trained on"),
             integer("held_out", 1000)
                 .range(2, 1000000)
                 .help("further pairs, for margins; the same way round, without noise"),
             boolean("reversed", false).help("whether chosen and rejected change places"),
             real("noise", 0)
                 .range(0, 0.45)
                 .help("share of the training pairs that are turned round, each by chance; from a "
                       "half on they would teach the opposite, which is `reversed`")})
          .help("the pairs of responses"),
      table("train", recipe_settings(train_defaults())).help("how the student is trained"),
      text("curve", "")
          .help("steps after which the student is scored, with spaces between: \"25 "
                "100 400\"; the start and the last step always are"),
      text("stop", "last")
          .one_of({"last", "development"})
          .help("which student counts: after the last step; or the one of the curve, the start "
                "among them, that is best on a development set with true answers"),
      integer("development", 1000).range(1, 1000000).help("items of the development set"),
  };
}

std::int64_t steps_of(const Recipe& recipe, std::int64_t items) {
  if (recipe.steps > 0) return recipe.steps;
  return recipe.epochs * epoch_steps(items, recipe.batch);
}

Settings read_settings(const Json& resolved) {
  Settings settings;
  settings.task.task = resolved.at("task");
  if (const Json* model = find_setting(resolved, "model")) {
    settings.task.model = network_spec(*model);
    settings.task.model_setting = *model;
  }
  const Json& pairs = resolved.at("pairs");
  settings.task.pairs = {.chosen = pairs.at("chosen").get<double>(),
                         .rejected = pairs.at("rejected").get<double>(),
                         .count = pairs.at("count").get<std::int64_t>(),
                         .held_out = pairs.at("held_out").get<std::int64_t>(),
                         .reversed = pairs.at("reversed").get<bool>(),
                         .noise = pairs.at("noise").get<double>()};
  settings.task.development = resolved.at("development").get<std::int64_t>();
  settings.train = recipe_from(resolved.at("train"));
  const std::int64_t last = steps_of(settings.train, settings.task.pairs.count);
  if (last < 1) throw Error("train has no step: set train.epochs or train.steps above 0");
  settings.curve = read_curve(resolved.at("curve").get<std::string>(), last);
  settings.stop_on_development = resolved.at("stop") == "development";
  return settings;
}

}  // namespace assay::delta
