#include <assay/common/error.h>
#include <assay/common/parameters_json.h>

#include <catch2/catch.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using namespace assay;

namespace {

std::vector<ParameterSpec> specs() {
  return {
      real("alpha", 0.5).range(0, 1).per_row().help("largest weight"),
      real("lr", 1e-3).above(0),
      integer("width", 16).at_least(1),
      boolean("balanced", true),
      text("schedule", "cosine").one_of({"constant", "cosine"}),
      required("labels", ParameterType::integer),
      text("note", "").may_be_absent(),
      variant("model", "arch",
              {{"mlp", "layers", {integer("depth", 2).range(0, 8)}},
               {"cnn", "", {integer("channels", 8)}}}),
      table("train", {integer("epochs", 8), required("batch", ParameterType::integer)}),
  };
}

/// "path: message" of each problem, '@' where it is at a key.
std::vector<std::string> check(const char* json) {
  std::vector<std::string> found;
  for (const SettingProblem& problem : check_settings(Json::parse(json), specs())) {
    std::string path;
    for (const std::string& key : problem.path) path += "/" + key;
    found.push_back(path + (problem.at_key ? "@" : "") + ": " + problem.message);
  }
  return found;
}

std::vector<std::string> check_one(const Json& value, const ParameterSpec& spec) {
  std::vector<std::string> found;
  for (const auto& problem : check_settings({{spec.key, value}}, {spec})) {
    found.push_back(problem.message);
  }
  return found;
}

using Messages = std::vector<std::string>;

}  // namespace

TEST_CASE("good settings have no problems") {
  CHECK(check(R"({"labels": 5, "model": {"arch": "cnn"}, "train": {"batch": 1}})") == Messages{});
  CHECK(check(R"({"labels": 5, "model": {"arch": "mlp", "depth": 0}, "train": {"batch": 1},
                  "alpha": 1, "note": "x"})") == Messages{});
}

TEST_CASE("every mistake is found, each with its path") {
  CHECK(check(R"({"alhpa": 1, "width": "16", "model": {"arch": "cmn", "depth": 99},
                  "train": {"epochs": true, "zzz": 1}})") ==
        Messages{
            "/alhpa@: unknown key 'alhpa' (did you mean 'alpha'?)",
            "/width: 'width' must be an integer, not text",
            ": missing required key 'labels'",
            "/model/arch: 'arch' must be one of mlp, cnn, not 'cmn' (did you mean 'cnn'?)",
            "/train/zzz@: unknown key 'zzz' in 'train'; the keys here are epochs, batch",
            "/train/epochs: 'epochs' must be an integer, not true",
            "/train: missing required key 'batch'",
        });
}

TEST_CASE("an absent table is an empty one, an absent variant is missing") {
  CHECK(check(R"({"labels": 5})") ==
        Messages{": missing required key 'model' such as model = { arch = \"mlp\" }",
                 ": missing required key 'batch' (in 'train')"});
  CHECK(check(R"({"labels": 5, "model": {}, "train": {"batch": 1}})") ==
        Messages{"/model: missing required key 'arch', one of mlp, cnn"});
  CHECK(check(R"({"labels": 5, "model": {"arch": "cnn", "depth": 2}, "train": {"batch": 1}})") ==
        Messages{"/model/depth@: unknown key 'depth' for arch = \"cnn\"; the keys here are arch, "
                 "channels"});
}

TEST_CASE("wrong types say what was expected and what came") {
  CHECK(check_one(2.5, integer("n", 1)) == Messages{"'n' must be an integer, not the number 2.5"});
  CHECK(check_one(1, boolean("b", true)) ==
        Messages{"'b' must be true or false, not the integer 1"});
  CHECK(check_one("x", real("r", 1)) == Messages{"'r' must be a number, not text"});
  CHECK(check_one(Json::array(), text("t", "")) == Messages{"'t' must be text, not a list"});
  CHECK(check_one(nullptr, text("t", "")) == Messages{"'t' must be text, not nothing"});
  CHECK(check_one(Json::object(), real("r", 1)) == Messages{"'r' must be a number, not a table"});
  CHECK(check_one(3, table("t", {})) == Messages{"'t' must be a table, not the integer 3"});
  CHECK(check_one("mlp", variant("m", "arch", {{"mlp", "", {}}})) ==
        Messages{"'m' must be a table such as { arch = \"mlp\" }, not text"});
  CHECK(check_one({{"arch", 1}}, variant("m", "arch", {{"mlp", "", {}}})) ==
        Messages{"'arch' must be text, not the integer 1"});
  CHECK(check_settings(3, {})[0].message == "settings must be a table, not the integer 3");
}

TEST_CASE("ranges and choices") {
  CHECK(check_one(1.5, real("alpha", 0).range(0, 1)) ==
        Messages{"'alpha' = 1.5 is above the largest allowed value 1"});
  CHECK(check_one(-0.1, real("alpha", 0).range(0, 1)) ==
        Messages{"'alpha' = -0.1 is below the smallest allowed value 0"});
  CHECK(check_one(0, real("lr", 1).above(0)) == Messages{"'lr' = 0 must be greater than 0"});
  CHECK(check_one(0, real("lr", 1).at_least(0)) == Messages{});
  CHECK(check_one(1, real("alpha", 0).range(0, 1)) == Messages{});
  CHECK(check_one(0, integer("n", 1).range(1, 4)) ==
        Messages{"'n' = 0 is below the smallest allowed value 1"});
  CHECK(check_one("linear", text("s", "a").one_of({"constant"})) ==
        Messages{"'s' must be constant, not 'linear'"});
  const double infinite = std::numeric_limits<double>::infinity();
  CHECK(check_one(infinite, real("r", 1)) == Messages{"'r' must be a finite number, not inf"});
  CHECK(check_one(std::numeric_limits<double>::quiet_NaN(), real("r", 1).range(0, 1)) ==
        Messages{"'r' must be a finite number, not nan"});
  // JSON has integers that std::int64_t has not.
  CHECK(check_one(std::numeric_limits<std::uint64_t>::max(), integer("n", 1)) ==
        Messages{"'n' is too large: 18446744073709551615"});
  CHECK(check_one(std::numeric_limits<std::int64_t>::min(), integer("n", 1)) == Messages{});
}

TEST_CASE("resolving fills in defaults and widens integers") {
  const Json resolved = resolve_settings(
      Json::parse(R"({"labels": 5, "alpha": 1, "model": {"arch": "mlp"}, "train": {"batch": 2}})"),
      specs());
  CHECK(resolved == Json::parse(R"({"alpha": 1.0, "lr": 0.001, "width": 16, "balanced": true,
      "schedule": "cosine", "labels": 5, "model": {"arch": "mlp", "depth": 2},
      "train": {"epochs": 8, "batch": 2}})"));
  CHECK(resolved["alpha"].is_number_float());  // keys of results hash the text, and 1 is not 1.0
  CHECK_FALSE(resolved.contains("note"));
}

TEST_CASE("a variant with a default may be left out, or name its fields alone") {
  ParameterSpec model = variant("model", "arch", {{"mlp", "", {integer("depth", 2)}}});
  model.default_value = std::string("mlp");
  CHECK(check_settings(Json::object(), {model}).empty());
  CHECK(resolve_settings(Json::object(), {model}) ==
        Json::parse(R"({"model": {"arch": "mlp", "depth": 2}})"));
  CHECK(resolve_settings({{"model", {{"depth", 3}}}}, {model}) ==
        Json::parse(R"({"model": {"arch": "mlp", "depth": 3}})"));
}

TEST_CASE("descriptions survive JSON") {
  const Json json = to_json(specs());
  CHECK(to_json(parameters_from_json(json)) == json);
  CHECK(json[0] == Json::parse(R"({"key": "alpha", "type": "real", "default": 0.5, "minimum": 0.0,
      "maximum": 1.0, "per_row": true, "help": "largest weight"})"));
  CHECK(json[5] == Json::parse(R"({"key": "labels", "type": "integer"})"));
  CHECK(json[1]["above_minimum"] == true);
  CHECK(
      json[7]["variants"][0] ==
      Json::parse(
          R"({"id": "mlp", "help": "layers", "fields": [{"key": "depth", "type": "integer", "default": 2,
          "minimum": 0.0, "maximum": 8.0}]})"));
}

TEST_CASE("wrong descriptions are errors that show them") {
  CHECK_THROWS_WITH(parameters_from_json(Json::object()), "settings must be described by a list");
  CHECK_THROWS_WITH(parameter_from_json({{"key", "a"}, {"type", "complex"}}),
                    "the setting 'a' is described with the unknown type 'complex'");
  CHECK_THROWS_WITH(parameter_from_json({{"type", "real"}}),
                    Catch::Matchers::StartsWith("a setting is described wrongly: "));
}
