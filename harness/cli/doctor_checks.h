// The checks of `assay doctor`: each works even when what it depends on is broken.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace assay::cli {

enum class Health { ok, warn, fail };

struct Check {
  std::string id;      ///< "libtorch", "worker", ...
  Health health = Health::ok;
  std::string text;    ///< what was found
  std::string mend;    ///< what to do about it; "" when well
};

/// All checks, in the order in which to mend.
std::vector<Check> examine(const std::vector<std::filesystem::path>& plugin_folders);

/// The LibTorch that this command's worker was built with: "2.13.0+cpu".
const char* built_with_torch();

}  // namespace assay::cli
