// What commands that name methods have in common: where plugins are, and which are broken.
#pragma once

#include "host/registry/catalogue.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <vector>

namespace assay::cli {

/// Adds --plugin-dir.
void add_plugin_dir(CLI::App& command, std::vector<std::filesystem::path>& folders);

/// The catalogue of all plugin folders; broken plugins are mentioned on standard error.
Catalogue load_catalogue_aloud(const std::vector<std::filesystem::path>& given);

}  // namespace assay::cli
