// Works through a plan's open jobs: stages before what needs them, failures contained.
#pragma once

#include "host/cache/stage_cache.h"
#include "host/executor/executor.h"
#include "host/executor/progress.h"
#include "host/plan/todo.h"
#include "host/store/job_log.h"

#include <map>
#include <string>
#include <vector>

namespace assay {

/// Takes finished cells. What its calls throw fails the job's cells with kind "disk".
class CellSink {
 public:
  virtual ~CellSink() = default;
  /// A new empty folder for the job's predictions.
  virtual std::filesystem::path new_output(const std::string& id) = 0;
  /// The job ended; outcome.rows has one entry a row of `todo`: a table with "status", and "result"
  /// or "error".
  virtual void done(const TodoJob& todo, const JobOutcome& outcome,
                    const std::filesystem::path& output, const std::string& log) = 0;
  /// All rows of `todo` failed with outcome.error.
  virtual void failed(const TodoJob& todo, const JobOutcome& outcome, const std::string& log) = 0;
};

struct GraphOptions {
  std::filesystem::path run;        ///< the run's folder: job logs go to <run>/logs
  double time_s = 0;                ///< of a job
  std::uint64_t memory_bytes = 0;   ///< of a worker
  std::string device = "cpu";
  bool retry_failed_stages = false; ///< compute cached stages that have failed rows again
  bool split = true;                ///< run the rows of a failed block singly
  JobLog* jobs = nullptr;           ///< told of every job that ran and every stage in the cache
};

/// Policy (docs/results.md, "What a failure costs"): a block whose job dies, throws, takes too long or
/// too much memory is split into rows that run singly; one that was killed from outside is first
/// tried once more; a failed stage fails what needs it.
class GraphRun : public JobSource {
 public:
  GraphRun(const Plan& plan, const std::vector<TodoJob>& todo, StageCache& cache, CellSink& sink,
           Progress& progress, GraphOptions options);

  std::optional<JobRequest> next() override;
  void started(const std::string& id) override;
  void progress(const std::string& id, double fraction) override;
  void finished(const std::string& id, const JobOutcome& outcome) override;
  void tick() override;

  std::size_t jobs() const noexcept { return tasks_.size(); }
  std::size_t stages_reused() const noexcept { return reused_; }
  std::size_t stages_to_run() const noexcept { return stages_; }
  /// Sentences about cells that could not be recorded at all.
  const std::vector<std::string>& unrecorded() const noexcept { return unrecorded_; }

 private:
  enum class State { waiting, running, finished };
  struct Task {
    std::string id, label;
    bool is_stage = false;
    std::size_t stage = 0;
    TodoJob todo;
    std::vector<std::size_t> users;  // tasks that wait for this stage
    std::size_t waits_for = 0;
    double cost = 1, path = 0;       // own, and of the longest chain of users with it
    State state = State::waiting;
    bool tried_again = false;
    std::filesystem::path output;
    Json stage_error;                // of an input that failed; null: none
  };

  std::size_t need_stage(std::size_t stage);
  void add_cells(const TodoJob& todo);
  void add_task(Task task);
  void set_paths();
  JobRequest request(Task& task);
  void finish_stage(Task& task, const JobOutcome& outcome);
  void finish_cells(Task& task, const JobOutcome& outcome);
  void split(const Task& task);
  void fail_cells(Task& task, const JobOutcome& outcome);
  void fail_users(const Task& stage, const Json& error);
  void log(const Task& task, const JobOutcome& outcome);
  void report(const Task& task, const std::string& how);
  std::filesystem::path checkpoint_of(const Task& task) const;
  std::string log_of(const Task& task) const;

  const Plan& plan_;
  StageCache& cache_;
  CellSink& sink_;
  Progress& progress_;
  GraphOptions options_;
  std::vector<Task> tasks_;
  std::map<std::string, std::size_t> task_of_id_;
  std::map<std::size_t, std::size_t> task_of_stage_;  // no_task: it is in the cache
  std::size_t reused_ = 0, stages_ = 0;
  std::vector<std::string> unrecorded_;
};

}  // namespace assay
