// Typed settings: what a method, a task, a network or a family accepts, and the values given.
// Plugins include this header, so it needs the standard library alone; JSON lives in
// parameters_json.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace assay {

/// The value of one setting. monostate: no value.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

enum class ParameterType {
  boolean,
  integer,
  real,       ///< an integer in a file is accepted as a real
  text,
  table,      ///< a table with `fields`
  variant,    ///< a table whose key `selector` picks one of `variants`; the rest are its fields
};

struct ParameterSpec;

/// One choice of a `variant` setting: `{ arch = "mlp", width = 16 }`.
struct VariantSpec {
  std::string id;
  std::string help;
  std::vector<ParameterSpec> fields;
};

/// Describes one setting. Chainable, so that descriptions read as a list:
/// `real("alpha", 0.5).range(0, 1).per_row().help("largest weight of the self label")`.
struct ParameterSpec {
  std::string key;
  ParameterType type = ParameterType::real;
  Value default_value;                ///< monostate: the setting is required unless `optional`
  bool optional = false;              ///< may be absent although it has no default
  std::optional<double> minimum;      ///< inclusive
  std::optional<double> maximum;      ///< inclusive
  bool above_minimum = false;         ///< the minimum itself is excluded
  std::vector<std::string> choices;   ///< allowed texts; empty: any
  bool varies_by_row = false;         ///< reaches the method as [K,1]; sweeps train in one cohort
  std::string description;
  std::vector<ParameterSpec> fields;  ///< of a table
  std::string selector;               ///< of a variant: "use" or "arch"
  std::vector<VariantSpec> variants;

  ParameterSpec& range(double low, double high) { minimum = low; maximum = high; return *this; }
  ParameterSpec& at_least(double low) { minimum = low; return *this; }
  ParameterSpec& above(double low) { minimum = low; above_minimum = true; return *this; }
  ParameterSpec& one_of(std::vector<std::string> texts) { choices = std::move(texts); return *this; }
  ParameterSpec& per_row() { varies_by_row = true; return *this; }
  ParameterSpec& may_be_absent() { optional = true; return *this; }
  ParameterSpec& help(std::string text) { description = std::move(text); return *this; }
};

inline ParameterSpec real(std::string key, double value) {
  return {.key = std::move(key), .type = ParameterType::real, .default_value = value};
}
inline ParameterSpec integer(std::string key, std::int64_t value) {
  return {.key = std::move(key), .type = ParameterType::integer, .default_value = value};
}
inline ParameterSpec boolean(std::string key, bool value) {
  return {.key = std::move(key), .type = ParameterType::boolean, .default_value = value};
}
inline ParameterSpec text(std::string key, std::string value) {
  return {.key = std::move(key), .type = ParameterType::text, .default_value = std::move(value)};
}
/// A setting of `type` without a default.
inline ParameterSpec required(std::string key, ParameterType type) {
  return {.key = std::move(key), .type = type};
}
inline ParameterSpec table(std::string key, std::vector<ParameterSpec> fields) {
  return {.key = std::move(key), .type = ParameterType::table, .fields = std::move(fields)};
}
inline ParameterSpec variant(std::string key, std::string selector,
                             std::vector<VariantSpec> variants) {
  return {.key = std::move(key),
          .type = ParameterType::variant,
          .selector = std::move(selector),
          .variants = std::move(variants)};
}

}  // namespace assay
