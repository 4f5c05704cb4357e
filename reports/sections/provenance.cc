// Where the results come from: everything that can change a number, and the suite itself.
#include "reports/model/number_text.h"
#include "reports/model/plain_text.h"
#include "reports/sections/sections.h"

#include <assay/common/text.h>

#include <algorithm>

namespace assay::reports {

namespace {

std::string value_text(const Json& value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Leaves of a tree as "weak.model.width" -> "16"; arrays are leaves.
void flatten(const Json& json, const std::string& prefix, Table& into) {
  for (const auto& [key, value] : json.items()) {
    const std::string path = prefix.empty() ? key : prefix + "." + key;
    if (value.is_object() && !value.empty()) {
      flatten(value, path, into);
    } else {
      into.rows.push_back({{code(path), value_text(value)}, "", false});
    }
  }
}

Table pairs(const Json& json, const std::string& name) {
  Table table;
  table.columns = {{name, "", false}, {"Value", "", false}};
  flatten(json, "", table);
  return table;
}

std::string git_text(const Json& git) {
  if (!git.is_object()) return "not a repository";
  return git.value("commit", "unknown") +
         (git.value("changed", false) ? ", with local changes" : "");
}

std::string command_text(const Json& command) {
  std::string text;
  if (!command.is_array()) return text;
  for (const Json& argument : command) {
    if (!argument.is_string()) continue;
    text += (text.empty() ? "" : " ") + shell_word(argument.get<std::string>());
  }
  return text;
}

Table machine_table(const RunResults& results) {
  const Json& provenance = results.provenance;
  const Json build = provenance.value("build", Json::object());
  Table table;
  table.columns = {{"What", "", false}, {"Value", "", false}};
  const auto add = [&table](const char* name, const std::string& value) {
    if (!value.empty()) table.rows.push_back({{name, value}, "", false});
  };
  add("Started", provenance.value("started", ""));
  add("Command", command_text(provenance.value("command", Json())));
  add("Overrides", join(results.overrides, ", "));
  add("Suite file", results.suite_file);
  add("Git", git_text(provenance.value("git", Json())));
  add("Host", provenance.value("host", ""));
  add("Processor", provenance.value("processor", ""));
  if (provenance.contains("cores")) add("Cores", value_text(provenance["cores"]));
  if (provenance.contains("threads_per_worker")) {
    add("Threads per worker", value_text(provenance["threads_per_worker"]));
  }
  for (const auto& [key, value] : build.items()) {
    if (!value.is_object()) add(("Build: " + key).c_str(), value_text(value));
  }
  const Json numerics = build.value("numerics", Json::object());
  for (const auto& [key, value] : numerics.items()) {
    add(("Numerics: " + key).c_str(), value_text(value));
  }
  return table;
}

Table plugin_table(const RunResults& results) {
  Table table;
  table.caption = "Plugins";
  table.columns = {{"Method", "", false}, {"Version", "", false}, {"Content hash", "", false}};
  for (const auto& [id, method] : results.methods.items()) {
    const std::string file = std::filesystem::path(method.value("file", "")).filename().string();
    table.rows.push_back(
        {{Cell(Text{strong(id), muted(" " + file)}), method.value("plugin_version", "unknown"),
          code(method.value("plugin_hash", "unknown"))},
         "",
         false});
  }
  return table;
}

Table seed_table(const RunResults& results) {
  Table table;
  table.caption = "Seeds and the blocks that trained together";
  table.columns = {{"Benchmark", "", false}, {"Seeds", "", false}, {"Blocks", "", false}};
  for (const BenchmarkResults& benchmark : results.benchmarks) {
    std::vector<std::string> blocks;
    for (const Row& row : benchmark.rows) {
      for (const SeedResult& seed : row.seeds) {
        const std::string text = seeds_text(seed.block);
        if (!seed.block.empty() && std::find(blocks.begin(), blocks.end(), text) == blocks.end()) {
          blocks.push_back(text);
        }
      }
    }
    table.rows.push_back(
        {{code(benchmark.id), seeds_text(benchmark.seeds), join(blocks, " | ")}, "", false});
  }
  return table;
}

}  // namespace

Section provenance_section(const RunResults& results) {
  Section section{"provenance", "Provenance", {}};
  section.add(machine_table(results));
  section.add(plugin_table(results));
  section.add(seed_table(results));
  for (const BenchmarkResults& benchmark : results.benchmarks) {
    section.add(
        Details{"Settings of " + benchmark.id, blocks_of(pairs(benchmark.settings, "Setting"))});
  }
  if (!results.suite_text.empty()) {
    section.add(Details{"The suite, as it was given", blocks_of(Code{results.suite_text, "toml"})});
  }
  return section;
}

}  // namespace assay::reports
