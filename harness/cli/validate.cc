// assay validate: every mistake of suite files in one pass.
#include "cli/commands.h"
#include "cli/planning_text.h"
#include "host/executor/run_suite.h"
#include "host/install/installation.h"
#include "host/registry/catalogue.h"
#include "host/suite/read.h"

#include <assay/common/error.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace assay::cli {

namespace {

struct Options {
  std::vector<std::string> files;
  std::vector<std::string> overrides;
  std::vector<std::filesystem::path> plugin_folders;
  bool json = false;
};

Json problem_json(const SuiteProblem& problem) {
  return {{"where", problem.where},
          {"line", problem.line},
          {"column", problem.column},
          {"message", problem.message}};
}

void print(const std::string& file, const SuiteReading& reading, const SuitePlanning& planning) {
  if (reading.ok()) {
    std::printf("%s: ok: %s\n", file.c_str(), summary(reading.suite).c_str());
    std::fputs(planning_text(planning).c_str(), stdout);
    std::fflush(stdout);  // before the next file's mistakes, where both go to one place
  } else {
    std::fputs(problems_text(reading.problems).c_str(), stderr);
  }
}

// What a suite without mistakes can decide. Values that are each valid but do not fit together are
// one more mistake: only the family can tell.
SuitePlanning check_together(const std::string& file, SuiteReading& reading,
                             const Catalogue& catalogue) {
  try {
    const SuiteToRun suite = prepare_suite(to_json(reading.suite), catalogue);
    plan_suite(suite, "");
    return plan_statistics(reading.suite, methods_apart(suite));
  } catch (const Error& error) {
    reading.problems.push_back({file, 0, 0, error.what(), ""});
    return {};
  }
}

int validate(const Options& options) {
  const Catalogue catalogue = load_catalogue(plugin_folders(options.plugin_folders));
  bool good = true;
  Json documents = Json::array();
  for (const std::string& file : options.files) {
    SuiteReading reading = read_suite_file(file, catalogue, options.overrides);
    SuitePlanning planning;
    if (reading.ok()) planning = check_together(file, reading, catalogue);
    good = good && reading.ok();
    if (!options.json) {
      print(file, reading, planning);
      continue;
    }
    Json document = {{"file", file}, {"problems", Json::array()}};
    if (reading.ok()) {
      document["suite"] = assay::to_json(reading.suite);
      document["statistics"] = to_json(planning);
    }
    for (const SuiteProblem& problem : reading.problems) {
      document["problems"].push_back(problem_json(problem));
    }
    documents.push_back(std::move(document));
  }
  if (options.json) {
    // File names need not be UTF-8.
    const Json all = {{"suites", std::move(documents)}};
    std::printf("%s\n", all.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
  }
  return static_cast<int>(good ? ExitStatus::done : ExitStatus::wrong_use);
}

}  // namespace

void add_validate(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("validate", "Find every mistake of suite files; run nothing");
  command->add_option("suite", options->files, "Suite files")->required()->type_name("FILE");
  // One value each, or the option would swallow the files behind it.
  command
      ->add_option("--set", options->overrides, "Set KEY=VALUE in the suite first (docs/suites.md)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command->add_option("--plugin-dir", options->plugin_folders, "A further folder of plugins")
      ->type_name("DIR")
      ->allow_extra_args(false);
  command->add_flag("--json", options->json, "Print resolved suites and mistakes as JSON");
  command->callback([options, &action] { action = [options] { return validate(*options); }; });
}

}  // namespace assay::cli
