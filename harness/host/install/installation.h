// Where this installation's parts lie, found from the running command itself, so that a prefix can
// be moved and the build folder works like one.
#pragma once

#include <filesystem>
#include <vector>

namespace assay {

struct Installation {
  std::filesystem::path prefix;
  std::filesystem::path worker;    ///< <prefix>/bin/assay-worker
  std::filesystem::path library;   ///< <prefix>/lib/libassay.so
  std::filesystem::path plugins;   ///< <prefix>/lib/assay/plugins
  std::filesystem::path suites;    ///< <prefix>/share/assay/suites
  std::filesystem::path templates; ///< <prefix>/share/assay/templates: a folder per family
  std::filesystem::path torch;     ///< <prefix>/lib/assay/torch: a link to LibTorch's lib folder
};

/// From /proc/self/exe; ASSAY_PREFIX names another prefix.
Installation find_installation();

/// $ASSAY_CACHE, else $XDG_CACHE_HOME/assay, else ~/.cache/assay.
std::filesystem::path cache_folder();

/// Plugin folders in the order they are searched: `given` (--plugin-dir), ASSAY_PLUGIN_PATH, the
/// user's data folder ($XDG_DATA_HOME or ~/.local/share, /assay/plugins), the installation's. Throws
/// Error (wrong use) when one of `given` is not a folder; the others need not be there.
std::vector<std::filesystem::path> plugin_folders(const std::vector<std::filesystem::path>& given);

}  // namespace assay
