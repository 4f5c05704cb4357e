// The `assay` command and the worker of this build, with a cache and runs of a test's own.
#pragma once

#include "../host/executor/toy_run.h"
#include "command_process.h"
#include "host/process/process.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace assay {

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

class RealPlace {
 public:
  std::string write_suite(const std::string& text) {
    const fs::path file = folder_ / ("suite-" + std::to_string(++suites_) + ".toml");
    write_unpublished(file, text);
    return file.string();
  }
  fs::path run_folder(const std::string& name = "run") const { return folder_ / name; }

  ProcessResult command(std::vector<std::string> arguments,
                        const std::string& cache = "cache") const {
    arguments.insert(arguments.begin(), (fs::path(ASSAY_TEST_BIN_DIR) / "assay").string());
    return run_process(arguments,
                       {.timeout = std::chrono::minutes(5),
                        .environment = {"ASSAY_CACHE=" + (folder_ / cache).string(),
                                        "HOME=" + folder_.path().string(), "ASSAY_PREFIX="}});
  }
  ProcessResult run(const std::string& suite, const std::string& name = "run",
                    const std::string& cache = "cache") const {
    const fs::path faults = fs::path(ASSAY_TEST_BIN_DIR) / ".." / "tests" / "faults";
    return command(
        {"run", suite, "--out", run_folder(name).string(), "--plugin-dir", faults.string()}, cache);
  }

  /// Starts a run whose cache and folder are both below `name`; wait() must follow.
  pid_t start(const std::string& suite, const std::string& name, int workers = 2,
              const std::string& worker_failpoint = "") const {
    fs::create_directories(folder_ / name);
    const pid_t child = ::fork();
    if (child != 0) return child;
    ::setenv("ASSAY_CACHE", (folder_ / name / "cache").c_str(), 1);
    ::setenv("HOME", folder_.path().c_str(), 1);
    ::unsetenv("ASSAY_PREFIX");
    if (!worker_failpoint.empty()) ::setenv("ASSAY_FAILPOINT_WORKER", worker_failpoint.c_str(), 1);
    exec_command(
        {"run", suite, "--out", started_run(name).string(), "--workers", std::to_string(workers)},
        folder_ / name);
  }
  /// The run folder of a run that start() began.
  fs::path started_run(const std::string& name) const { return folder_ / name / "run"; }
  Ended wait(pid_t child, const std::string& name) const { return wait_for(child, folder_ / name); }
  std::map<std::string, std::string> content(const std::string& name) const {
    return lasting_content(started_run(name));
  }
  void forget(const std::string& name) const { fs::remove_all(folder_ / name); }

 private:
  TemporaryFolder folder_;
  int suites_ = 0;
};

}  // namespace assay
