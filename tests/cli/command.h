// The command of this build, with a made-up prefix.
#pragma once

#include "host/process/process.h"
#include "host/registry/fake_prefix.h"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace assay {

inline ProcessResult command(std::vector<std::string> arguments, const std::filesystem::path& folder = {}) {
  const auto program = std::filesystem::path(ASSAY_TEST_BIN_DIR) / "assay";
  arguments.insert(arguments.begin(), program.string());
  return run_process(arguments, {.timeout = std::chrono::seconds(60), .folder = folder});
}

}  // namespace assay
