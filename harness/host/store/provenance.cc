#include "host/store/provenance.h"

#include "host/process/process.h"
#include "host/store/block.h"

#include <assay/common/error.h>

#include <fstream>
#include <thread>

namespace assay {

namespace {

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) != 0) continue;
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// null without git, outside of a repository, or when git does not answer soon.
Json git_state(const std::filesystem::path& folder) {
  const ProcessOptions soon{.timeout = std::chrono::milliseconds(2000)};
  const auto git = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"git", "-C", folder.empty() ? "." : folder.string()});
    return run_process(arguments, soon);
  };
  try {
    const ProcessResult commit = git({"rev-parse", "HEAD"});
    if (!commit.ok()) return nullptr;
    const ProcessResult changes = git({"status", "--porcelain", "--untracked-files=no"});
    return {{"commit", first_line(commit.out)}, {"changed", !changes.ok() || !changes.out.empty()}};
  } catch (const Error&) {
    return nullptr;
  }
}

}  // namespace

Json provenance(const Json& build, const std::vector<std::string>& command,
                const std::filesystem::path& suite_file) {
  return {{"build", build},
          {"host", host_name()},
          {"processor", processor()},
          {"cores", std::thread::hardware_concurrency()},
          {"threads_per_worker", 1},
          {"command", command},
          {"git", git_state(suite_file.parent_path())},
          {"started", iso_time()}};
}

}  // namespace assay
