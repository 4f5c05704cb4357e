// One `assay-worker --serve` process: its pipes, its process group, its end.
#pragma once

#include <assay/common/parameters_json.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace assay {

/// How a process ended.
struct WorkerEnd {
  int exit_status = -1;  ///< when it exited by itself
  int signal = 0;        ///< when a signal ended it
  std::uint64_t peak_bytes = 0;  ///< largest resident size since its last job began
};

class WorkerProcess {
 public:
  /// Starts `program --serve` in a process group of its own, with one thread for numeric libraries,
  /// default signal handling, its standard error appended to `log`, and `environment` ("NAME=value")
  /// added. Throws Error when it cannot be started.
  WorkerProcess(const std::filesystem::path& program, const std::filesystem::path& log,
                const std::vector<std::string>& environment);
  /// Kills the process group when it still runs.
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  pid_t pid() const noexcept { return pid_; }
  int events() const noexcept { return events_; }  ///< descriptor to poll for input

  /// Sends one request line. False when the worker does not take it (it is dying).
  bool send(const Json& request);
  /// Reads what is there and appends complete lines to `lines`. False at the end of the pipe.
  bool read_lines(std::vector<std::string>& lines);
  /// Whether the process has ended; does not wait.
  bool ended();
  /// Kills the whole group and waits.
  WorkerEnd kill();
  /// Valid after ended() or kill().
  const WorkerEnd& end() const noexcept { return end_; }

  /// Bytes of data memory in use (what RLIMIT_DATA limits), 0 when unknown.
  std::uint64_t data_bytes() const;

 private:
  void reap(int options);

  pid_t pid_ = -1;
  int requests_ = -1;
  int events_ = -1;
  bool reaped_ = false;
  bool killed_ = false;
  WorkerEnd end_;
  std::string buffer_;
};

}  // namespace assay
