#include "host/executor/local_executor.h"

#include "host/process/process.h"
#include "host/store/block.h"

#include <assay/common/error.h>
#include <assay/common/files.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <sched.h>

namespace assay {

namespace {

using Clock = std::chrono::steady_clock;

// A worker loads LibTorch in half a second; a machine under load may need a while.
constexpr double start_limit_s = 120;
constexpr int most_failed_starts = 3;
// Workers that end before they begin the job they were sent: an idle one that was killed, a machine
// in trouble. It costs the job only when it happens again and again.
constexpr int most_returns = 3;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string limit_text(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%g s", seconds);
  return text;
}

}  // namespace

// A worker and the job it has.
struct LocalExecutor::Slot {
  std::unique_ptr<WorkerProcess> process;
  std::filesystem::path log;
  std::size_t place = 0;                   // in the pool: a worker that follows takes it over
  bool ready = false;
  std::optional<JobRequest> job;
  bool sent = false;
  bool started = false;                    // the worker said that it has begun the job
  std::string phase;
  std::string started_at;
  Clock::time_point since = Clock::now();  // of the start, then of the job
  std::uint64_t last_data_bytes = 0;
  bool closed = false;                     // to be removed
};

std::size_t usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<std::size_t>(std::max(1, CPU_COUNT(&set)));
}

LocalExecutor::LocalExecutor(LocalOptions options) : options_(std::move(options)) {
  options_.workers = std::max<std::size_t>(1, options_.workers);
  std::signal(SIGPIPE, SIG_IGN);  // a worker that is gone is an error to handle, not a reason to die
}

LocalExecutor::~LocalExecutor() = default;

bool LocalExecutor::run(JobSource& source) {
  begun_ = Clock::now();
  for (;;) {
    if (options_.stop != nullptr && options_.stop->asked()) {
      slots_.clear();  // kills the workers
      return false;
    }
    start_jobs(source);
    const bool busy = std::any_of(slots_.begin(), slots_.end(),
                                  [](const auto& slot) { return slot->job.has_value(); });
    if (!busy) break;
    wait();
    source.tick();
    // By index: a job's end may add nothing to slots_, but closes some.
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      read(*slots_[i], source);
      if (!slots_[i]->closed) check_limits(*slots_[i], source);
    }
    std::erase_if(slots_, [](const auto& slot) { return slot->closed; });
  }
  close_idle();
  return true;
}

void LocalExecutor::start_jobs(JobSource& source) {
  for (;;) {
    Slot* slot = free_slot();
    if (slot == nullptr && slots_.size() >= options_.workers) return;
    std::optional<JobRequest> job;
    if (!returned_.empty()) {
      job = std::move(returned_.back());
      returned_.pop_back();
    } else {
      job = source.next();
    }
    if (!job) return;
    if (slot == nullptr) {
      auto fresh = std::make_unique<Slot>();
      fresh->place = free_place();
      fresh->log = options_.logs / ("worker-" + std::to_string(++spawned_) + ".log");
      std::error_code ignored;
      std::filesystem::remove(fresh->log, ignored);
      std::vector<std::string> environment;
      if (const char* pass = std::getenv("ASSAY_FAILPOINT_WORKER"); pass != nullptr && spawned_ == 1) {
        environment.push_back(std::string("ASSAY_FAILPOINT=") + pass);
      }
      fresh->process = std::make_unique<WorkerProcess>(options_.worker, fresh->log, environment);
      slots_.push_back(std::move(fresh));
      slot = slots_.back().get();
    }
    slot->job = std::move(job);
    slot->sent = false;
    if (slot->ready) send(*slot);
  }
}

LocalExecutor::Slot* LocalExecutor::free_slot() {
  for (const auto& slot : slots_) {
    if (!slot->job && !slot->closed) return slot.get();
  }
  return nullptr;
}

std::size_t LocalExecutor::free_place() const {
  std::size_t place = 0;
  const auto taken = [&place](const auto& slot) { return slot->place == place; };
  while (std::any_of(slots_.begin(), slots_.end(), taken)) ++place;
  return place;
}

JobOutcome LocalExecutor::outcome_of(const Slot& slot) const {
  JobOutcome outcome;
  outcome.started = slot.started_at;
  outcome.worker = slot.place;
  outcome.begun = std::chrono::duration<double>(slot.since - begun_).count();
  outcome.seconds = seconds_since(slot.since);
  return outcome;
}

void LocalExecutor::send(Slot& slot) {
  slot.sent = true;
  slot.started = false;
  slot.phase.clear();
  slot.last_data_bytes = 0;
  slot.since = Clock::now();
  slot.started_at = iso_time();
  // When the worker does not take it, its end is about to be seen.
  slot.process->send(slot.job->message);
}

void LocalExecutor::wait() {
  std::vector<pollfd> watched;
  for (const auto& slot : slots_) watched.push_back({slot->process->events(), POLLIN, 0});
  if (options_.stop != nullptr) watched.push_back({options_.stop->descriptor(), POLLIN, 0});
  // Ten times a second for limits, and for workers that die while a child of theirs keeps the pipe.
  ::poll(watched.data(), watched.size(), 100);
}

void LocalExecutor::read(Slot& slot, JobSource& source) {
  const bool had_ended = slot.process->ended();  // before reading: what it said last is then there
  std::vector<std::string> lines;
  const bool open = slot.process->read_lines(lines);
  for (const std::string& line : lines) {
    const Json event = Json::parse(line, nullptr, false);
    if (!event.is_object() || !event.contains("type")) {
      end_of(slot, source, "exit", "the worker sent something that is not an event");
      return;
    }
    std::optional<JobOutcome> outcome;
    try {
      outcome = take_event(slot, event, source);
    } catch (const Json::exception& error) {
      end_of(slot, source, "contract",
             std::string("the worker sent an event that does not follow the protocol: ") + error.what());
      return;
    }
    if (!outcome) continue;
    const std::string id = slot.job->id;
    slot.job.reset();
    source.finished(id, *outcome);
  }
  if (open && !had_ended) return;
  if (open || slot.process->ended()) {
    end_of(slot, source, "", "");
    return;
  }
  // The pipe has ended and the process has not yet: usually it is exiting in this moment.
  for (int i = 0; i < 100 && !slot.process->ended(); ++i) ::poll(nullptr, 0, 5);
  end_of(slot, source, slot.process->ended() ? "" : "exit", "the worker closed its connection");
}

// Returns how the job ended when the event says that it did. Throws Json::exception for a value of a
// wrong type.
std::optional<JobOutcome> LocalExecutor::take_event(Slot& slot, const Json& event,
                                                    JobSource& source) {
  const std::string type = event.value("type", "");
  if (type == "ready") {
    slot.ready = true;
    failed_starts_ = 0;
    if (slot.job && !slot.sent) send(slot);
    return std::nullopt;
  }
  // A late word about an earlier job is no news.
  if (!slot.job || event.value("id", "") != slot.job->id) return std::nullopt;
  if (type == "started") {
    slot.started = true;
    source.started(slot.job->id);
  } else if (type == "progress") {
    source.progress(slot.job->id, event.value("fraction", 0.0));
  } else if (type == "phase") {
    slot.phase = event.value("phase", "");
  } else if (type == "done" || type == "failed") {
    JobOutcome outcome = outcome_of(slot);
    outcome.done = type == "done";
    if (outcome.done) {
      outcome.rows = event.value("rows", Json::array());
    } else {
      const Json error = event.value("error", Json::object());
      outcome.error = {{"kind", error.value("kind", "exception")},
                       {"phase", error.value("phase", "")},
                       {"message", error.value("message", "")}};
    }
    outcome.seconds = event.value("seconds", outcome.seconds);
    outcome.cpu_seconds = event.value("cpu_seconds", 0.0);
    outcome.peak_bytes = event.value("peak_bytes", std::uint64_t{0});
    return outcome;
  }
  return std::nullopt;
}

void LocalExecutor::check_limits(Slot& slot, JobSource& source) {
  if (!slot.ready) {
    if (seconds_since(slot.since) > start_limit_s) {
      end_of(slot, source, "timeout", "the worker was not ready after " + limit_text(start_limit_s));
    }
    return;
  }
  if (!slot.job) return;
  if (slot.job->memory_bytes > 0) {
    slot.last_data_bytes = std::max(slot.last_data_bytes, slot.process->data_bytes());
  }
  if (slot.job->time_s > 0 && seconds_since(slot.since) > slot.job->time_s) {
    end_of(slot, source, "timeout", "took longer than the limit of " + limit_text(slot.job->time_s));
  }
}

std::string LocalExecutor::start_failure(const Slot& slot) const {
  std::string said;
  try {
    said = read_file(slot.log);
  } catch (const Error&) {
    // It said nothing.
  }
  return "workers cannot start: " + options_.worker.string() + " ended " +
         std::to_string(failed_starts_) + " times before it was ready" +
         (said.empty() ? std::string() : "; it said:\n" + said) +
         "\nRun `assay doctor` to check the installation";
}

// The worker is gone, or is to go: `kind` says why when we end it.
void LocalExecutor::end_of(Slot& slot, JobSource& source, const std::string& kind,
                           const std::string& message) {
  const WorkerEnd end = slot.process->kill();
  slot.closed = true;
  if (!slot.job) return;
  if (!slot.ready) {
    if (++failed_starts_ >= most_failed_starts) throw Error(start_failure(slot));
    returned_.push_back(std::move(*slot.job));  // no worker has seen it
    slot.job.reset();
    return;
  }
  if (kind.empty() && !slot.started && ++returns_[slot.job->id] <= most_returns) {
    returned_.push_back(std::move(*slot.job));
    slot.job.reset();
    return;
  }
  JobOutcome outcome = outcome_of(slot);
  outcome.worker_died = true;
  const std::uint64_t limit = slot.job->memory_bytes;
  std::string cause = kind;
  std::string text = message;
  if (kind.empty()) {
    cause = end.signal != 0 ? "signal" : "exit";
    text = end.signal != 0 ? "killed by " + signal_text(end.signal)
                           : "the worker exited with status " + std::to_string(end.exit_status);
    outcome.lost = end.signal == SIGKILL;
    const std::uint64_t used = std::max(slot.last_data_bytes, end.peak_bytes);
    if (limit > 0 && used > limit / 10 * 8) {
      // The worker's own limit refused it memory; that it was near it names the cause.
      cause = "memory";
      text += " when it used " + std::to_string(used >> 20) +
              " MB of the limit of " + std::to_string(limit >> 20) + " MB";
      outcome.lost = false;
    }
    if (outcome.lost) {
      cause = "lost";
      text += ", not by assay: by an administrator, or by the kernel because memory ran out";
    }
  }
  outcome.error = {{"kind", cause}, {"phase", slot.phase}, {"message", text}};
  const std::string id = slot.job->id;
  slot.job.reset();
  source.finished(id, outcome);
}

void LocalExecutor::close_idle() {
  // Workers exit when their requests end; killing them is the same and quicker.
  for (const auto& slot : slots_) {
    slot->process->kill();
    std::error_code ignored;
    if (std::filesystem::file_size(slot->log, ignored) == 0) std::filesystem::remove(slot->log, ignored);
  }
  slots_.clear();
}

}  // namespace assay
