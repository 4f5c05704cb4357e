// The pool of worker processes on this machine.
#pragma once

#include "host/executor/executor.h"
#include "host/executor/stop_signals.h"
#include "host/executor/worker_process.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace assay {

struct LocalOptions {
  std::filesystem::path worker;   ///< assay-worker
  std::filesystem::path logs;     ///< folder for the workers' own output (worker-<n>.log)
  std::size_t workers = 1;        ///< at most
  const StopSignals* stop = nullptr;
};

/// Cores that this process may use.
std::size_t usable_cores();

class LocalExecutor : public Executor {
 public:
  explicit LocalExecutor(LocalOptions options);
  ~LocalExecutor() override;

  /// Throws Error when workers cannot be started at all, with what they said.
  bool run(JobSource& source) override;

 private:
  struct Slot;

  void start_jobs(JobSource& source);
  Slot* free_slot();
  std::size_t free_place() const;
  JobOutcome outcome_of(const Slot& slot) const;
  void send(Slot& slot);
  void wait();
  void read(Slot& slot, JobSource& source);
  std::optional<JobOutcome> take_event(Slot& slot, const Json& event, JobSource& source);
  void check_limits(Slot& slot, JobSource& source);
  void end_of(Slot& slot, JobSource& source, const std::string& kind, const std::string& message);
  std::string start_failure(const Slot& slot) const;
  void close_idle();

  LocalOptions options_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<JobRequest> returned_;  ///< given to workers that did not begin them
  std::map<std::string, int> returns_;  ///< of each job: workers that had it and ended before
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::size_t spawned_ = 0;
  int failed_starts_ = 0;
};

}  // namespace assay
