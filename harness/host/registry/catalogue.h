// Finds the plugins and asks the worker what they and the families are.
#pragma once

#include "host/suite/catalogue.h"

#include <chrono>
#include <filesystem>
#include <vector>

namespace assay {

struct CatalogueOptions {
  bool retry_broken = false;  ///< ask again about plugins known as broken (a crash may have passed)
  std::chrono::milliseconds time_limit{10'000};  ///< for describing a plugin
};

/// Every `.so` of `folders` (see plugin_folders), each described by a short-lived worker; a plugin that
/// crashes or hangs it is listed as broken, with the reason. Answers are cached in plugins.json and
/// families-<hash>.json of the cache folder, so that a second call starts no process.
///
/// Throws Error when the worker cannot start, and when two libraries provide one method (all such
/// pairs, naming the files). The same file found twice, through links, is one plugin.
Catalogue load_catalogue(const std::vector<std::filesystem::path>& folders,
                         const CatalogueOptions& options = {});

}  // namespace assay
