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
