// A run that is interrupted in the middle of a continual stream goes on behind the last task that
// it learned, and its cells are the ones of a run that nothing disturbed.
#include "real_place.h"

#include <assay/common/error.h>
#include <catch2/catch.hpp>
#include <cstring>
#include <functional>
#include <thread>

namespace assay {

namespace {

constexpr std::int64_t tasks = 6;

// Three seeds in one cohort, with a memory that every step draws from and writes to.
constexpr const char* suite_text = R"([suite]
name  = "stream"
title = "A stream"
seeds = 3

[[benchmark]]
id       = "stream"
family   = "continual"
scenario = "class"
task     = { use = "gaussian_classes", tasks = 6, dimension = 8, train = 200, test = 40 }
model    = { arch = "mlp", width = 16, depth = 1 }
train    = { steps = 600, batch = 16, lr = 1e-2 }
methods  = [{ use = "er", memory = 40 }]
)";

// Tasks that the checkpoint of a run's only stream tells of; 0 while there is none.
std::int64_t learned(const fs::path& run) {
  std::error_code missing;
  for (const auto& block : fs::directory_iterator(run / "checkpoints", missing)) {
    try {
      const std::string content = read_file(block.path() / "stream.safetensors");
      const std::string body = content.substr(content.find('\n') + 1);  // behind the hash's line
      std::uint64_t length = 0;
      std::memcpy(&length, body.data(), sizeof length);
      const Json header = Json::parse(body.substr(sizeof length, length));
      return Json::parse(header["__metadata__"]["numbers"].get<std::string>()).at("learned");
    } catch (const Error&) {
      // It is not written yet, or the block has just been published.
    }
  }
  return 0;
}

void wait_until_learned(std::int64_t wanted, const fs::path& run) {
  for (int i = 0; i < 60000 && learned(run) < wanted; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

// The task behind which the stream went on, by the log of its last job; 0: it began anew.
std::int64_t resumed_behind(const fs::path& run) {
  const std::string log = read_file(run / "logs/stream~er~0-2.log"),
                    says = "the stream goes on behind task ";
  const std::size_t at = log.find(says);
  return at == std::string::npos ? 0 : std::stoll(log.substr(at + says.size()));
}

}  // namespace

TEST_CASE(
    "interrupted in the middle of a stream, a run goes on there and ends with the same cells") {
  RealPlace place;
  const std::string suite = place.write_suite(suite_text);
  const Ended whole = place.wait(place.start(suite, "undisturbed", 1), "undisturbed");
  INFO(whole.err);
  REQUIRE(whole.status == 0);
  REQUIRE(resumed_behind(place.started_run("undisturbed")) == 0);
  const auto expected = place.content("undisturbed");
  REQUIRE(expected.size() ==
          8);  // three seeds and their answers, of the method and of the reference

  struct Interruption {
    std::string name;
    std::function<void(pid_t)> interrupt;
    int status;
  };
  const std::vector<Interruption> interruptions = {
      {"worker", [](pid_t command) { ::kill(workers_of(command).at(0), SIGKILL); }, 0},
      {"command", [](pid_t command) { ::kill(command, SIGINT); }, 130},
      {"both", kill_with_workers, -SIGKILL}};
  for (const auto& [name, interrupt, status] : interruptions) {
    INFO(name);
    const fs::path run = place.started_run(name);
    const pid_t command = place.start(suite, name, 1);
    wait_until_learned(2, run);
    interrupt(command);
    const Ended ended = place.wait(command, name);
    INFO(ended.err);
    REQUIRE(ended.status == status);
    if (status == 0) {
      CHECK(has(ended.err, "it is tried once more"));
    } else {
      const std::int64_t kept = learned(run);
      REQUIRE(kept >= 2);
      REQUIRE(kept < tasks);
      CHECK_FALSE(fs::exists(run / "cells/stream/er"));
      const Ended again = place.wait(place.start(suite, name, 1), name);
      INFO(again.err);
      REQUIRE(again.status == 0);
      CHECK(resumed_behind(run) == kept);
    }
    CHECK(resumed_behind(run) >= 2);
    CHECK(place.content(name) == expected);
    CHECK_FALSE(fs::exists(run / "checkpoints"));
  }
}

}  // namespace assay
