// The `assay` command with the fake worker in a made-up prefix: everything but LibTorch is real.
#pragma once

#include "../host/executor/toy_run.h"
#include "command_process.h"

#include <cstdlib>
#include <map>
#include <string>
#include <unistd.h>
#include <vector>

namespace assay {

/// The suite of most tests: two seeds, two methods, a sweep; `slow_ms` for each job.
inline std::string toy_toml(int slow_ms, const std::string& methods = R"(["toy", { use = "toy", as = "swept", sweep = { level = [0.0, 0.5] } }])") {
  return "[suite]\nname = \"toys\"\ntitle = \"Toys\"\nseeds = 2\n\n[[benchmark]]\nid = \"bench\"\n"
         "family = \"toy\"\nslow_ms = " + std::to_string(slow_ms) + "\nmethods = " + methods + "\n";
}

/// A prefix, a cache and runs of one test.
class ToyPrefix {
 public:
  explicit ToyPrefix(const std::string& suite) {
    fs::create_directories(folder_ / "prefix/bin");
    fs::create_directories(folder_ / "prefix/lib/assay/plugins");
    fs::create_symlink(fs::canonical(fs::path(ASSAY_TEST_BIN_DIR) / ".." / "tests" / "fake-worker"),
                       folder_ / "prefix/bin/assay-worker");
    write_unpublished(folder_ / "prefix/lib/libassay.so", "library");
    write_unpublished(folder_ / "prefix/lib/assay/plugins/toy.so", "plugin");
    write_unpublished(folder_ / "toys.toml", suite);
  }

  fs::path operator/(const std::string& name) const { return folder_ / name; }
  /// A fresh cache and run for the next commands: "<name>/cache", "<name>/run".
  void begin(const std::string& name) { name_ = name; }
  fs::path run_folder() const { return folder_ / name_ / "run"; }
  std::vector<std::string> run_command() const {
    return {"run", (folder_ / "toys.toml").string(), "--out", run_folder().string(), "--workers", "2"};
  }

  /// Starts `assay arguments...`; wait() must follow.
  pid_t start(const std::vector<std::string>& arguments,
              const std::map<std::string, std::string>& variables = {}) {
    fs::create_directories(folder_ / name_);
    const pid_t child = ::fork();
    if (child != 0) return child;
    ::setenv("ASSAY_PREFIX", (folder_ / "prefix").c_str(), 1);
    ::setenv("ASSAY_CACHE", (folder_ / name_ / "cache").c_str(), 1);
    ::setenv("HOME", folder_.path().c_str(), 1);
    ::unsetenv("ASSAY_PLUGIN_PATH");
    for (const auto& [name, value] : variables) ::setenv(name.c_str(), value.c_str(), 1);
    exec_command(arguments, folder_ / name_);
  }

  Ended wait(pid_t child) const { return wait_for(child, folder_ / name_); }

  Ended run(const std::vector<std::string>& arguments,
            const std::map<std::string, std::string>& variables = {}) {
    return wait(start(arguments, variables));
  }

  std::map<std::string, std::string> content() const { return lasting_content(run_folder()); }

 private:
  TemporaryFolder folder_;
  std::string name_ = "first";
};

}  // namespace assay
