// Settings, what each stage depends on, and the expansion of a benchmark.
#include "sdk/families/weak_to_strong/settings.h"
#include "support.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

namespace assay::weak_to_strong::test {
namespace {

const Family& family() {
  return find_family("weak_to_strong");
}

Json expand(const Json& given) {
  return family().expand(resolved(given));
}

Json stage(const Json& expansion, const std::string& name) {
  for (const Json& stage : expansion.at("stages")) {
    if (stage.at("name") == name) return stage;
  }
  return nullptr;
}

/// Names of the stages whose settings differ between two benchmarks.
std::set<std::string> changed(const Json& left, const Json& right) {
  std::set<std::string> names;
  const Json one = expand(left), other = expand(right);
  for (const Json& stage_of_one : one.at("stages")) {
    const auto name = stage_of_one.at("name").get<std::string>();
    if (stage_of_one.at("settings") != stage(other, name).at("settings")) {
      names.insert(name);
    }
  }
  return names;
}

Json with(Json settings, const char* pointer, Json value) {
  settings[Json::json_pointer(pointer)] = std::move(value);
  return settings;
}

Json without(Json settings, const std::vector<std::string>& keys) {
  for (const std::string& key : keys) settings.erase(key);
  return settings;
}

}  // namespace

TEST_CASE("settings: the suite's example is complete") {
  // The weak_to_strong benchmark of the design's section on suites.
  const Json settings = resolved(Json::parse(R"({
    "task": {"use": "fashion_mnist", "size": 14, "transfer": 8000},
    "weak": {"model": {"arch": "mlp", "width": 16, "depth": 1}, "view": 4, "labels": 1000},
    "strong": {"model": {"arch": "mlp", "width": 128, "depth": 2}},
    "train": {"epochs": 8, "batch": 64, "lr": 1e-3, "schedule": "cosine"}})"));
  const Settings read = read_settings(settings);
  CHECK(read.sizes.labels == 1000);
  CHECK(read.sizes.test == 10000);
  CHECK(read.weak_view == 4);
  CHECK(read.weak_recipe.epochs == 40);
  CHECK(read.weak_recipe.lr == 3e-3);
  CHECK(read.ceiling.epochs == 8);
  CHECK(read.few_labels.batch == 64);
  CHECK_FALSE(read.pretrain.has_value());
}

TEST_CASE("settings: other recipes inherit from train key by key") {
  Json given = tiny_fashion();
  given["ceiling_train"] = {{"lr", 0.01}};
  given["few_labels_train"] = {{"epochs", 50}, {"batch", 16}};
  const Settings read = read_settings(resolved(given));
  CHECK(read.ceiling.lr == 0.01);
  CHECK(read.ceiling.epochs == 3);
  CHECK(read.ceiling.batch == 32);
  CHECK(read.few_labels.lr == 1e-3);
  CHECK(read.few_labels.epochs == 50);
  CHECK(read.few_labels.batch == 16);
}

TEST_CASE("expansion: stages, references and inputs") {
  const Json scratch = expand(tiny_fashion());
  CHECK(stage(scratch, "pretrained").is_null());
  CHECK(stage(scratch, "ceiling").at("inputs") == Json::array());
  CHECK(scratch.at("references").size() == 3);
  CHECK(scratch.at("method").at("inputs") == Json({"weak", "ceiling"}));
  CHECK(scratch.at("capabilities") == Json({"weak_labels", "validation", "categorical"}));
  CHECK(scratch.at("parameters") == 196 * 32 + 32 + 32 * 10 + 10);
  CHECK(scratch.at("batch") == 32);
  CHECK(scratch.at("data").size() == 4);
  // What the command watches: the kept answer is asked for again when one of these has changed.
  const Json& files = scratch.at("data_files");
  REQUIRE(files.size() == 4);
  for (const Json& file : files) CHECK(std::filesystem::exists(file.get<std::string>()));
  CHECK(expand(tiny_latent()).at("data_files") == Json::array());

  Json given = tiny_fashion();
  given["pretrain"] = {{"items", 1000}};
  const Json pretrained = expand(given);
  CHECK(pretrained.at("stages").at(0).at("name") == "pretrained");
  CHECK(stage(pretrained, "weak").at("inputs") == Json::array());
  CHECK(stage(pretrained, "few_labels").at("inputs") == Json({"pretrained"}));
  CHECK(pretrained.at("references").size() == 4);
  CHECK(pretrained.at("method").at("inputs") == Json({"pretrained", "weak", "ceiling"}));
  CHECK(pretrained.at("capabilities").back() == "pretrained");
  // Directions are no function of the two classes: nothing to decode.
  CHECK(expand(without(tiny_latent(), {"ladder"})).at("references").size() == 4);
}

TEST_CASE("expansion: rungs are a chain of stages, and further supervisors a stage") {
  Json given = tiny_latent();
  given["ladder"]["rung2"] = {{"arch", "mlp"}, {"width", 12}, {"depth", 1}};
  const Json expansion = expand(given);
  CHECK(stage(expansion, "rung1").at("inputs") == Json({"pretrained_rung1", "weak"}));
  CHECK(stage(expansion, "rung2").at("inputs") == Json({"pretrained_rung2", "rung1"}));
  CHECK(stage(expansion, "pretrained_rung2").at("inputs") == Json::array());
  CHECK(stage(expansion, "ensemble").at("inputs") == Json::array({"weak"}));
  const Json& offered = expansion.at("capabilities");
  for (const char* capability : {"ladder", "ensemble", "pretrained", "categorical"}) {
    CHECK(std::count(offered.begin(), offered.end(), capability) == 1);
  }
  // The rungs differ in their networks alone; one that is not there is no capability.
  CHECK(changed(given, with(given, "/ladder/rung2/width", 11)) ==
        std::set<std::string>{"pretrained_rung2", "rung2"});
  CHECK(changed(given, with(given, "/ladder/train/lr", 0.5)) ==
        std::set<std::string>{"rung1", "rung2"});
  const Json plain = expand(without(with(given, "/weak/supervisors", 1), {"ladder", "pretrain"}));
  CHECK(plain.at("capabilities") == Json({"weak_labels", "validation", "categorical"}));
  CHECK(plain.at("references").size() == 3);
}

TEST_CASE("expansion: regression tasks have numbers, a formula, and closed forms") {
  const Json expansion = expand(tiny_subspace());
  CHECK(expansion.at("capabilities") == Json({"weak_labels", "validation", "gaussian"}));
  CHECK(expansion.at("references").at(2) == Json{{"id", "formula"}, {"inputs", Json::array()}});
  CHECK(expansion.at("parameters") == 10 + 1);
}

TEST_CASE("expansion: a stage is computed again only for what it depends on") {
  using Names = std::set<std::string>;
  const Json base = tiny_latent();
  CHECK(changed(base, base) == Names{});
  CHECK(changed(base, with(base, "/train/lr", 0.5)) == Names{"rung1", "ceiling", "few_labels"});
  CHECK(changed(base, with(base, "/ceiling_train/lr", 0.5)) == Names{"ceiling"});
  CHECK(changed(base, with(base, "/few_labels_train/lr", 0.5)) == Names{"few_labels"});
  CHECK(changed(base, with(base, "/weak/train/lr", 0.5)) == Names{"weak", "ensemble"});
  CHECK(changed(base, with(base, "/weak/model/width", 9)) == Names{"weak", "ensemble"});
  CHECK(changed(base, with(base, "/strong/model/width", 9)) ==
        Names{"pretrained", "ceiling", "few_labels"});
  CHECK(changed(base, with(base, "/weak/supervisors", 3)) == Names{"ensemble"});
  CHECK(changed(base, with(base, "/task/transfer", 190)) ==
        Names{"weak", "ensemble", "rung1", "ceiling"});
  CHECK(changed(base, with(base, "/task/validation", 40)) == Names{"weak", "rung1"});
  CHECK(changed(base, with(base, "/weak/labels", 40)) ==
        Names{"weak", "ensemble", "rung1", "ceiling", "few_labels"});
  CHECK(changed(base, with(base, "/pretrain/items", 300)) ==
        Names{"pretrained", "pretrained_rung1", "rung1", "ceiling", "few_labels"});
  // The same recipe written in another table is the same recipe.
  CHECK(changed(base, with(base, "/ceiling_train/epochs", 2)) == Names{});
}

TEST_CASE("expansion: cohorts keep 16 bytes a parameter near 4 MB") {
  const auto cohort = [](int width) {
    return expand(with(tiny_fashion(), "/strong/model/width", width)).at("cohort").get<int>();
  };
  CHECK(cohort(2) == 64);    // 424 parameters: the upper bound
  CHECK(cohort(32) == 38);   // 6634: 4e6 / 106144 = 37.7
  CHECK(cohort(512) == 4);   // 105994: 2.4, and small networks have company
  CHECK(cohort(2048) == 1);  // 423946
}

TEST_CASE("expansion: an mlp's last hidden layer may have a width of its own") {
  const Json expansion = expand(with(tiny_fashion(), "/strong/model/features", 8));
  CHECK(expansion.at("parameters") == 196 * 8 + 8 + 8 * 10 + 10);
}

TEST_CASE("expansion: values that are each valid but do not fit") {
  const auto text = [](const Json& given) { return error_of([&] { expand(given); }); };
  CHECK_THAT(text(with(tiny_fashion(), "/task/transfer", 60000)),
             Catch::Contains("no two splits share one"));
  CHECK_THAT(text(with(tiny_fashion(), "/weak/view", 9)), Catch::StartsWith("weak.view is 9"));
  CHECK_THAT(text(with(tiny_latent(), "/weak/view", 4)),
             Catch::Contains("latent_tasks has no views"));
  CHECK(text(with(tiny_latent(), "/strong/model/depth", 0)) ==
        "strong.model.depth is 0, but pretrain needs a body: give the student a hidden layer");
  CHECK(text(with(tiny_latent(), "/ladder/rung1/depth", 0)) ==
        "ladder.rung1.depth is 0, but pretrain needs a body: give the rung a hidden layer");
  Json gap = tiny_latent();
  gap["ladder"] = {{"rung2", {{"arch", "mlp"}}}};
  CHECK(text(gap) ==
        "ladder.rung2 has no rung1 below it: rungs are counted from rung1 without a gap");
  gap["ladder"] = {{"train", {{"lr", 0.1}}}};
  CHECK(text(gap) == "ladder has no rung1: give it a network, or leave ladder out");
  CHECK(text(with(tiny_latent(), "/fit", "least-squares")) ==
        "fit is \"least-squares\", but the task has classes: only regression tasks are fitted in "
        "closed form");
  CHECK(text(with(tiny_subspace(), "/task/shared", 11)) ==
        "task.shared is 11, but the supervisor has 40 features and the student 10: shared features "
        "are among both");
  CHECK(text(with(tiny_subspace(), "/weak/labels", 41)) ==
        "weak.labels is 41, but least squares on 40 features has a finite expected risk from 42 "
        "items on");
  CHECK(text(with(tiny_subspace(), "/weak/view", 2)) ==
        "weak.view is 2: subspace has no views, leave the setting out");
  CHECK(text(with(tiny_subspace(), "/pretrain/items", 100)) ==
        "subspace has no pretraining tasks: leave pretrain out");
}

TEST_CASE(
    "description: a primary metric of each kind of task, and PGR is a ratio of metrics it has") {
  const Json description = family().describe();
  std::set<std::string> ids;
  int primary = 0;
  for (const Json& metric : description.at("metrics")) {
    CHECK(ids.insert(metric.at("id").get<std::string>()).second);
    primary += metric.at("primary").get<bool>() ? 1 : 0;
    CHECK_FALSE(metric.at("meaning").get<std::string>().empty());
  }
  CHECK(primary == 2);
  const Json pgr = description.at("metrics").at(2);
  REQUIRE(pgr.at("id") == "pgr");
  CHECK(pgr.at("aggregate").at("kind") == "ratio");
  CHECK(ids.count(pgr.at("aggregate").at("numerator").get<std::string>()) == 1);
  CHECK(ids.count(pgr.at("aggregate").at("denominator").get<std::string>()) == 1);
  CHECK(description.at("tasks").size() == 4);
  CHECK(description.at("apart") == Json::object());
}

TEST_CASE("registry: an unknown family names the known ones") {
  CHECK(
      error_of([] { find_family("weak_to_stron"); }) ==
      "unknown family 'weak_to_stron' (did you mean 'weak_to_strong'?); known: continual, debate, "
      "delta, unlearning, weak_to_strong");
}

}  // namespace assay::weak_to_strong::test
