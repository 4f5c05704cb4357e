// What a failure costs: its own cells, with the cause in their files, and nothing else.
#include "toy_run.h"

#include <assay/common/error.h>

#include <catch2/catch.hpp>

namespace assay {

namespace {

using States = std::map<std::string, std::string>;

// The state of the faulty method's seeds; the other methods must all be done.
States faulty_states(const RunData& run) {
  States faulty;
  for (const auto& [place, state] : states(run)) {
    if (place.rfind("faulty/", 0) == 0) {
      faulty[place.substr(7)] = state;
    } else {
      INFO(place);
      CHECK(state == "done");
    }
  }
  return faulty;
}

const RunCell& cell(const RunData& run, const std::string& method, std::uint64_t seed) {
  for (const RunCell& cell : run.cells) {
    if (cell.method == method && cell.seed == seed) return cell;
  }
  throw Error("no such cell");
}

std::string message(const RunCell& cell) { return cell.document["error"]["message"]; }

SuiteToRun with_fault(const std::string& fault, std::int64_t only) {
  return toy_suite({toy("good"), toy("faulty", {{"fault", fault}, {"only", only}})}, {0, 1, 2, 3});
}

}  // namespace

TEST_CASE("one seed that kills its worker costs that seed alone") {
  struct Case {
    std::string fault, kind, text;
  };
  const Case given = GENERATE(Case{"segfault", "signal", "Segmentation fault"},
                              Case{"abort", "signal", "Aborted"},
                              Case{"exit", "exit", "exited with status 7"});
  const std::string& fault = given.fault;
  INFO(fault);
  const ToyPlace place;
  place.run(with_fault(fault, 2));
  const RunData run = place.load();
  CHECK(faulty_states(run) == States{{"0", "done"}, {"1", "done"}, {"2", given.kind}, {"3", "done"}});
  CHECK(message(cell(run, "faulty", 2)).find(given.text) != std::string::npos);
  CHECK(cell(run, "faulty", 2).document["error"]["phase"] == "fit");
  CHECK(cell(run, "faulty", 2).document["run"]["crashes"] == 1);
  // Its log says what happened before.
  const std::string log = cell(run, "faulty", 2).document["error"]["log"];
  CHECK(read_file(run.folder / log).find("about to: " + fault) != std::string::npos);
  // The others were run as blocks of one.
  CHECK(cell(run, "faulty", 0).document["cell"]["block"] == Json::parse("[0]"));
  CHECK(cell(run, "good", 0).document["cell"]["block"] == Json::parse("[0,1,2,3]"));
}

TEST_CASE("a method that throws is a failed cell with its words") {
  const ToyPlace place;
  place.run(with_fault("throw", 1));
  const RunData run = place.load();
  CHECK(faulty_states(run) == States{{"0", "done"}, {"1", "exception"}, {"2", "done"}, {"3", "done"}});
  CHECK(message(cell(run, "faulty", 1)) == "the method is broken");
  CHECK(cell(run, "faulty", 1).document["run"]["crashes"] == 0);
}

TEST_CASE("a row that fails inside its block leaves the block as it is") {
  const ToyPlace place;
  place.run(with_fault("nan", 1));
  const RunData run = place.load();
  CHECK(faulty_states(run) == States{{"0", "done"}, {"1", "non_finite"}, {"2", "done"}, {"3", "done"}});
  CHECK(cell(run, "faulty", 0).document["cell"]["block"].size() == 4);
  CHECK(cell(run, "faulty", 1).document["cell"]["block"].size() == 4);

  // Again: that row alone, and its second attempt counts.
  place.run(with_fault("nan", 1));
  const RunData again = place.load();
  CHECK(cell(again, "faulty", 1).document["run"]["attempt"] == 2);
  CHECK(cell(again, "faulty", 1).document["cell"]["block"] == Json::parse("[1]"));
  CHECK(cell(again, "faulty", 0).document["run"]["attempt"] == 1);
}

TEST_CASE("a job over its time is killed and named") {
  SuiteToRun suite = with_fault("hang", 0);
  suite.suite["limits"]["time_s"] = 0.5;
  const ToyPlace place;
  place.run(suite);
  const RunData run = place.load();
  CHECK(faulty_states(run) == States{{"0", "timeout"}, {"1", "done"}, {"2", "done"}, {"3", "done"}});
  CHECK(message(cell(run, "faulty", 0)) == "took longer than the limit of 0.5 s");
}

TEST_CASE("a job over its memory is ended and named") {
  SuiteToRun suite = with_fault("memory", 3);
  suite.suite["limits"]["memory_bytes"] = 256 << 20;
  const ToyPlace place;
  place.run(suite);
  const RunData run = place.load();
  CHECK(faulty_states(run) == States{{"0", "done"}, {"1", "done"}, {"2", "done"}, {"3", "memory"}});
  CHECK(message(cell(run, "faulty", 3)).find("MB of the limit of 256 MB") != std::string::npos);
}

TEST_CASE("a worker killed from outside: the whole block is tried once more") {
  const ToyPlace once;
  once.run(with_fault("lose-once", 1));
  CHECK(faulty_states(once.load()) == States{{"0", "done"}, {"1", "done"}, {"2", "done"}, {"3", "done"}});
  CHECK(cell(once.load(), "faulty", 1).document["cell"]["block"].size() == 4);

  const ToyPlace always;
  always.run(with_fault("lose", 1));
  const RunData run = always.load();
  CHECK(faulty_states(run) == States{{"0", "done"}, {"1", "lost"}, {"2", "done"}, {"3", "done"}});
  CHECK(message(cell(run, "faulty", 1)).find("not by assay") != std::string::npos);
}

TEST_CASE("a worker that dies before it has begun a job does not cost the job") {
  const ToyPlace twice;
  twice.run(with_fault("early-twice", 1));
  CHECK(faulty_states(twice.load()) == States{{"0", "done"}, {"1", "done"}, {"2", "done"}, {"3", "done"}});
  CHECK(cell(twice.load(), "faulty", 1).document["cell"]["block"].size() == 4);
  CHECK(cell(twice.load(), "faulty", 1).document["run"]["crashes"] == 0);

  // Not for ever.
  const ToyPlace always;
  always.run(with_fault("early", 1));
  CHECK(faulty_states(always.load()) == States{{"0", "done"}, {"1", "signal"}, {"2", "done"}, {"3", "done"}});
}

TEST_CASE("an answer of wrong types fails its job, not the run") {
  struct Case {
    std::string fault, text;
  };
  const Case given = GENERATE(Case{"garbled", "type must be number, but is string"},
                              Case{"rowless", "the worker answered a row without a status"});
  INFO(given.fault);
  const ToyPlace place;
  place.run(with_fault(given.fault, 3));
  const RunData run = place.load();
  CHECK(faulty_states(run) ==
        States{{"0", "done"}, {"1", "done"}, {"2", "done"}, {"3", "contract"}});
  CHECK(message(cell(run, "faulty", 3)).find(given.text) != std::string::npos);
}

TEST_CASE("a file system's error fails its job, not the run") {
  const ToyPlace place;
  place.run(with_fault("no-folder", -1));
  CHECK(faulty_states(place.load()) ==
        States{{"0", "disk"}, {"1", "disk"}, {"2", "disk"}, {"3", "disk"}});
}

TEST_CASE("a stage that fails fails what needs it, with the cause") {
  const ToyPlace place;
  place.run(toy_suite({toy("good")}, {0, 1, 2}, {{"stage_fault", "segfault"}}));
  const RunData run = place.load();
  CHECK(states(run) == States{{"floor/0", "done"}, {"floor/1", "done"}, {"floor/2", "done"},
                              {"good/0", "stage"}, {"good/1", "stage"}, {"good/2", "stage"}});
  CHECK(message(cell(run, "good", 1)).find("the stage 'top' failed, signal: killed by signal 11") == 0);
}

TEST_CASE("a stage's failed row fails that seed alone") {
  const ToyPlace place;
  place.run(toy_suite({toy("good")}, {0, 1, 2}, {{"stage_fault", "nan"}}));
  CHECK(states(place.load()) == States{{"floor/0", "done"}, {"floor/1", "done"}, {"floor/2", "done"},
                                       {"good/0", "done"}, {"good/1", "stage"}, {"good/2", "done"}});
}

TEST_CASE("a stage's failed row: the done cells stay when the run is continued") {
  const ToyPlace place;
  const SuiteToRun suite = toy_suite({toy("good")}, {0, 1, 2}, {{"stage_fault", "nan"}});
  place.run(suite);
  const std::string done = read_file(place.folder / "run/cells/bench/good/0-2/0.json");
  CHECK(place.run(suite).jobs == 1);
  const RunData run = place.load();
  CHECK(read_file(place.folder / "run/cells/bench/good/0-2/0.json") == done);
  CHECK(cell(run, "good", 1).document["cell"]["block"] == Json::parse("[1]"));
  CHECK(cell(run, "good", 1).document["run"]["attempt"] == 2);
  // Mended from outside: with --retry-failed the stage is computed again.
  CHECK(place.run(suite).jobs == 1);
  RunOptions options = place.options();
  options.retry_failed = true;
  CHECK(run_suite(suite, options).jobs == 2);
}

TEST_CASE("a damaged file in a block that now crashes: the other cells stay") {
  const ToyPlace place;
  place.run(with_fault("segfault-later", 2));
  CHECK(faulty_states(place.load()) ==
        States{{"0", "done"}, {"1", "done"}, {"2", "done"}, {"3", "done"}});
  const fs::path block = place.folder / "run/cells/bench/faulty/0-3";
  const std::string good = read_file(block / "0.json");
  write_file(block / "2.json", "{");
  place.run(with_fault("segfault-later", 2));
  CHECK(faulty_states(place.load()) ==
        States{{"0", "done"}, {"1", "done"}, {"2", "signal"}, {"3", "done"}});
  CHECK(read_file(block / "0.json") == good);
  CHECK_FALSE(fs::exists(place.folder / "run/cells/bench/faulty/0"));
}

TEST_CASE("a cell that killed its worker three times is set aside until it is asked for") {
  const ToyPlace place;
  const SuiteToRun suite = with_fault("segfault", 2);
  for (int i = 0; i < 3; ++i) CHECK(place.run(suite).jobs > 0);
  CHECK(cell(place.load(), "faulty", 2).document["run"]["crashes"] == 3);
  {
    const RunResult fourth = place.run(suite);  // keeps the run's lock
    CHECK(fourth.jobs == 0);
    CHECK(fourth.set_aside == 1);
  }
  RunOptions options = place.options();
  options.retry_failed = true;
  CHECK(run_suite(suite, options).jobs == 1);
  CHECK(cell(place.load(), "faulty", 2).document["run"]["attempt"] == 4);
}

TEST_CASE("a worker that cannot start ends the run with what it said") {
  const ToyPlace place;
  const fs::path worker = place.folder / "worker";
  write_file(worker, "#!/bin/sh\necho 'libtorch_cpu.so: not found' >&2\nexit 127\n");
  fs::permissions(worker, fs::perms::owner_all);
  RunOptions options = place.options();
  options.worker = worker;
  CHECK_THROWS_WITH(run_suite(with_fault("none", 0), options),
                    Catch::Contains("workers cannot start") &&
                        Catch::Contains("libtorch_cpu.so: not found") &&
                        Catch::Contains("assay doctor"));
  options.worker = place.folder / "nothing";
  CHECK_THROWS_WITH(run_suite(with_fault("none", 0), options),
                    Catch::Contains("cannot start the worker") && Catch::Contains("No such file"));
}

TEST_CASE("a method that needs what the benchmark does not offer is refused before anything runs") {
  const ToyPlace place;
  const SuiteToRun suite = toy_suite({toy("good"), toy("greedy", Json::object(), "toy-needy")});
  CHECK_THROWS_WITH(place.run(suite),
                    Catch::Contains("benchmark 'bench': method 'greedy' needs 'oracle'") &&
                        Catch::Contains("it offers: labels"));
  CHECK_FALSE(fs::exists(place.folder / "run"));
}

}  // namespace assay
