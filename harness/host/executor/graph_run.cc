#include "host/executor/graph_run.h"

#include "host/executor/job_name.h"
#include "host/store/run_store.h"

#include <assay/common/error.h>
#include <assay/common/hash.h>

#include <algorithm>

namespace assay {

namespace {

constexpr std::size_t no_task = static_cast<std::size_t>(-1);

std::string seeds_text(const Seeds& seeds) {
  return (seeds.size() == 1 ? "seed " : "seeds ") + block_name(seeds);
}

std::string error_text(const Json& error) {
  const std::string phase = error.value("phase", "");
  return error.value("kind", "") + (phase.empty() ? "" : " during " + phase) + ": " +
         error.value("message", "");
}

bool has_failed_row(const Json& rows) {
  return std::any_of(rows.begin(), rows.end(),
                     [](const Json& row) { return row.value("status", "") != "done"; });
}

// What is wrong with the rows of a "done" event, or "". Whoever takes them may then rely on their form.
std::string rows_problem(const Json& rows, std::size_t expected) {
  if (!rows.is_array()) return "\"rows\" is not a list";
  if (rows.size() != expected) {
    return std::to_string(rows.size()) + " rows instead of " + std::to_string(expected);
  }
  const auto is_table = [](const Json& row, const char* key) {
    return row.contains(key) && row[key].is_object();
  };
  for (const Json& row : rows) {
    if (!row.is_object() || !row.contains("status")) return "a row without a status";
    const bool done = row["status"] == "done";
    if (!done && row["status"] != "failed") return "a row with the status " + row["status"].dump();
    if (!is_table(row, done ? "result" : "error")) return "a row without its result or error";
    if (done) continue;
    for (const char* key : {"kind", "phase", "message"}) {
      if (row["error"].contains(key) && !row["error"][key].is_string()) {
        return std::string("an error whose ") + key + " is not a text";
      }
    }
  }
  return "";
}

Json contract_error(const std::string& problem) {
  return {{"kind", "contract"}, {"phase", "score"}, {"message", "the worker answered " + problem}};
}

// A problem of this command's own work on a job. What is thrown while it writes is about the disk:
// Error, or what std::filesystem throws.
Json own_error(const std::exception& problem, const char* phase) {
  const bool about_answer = dynamic_cast<const Json::exception*>(&problem) != nullptr;
  return {{"kind", about_answer ? "contract" : "disk"}, {"phase", phase}, {"message", problem.what()}};
}

}  // namespace

GraphRun::GraphRun(const Plan& plan, const std::vector<TodoJob>& todo, StageCache& cache,
                   CellSink& sink, Progress& progress, GraphOptions options)
    : plan_(plan), cache_(cache), sink_(sink), progress_(progress), options_(std::move(options)) {
  for (const TodoJob& job : todo) add_cells(job);
  set_paths();
  for (const Task& task : tasks_) progress_.add(task.cost);
}

// A second task of one name would receive the first one's results.
void GraphRun::add_task(Task task) {
  if (!task_of_id_.emplace(task.id, tasks_.size()).second) {
    throw Error("two jobs of the plan are called '" + task.id + "'; please report this");
  }
  tasks_.push_back(std::move(task));
}

std::size_t GraphRun::need_stage(std::size_t stage) {
  if (const auto known = task_of_stage_.find(stage); known != task_of_stage_.end()) return known->second;
  const PlannedStage& planned = plan_.stages[stage];
  std::string problem;
  std::optional<Json> cached = cache_.find(planned.key, &problem);
  if (!problem.empty()) progress_.note(problem);
  if (cached && options_.retry_failed_stages && has_failed_row((*cached)["rows"])) {
    cache_.discard(planned.key);
    cached.reset();
  }
  if (cached) {
    ++reused_;
    if (options_.jobs != nullptr) {
      LoggedJob hit;
      hit.stage = true;
      hit.benchmark = planned.benchmark;
      hit.name = planned.name;
      hit.seeds = planned.seeds;
      hit.end = LoggedJob::End::cached;
      options_.jobs->add(hit);
    }
    return task_of_stage_[stage] = no_task;
  }
  ++stages_;
  Task task;
  task.is_stage = true;
  task.stage = stage;
  task.id = stage_job_name(planned.benchmark, planned.name, planned.seeds, planned.key);
  task.label = planned.benchmark + "  stage " + planned.name + "  " + seeds_text(planned.seeds);
  task.cost = planned.cost;
  std::vector<std::size_t> inputs;
  for (const auto& [name, input] : planned.inputs) inputs.push_back(need_stage(input));
  const std::size_t index = tasks_.size();
  for (const std::size_t input : inputs) {
    if (input == no_task) continue;
    tasks_[input].users.push_back(index);
    ++task.waits_for;
  }
  add_task(std::move(task));
  return task_of_stage_[stage] = index;
}

void GraphRun::add_cells(const TodoJob& todo) {
  const CellsJob& job = plan_.jobs[todo.job];
  Task task;
  task.todo = todo;
  const CellIdentity& first = plan_.cells[job.cells[todo.rows.front()]].identity;
  const Seeds seeds = todo.whole ? job.block : Seeds{first.seed};
  const std::size_t variants = todo.whole ? todo.rows.size() / job.block.size() : 1;
  task.id = todo.whole ? cells_job_name(first.benchmark, first.method, seeds, variants)
                       : alone_job_name(first.benchmark, first.method, first.seed);
  task.label = first.benchmark + "  " + first.method + "  " + seeds_text(seeds) +
               (variants > 1 ? "  (" + std::to_string(variants) + " values)" : "");
  task.cost = job.cost * static_cast<double>(todo.rows.size()) / static_cast<double>(job.cells.size());
  std::vector<std::size_t> inputs;
  for (const auto& [name, input] : job.inputs) inputs.push_back(need_stage(input));
  const std::size_t index = tasks_.size();
  for (const std::size_t input : inputs) {
    if (input == no_task || tasks_[input].state == State::finished) continue;
    tasks_[input].users.push_back(index);
    ++task.waits_for;
  }
  add_task(std::move(task));
}

// Longest chains first: the order of jobs changes the time, never the results.
void GraphRun::set_paths() {
  for (std::size_t i = tasks_.size(); i-- > 0;) {
    Task& task = tasks_[i];
    double longest = 0;
    for (const std::size_t user : task.users) longest = std::max(longest, tasks_[user].path);
    task.path = task.cost + longest;
  }
}

std::optional<JobRequest> GraphRun::next() {
  for (;;) {
    Task* best = nullptr;
    for (Task& task : tasks_) {
      if (task.state != State::waiting || task.waits_for > 0) continue;
      if (best == nullptr || task.path > best->path) best = &task;
    }
    if (best == nullptr) return std::nullopt;
    try {
      JobRequest ready = request(*best);
      best->state = State::running;
      return ready;
    } catch (const std::exception& error) {
      // No folder to work in: the disk. The others are still tried.
      JobOutcome outcome;
      outcome.started = iso_time();
      outcome.error = own_error(error, "prepare");
      best->state = State::running;
      finished(best->id, outcome);
    }
  }
}

JobRequest GraphRun::request(Task& task) {
  Json message = {{"type", "job"}, {"id", task.id}, {"memory_bytes", options_.memory_bytes},
                  {"device", options_.device}};
  const std::map<std::string, std::size_t>* inputs = nullptr;
  if (task.is_stage) {
    const PlannedStage& stage = plan_.stages[task.stage];
    task.output = cache_.new_folder(stage.key);
    inputs = &stage.inputs;
    message["kind"] = "stage";
    message["family"] = stage.family;
    message["settings"] = stage.settings;
    message["stage"] = stage.name;
    message["seeds"] = stage.seeds;
  } else {
    const CellsJob& job = plan_.jobs[task.todo.job];
    task.output = sink_.new_output(task.id);
    inputs = &job.inputs;
    message["kind"] = "cells";
    message["family"] = job.family;
    message["settings"] = job.settings;
    message["reference"] = job.reference ? job.use : "";
    message["method"] = job.reference ? "" : job.use;
    message["plugin"] = job.plugin;
    message["plugin_hash"] = job.plugin_hash;
    message["rows"] = Json::array();
    for (const std::size_t row : task.todo.rows) {
      const CellIdentity& cell = plan_.cells[job.cells[row]].identity;
      message["rows"].push_back({{"seed", cell.seed}, {"parameters", cell.parameters}});
    }
    message["checkpoint"] = fs::absolute(checkpoint_of(task)).string();
  }
  message["inputs"] = Json::object();
  for (const auto& [name, input] : *inputs) {
    message["inputs"][name] = fs::absolute(cache_.folder_of(plan_.stages[input].key)).string();
  }
  message["output"] = fs::absolute(task.output).string();
  const fs::path log = fs::absolute(options_.run / log_of(task));
  std::error_code ignored;
  fs::remove(log, ignored);  // of an earlier attempt
  message["log"] = log.string();
  return {.id = task.id,
          .message = std::move(message),
          .time_s = options_.time_s,
          .memory_bytes = options_.memory_bytes};
}

// Where a job may keep what it needs to go on after an interruption: of these rows, whichever command
// runs them.
fs::path GraphRun::checkpoint_of(const Task& task) const {
  const CellsJob& job = plan_.jobs[task.todo.job];
  std::string keys;
  for (const std::size_t row : task.todo.rows) {
    const PlannedCell& cell = plan_.cells[job.cells[row]];
    keys += (task.todo.whole ? cell.identity.key : cell.key_alone) + "\n";
  }
  return options_.run / checkpoint_folder / hash_bytes(keys);
}

std::string GraphRun::log_of(const Task& task) const { return "logs/" + task.id + ".log"; }

void GraphRun::started(const std::string& id) {
  const Task& task = tasks_[task_of_id_.at(id)];
  progress_.started(id, task.label, task.cost);
}

void GraphRun::progress(const std::string& id, double fraction) { progress_.fraction(id, fraction); }

void GraphRun::tick() { progress_.tick(); }

void GraphRun::log(const Task& task, const JobOutcome& outcome) {
  if (options_.jobs == nullptr) return;
  LoggedJob ended;
  ended.stage = task.is_stage;
  if (task.is_stage) {
    const PlannedStage& stage = plan_.stages[task.stage];
    ended.benchmark = stage.benchmark;
    ended.name = stage.name;
    ended.seeds = stage.seeds;
  } else {
    const CellsJob& job = plan_.jobs[task.todo.job];
    const CellIdentity& first = plan_.cells[job.cells[task.todo.rows.front()]].identity;
    ended.benchmark = first.benchmark;
    ended.name = first.method;
    ended.seeds = task.todo.whole ? job.block : Seeds{first.seed};
  }
  ended.end = outcome.done ? LoggedJob::End::done : LoggedJob::End::failed;
  ended.worker = outcome.worker;
  ended.begun = outcome.begun;
  ended.seconds = outcome.seconds;
  ended.cpu_seconds = outcome.cpu_seconds;
  options_.jobs->add(ended);
}

void GraphRun::report(const Task& task, const std::string& how) {
  progress_.finished(task.id, task.label, task.cost, how);
}

void GraphRun::finished(const std::string& id, const JobOutcome& outcome) {
  const std::size_t index = task_of_id_.at(id);
  Task& task = tasks_[index];
  log(task, outcome);
  if (!outcome.done && outcome.lost && !task.tried_again) {
    // Says nothing about the job: the whole block once more, which gives the same bits.
    task.tried_again = true;
    task.state = State::waiting;
    progress_.note(task.label + ": " + outcome.error.value("message", "") + "; it is tried once more");
    return;
  }
  task.state = State::finished;
  if (task.is_stage) {
    finish_stage(task, outcome);
  } else {
    finish_cells(task, outcome);
  }
}

void GraphRun::finish_stage(Task& task, const JobOutcome& outcome) {
  const PlannedStage& stage = plan_.stages[task.stage];
  Json error = outcome.error;
  std::string problem;
  if (outcome.done) problem = rows_problem(outcome.rows, stage.seeds.size());
  if (!problem.empty()) {
    error = contract_error(problem);
  } else if (outcome.done) {
    try {
      cache_.publish(task.output, stage.key,
                     {{"family", stage.family},
                      {"stage", stage.name},
                      {"seeds", stage.seeds},
                      {"components", stage.components},
                      {"rows", outcome.rows},
                      {"seconds", outcome.seconds}});
      const bool some_failed = has_failed_row(outcome.rows);
      report(task, (some_failed ? "done, with failed rows, in " : "done in ") +
                       duration_text(outcome.seconds));
      for (const std::size_t user : task.users) --tasks_[user].waits_for;
      return;
    } catch (const std::exception& failure) {
      error = own_error(failure, "publish");
    }
  }
  std::error_code ignored;
  fs::remove_all(task.output, ignored);
  report(task, "failed, " + error_text(error) + " (log: " + log_of(task) + ")");
  fail_users(task, {{"kind", error.value("kind", "") == "disk" ? "disk" : "stage"},
                    {"phase", "stage " + stage.name},
                    {"message", "the stage '" + stage.name + "' failed, " + error_text(error)},
                    {"log", log_of(task)}});
}

void GraphRun::fail_users(const Task& stage, const Json& error) {
  const std::vector<std::size_t> users = stage.users;
  for (const std::size_t user : users) {
    Task& task = tasks_[user];
    if (task.state == State::finished) continue;
    task.state = State::finished;
    if (task.is_stage) {
      report(task, "not run, " + error.value("message", ""));
      fail_users(task, error);
      continue;
    }
    JobOutcome outcome;
    outcome.started = iso_time();
    outcome.error = error;
    fail_cells(task, outcome);
  }
}

void GraphRun::finish_cells(Task& task, const JobOutcome& outcome) {
  JobOutcome ended = outcome;
  std::string problem;
  if (ended.done) problem = rows_problem(ended.rows, task.todo.rows.size());
  if (!problem.empty()) {
    ended.done = false;
    ended.error = contract_error(problem);
  }
  if (ended.done) {
    try {
      sink_.done(task.todo, ended, task.output, log_of(task));
      std::error_code ignored;
      fs::remove_all(checkpoint_of(task), ignored);
      std::string how = "done in " + duration_text(ended.seconds);
      std::size_t failed = 0;
      std::string first;
      for (const Json& row : ended.rows) {
        if (row.value("status", "") == "done") continue;
        if (++failed == 1) first = error_text(row.value("error", Json::object()));
      }
      if (failed > 0) {
        how += ", " + std::to_string(failed) + " of " + std::to_string(ended.rows.size()) +
               (ended.rows.size() == 1 ? " cell" : " cells") + " failed: " + first;
      }
      report(task, how);
      return;
    } catch (const std::exception& failure) {
      ended.done = false;
      ended.error = own_error(failure, "publish");
    }
  }
  std::error_code ignored;
  fs::remove_all(task.output, ignored);
  task.output.clear();
  const bool about_rows = ended.error.value("kind", "") != "disk";
  if (options_.split && task.todo.whole && task.todo.rows.size() > 1 && about_rows) {
    const Task failed = task;  // split() adds tasks, which moves them
    const std::size_t singles = failed.todo.open.size();
    report(failed, "failed, " + error_text(ended.error) + "; its " + std::to_string(singles) +
                       (singles == 1 ? " cell now runs alone" : " cells now run singly"));
    split(failed);
    return;
  }
  fail_cells(task, ended);
}

void GraphRun::split(const Task& task) {
  // Not the done ones, which the job would only have computed again beside the others.
  for (const std::size_t row : task.todo.open) {
    add_cells({.job = task.todo.job, .rows = {row}, .whole = false, .publish = {}, .open = {}});
    Task& single = tasks_.back();
    single.path = single.cost;
    progress_.add(single.cost);
  }
}

void GraphRun::fail_cells(Task& task, const JobOutcome& outcome) {
  std::string how = "failed, " + error_text(outcome.error);
  const std::string log = outcome.error.value("log", log_of(task));
  try {
    sink_.failed(task.todo, outcome, log);
    how += " (log: " + log + ")";
  } catch (const std::exception& problem) {
    unrecorded_.push_back(task.label + ": " + error_text(outcome.error) +
                          "; this could not be recorded: " + problem.what());
    how += "; this could not be recorded either: " + std::string(problem.what());
  }
  report(task, how);
}

}  // namespace assay
