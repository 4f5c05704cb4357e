// What the methods are, in their authors' words, and the values they ran with.
#include "reports/model/number_text.h"
#include "reports/sections/sections.h"

#include <algorithm>
#include <map>

namespace assay::reports {

namespace {

std::string value_text(const Json& value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string parameters_text(const Json& parameters) {
  std::string text;
  for (const auto& [key, value] : parameters.items()) {
    text += (text.empty() ? "" : ", ") + key + " = " + value_text(value);
  }
  return text;
}

// Variants of one method that ran, with their parameters and the benchmarks that have them so.
struct Variant {
  std::string name, parameters;
  std::vector<std::string> benchmarks;
};

std::vector<Variant> variants_of(const RunResults& results, const std::string& method) {
  std::vector<Variant> variants;
  for (const BenchmarkResults& benchmark : results.benchmarks) {
    for (const Row& row : benchmark.rows) {
      if (row.reference || row.use != method) continue;
      const std::string parameters = parameters_text(row.parameters);
      const auto same = std::find_if(variants.begin(), variants.end(), [&](const Variant& one) {
        return one.name == row.name && one.parameters == parameters;
      });
      if (same != variants.end()) {
        same->benchmarks.push_back(benchmark.id);
      } else {
        variants.push_back({row.name, parameters, {benchmark.id}});
      }
    }
  }
  return variants;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

void add_method(Section& section, const RunResults& results, const std::string& id,
                const Json& method, std::size_t index) {
  section.add(Heading{id, "method-" + std::to_string(index)});
  Text about{plain(method.value("summary", "no summary"))};
  const std::string paper = method.value("paper", "");
  if (!paper.empty()) {
    about.push_back(plain(" \u00b7 "));
    about.push_back(paper_span(paper));
  }
  const Json needs = method.value("needs", Json::array());
  if (!needs.empty()) {
    std::vector<std::string> texts;
    for (const Json& need : needs) texts.push_back(value_text(need));
    about.push_back(muted(" \u00b7 needs " + joined(texts)));
  }
  section.add(Paragraph{std::move(about)});
  List ran;
  for (const Variant& variant : variants_of(results, id)) {
    ran.items.push_back(
        {strong(variant.name), plain(" ran with "),
         variant.parameters.empty() ? plain("no parameters") : code(variant.parameters),
         plain(" on " + joined(variant.benchmarks))});
  }
  if (!ran.items.empty()) section.add(std::move(ran));
  Table described;
  described.columns = {{"Parameter", "", false}, {"Default", "", false}, {"Meaning", "", false}};
  for (const Json& parameter : method.value("parameters", Json::array())) {
    described.rows.push_back(
        {{code(parameter.value("key", "")),
          parameter.contains("default") ? value_text(parameter["default"]) : std::string("none"),
          parameter.value("help", "")},
         "",
         false});
  }
  if (!described.rows.empty()) {
    section.add(Details{"Parameters of " + id, blocks_of(std::move(described))});
  }
}

// The references that the run's families always print, and what they are.
void add_references(Section& section, const RunResults& results) {
  Table table;
  table.columns = {{"Reference", "", false}, {"Id", "", false}, {"What it is", "", false}};
  for (const auto& [id, family] : results.families.items()) {
    for (const Json& reference : family.value("references", Json::array())) {
      const std::string name = reference.value("id", "");
      const bool present = std::any_of(
          results.benchmarks.begin(), results.benchmarks.end(),
          [&](const BenchmarkResults& benchmark) {
            return benchmark.family == id &&
                   std::any_of(benchmark.rows.begin(), benchmark.rows.end(),
                               [&](const Row& row) { return row.reference && row.use == name; });
          });
      if (!present) continue;
      table.rows.push_back(
          {{reference.value("title", name), code(name), reference.value("summary", "")},
           "",
           false});
    }
  }
  if (table.rows.empty()) return;
  section.add(Heading{"References", "references"});
  section.add(std::move(table));
}

}  // namespace

Section method_section(const RunResults& results) {
  Section section{"methods", "Methods", {}};
  std::size_t index = 0;
  for (const auto& [id, method] : results.methods.items()) {
    add_method(section, results, id, method, ++index);
  }
  add_references(section, results);
  return section;
}

}  // namespace assay::reports
