#include "sdk/internal/recipe.h"

#include <assay/common/error.h>
#include <assay/common/text.h>

#include <ATen/ATen.h>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <sstream>

namespace assay {
namespace {

const std::vector<std::string> schedules = {"constant", "linear", "cosine"};
const std::vector<std::string> optimizers = {"adamw", "sgd"};

void check_choice(const char* what, const std::string& value,
                  const std::vector<std::string>& choices) {
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) return;
  throw Error(std::string("recipe: there is no ") + what + " '" + value + "'" +
              did_you_mean(value, choices) + "; known are " + join(choices, ", "));
}

void check(bool fine, const char* rule, double value) {
  if (fine) return;
  std::ostringstream text;
  text << "recipe: " << rule << ", but is " << value;
  throw Error(text.str());
}

}  // namespace

std::vector<ParameterSpec> recipe_settings(const Recipe& defaults) {
  return {
      integer("epochs", defaults.epochs).range(0, 1e6).help("passes over the training set"),
      integer("steps", defaults.steps)
          .range(0, 1e8)
          .help("steps of the training, in place of epochs; 0: as many as the epochs have"),
      integer("batch", defaults.batch).range(1, 1e6).help("samples of a step"),
      real("lr", defaults.lr).at_least(0).help("largest learning rate"),
      text("schedule", defaults.schedule).one_of(schedules).help("how the learning rate falls"),
      real("warmup", defaults.warmup).range(0, 1).help("share of the steps with a linear rise"),
      text("optimizer", defaults.optimizer).one_of(optimizers).help("update rule"),
      real("weight_decay", defaults.weight_decay)
          .at_least(0)
          .help("decoupled, for both optimizers"),
      real("beta1", defaults.beta1).range(0, 0.999999).help("adamw: decay of the mean gradient"),
      real("beta2", defaults.beta2).range(0, 0.999999).help("adamw: decay of the mean square"),
      real("epsilon", defaults.epsilon).above(0).help("adamw: added to the root mean square"),
      real("momentum", defaults.momentum).range(0, 0.999999).help("sgd: heavy-ball momentum"),
      real("clip", defaults.clip).at_least(0).help("largest norm of a row's gradient; 0: none"),
  };
}

double schedule_factor(const std::string& schedule, double warmup, std::int64_t step,
                       std::int64_t steps) {
  const std::int64_t rise = std::llround(std::clamp(warmup, 0.0, 1.0) * static_cast<double>(steps));
  if (step < rise) return static_cast<double>(step + 1) / static_cast<double>(rise);
  if (schedule == "constant") return 1;
  const double share = static_cast<double>(step - rise) /
                       static_cast<double>(std::max<std::int64_t>(steps - rise, 1));
  if (schedule == "linear") return 1 - share;
  if (schedule == "cosine") return 0.5 * (1 + std::cos(std::numbers::pi * share));
  check_choice("schedule", schedule, schedules);
  return 1;
}

void check_recipe(const Recipe& recipe, std::int64_t rows) {
  check(recipe.epochs >= 0, "epochs must not be negative", static_cast<double>(recipe.epochs));
  check(recipe.steps >= 0, "steps must not be negative", static_cast<double>(recipe.steps));
  check(recipe.batch >= 1, "batch must be at least 1", static_cast<double>(recipe.batch));
  check(recipe.lr >= 0, "lr must not be negative", recipe.lr);
  check(recipe.warmup >= 0 && recipe.warmup <= 1, "warmup must be between 0 and 1", recipe.warmup);
  check(recipe.weight_decay >= 0, "weight_decay must not be negative", recipe.weight_decay);
  check(recipe.beta1 >= 0 && recipe.beta1 < 1, "beta1 must be in [0, 1)", recipe.beta1);
  check(recipe.beta2 >= 0 && recipe.beta2 < 1, "beta2 must be in [0, 1)", recipe.beta2);
  check(recipe.epsilon > 0, "epsilon must be positive", recipe.epsilon);
  check(recipe.momentum >= 0 && recipe.momentum < 1, "momentum must be in [0, 1)", recipe.momentum);
  check(recipe.clip >= 0, "clip must not be negative", recipe.clip);
  check_choice("schedule", recipe.schedule, schedules);
  check_choice("optimizer", recipe.optimizer, optimizers);
  if (recipe.lr_K1.defined() && recipe.lr_K1.numel() != rows) {
    std::ostringstream text;
    text << "recipe: lr_K1 must be [" << rows << ", 1], but is " << recipe.lr_K1.sizes();
    throw Error(text.str());
  }
}

}  // namespace assay
