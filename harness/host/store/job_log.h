// <run>/jobs.jsonl: what each job of a run's commands did when (docs/results.md). For people who ask
// where the time went; no result depends on it, and a run without it is whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace assay {

inline constexpr int job_log_version = 1;

struct LoggedJob {
  enum class End { done, failed, cached };

  bool stage = false;  ///< else cells
  std::string benchmark;
  std::string name;  ///< of the stage, or of the method or reference
  std::vector<std::uint64_t> seeds;
  End end = End::done;
  // The rest is not set for a stage that was in the cache.
  std::size_t worker = 0;                   ///< its place in the pool, from 0
  double begun = 0;                         ///< seconds since the command began its jobs
  double seconds = 0, cpu_seconds = 0;
};

/// The jobs of one command, in the order in which they ended.
struct LoggedCommand {
  std::string started;  ///< ISO time
  std::size_t workers = 0;
  std::vector<LoggedJob> jobs;
};

/// Appends to the file, a line for the command and one for each job. An error while writing (a full
/// disk) ends the log silently: jobs and results are not to suffer from it.
class JobLog {
 public:
  JobLog(const std::filesystem::path& run, std::size_t workers);
  void add(const LoggedJob& job);

 private:
  void write(const std::string& line);
  std::filesystem::path file_;
};

/// Every command's jobs, oldest first; empty when there is no file. Lines that are cut off, damaged
/// or of a later version are left out.
std::vector<LoggedCommand> read_job_log(const std::filesystem::path& run);

}  // namespace assay
