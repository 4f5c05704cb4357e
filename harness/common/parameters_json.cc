#include <assay/common/parameters_json.h>

#include <assay/common/error.h>
#include <assay/common/text.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace assay {

namespace {

struct TypeName {
  ParameterType type;
  const char* name;     // in JSON
  const char* must_be;  // in messages
};

constexpr std::array<TypeName, 6> type_names{{
    {ParameterType::boolean, "boolean", "true or false"},
    {ParameterType::integer, "integer", "an integer"},
    {ParameterType::real, "real", "a number"},
    {ParameterType::text, "text", "text"},
    {ParameterType::table, "table", "a table"},
    {ParameterType::variant, "variant", "a table"},
}};

const TypeName& type_name(ParameterType type) {
  for (const TypeName& entry : type_names) {
    if (entry.type == type) return entry;
  }
  throw Error("a setting has a type that this version does not know");
}

Json to_json(const Value& value) {
  return std::visit(
      [](const auto& held) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
          return nullptr;
        } else {
          return held;
        }
      },
      value);
}

Value value_from_json(const Json& json, ParameterType type) {
  switch (type) {
    case ParameterType::boolean:
      return json.get<bool>();
    case ParameterType::integer:
      return json.get<std::int64_t>();
    case ParameterType::real:
      return json.get<double>();
    default:
      return json.get<std::string>();
  }
}

bool fits_int64(const Json& number) {
  return !number.is_number_unsigned() ||
         number.get<std::uint64_t>() <=
             static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
}

/// "text", "a list": what a value is, for "must be ..., not ...".
std::string kind_of(const Json& value) {
  switch (value.type()) {
    case Json::value_t::boolean:
      return value.get<bool>() ? "true" : "false";
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return "the integer " + value.dump();
    case Json::value_t::number_float:
      return "the number " + value.dump();  // 2.0, not 2
    case Json::value_t::string:
      return "text";
    case Json::value_t::object:
      return "a table";
    case Json::value_t::array:
      return "a list";
    default:
      return "nothing";
  }
}

/// The checks of one table. Paths are relative to the values that check_settings was given.
class Checker {
 public:
  std::vector<SettingProblem> problems;

  void table(const Json& given, const std::vector<ParameterSpec>& specs) {
    check_keys(given, specs, {}, "");
    check_fields(given, specs);
  }

 private:
  void report(std::string message, bool at_key = false) {
    problems.push_back({path_, at_key, std::move(message)});
  }

  // `extra`: the selector of a variant, a key beside the fields. `place` ends the message.
  void check_keys(const Json& given, const std::vector<ParameterSpec>& specs,
                  const std::string& extra, const std::string& place) {
    std::vector<std::string> known;
    if (!extra.empty()) known.push_back(extra);
    for (const ParameterSpec& spec : specs) known.push_back(spec.key);
    for (const auto& [key, value] : given.items()) {
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      path_.push_back(key);
      report(unknown_key(key, known, place), true);
      path_.pop_back();
    }
  }

  void check_fields(const Json& given, const std::vector<ParameterSpec>& specs) {
    for (const ParameterSpec& spec : specs) {
      const auto found = given.find(spec.key);
      if (found == given.end()) {
        missing(spec);
        continue;
      }
      path_.push_back(spec.key);
      value(*found, spec);
      path_.pop_back();
    }
  }

  // An absent table takes its fields' defaults, so what is missing is a field of it.
  void missing(const ParameterSpec& spec) {
    if (spec.optional) return;
    const bool has_default = !std::holds_alternative<std::monostate>(spec.default_value);
    const bool is_table =
        spec.type == ParameterType::table || (spec.type == ParameterType::variant && has_default);
    if (!is_table) {
      if (!has_default) report("missing required key '" + spec.key + "'" + example(spec));
      return;
    }
    Checker inside;
    inside.value(Json::object(), spec);
    for (const SettingProblem& problem : inside.problems) {
      report(problem.message + " (in '" + spec.key + "')");
    }
  }

  static std::string example(const ParameterSpec& spec) {
    if (spec.type != ParameterType::variant || spec.variants.empty()) return "";
    return " such as " + spec.key + " = { " + spec.selector + " = \"" + spec.variants[0].id +
           "\" }";
  }

  void value(const Json& given, const ParameterSpec& spec) {
    switch (spec.type) {
      case ParameterType::boolean:
        if (!given.is_boolean()) wrong_type(given, spec);
        return;
      case ParameterType::integer:
        if (!given.is_number_integer()) return wrong_type(given, spec);
        if (!fits_int64(given)) return report("'" + spec.key + "' is too large: " + given.dump());
        return range(given.get<double>(), given.dump(), spec);
      case ParameterType::real:
        if (!given.is_number()) return wrong_type(given, spec);
        if (!std::isfinite(given.get<double>())) {
          return report("'" + spec.key + "' must be a finite number, not " +
                        number_text(given.get<double>()));
        }
        return range(given.get<double>(), number_text(given.get<double>()), spec);
      case ParameterType::text:
        if (!given.is_string()) return wrong_type(given, spec);
        return choice(given.get<std::string>(), spec.key, spec.choices);
      case ParameterType::table:
        if (!given.is_object()) return wrong_type(given, spec);
        check_keys(given, spec.fields, {}, " in '" + spec.key + "'");
        return check_fields(given, spec.fields);
      case ParameterType::variant:
        if (!given.is_object()) return wrong_type(given, spec);
        return variant(given, spec);
    }
  }

  void wrong_type(const Json& given, const ParameterSpec& spec) {
    std::string must_be = type_name(spec.type).must_be;
    if (spec.type == ParameterType::variant && !spec.variants.empty()) {
      must_be += " such as { " + spec.selector + " = \"" + spec.variants[0].id + "\" }";
    }
    report("'" + spec.key + "' must be " + must_be + ", not " + kind_of(given));
  }

  void range(double number, const std::string& shown, const ParameterSpec& spec) {
    const std::string what = "'" + spec.key + "' = " + shown;
    if (spec.minimum && spec.above_minimum && number <= *spec.minimum) {
      report(what + " must be greater than " + number_text(*spec.minimum));
    } else if (spec.minimum && number < *spec.minimum) {
      report(what + " is below the smallest allowed value " + number_text(*spec.minimum));
    } else if (spec.maximum && number > *spec.maximum) {
      report(what + " is above the largest allowed value " + number_text(*spec.maximum));
    }
  }

  void choice(const std::string& given, const std::string& key,
              const std::vector<std::string>& choices) {
    if (choices.empty() || std::find(choices.begin(), choices.end(), given) != choices.end())
      return;
    report("'" + key + "' must be " + (choices.size() > 1 ? "one of " : "") + join(choices, ", ") +
           ", not " + quote(given) + did_you_mean(given, choices));
  }

  void variant(const Json& given, const ParameterSpec& spec) {
    std::string chosen;
    const auto selector = given.find(spec.selector);
    std::vector<std::string> ids;
    for (const VariantSpec& variant : spec.variants) ids.push_back(variant.id);
    if (selector == given.end()) {
      if (!std::holds_alternative<std::string>(spec.default_value)) {
        return report("missing required key '" + spec.selector + "', one of " + join(ids, ", "));
      }
      chosen = std::get<std::string>(spec.default_value);
    } else {
      path_.push_back(spec.selector);
      if (selector->is_string()) {
        chosen = selector->get<std::string>();
        choice(chosen, spec.selector, ids);
      } else {
        report("'" + spec.selector + "' must be text, not " + kind_of(*selector));
      }
      path_.pop_back();
    }
    // Of an unknown variant no field can be checked.
    for (const VariantSpec& variant : spec.variants) {
      if (variant.id != chosen) continue;
      check_keys(given, variant.fields, spec.selector,
                 " for " + spec.selector + " = \"" + chosen + "\"");
      check_fields(given, variant.fields);
    }
  }

  std::vector<std::string> path_;
};

Json resolve_value(const Json* given, const ParameterSpec& spec) {
  if (spec.type == ParameterType::table) {
    return resolve_settings(given != nullptr ? *given : Json::object(), spec.fields);
  }
  if (spec.type == ParameterType::variant) {
    const Json values = given != nullptr ? *given : Json::object();
    const std::string chosen = values.contains(spec.selector)
                                   ? values.at(spec.selector).get<std::string>()
                                   : std::get<std::string>(spec.default_value);
    for (const VariantSpec& variant : spec.variants) {
      if (variant.id != chosen) continue;
      Json resolved = resolve_settings(values, variant.fields);
      resolved[spec.selector] = chosen;
      return resolved;
    }
    throw Error("'" + spec.key + "' has no variant '" + chosen + "'");
  }
  if (given == nullptr) return to_json(spec.default_value);
  return spec.type == ParameterType::real ? Json(given->get<double>()) : *given;
}

}  // namespace

Json to_json(const ParameterSpec& spec) {
  Json json = {{"key", spec.key}, {"type", type_name(spec.type).name}};
  if (!std::holds_alternative<std::monostate>(spec.default_value)) {
    json["default"] = to_json(spec.default_value);
  }
  if (spec.optional) json["optional"] = true;
  if (spec.minimum) json["minimum"] = *spec.minimum;
  if (spec.maximum) json["maximum"] = *spec.maximum;
  if (spec.above_minimum) json["above_minimum"] = true;
  if (!spec.choices.empty()) json["choices"] = spec.choices;
  if (spec.varies_by_row) json["per_row"] = true;
  if (!spec.description.empty()) json["help"] = spec.description;
  if (!spec.fields.empty()) json["fields"] = to_json(spec.fields);
  if (!spec.selector.empty()) json["selector"] = spec.selector;
  for (const VariantSpec& variant : spec.variants) {
    Json entry = {{"id", variant.id}};
    if (!variant.help.empty()) entry["help"] = variant.help;
    if (!variant.fields.empty()) entry["fields"] = to_json(variant.fields);
    json["variants"].push_back(std::move(entry));
  }
  return json;
}

Json to_json(const std::vector<ParameterSpec>& specs) {
  Json json = Json::array();
  for (const ParameterSpec& spec : specs) json.push_back(to_json(spec));
  return json;
}

ParameterSpec parameter_from_json(const Json& json) {
  try {
    ParameterSpec spec;
    spec.key = json.at("key").get<std::string>();
    const auto type = json.at("type").get<std::string>();
    const auto named = std::find_if(type_names.begin(), type_names.end(),
                                    [&](const TypeName& entry) { return type == entry.name; });
    if (named == type_names.end()) {
      throw Error("the setting '" + spec.key + "' is described with the unknown type " +
                  quote(type));
    }
    spec.type = named->type;
    if (json.contains("default")) spec.default_value = value_from_json(json["default"], spec.type);
    spec.optional = json.value("optional", false);
    if (json.contains("minimum")) spec.minimum = json["minimum"].get<double>();
    if (json.contains("maximum")) spec.maximum = json["maximum"].get<double>();
    spec.above_minimum = json.value("above_minimum", false);
    spec.choices = json.value("choices", std::vector<std::string>{});
    spec.varies_by_row = json.value("per_row", false);
    spec.description = json.value("help", "");
    if (json.contains("fields")) spec.fields = parameters_from_json(json["fields"]);
    spec.selector = json.value("selector", "");
    for (const Json& variant : json.value("variants", Json::array())) {
      spec.variants.push_back({variant.at("id").get<std::string>(), variant.value("help", ""),
                               parameters_from_json(variant.value("fields", Json::array()))});
    }
    return spec;
  } catch (const Json::exception& error) {
    throw Error("a setting is described wrongly: " + std::string(error.what()) + " in " +
                quote(json.dump(-1, ' ', false, Json::error_handler_t::replace)));
  }
}

std::vector<ParameterSpec> parameters_from_json(const Json& json) {
  if (!json.is_array()) throw Error("settings must be described by a list");
  std::vector<ParameterSpec> specs;
  for (const Json& entry : json) specs.push_back(parameter_from_json(entry));
  return specs;
}

std::vector<SettingProblem> check_settings(const Json& given,
                                           const std::vector<ParameterSpec>& specs) {
  if (!given.is_object()) {
    return {{{}, false, "settings must be a table, not " + kind_of(given)}};
  }
  Checker checker;
  checker.table(given, specs);
  return std::move(checker.problems);
}

Json resolve_settings(const Json& given, const std::vector<ParameterSpec>& specs) {
  Json resolved = Json::object();
  for (const ParameterSpec& spec : specs) {
    const auto found = given.find(spec.key);
    const bool is_given = found != given.end();
    if (!is_given && spec.optional) continue;
    resolved[spec.key] = resolve_value(is_given ? &*found : nullptr, spec);
  }
  return resolved;
}

}  // namespace assay
