// The `assay` command with the fake worker in a made-up prefix: everything but LibTorch is real.
#pragma once

#include "../host/executor/toy_run.h"
#include "host/process/process.h"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <map>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace assay {

/// How a command ended, and what it printed.
struct Ended {
  int status = -1;  ///< exit status, or minus the signal
  std::string out, err;
};

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
    const auto redirect = [this](const char* name, int to) {
      const int file = ::open((folder_ / name_ / name).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
      ::dup2(file, to);
    };
    redirect("out", 1);
    redirect("err", 2);
    std::vector<std::string> all = {(fs::path(ASSAY_TEST_BIN_DIR) / "assay").string()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& argument : all) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    ::execv(pointers[0], pointers.data());
    ::_exit(127);
  }

  Ended wait(pid_t child) const {
    int status = 0;
    ::waitpid(child, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status),
            read_file(folder_ / name_ / "out"), read_file(folder_ / name_ / "err")};
  }

  Ended run(const std::vector<std::string>& arguments,
            const std::map<std::string, std::string>& variables = {}) {
    return wait(start(arguments, variables));
  }

  std::map<std::string, std::string> content() const { return lasting_content(run_folder()); }

 private:
  TemporaryFolder folder_;
  std::string name_ = "first";
};

/// SIGKILL to a command and its workers, as `kill -9` of all of them.
inline void kill_with_workers(pid_t command) {
  std::string children;
  try {
    children = read_file("/proc/" + std::to_string(command) + "/task/" + std::to_string(command) +
                         "/children");
  } catch (const std::exception&) {
    // It has ended by itself.
  }
  ::kill(command, SIGKILL);
  std::istringstream list(children);
  for (pid_t child; list >> child;) ::kill(child, SIGKILL);
}

}  // namespace assay
