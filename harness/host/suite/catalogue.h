// What can be named in a suite: families, their tasks and settings, and the plugins' methods, as the
// worker describes them (docs/protocol.md section 1).
#pragma once

#include <assay/common/parameters_json.h>

#include <map>
#include <string>
#include <vector>

namespace assay {

/// A library in a plugin folder that cannot be used.
struct BrokenPlugin {
  std::string file;
  std::string reason;  ///< one or more lines
};

struct Catalogue {
  Json build;                            ///< BUILD: goes into every key
  std::map<std::string, Json> families;  ///< FAMILY by id
  /// By id: a method of a PLUGIN document, with "file", "plugin", "plugin_version" and
  /// "plugin_hash" (content hash of the file) added.
  std::map<std::string, Json> methods;
  std::vector<BrokenPlugin> broken;
};

}  // namespace assay
