#include "json_schema.h"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace assay::reports::test {

namespace {

const std::set<std::string> known_keywords = {
    "$schema",  "$defs", "$ref",     "title",    "description", "type",
    "required", "items", "minItems", "maxItems", "properties",  "additionalProperties",
    "minimum",  "enum",  "const",    "anyOf"};

bool has_type(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "null") return value.is_null();
  if (type == "number") return value.is_number();
  if (type == "integer") return value.is_number_integer();
  throw std::runtime_error("the schema's type " + type);
}

class Validator {
 public:
  explicit Validator(const Json& root) : root_(root) {}

  void check(const Json& schema, const Json& value, const std::string& path) {
    if (schema.is_boolean()) {
      if (!schema.get<bool>()) mistake(path, value, "must not be there");
      return;
    }
    for (const auto& [keyword, rule] : schema.items()) {
      if (known_keywords.count(keyword) == 0) {
        throw std::runtime_error("the schema's keyword " + keyword + " at " + path);
      }
    }
    if (schema.contains("$ref")) check(target(schema["$ref"]), value, path);
    if (schema.contains("type")) check_type(schema["type"], value, path);
    if (schema.contains("const") && value != schema["const"]) {
      mistake(path, value, "is not " + schema["const"].dump());
    }
    if (schema.contains("enum")) {
      const Json& allowed = schema["enum"];
      if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
        mistake(path, value, "is none of " + allowed.dump());
      }
    }
    if (schema.contains("minimum") && value.is_number() && value < schema["minimum"]) {
      mistake(path, value, "is below " + schema["minimum"].dump());
    }
    if (schema.contains("anyOf")) check_any(schema["anyOf"], value, path);
    if (value.is_array()) check_array(schema, value, path);
    if (value.is_object()) check_object(schema, value, path);
  }

  std::vector<std::string> mistakes;

 private:
  void mistake(const std::string& path, const Json& value, const std::string& what) {
    mistakes.push_back(path + ": " + value.dump().substr(0, 60) + " " + what);
  }

  const Json& target(const std::string& reference) const {
    if (reference.rfind("#/", 0) != 0) throw std::runtime_error("the reference " + reference);
    return root_.at(Json::json_pointer(reference.substr(1)));
  }

  void check_type(const Json& types, const Json& value, const std::string& path) {
    const Json all = types.is_array() ? types : Json{types};
    const bool fits = std::any_of(all.begin(), all.end(), [&](const Json& type) {
      return has_type(value, type.get<std::string>());
    });
    if (!fits) mistake(path, value, "is not of type " + types.dump());
  }

  void check_any(const Json& schemas, const Json& value, const std::string& path) {
    for (const Json& schema : schemas) {
      Validator attempt(root_);
      attempt.check(schema, value, path);
      if (attempt.mistakes.empty()) return;
    }
    mistake(path, value, "fits none of the alternatives");
  }

  void check_array(const Json& schema, const Json& value, const std::string& path) {
    if (schema.contains("minItems") && value.size() < schema["minItems"].get<std::size_t>()) {
      mistake(path, value, "has too few items");
    }
    if (schema.contains("maxItems") && value.size() > schema["maxItems"].get<std::size_t>()) {
      mistake(path, value, "has too many items");
    }
    if (!schema.contains("items")) return;
    for (std::size_t i = 0; i < value.size(); ++i) {
      check(schema["items"], value[i], path + "/" + std::to_string(i));
    }
  }

  void check_object(const Json& schema, const Json& value, const std::string& path) {
    for (const Json& key : schema.value("required", Json::array())) {
      if (!value.contains(key.get<std::string>())) mistake(path, value, "lacks " + key.dump());
    }
    const Json properties = schema.value("properties", Json::object());
    for (const auto& [key, member] : value.items()) {
      if (properties.contains(key)) {
        check(properties[key], member, path + "/" + key);
      } else if (schema.contains("additionalProperties")) {
        check(schema["additionalProperties"], member, path + "/" + key);
      }
    }
  }

  const Json& root_;
};

}  // namespace

std::vector<std::string> schema_mistakes(const Json& schema, const Json& document) {
  Validator validator(schema);
  validator.check(schema, document, "");
  return validator.mistakes;
}

}  // namespace assay::reports::test
