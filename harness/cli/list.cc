// assay list: what can be named in a suite.
#include "cli/catalogue_options.h"
#include "cli/commands.h"
#include "cli/table.h"
#include "host/install/installation.h"
#include "host/suite/read.h"

#include <assay/common/error.h>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace assay::cli {

namespace {

struct Options {
  std::string what;
  std::vector<std::filesystem::path> plugin_folders;
  bool json = false;
};

// Rows for people and documents for tools, of one kind of thing.
struct Listing {
  Table table;
  Json documents = Json::array();
};

Listing list_methods(const Catalogue& catalogue) {
  Listing listing;
  listing.table.add({"METHOD", "FAMILY", "PAPER", "SUMMARY"});
  for (const auto& [id, method] : catalogue.methods) {
    listing.table.add({id, method.at("family"), method.value("paper", ""), method.value("summary", "")});
    listing.documents.push_back(method);
  }
  return listing;
}

Listing list_tasks(const Catalogue& catalogue) {
  Listing listing;
  listing.table.add({"TASK", "FAMILY", "SUMMARY"});
  for (const auto& [id, family] : catalogue.families) {
    for (Json task : family.value("tasks", Json::array())) {
      listing.table.add({task.at("id"), id, task.value("summary", "")});
      task["family"] = id;
      listing.documents.push_back(task);
    }
  }
  return listing;
}

Listing list_families(const Catalogue& catalogue) {
  Listing listing;
  listing.table.add({"FAMILY", "METHODS", "TASKS", "TITLE"});
  for (const auto& [id, family] : catalogue.families) {
    std::size_t methods = 0;
    for (const auto& entry : catalogue.methods) methods += entry.second.at("family") == id;
    listing.table.add({id, std::to_string(methods),
                       std::to_string(family.value("tasks", Json::array()).size()),
                       family.value("title", "")});
    listing.documents.push_back(family);
  }
  return listing;
}

// The suites that came with the installation.
Listing list_suites(const Catalogue& catalogue) {
  namespace fs = std::filesystem;
  Listing listing;
  listing.table.add({"SUITE", "CONTENT", "TITLE"});
  std::vector<fs::path> files;
  const fs::path folder = find_installation().suites;
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.path().extension() == ".toml") files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    const SuiteReading reading = read_suite_file(file, catalogue);
    const std::string content = reading.ok() ? summary(reading.suite) : "invalid: see assay validate";
    listing.table.add({file.string(), content, reading.suite.title});
    listing.documents.push_back({{"file", file.string()},
                                 {"name", reading.suite.name},
                                 {"title", reading.suite.title},
                                 {"valid", reading.ok()}});
  }
  return listing;
}

int list(const Options& options) {
  const Catalogue catalogue = load_catalogue_aloud(options.plugin_folders);
  Listing listing;
  if (options.what == "methods") listing = list_methods(catalogue);
  if (options.what == "tasks") listing = list_tasks(catalogue);
  if (options.what == "families") listing = list_families(catalogue);
  if (options.what == "suites") listing = list_suites(catalogue);
  if (!options.json) {
    std::fputs(listing.table.text().c_str(), stdout);
    return 0;
  }
  Json broken = Json::array();
  for (const BrokenPlugin& plugin : catalogue.broken) {
    broken.push_back({{"file", plugin.file}, {"reason", plugin.reason}});
  }
  const Json document = {{options.what, listing.documents}, {"broken_plugins", broken}};
  std::printf("%s\n", document.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
  return 0;
}

}  // namespace

void add_list(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("list", "List methods, tasks, families or suites");
  command->add_option("what", options->what, "methods, tasks, families or suites")
      ->required()
      ->check(CLI::IsMember({"methods", "tasks", "families", "suites"}));
  add_plugin_dir(*command, options->plugin_folders);
  command->add_flag("--json", options->json, "Print full descriptions as JSON");
  command->callback([options, &action] { action = [options] { return list(*options); }; });
}

}  // namespace assay::cli
