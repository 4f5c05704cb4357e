#include "sdk/families/debate/settings.h"

#include "sdk/families/debate/players.h"
#include "sdk/families/support/description.h"
#include "sdk/internal/settings.h"

#include <assay/common/error.h>

#include <algorithm>
#include <sstream>

namespace assay::debate {
namespace {

ParameterSpec task_spec() {
  std::vector<VariantSpec> variants;
  for (const TaskInfo& task : tasks()) variants.push_back({task.id, task.summary, task.parameters});
  return variant("task", "use", std::move(variants)).help("questions, evidence and truth");
}

Recipe judge_defaults() {
  Recipe recipe;
  recipe.epochs = 10;
  recipe.batch = 64;
  recipe.lr = 1e-3;
  return recipe;
}

std::vector<std::string> read_pool(const std::string& text) {
  std::vector<std::string> pool;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    make_player(word, 1, 1);
    if (std::find(pool.begin(), pool.end(), word) != pool.end()) {
      throw Error("pool names '" + word + "' twice");
    }
    pool.push_back(word);
  }
  if (pool.empty()) {
    throw Error(
        "pool is empty: a debater meets one opponent at least besides itself, e.g. "
        "\"greedy search\"");
  }
  return pool;
}

}  // namespace

std::vector<ParameterSpec> setting_specs() {
  return {
      task_spec(),
      integer("turns", 4).range(2, 20).help("places that a game reveals, of both sides together"),
      text("style", "alternating")
          .one_of({"alternating", "simultaneous"})
          .help(
              "whether sides move in turn; or in rounds, in which neither sees the other's place"),
      text("against", "all")
          .one_of({"all", "one", "any"})
          .help("what the liar argues for: each wrong answer in a game of its own; one of them, "
                "drawn; or only that the honest side is wrong"),
      integer("budget", 100)
          .range(0, 1000000)
          .help("positions that the judge answers for, each game and move of a method"),
      text("pool", "greedy search")
          .help("opponents of every method, with spaces between: random, greedy (looks at every "
                "move), search (upper confidence bounds)"),
      integer("pool_playouts", 100)
          .range(1, 1000000)
          .help("judge calls of the pool's search, each game and move"),
      real("seconds_per_move", 120)
          .range(0, 1e6)
          .help("a method that takes longer for a move, of up to 2,048 games at once, loses the "
                "games that it does so in; 0: no limit"),
      table("practice", {integer("questions", 2000)
                             .range(1, 60000)
                             .help("questions to practise on, none of those that are scored"),
                         integer("steps", 1000).range(1, 1000000).help("how often it learns"),
                         integer("games", 128).range(2, 100000).help("games of each step")})
          .help("of methods that practise before the first game"),
      network_setting("judge").may_be_absent().help(
          "the judge's network, of tasks that train one; default: an mlp of one layer of 64"),
      table("train", recipe_settings(judge_defaults())).help("how the judge is trained"),
  };
}

Settings read_settings(const Json& resolved) {
  Settings settings;
  settings.task.task = resolved.at("task");
  settings.task.turns = resolved.at("turns").get<std::int64_t>();
  settings.task.judge = {.arch = "mlp", .width = 64, .depth = 1};
  if (const Json* judge = find_setting(resolved, "judge")) {
    settings.task.judge = network_spec(*judge);
    settings.task.judge_setting = *judge;
  }
  settings.task.train = recipe_from(resolved.at("train"));
  settings.task.train_setting = resolved.at("train");
  settings.simultaneous = resolved.at("style") == "simultaneous";
  const auto against = resolved.at("against").get<std::string>();
  settings.against = against == "all"   ? Against::all
                     : against == "one" ? Against::one
                                        : Against::any;
  settings.budget = resolved.at("budget").get<std::int64_t>();
  settings.pool = read_pool(resolved.at("pool").get<std::string>());
  settings.pool_playouts = resolved.at("pool_playouts").get<std::int64_t>();
  settings.seconds_per_move = resolved.at("seconds_per_move").get<double>();
  const Json& practice = resolved.at("practice");
  settings.practice = {practice.at("questions").get<std::int64_t>(),
                       practice.at("steps").get<std::int64_t>(),
                       practice.at("games").get<std::int64_t>()};
  if (settings.simultaneous && settings.task.turns % 2 != 0) {
    throw Error("style is \"simultaneous\", but turns is " + std::to_string(settings.task.turns) +
                ": rounds have two turns each");
  }
  return settings;
}

}  // namespace assay::debate
