// <run>/jobs.jsonl: what each job of a run's commands did when (docs/results.md). For people who
// ask where the time went; no result depends on it, and a run without it is whole.
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
  std::size_t worker = 0;  ///< its place in the pool, from 0
  double begun = 0;        ///< seconds since the command began its jobs
  double seconds = 0, cpu_seconds = 0;
};

/// The jobs of one command, in the order in which they ended.
struct LoggedCommand {
  std::string started;  ///< ISO time
  std::size_t workers = 0;
  std::vector<LoggedJob> jobs;
  std::string run = {};  ///< of a merged report: the label of the run whose command it is, else ""
};

/// Appends to the file, a line for the command and one for each job. Jobs that are added before it
/// is known how many workers there will be are written once it is. An error while writing (a full
/// disk) ends the log silently: jobs and results are not to suffer from it.
class JobLog {
 public:
  explicit JobLog(const std::filesystem::path& run);
  /// `workers`: the processes that the command starts, not those it would be allowed.
  void begin(std::size_t workers);
  void add(const LoggedJob& job);

 private:
  void write(const std::string& line);
  std::filesystem::path file_;
  bool begun_ = false;
  std::vector<LoggedJob> waiting_;
};

/// Every command's jobs, oldest first; empty when there is no file, or one of more than 64 MB.
/// Lines that are cut off, damaged or of a later version are left out, as are commands of more than
/// 4096 workers and jobs with times or workers that they cannot have.
std::vector<LoggedCommand> read_job_log(const std::filesystem::path& run);

}  // namespace assay
