// assay doctor: what works, what does not, and how to mend it.
#include "cli/catalogue_options.h"
#include "cli/commands.h"
#include "cli/doctor_checks.h"
#include "host/install/installation.h"
#include "host/install/libtorch.h"

#include <assay/common/parameters_json.h>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace assay::cli {

namespace {

struct Options {
  std::string relink;
  std::vector<std::filesystem::path> plugin_folders;
  bool json = false;
};

const char* word(Health health) {
  switch (health) {
    case Health::ok: return "ok";
    case Health::warn: return "warn";
    case Health::fail: return "fail";
  }
  return "";
}

std::string report_text(const std::vector<Check>& checks) {
  std::string text;
  for (const Check& check : checks) {
    char begin[32];
    std::snprintf(begin, sizeof begin, "%-4s  %-9s", word(check.health), check.id.c_str());
    text += begin + check.text + "\n";
    if (!check.mend.empty()) text += std::string(15, ' ') + "-> " + check.mend + "\n";
  }
  return text;
}

Json report_json(const std::vector<Check>& checks) {
  Json list = Json::array();
  for (const Check& check : checks) {
    list.push_back({{"id", check.id},
                    {"health", word(check.health)},
                    {"text", check.text},
                    {"mend", check.mend}});
  }
  return {{"checks", list}};
}

int doctor(const Options& options) {
  if (!options.relink.empty()) {
    relink_libtorch(find_installation().torch, options.relink, built_with_torch());
  }
  const std::vector<Check> checks = examine(options.plugin_folders);
  const std::string text =
      options.json ? report_json(checks).dump(2, ' ', false, Json::error_handler_t::replace) + "\n"
                   : report_text(checks);
  std::fputs(text.c_str(), stdout);
  return std::any_of(checks.begin(), checks.end(),
                     [](const Check& check) { return check.health == Health::fail; })
             ? 1
             : 0;
}

}  // namespace

void add_doctor(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("doctor", "Check this installation, and say how to mend it");
  command->add_option("--relink", options->relink,
                      "First point the installation to the LibTorch in DIR: a wheel's folder 'torch', "
                      "its lib folder, or a virtual environment")
      ->type_name("DIR");
  add_plugin_dir(*command, options->plugin_folders);
  command->add_flag("--json", options->json, "Print the checks as JSON");
  command->callback([options, &action] { action = [options] { return doctor(*options); }; });
}

}  // namespace assay::cli
