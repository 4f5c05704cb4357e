// assay describe: everything about one method, task or family.
#include "cli/catalogue_options.h"
#include "cli/commands.h"
#include "cli/parameter_text.h"
#include "cli/table.h"

#include <assay/common/error.h>
#include <assay/common/text.h>

#include <cstdio>
#include <memory>

namespace assay::cli {

namespace {

struct Options {
  std::string id;
  std::vector<std::filesystem::path> plugin_folders;
  bool json = false;
};

struct Found {
  std::string kind, text;
  Json document;
};

std::string heading(const std::string& id, const std::string& what, const Json& document) {
  std::string text = id + ": " + what + "\n";
  const std::string summary = document.value("summary", "");
  if (!summary.empty()) text += "  " + summary + "\n";
  const std::string paper = document.value("paper", "");
  if (!paper.empty()) text += "  paper: " + paper + "\n";
  return text;
}

std::string parameters_of(const Json& document, const char* key) {
  const Json parameters = document.value(key, Json::array());
  return parameters.empty() ? "\n  It has no parameters.\n" : "\n" + parameter_text(parameters);
}

std::string method_text(const std::string& id, const Json& method) {
  std::string text = heading(id, "a method of " + method.at("family").get<std::string>(), method);
  text += "  plugin: " + method.at("file").get<std::string>() + " (version " +
          method.value("plugin_version", "") + ")\n";
  const auto needs = method.value("needs", std::vector<std::string>());
  if (!needs.empty()) text += "  needs of its problem: " + join(needs, ", ") + "\n";
  if (method.value("single_row", false)) text += "  trains one seed at a time\n";
  return text + parameters_of(method, "parameters");
}

std::string family_text(const std::string& id, const Json& family) {
  std::string text = heading(id, "a family: " + family.value("title", ""), family);
  text += "\n  Settings of a [[benchmark]]:\n" + parameter_text(family.at("settings"));
  Table metrics;
  metrics.add({"metric", "best", "meaning"});
  for (const Json& metric : family.at("metrics")) {
    const std::string direction = metric.value("direction", "none");
    metrics.add({metric.at("id").get<std::string>() + (metric.value("primary", false) ? " *" : ""),
                 direction == "max" ? "high" : direction == "min" ? "low" : "-",
                 metric.value("meaning", "")});
  }
  text += "\n" + metrics.text("  ") + "  * the one that methods are ranked by\n";
  Table references;
  references.add({"reference row", "meaning"});
  for (const Json& row : family.value("references", Json::array())) {
    references.add({row.at("id"), row.value("summary", "")});
  }
  text += "\n" + references.text("  ");
  const Json apart = family.value("apart", Json::object());
  if (apart.empty()) return text;
  Table needs;
  needs.add({"methods that need", "rank apart"});
  for (const auto& [capability, words] : apart.items()) {
    needs.add({capability, words.get<std::string>()});
  }
  return text + "\n" + needs.text("  ");
}

std::vector<Found> find(const Catalogue& catalogue, const std::string& id,
                        std::vector<std::string>& known) {
  std::vector<Found> found;
  for (const auto& [method_id, method] : catalogue.methods) {
    known.push_back(method_id);
    if (method_id == id) found.push_back({"method", method_text(id, method), method});
  }
  for (const auto& [family_id, family] : catalogue.families) {
    known.push_back(family_id);
    if (family_id == id) found.push_back({"family", family_text(id, family), family});
    for (const Json& task : family.value("tasks", Json::array())) {
      known.push_back(task.at("id"));
      if (known.back() != id) continue;
      found.push_back({"task",
                       heading(id, "a task of " + family_id, task) + parameters_of(task, "parameters"),
                       task});
    }
  }
  return found;
}

int describe(const Options& options) {
  const Catalogue catalogue = load_catalogue_aloud(options.plugin_folders);
  std::vector<std::string> known;
  const std::vector<Found> found = find(catalogue, options.id, known);
  if (found.empty()) {
    throw Error("no method, task or family is called '" + options.id + "'" +
                    did_you_mean(options.id, known) + "; see assay list methods",
                ExitStatus::wrong_use);
  }
  Json documents = Json::array();
  std::string text;
  for (const Found& one : found) {
    text += (text.empty() ? "" : "\n") + one.text;
    documents.push_back({{"kind", one.kind}, {"description", one.document}});
  }
  if (options.json) text = documents.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace

void add_describe(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("describe", "Describe a method, task or family");
  command->add_option("id", options->id, "Its id, as `assay list` shows it")->required();
  add_plugin_dir(*command, options->plugin_folders);
  command->add_flag("--json", options->json, "Print the description as JSON");
  command->callback([options, &action] { action = [options] { return describe(*options); }; });
}

}  // namespace assay::cli
