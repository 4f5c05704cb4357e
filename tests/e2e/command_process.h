// The `assay` command as a child process that a test can kill.
#pragma once

#include <assay/common/files.h>

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
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

/// In a forked child: becomes `assay arguments...` with its output in <folder>/out and <folder>/err.
[[noreturn]] inline void exec_command(const std::vector<std::string>& arguments, const fs::path& folder) {
  const auto redirect = [&folder](const char* name, int to) {
    const int file = ::open((folder / name).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
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

inline Ended wait_for(pid_t child, const fs::path& folder) {
  int status = 0;
  ::waitpid(child, &status, 0);
  // A command that is killed at once has not opened its files yet.
  const auto text = [&](const char* name) {
    return fs::exists(folder / name) ? read_file(folder / name) : std::string();
  };
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), text("out"), text("err")};
}

/// A command's workers; none when it has ended.
inline std::vector<pid_t> workers_of(pid_t command) {
  const std::string main_thread = std::to_string(command) + "/task/" + std::to_string(command);
  std::vector<pid_t> workers;
  try {
    std::istringstream list(read_file("/proc/" + main_thread + "/children"));
    for (pid_t child; list >> child;) workers.push_back(child);
  } catch (const std::exception&) {
    // It has ended by itself.
  }
  return workers;
}

/// SIGKILL to a command and its workers, as `kill -9` of all of them.
inline void kill_with_workers(pid_t command) {
  const std::vector<pid_t> workers = workers_of(command);
  ::kill(command, SIGKILL);
  for (const pid_t worker : workers) ::kill(worker, SIGKILL);
}

}  // namespace assay
