#include "catalogue_fixture.h"

#include <utility>

namespace assay::test {

namespace {

ParameterSpec network(const char* key) {
  return variant(
      key, "arch",
      {{"mlp", "", {integer("width", 64).range(1, 4096), integer("depth", 2).range(0, 8)}},
       {"cnn", "", {integer("width", 16).range(1, 512)}}});
}

std::vector<ParameterSpec> recipe() {
  return {integer("epochs", 8).range(0, 1e6),
          integer("batch", 64).range(1, 1e6),
          real("lr", 1e-3).above(0),
          text("schedule", "cosine").one_of({"constant", "linear", "cosine"}),
          boolean("shuffle", true),
          real("clip", 0).at_least(0).may_be_absent()};
}

Json metric(const char* id) {
  return {{"id", id}, {"title", id}};
}

Json weak_to_strong() {
  const std::vector<ParameterSpec> settings{
      variant("task", "use",
              {{"fashion_mnist",
                "",
                {integer("size", 28).range(7, 28), integer("transfer", 8000).range(1, 60000)}},
               {"latent_tasks", "", {integer("dimension", 128).range(1, 4096)}}}),
      table("weak", {network("model"), integer("view", 0).range(0, 28),
                     required("labels", ParameterType::integer).range(1, 60000)}),
      table("strong", {network("model")}),
      table("train", recipe()),
      table("pretrain", {required("items", ParameterType::integer).at_least(1)}).may_be_absent(),
  };
  return {{"id", "weak_to_strong"},
          {"settings", to_json(settings)},
          {"references", {{{"id", "weak"}}, {{"id", "few-labels"}}, {{"id", "ceiling"}}}},
          {"metrics", {metric("accuracy"), metric("pgr"), metric("agreement")}},
          {"tasks", Json::array()}};
}

Json continual() {
  return {{"id", "continual"},
          {"settings", to_json({integer("tasks", 5).range(2, 100), table("train", recipe())})},
          {"references", Json::array({{{"id", "joint"}}})},
          {"metrics", {metric("average_accuracy"), metric("forgetting")}},
          {"tasks", Json::array()}};
}

std::pair<const std::string, Json> method(const char* id, const char* family,
                                          const std::vector<ParameterSpec>& parameters) {
  return {id, {{"id", id}, {"family", family}, {"parameters", to_json(parameters)}}};
}

}  // namespace

const Catalogue& catalogue() {
  static const Catalogue made = [] {
    Catalogue c;
    c.families = {{"weak_to_strong", weak_to_strong()}, {"continual", continual()}};
    c.methods = {
        method("xent", "weak_to_strong", {}),
        method("logconf", "weak_to_strong",
               {real("alpha", 0.5).range(0, 1).per_row(), real("warmup", 0.2).range(0, 1),
                integer("rounds", 1).range(1, 100), boolean("balanced", true),
                text("target", "hard").one_of({"hard", "soft"}), text("note", "").may_be_absent()}),
        method("product.v2", "weak_to_strong",
               {required("beta", ParameterType::real).range(0, 10)}),
        method("ewc", "continual", {real("lambda", 100).at_least(0)}),
    };
    return c;
  }();
  return made;
}

}  // namespace assay::test
