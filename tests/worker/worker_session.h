// A worker of this build, asked as the command asks it.
#pragma once

#include "host/executor/worker_process.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace assay {

/// Temporary folders of one test, removed with it; a worker that is started when needed.
class WorkerSession {
 public:
  WorkerSession();
  ~WorkerSession();
  WorkerSession(const WorkerSession&) = delete;
  WorkerSession& operator=(const WorkerSession&) = delete;

  /// Sends the request and returns the events up to "done" or "failed", or up to the worker's death.
  std::vector<Json> run(const Json& request);
  /// The last event of run(request).
  Json last(const Json& request) { return run(request).back(); }

  /// A job of the method `id` in `plugin`, with rows for `seeds`, on a small benchmark whose stages
  /// are computed once for all tests of the program.
  Json cells(const std::filesystem::path& plugin, const std::string& id, const Json& parameters = {},
             const std::vector<int>& seeds = {0, 1, 2});

  WorkerProcess& worker();
  /// How the worker ended, waiting for it up to ten seconds.
  WorkerEnd end();
  std::string log() const;
  std::filesystem::path folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<WorkerProcess> worker_;
  int jobs_ = 0;
};

/// Settings of a family with its defaults filled in. Throws Error for the first mistake.
Json resolved_settings(const std::string& family, const Json& given);
/// Settings of the small benchmark, resolved.
const Json& small_benchmark();

}  // namespace assay
