#include "host/store/job_log.h"

#include "host/store/block.h"

#include <assay/common/files.h>
#include <assay/common/parameters_json.h>

#include <fstream>

namespace assay {

namespace {

constexpr const char* file_name = "jobs.jsonl";
constexpr const char* ends[] = {"done", "failed", "cached"};

LoggedJob read_job(const Json& line) {
  LoggedJob job;
  job.stage = line.at("kind") == "stage";
  job.benchmark = line.at("benchmark");
  job.name = line.at("name");
  job.seeds = line.at("seeds").get<std::vector<std::uint64_t>>();
  const std::string end = line.at("end");
  job.end = end == "done"     ? LoggedJob::End::done
            : end == "cached" ? LoggedJob::End::cached
                              : LoggedJob::End::failed;
  job.worker = line.value("worker", std::size_t{0});
  job.begun = line.value("begun", 0.0);
  job.seconds = line.value("seconds", 0.0);
  job.cpu_seconds = line.value("cpu_seconds", 0.0);
  return job;
}

}  // namespace

JobLog::JobLog(const std::filesystem::path& run, std::size_t workers) : file_(run / file_name) {
  // A command before this one may have been killed within a line.
  std::error_code none;
  const bool follows = std::filesystem::file_size(file_, none) > 0 && !none;
  const Json command = {{"format", "assay-jobs"},
                        {"version", job_log_version},
                        {"started", iso_time()},
                        {"workers", workers}};
  write((follows ? "\n" : "") + command.dump());
}

void JobLog::add(const LoggedJob& job) {
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
  std::ifstream in(run / file_name, std::ios::binary);
  bool known = false;  // the command's version
  for (std::string line; std::getline(in, line);) {
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object()) continue;
    try {
      if (json.contains("format")) {
        known = json.at("format") == "assay-jobs" && json.at("version") == job_log_version;
        if (known) commands.push_back({json.at("started"), json.at("workers"), {}});
      } else if (known) {
        commands.back().jobs.push_back(read_job(json));
      }
    } catch (const Json::exception&) {
      // Of this line only: the log is for looking at, and nothing is computed from it.
    }
  }
  return commands;
}

}  // namespace assay
