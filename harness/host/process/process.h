// Runs a short-lived program and collects what it prints.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace assay {

struct ProcessOptions {
  std::string input;                             ///< standard input
  std::chrono::milliseconds timeout{10'000};     ///< then the whole process group is killed
  std::size_t output_limit = std::size_t{64} << 20;  ///< bytes of each stream; then killed
  std::vector<std::string> environment;          ///< "NAME=value" sets, "NAME" removes one
  std::filesystem::path folder;                  ///< working folder; empty: this process's own
};

struct ProcessResult {
  int exit_status = -1;    ///< when it exited by itself
  int signal = 0;          ///< when a signal ended it
  bool timed_out = false;
  bool too_much_output = false;
  std::string out, err;

  bool ok() const { return exit_status == 0 && !timed_out && !too_much_output; }
  /// How it ended: "exit status 3", "signal 11 (Segmentation fault)", "no answer in 10 s".
  std::string how_it_ended(const ProcessOptions& options) const;
};

/// Starts `argv` (argv[0]: a path, or a name to look up in PATH) in a process group of its own. The
/// group is killed at the time limit, and whatever of it is left when the program has ended.
/// Throws Error when it cannot be started.
ProcessResult run_process(const std::vector<std::string>& argv, const ProcessOptions& options = {});

/// This process's environment with `changes`: "NAME=value" sets, "NAME" removes one.
std::vector<std::string> changed_environment(const std::vector<std::string>& changes);

/// "signal 11 (Segmentation fault)".
std::string signal_text(int signal);

}  // namespace assay
