// What the commands print and return.
#include "toy_prefix.h"

#include <assay/common/files.h>
#include <assay/common/hash.h>

#include <catch2/catch.hpp>

namespace assay {

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("run, again, status, logs, plan, verify, cache: one run's life") {
  ToyPrefix toys(toy_toml(0));
  const std::string run = toys.run_folder().string();
  const std::string suite = (toys / "toys.toml").string();

  const Ended plan = toys.run({"plan", suite, "--out", run});
  INFO(plan.err);
  CHECK(plan.status == 0);
  CHECK(has(plan.out, "cells: 8, of which 0 are done\njobs: 5; stages from the cache: 0\n"));
  CHECK(has(plan.out, "expected time: unknown"));
  CHECK(has(plan.out, "bench: the smallest two-sided sign-flip p that 2 seeds can reach is 0.5"));
  CHECK_FALSE(fs::exists(run));

  const Ended first = toys.run(toys.run_command());
  INFO(first.err);
  CHECK(first.status == 0);
  CHECK(has(first.out, "8 of 8 cells done in "));
  CHECK(has(first.out, "report: " + run + "/report.html"));
  CHECK(has(first.err, "[5/5] "));
  CHECK(has(first.err, "bench  stage base  seeds 0-1: done in "));

  const Ended again = toys.run(toys.run_command());
  CHECK(again.status == 0);
  CHECK(has(again.out, "nothing to do: 8 of 8 cells are done"));
  CHECK(again.err.empty());

  const Ended status = toys.run({"status", run});
  CHECK(has(status.out, run + ": 8 of 8 cells done, 0 failed, 0 missing; nothing is running"));

  const Ended logs = toys.run({"logs", run, "bench/toyy/0"});
  CHECK(logs.status == 2);
  CHECK(has(logs.err, "the run has no cell 'bench/toyy/0' (did you mean 'bench/toy/0'?)"));

  const Ended verify = toys.run({"verify", run, "--quiet"});
  INFO(verify.out << verify.err);
  CHECK(verify.status == 0);
  CHECK(has(verify.out, "3 cells computed again alone, compared within 0.02"));
  CHECK(has(verify.out, "no difference"));

  const Ended list = toys.run({"cache", "ls", "--json"});
  const Json stages = Json::parse(list.out)["stages"];
  REQUIRE(stages.size() == 2);
  const std::string key = stages[0]["key"];
  CHECK(has(toys.run({"cache", "explain", key.substr(0, 8)}).out, key + " is the hash of\n"));
  CHECK(has(toys.run({"cache", "rm", key}).out, "removed 1 stage, "));
  CHECK(has(toys.run({"cache", "rm", key}).err, "the cache has no stage '" + key + "'"));
  CHECK(toys.run({"cache", "rm", "--all"}).status == 0);
  CHECK(has(toys.run({"cache", "explain", "x"}).err, "the cache has no stage 'x'"));
}

TEST_CASE("a failed cell: exit 1, its cause in the summary, its log by command") {
  ToyPrefix toys(toy_toml(0, R"(["toy", { use = "toy", as = "bad", fault = "segfault", only = 1 }])"));
  const Ended ended = toys.run(toys.run_command());
  CHECK(ended.status == 1);
  CHECK(has(ended.out, "5 of 6 cells done"));
  CHECK(has(ended.out, "bench/bad/1: signal during fit: killed by signal 11 (Segmentation fault)"));
  const Ended logs = toys.run({"logs", toys.run_folder().string(), "bench/bad/1"});
  CHECK(logs.status == 0);
  CHECK(has(logs.out, "about to: segfault"));
  CHECK(has(logs.err, "bench/bad/1 failed, signal during fit"));
  CHECK(has(read_file(toys.run_folder() / "report.md"), "Segmentation fault"));

  const Ended json = toys.run({"run", (toys / "toys.toml").string(), "--out",
                               toys.run_folder().string(), "--json", "--quiet"});
  CHECK(json.status == 1);
  const Json document = Json::parse(json.out)["runs"][0];
  CHECK(document["cells"]["done"] == 5);
  CHECK(document["failed"][0]["method"] == "bad");
  CHECK(document["failed"][0]["error"]["kind"] == "signal");
}

TEST_CASE("verify finds a method whose results do not repeat") {
  ToyPrefix toys(toy_toml(0, R"(["toy"])"));
  REQUIRE(toys.run(toys.run_command()).status == 0);
  // As if the method had given another answer then: a score changed, its hash made to fit.
  const fs::path file = toys.run_folder() / "cells/bench/toy/0-1/1.json";
  Json cell = Json::parse(read_file(file));
  cell["result"]["metrics"]["score"] = cell["result"]["metrics"]["score"].get<double>() + 0.5;
  Json hashed = cell;
  hashed.erase("hash");
  hashed.erase("run");
  cell["hash"] = hash_bytes(hashed.dump());
  write_file(file, cell.dump());
  const Ended verify = toys.run({"verify", toys.run_folder().string(), "--quiet", "--sample", "9"});
  CHECK(verify.status == 1);
  CHECK(has(verify.out, "bench/toy/1: alone, score is "));
  CHECK(has(verify.out, "bench/toy/1: its result does not repeat: /metrics/score was "));
  CHECK(has(verify.out, "DIFFERENT"));
}

TEST_CASE("wrong use is told apart from failures") {
  ToyPrefix toys(toy_toml(0));
  const std::string suite = (toys / "toys.toml").string();
  const auto problem = [&](const std::vector<std::string>& arguments) {
    const Ended ended = toys.run(arguments);
    CHECK(ended.status == 2);
    return ended.err;
  };
  CHECK(has(problem({"run", suite, "--device", "cuda"}), "--device cuda: no CUDA device was found. It needs an NVIDIA GPU"));
  CHECK(has(problem({"run", suite, "--device", "cup"}), "did you mean 'cpu'?"));
  CHECK(has(problem({"rnu", suite}), "assay: there is no command 'rnu' (did you mean 'run'?)"));
  CHECK(has(problem({"fly"}), "there is no command 'fly': the commands are run, plan, "));
  CHECK(has(problem({"status", (toys / "nowhere").string()}), "there is no run at "));
  CHECK(has(problem({"run", suite, "--out", (toys / "prefix").string()}), "is not a run"));
  CHECK(has(problem({"run", (toys / "nothing.toml").string()}), "nothing.toml"));
  const std::string copy = (toys / "copy.toml").string();
  write_file(copy, toy_toml(0));
  for (const char* command : {"run", "plan"}) {
    CHECK(has(problem({command, suite, copy}),
              "the suites " + suite + " and " + copy + " are both named 'toys', and their runs would be one folder: "
              "rename one, or run them one by one, each with its own --out"));
  }
}

}  // namespace assay
