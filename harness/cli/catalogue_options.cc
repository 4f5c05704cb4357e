#include "cli/catalogue_options.h"

#include "host/install/installation.h"

#include <cstdio>

namespace assay::cli {

void add_plugin_dir(CLI::App& command, std::vector<std::filesystem::path>& folders) {
  command.add_option("--plugin-dir", folders, "A further folder of plugins")
      ->type_name("DIR")
      ->allow_extra_args(false);
}

Catalogue load_catalogue_aloud(const std::vector<std::filesystem::path>& given) {
  Catalogue catalogue = load_catalogue(plugin_folders(given));
  for (const BrokenPlugin& plugin : catalogue.broken) {
    std::fprintf(stderr, "assay: broken plugin %s: %s\n", plugin.file.c_str(), plugin.reason.c_str());
  }
  return catalogue;
}

}  // namespace assay::cli
