// A command that is killed, interrupted or out of disk loses what it was doing and nothing else.
#include "toy_prefix.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <random>
#include <thread>

namespace assay {

namespace {

double seconds_of(const std::function<void()>& work) {
  const auto begun = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

void sleep_s(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

// No temporary file or folder may be left in the run.
std::vector<std::string> leftovers(const fs::path& run) {
  std::vector<std::string> found;
  if (!fs::exists(run)) return found;
  for (const auto& entry : fs::recursive_directory_iterator(run)) {
    const std::string name = entry.path().filename();
    if (name.find(".tmp-") != std::string::npos) found.push_back(entry.path());
  }
  if (fs::exists(run / "tmp") && !fs::is_empty(run / "tmp")) found.push_back(run / "tmp");
  return found;
}

}  // namespace

TEST_CASE("killed at random moments, a run continues to the same files") {
  ToyPrefix toys(toy_toml(30));
  toys.begin("undisturbed");
  Ended ended;
  const double whole = seconds_of([&] { ended = toys.run(toys.run_command()); });
  INFO(ended.err);
  REQUIRE(ended.status == 0);
  const auto expected = toys.content();
  REQUIRE(expected.size() == 12);  // 8 cells in 4 blocks, a predictions file each

  std::mt19937 random(12);
  int killed = 0;
  for (int i = 0; i < 20; ++i) {
    toys.begin("killed-" + std::to_string(i));
    const pid_t command = toys.start(toys.run_command());
    sleep_s(std::uniform_real_distribution<double>(0, whole)(random));
    kill_with_workers(command);
    killed += toys.wait(command).status == -SIGKILL;
    const Ended again = toys.run(toys.run_command());
    INFO(again.err);
    CHECK(again.status == 0);
    CHECK(toys.content() == expected);
    CHECK(leftovers(toys.run_folder()).empty());
  }
  CHECK(killed >= 10);  // else the moments came too late to show anything
}

TEST_CASE("killed before and after every write, sync and rename, a run continues to the same files",
          "[slow]") {
  ToyPrefix toys(toy_toml(0, R"(["toy"])"));
  toys.begin("undisturbed");
  REQUIRE(toys.run(toys.run_command()).status == 0);
  const auto expected = toys.content();

  int kills = 0;
  for (int pass = 1;; ++pass) {
    toys.begin("pass");
    fs::remove_all(toys / "pass");
    const Ended ended = toys.run(toys.run_command(), {{"ASSAY_FAILPOINT", std::to_string(pass)}});
    if (ended.status == 0) break;
    INFO("pass " << pass << ": " << ended.err);
    REQUIRE(ended.status == -SIGKILL);
    ++kills;
    const Ended again = toys.run(toys.run_command());
    INFO(again.err);
    REQUIRE(again.status == 0);
    REQUIRE(toys.content() == expected);
    REQUIRE(leftovers(toys.run_folder()).empty());
  }
  // At least: run.json, two stages and two blocks of cells, each with several steps.
  CHECK(kills > 60);
}

TEST_CASE("a worker killed at every step of writing is replaced and the files are the same") {
  ToyPrefix toys(toy_toml(0, R"(["toy"])"));
  toys.begin("undisturbed");
  REQUIRE(toys.run(toys.run_command()).status == 0);
  const auto expected = toys.content();
  int kills = 0;
  for (int pass = 1;; ++pass) {
    toys.begin("pass");
    fs::remove_all(toys / "pass");
    auto one_worker = toys.run_command();
    one_worker.back() = "1";
    const Ended ended = toys.run(one_worker, {{"ASSAY_FAILPOINT_WORKER", std::to_string(pass)}});
    INFO("pass " << pass << ": " << ended.err);
    REQUIRE(ended.status == 0);
    REQUIRE(toys.content() == expected);
    if (ended.err.find("it is tried once more") == std::string::npos) break;
    ++kills;
  }
  CHECK(kills == 16);  // one file in each of four jobs, before and after writing and syncing
}

TEST_CASE("a full disk fails what it meets, says so, and leaves nothing half-written", "[slow]") {
  ToyPrefix toys(toy_toml(0, R"(["toy"])"));
  toys.begin("undisturbed");
  REQUIRE(toys.run(toys.run_command()).status == 0);
  const auto expected = toys.content();
  int failures = 0;
  for (int write = 1;; ++write) {
    toys.begin("full");
    fs::remove_all(toys / "full");
    const Ended ended =
        toys.run(toys.run_command(), {{"ASSAY_FAILPOINT_ENOSPC", std::to_string(write) + "+"}});
    INFO("write " << write << ": " << ended.err << ended.out);
    if (ended.status == 0) break;
    ++failures;
    REQUIRE(ended.status == 1);
    REQUIRE((ended.err + ended.out).find("No space left on device") != std::string::npos);
    REQUIRE(leftovers(toys.run_folder()).empty());
    REQUIRE(toys.run(toys.run_command()).status == 0);
    REQUIRE(toys.content() == expected);
  }
  CHECK(failures > 8);
}

TEST_CASE("Ctrl-C keeps what is finished and says how to continue") {
  ToyPrefix toys(toy_toml(30));
  toys.begin("undisturbed");
  REQUIRE(toys.run(toys.run_command()).status == 0);
  const auto expected = toys.content();

  toys.begin("interrupted");
  write_file(toys / "toys.toml", toy_toml(400));
  const pid_t command = toys.start(toys.run_command());
  const auto floor = toys.run_folder() / "cells/bench/floor/0-1/0.json";
  for (int i = 0; i < 500 && !fs::exists(floor); ++i) sleep_s(0.02);
  REQUIRE(fs::exists(floor));
  ::kill(command, SIGINT);
  const Ended ended = toys.wait(command);
  CHECK(ended.status == 130);
  CHECK(ended.err.find("interrupted; finished cells are kept. To continue:  ") != std::string::npos);
  CHECK(ended.err.find("assay run " + (toys / "toys.toml").string() + " --out " +
                       toys.run_folder().string() + " --workers 2\n") != std::string::npos);
  const auto before = toys.content();
  CHECK(before.size() < expected.size());
  const Ended again = toys.run(toys.run_command());
  CHECK(again.status == 0);
  for (const auto& [file, content] : before) CHECK(toys.content().at(file) == content);
  CHECK(toys.content().size() == expected.size());
}

}  // namespace assay
