#include "host/install/installation.h"

#include <assay/common/error.h>

#include <cstdlib>
#include <sstream>
#include <string>

namespace assay {

namespace fs = std::filesystem;

namespace {

// Set but empty counts as unset, as the XDG base directory specification says.
std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

fs::path home(const char* purpose) {
  const std::string folder = environment("HOME");
  if (folder.empty()) {
    throw Error(std::string("HOME is not set, so the ") + purpose +
                " folder is unknown: set HOME or ASSAY_CACHE");
  }
  return folder;
}

}  // namespace

Installation find_installation() {
  Installation found;
  const std::string given = environment("ASSAY_PREFIX");
  found.prefix = given.empty() ? fs::read_symlink("/proc/self/exe").parent_path().parent_path()
                               : fs::path(given);
  found.worker = found.prefix / "bin" / "assay-worker";
  found.library = found.prefix / "lib" / "libassay.so";
  found.plugins = found.prefix / "lib" / "assay" / "plugins";
  found.suites = found.prefix / "share" / "assay" / "suites";
  found.templates = found.prefix / "share" / "assay" / "templates";
  found.torch = found.prefix / "lib" / "assay" / "torch";
  return found;
}

fs::path cache_folder() {
  if (const std::string given = environment("ASSAY_CACHE"); !given.empty()) return given;
  if (const std::string xdg = environment("XDG_CACHE_HOME"); !xdg.empty()) return fs::path(xdg) / "assay";
  return home("cache") / ".cache" / "assay";
}

std::vector<fs::path> plugin_folders(const std::vector<fs::path>& given) {
  for (const fs::path& folder : given) {
    if (!fs::is_directory(folder)) {
      throw Error("--plugin-dir " + folder.string() + ": there is no such folder",
                  ExitStatus::wrong_use);
    }
  }
  std::vector<fs::path> folders = given;
  std::istringstream listed(environment("ASSAY_PLUGIN_PATH"));
  for (std::string folder; std::getline(listed, folder, ':');) {
    if (!folder.empty()) folders.emplace_back(folder);
  }
  const std::string data = environment("XDG_DATA_HOME");
  if (!data.empty()) {
    folders.push_back(fs::path(data) / "assay" / "plugins");
  } else if (!environment("HOME").empty()) {
    folders.push_back(fs::path(environment("HOME")) / ".local" / "share" / "assay" / "plugins");
  }
  folders.push_back(find_installation().plugins);
  return folders;
}

}  // namespace assay
