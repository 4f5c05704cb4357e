#include "host/store/job_log.h"

#include "host/store/block.h"

#include <assay/common/files.h>
#include <assay/common/parameters_json.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <utility>

namespace assay {

namespace {

constexpr const char* file_name = "jobs.jsonl";
constexpr const char* ends[] = {"done", "failed", "cached"};

// What no command has. A log with more is damaged, and drawing it would take for ever.
constexpr std::uintmax_t most_bytes = 64 << 20;
constexpr std::uint64_t most_workers = 4096;
constexpr double longest_s = 1e9;

// None for what no job can have taken.
std::optional<double> read_seconds(const Json& line, const char* key) {
  const double seconds = line.value(key, 0.0);
  if (!(seconds >= 0 && seconds <= longest_s)) return std::nullopt;
  return seconds;
}

std::optional<LoggedJob> read_job(const Json& line, std::size_t workers) {
  LoggedJob job;
  job.stage = line.at("kind") == "stage";
  job.benchmark = line.at("benchmark");
  job.name = line.at("name");
  job.seeds = line.at("seeds").get<std::vector<std::uint64_t>>();
  const std::string end = line.at("end");
  job.end = end == "done"     ? LoggedJob::End::done
            : end == "cached" ? LoggedJob::End::cached
                              : LoggedJob::End::failed;
  const auto begun = read_seconds(line, "begun"), seconds = read_seconds(line, "seconds"),
             cpu_seconds = read_seconds(line, "cpu_seconds");
  job.worker = line.value("worker", std::size_t{0});
  if (!begun || !seconds || !cpu_seconds || job.worker >= workers) return std::nullopt;
  job.begun = *begun;
  job.seconds = *seconds;
  job.cpu_seconds = *cpu_seconds;
  return job;
}

// Of a command whose number of workers can be; else it and its jobs are left out.
std::optional<LoggedCommand> read_command(const Json& line) {
  if (line.at("format") != "assay-jobs" || line.at("version") != job_log_version) {
    return std::nullopt;
  }
  const auto workers = line.at("workers").get<std::uint64_t>();
  if (workers < 1 || workers > most_workers) return std::nullopt;
  return LoggedCommand{line.at("started"), static_cast<std::size_t>(workers), {}, {}};
}

}  // namespace

JobLog::JobLog(const std::filesystem::path& run) : file_(run / file_name) {}

void JobLog::begin(std::size_t workers) {
  // A command before this one may have been killed within a line.
  std::error_code none;
  const bool follows = std::filesystem::file_size(file_, none) > 0 && !none;
  const Json command = {{"format", "assay-jobs"},
                        {"version", job_log_version},
                        {"started", iso_time()},
                        {"workers", workers}};
  write((follows ? "\n" : "") + command.dump());
  begun_ = true;
  for (const LoggedJob& job : std::exchange(waiting_, {})) add(job);
}

void JobLog::add(const LoggedJob& job) {
  if (!begun_) {
    waiting_.push_back(job);
    return;
  }
  Json line = {{"kind", job.stage ? "stage" : "cells"},
               {"benchmark", job.benchmark},
               {"name", job.name},
               {"seeds", job.seeds},
               {"end", ends[static_cast<int>(job.end)]}};
  if (job.end != LoggedJob::End::cached) {
    line.update({{"worker", job.worker},
                 {"begun", job.begun},
                 {"seconds", job.seconds},
                 {"cpu_seconds", job.cpu_seconds}});
  }
  write(line.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void JobLog::write(const std::string& line) {
  std::ofstream(file_, std::ios::binary | std::ios::app) << line + "\n";
}

std::vector<LoggedCommand> read_job_log(const std::filesystem::path& run) {
  std::vector<LoggedCommand> commands;
  const std::filesystem::path file = run / file_name;
  // Opening anything but a file (a named pipe) may wait for ever.
  std::error_code none;
  if (!std::filesystem::is_regular_file(file, none)) return commands;
  if (std::filesystem::file_size(file, none) > most_bytes) return commands;
  std::ifstream in(file, std::ios::binary);
  bool known = false;  // the command's version
  for (std::string line; std::getline(in, line);) {
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object()) continue;
    try {
      if (json.contains("format")) {
        known = false;
        auto command = read_command(json);
        if (!command) continue;
        known = true;
        commands.push_back(std::move(*command));
      } else if (known) {
        auto job = read_job(json, commands.back().workers);
        if (job) commands.back().jobs.push_back(std::move(*job));
      }
    } catch (const Json::exception&) {
      // Of this line only: the log is for looking at, and nothing is computed from it.
    }
  }
  return commands;
}

}  // namespace assay
