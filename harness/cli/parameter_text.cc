#include "cli/parameter_text.h"

#include "cli/table.h"

#include <cmath>
#include <cstdint>

namespace assay::cli {

namespace {

// As a suite has it: a text with its quotes; a whole number without a point, as limits travel as reals.
std::string value_text(const Json& value) {
  if (value.is_number_float()) {
    const double number = value.get<double>();
    if (number == std::floor(number) && std::fabs(number) < 1e15) {
      return std::to_string(static_cast<std::int64_t>(number));
    }
  }
  return value.dump();
}

std::string default_text(const Json& parameter) {
  if (parameter.contains("default")) return value_text(parameter["default"]);
  const std::string type = parameter.at("type");
  // A table's fields say themselves what they are when it is left out.
  if (type == "table" && !parameter.value("optional", false)) return "";
  return parameter.value("optional", false) ? "optional" : "required";
}

std::string range_text(const Json& parameter) {
  if (parameter.contains("choices")) {
    std::string text;
    for (const Json& choice : parameter["choices"]) text += (text.empty() ? "" : " | ") + value_text(choice);
    return text;
  }
  const std::string low = parameter.contains("minimum") ? value_text(parameter["minimum"]) : "";
  const std::string high = parameter.contains("maximum") ? value_text(parameter["maximum"]) : "";
  const bool above = parameter.value("above_minimum", false);
  if (low.empty() && high.empty()) return "";
  if (high.empty()) return (above ? "> " : ">= ") + low;
  if (low.empty()) return "<= " + high;
  return (above ? "above " : "") + low + " to " + high;
}

void add_rows(Table& table, const Json& parameters, const std::string& indent) {
  for (const Json& parameter : parameters) {
    std::string help = parameter.value("help", "");
    if (parameter.value("per_row", false)) help += help.empty() ? "[per row]" : " [per row]";
    table.add({indent + parameter.at("key").get<std::string>(), parameter.at("type"),
               default_text(parameter), range_text(parameter), help});
    if (parameter.contains("fields")) add_rows(table, parameter["fields"], indent + "  ");
    for (const Json& variant : parameter.value("variants", Json::array())) {
      table.add({indent + "  " + parameter.at("selector").get<std::string>() + " = " +
                     variant.at("id").dump(),
                 "", "", "", variant.value("help", "")});
      add_rows(table, variant.value("fields", Json::array()), indent + "    ");
    }
  }
}

}  // namespace

std::string parameter_text(const Json& parameters) {
  Table table;
  table.add({"parameter", "type", "default", "range", "meaning"});
  add_rows(table, parameters, "");
  return table.text("  ");
}

}  // namespace assay::cli
