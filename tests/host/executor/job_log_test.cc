#include "host/store/job_log.h"
#include "toy_run.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include <sys/stat.h>

using namespace assay;

namespace {

std::size_t count(const LoggedCommand& command, LoggedJob::End end, bool stage) {
  return static_cast<std::size_t>(
      std::count_if(command.jobs.begin(), command.jobs.end(),
                    [&](const LoggedJob& job) { return job.end == end && job.stage == stage; }));
}

}  // namespace

TEST_CASE("every command logs its jobs and the stages it found in the cache") {
  const ToyPlace place;
  CHECK(read_job_log(place.folder / "run").empty());
  const SuiteToRun suite = toy_suite({toy("toy")}, {0, 1});
  place.run(suite);
  fs::remove_all(place.folder / "run/cells/bench/toy");
  place.run(suite);
  place.run(suite);  // nothing to do: nothing to log

  const std::vector<LoggedCommand> commands = read_job_log(place.folder / "run");
  REQUIRE(commands.size() == 2);
  // Two workers were allowed: the first command had jobs for both, the second one job.
  CHECK(commands[0].workers == 2);
  CHECK(commands[1].workers == 1);
  CHECK(count(commands[0], LoggedJob::End::done, true) == 2);
  CHECK(count(commands[0], LoggedJob::End::done, false) == 2);  // toy, and the reference
  CHECK(count(commands[1], LoggedJob::End::done, true) == 0);
  CHECK(count(commands[1], LoggedJob::End::cached, true) >= 1);
  CHECK(count(commands[1], LoggedJob::End::done, false) == 1);
  for (const LoggedJob& job : commands[0].jobs) {
    CHECK(job.benchmark == "bench");
    CHECK(job.seeds == std::vector<std::uint64_t>{0, 1});
    CHECK(job.worker < commands[0].workers);
    CHECK(job.begun >= 0);
    CHECK(job.seconds >= 0);
  }
}

TEST_CASE("a worker that died leaves its place in the pool to the next") {
  const ToyPlace place;
  place.run(toy_suite({toy("a"), toy("b"), toy("c", {{"fault", "abort"}})}, {0, 1}));
  const LoggedCommand command = read_job_log(place.folder / "run").at(0);
  CHECK(count(command, LoggedJob::End::failed, false) == 3);  // the block, then each seed alone
  for (const LoggedJob& job : command.jobs) CHECK(job.worker < 2);
}

TEST_CASE("jobs and commands that cannot have been are not read") {
  const TemporaryFolder folder;
  const auto job = [](const std::string& rest) {
    return R"({"kind": "cells", "benchmark": "b", "name": "m", "seeds": [0], "end": "done", )" +
           rest + "}\n";
  };
  const auto command = [](const std::string& workers) {
    return R"({"format": "assay-jobs", "version": 1, "started": "x", "workers": )" + workers +
           "}\n";
  };
  std::ofstream(folder / "jobs.jsonl")
      << command("2") << job(R"("begun": 1e308, "seconds": 1e308)") << job(R"("begun": 1e999)")
      << job(R"("seconds": -1)") << job(R"("cpu_seconds": 1e10)") << job(R"("worker": 2)")
      << job(R"("worker": -1)") << job(R"("worker": 18446744073709551614)")
      << job(R"("worker": 1, "begun": 1e9, "seconds": 3)") << command("4097")
      << job(R"("worker": 0)") << command("0") << job(R"("worker": 0)") << command("-1")
      << command("4096");
  const std::vector<LoggedCommand> commands = read_job_log(folder.path());
  REQUIRE(commands.size() == 2);
  REQUIRE(commands[0].jobs.size() == 1);
  CHECK(commands[0].jobs[0].seconds == 3);
  CHECK(commands[1].workers == 4096);
  CHECK(commands[1].jobs.empty());
}

TEST_CASE("a job log that is no file or far too large is not read") {
  const TemporaryFolder folder;
  REQUIRE(::mkfifo((folder / "jobs.jsonl").c_str(), 0600) == 0);
  CHECK(read_job_log(folder.path()).empty());
  fs::remove(folder / "jobs.jsonl");
  JobLog(folder.path()).begin(1);
  CHECK(read_job_log(folder.path()).size() == 1);
  fs::resize_file(folder / "jobs.jsonl", (64 << 20) + 1);
  CHECK(read_job_log(folder.path()).empty());
}

TEST_CASE("a log that was cut off, damaged or is of a later version is read as far as it goes") {
  const TemporaryFolder folder;
  LoggedJob job;
  job.benchmark = "b";
  job.name = "m";
  job.seeds = {3};
  job.seconds = 1.5;
  const auto log = [&](std::size_t workers) {
    JobLog command(folder.path());
    command.begin(workers);
    command.add(job);
  };
  log(2);
  const std::string whole = read_file(folder / "jobs.jsonl");
  std::ofstream(folder / "jobs.jsonl", std::ios::app) << R"({"kind": "cells", "bench)";
  log(1);
  std::ofstream(folder / "jobs.jsonl", std::ios::app)
      << "[1, 2]\n{\"kind\": 7}\nnonsense\n"
      << R"({"format": "assay-jobs", "version": 2, "started": "x", "workers": 1})" << "\n"
      << whole.substr(whole.find('\n') + 1);
  const std::vector<LoggedCommand> commands = read_job_log(folder.path());
  REQUIRE(commands.size() == 2);
  CHECK(commands[0].workers == 2);
  REQUIRE(commands[0].jobs.size() == 1);
  CHECK(commands[0].jobs[0].seconds == 1.5);
  CHECK(commands[0].jobs[0].seeds == std::vector<std::uint64_t>{3});
  CHECK(commands[1].jobs.size() == 1);
}
