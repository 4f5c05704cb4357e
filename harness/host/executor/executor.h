// Executors run jobs that a source hands out; where and how is theirs. `local` is the pool of worker
// processes on this machine.
#pragma once

#include <assay/common/parameters_json.h>

#include <cstdint>
#include <optional>
#include <string>

namespace assay {

struct JobRequest {
  std::string id;
  Json message;                    ///< the request line for the worker (docs/protocol.md section 2)
  double time_s = 0;               ///< wall time it may take; 0: no limit
  std::uint64_t memory_bytes = 0;  ///< the worker's limit, to name the cause; 0: none
};

/// How a job ended.
struct JobOutcome {
  bool done = false;               ///< `rows` is valid; else `error` is
  Json rows;                       ///< of the "done" event
  Json error;                      ///< {"kind", "phase", "message"}
  bool worker_died = false;        ///< it took its worker with it
  bool lost = false;               ///< killed by SIGKILL, and not by this command
  std::string started;             ///< ISO time
  double seconds = 0, cpu_seconds = 0;
  std::uint64_t peak_bytes = 0;
  std::size_t worker = 0;          ///< its place in the pool
  double begun = 0;                ///< seconds since run() was called
};

/// Hands out jobs and takes their ends. Called from one thread.
class JobSource {
 public:
  virtual ~JobSource() = default;
  /// The next job that can start now, or nothing (until another job ends).
  virtual std::optional<JobRequest> next() = 0;
  virtual void started(const std::string& id) = 0;
  virtual void progress(const std::string& id, double fraction) = 0;
  virtual void finished(const std::string& id, const JobOutcome& outcome) = 0;
  /// Called a few times a second.
  virtual void tick() {}
};

class Executor {
 public:
  virtual ~Executor() = default;
  /// Runs until the source has nothing left, or until a stop was asked for. Returns false when
  /// stopped; jobs that were running then are forgotten (no `finished`).
  virtual bool run(JobSource& source) = 0;
};

}  // namespace assay
