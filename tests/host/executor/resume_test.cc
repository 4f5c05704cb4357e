// Running again: nothing twice, nothing lost, the same bits.
#include "toy_run.h"

#include <assay/common/error.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <sys/wait.h>

namespace assay {

namespace {

Json sweep(double level) {
  Json variant = toy("toy-level=" + Json(level).dump(), {{"level", level}});
  variant["sweep"] = Json::array({"level"});
  return variant;
}

}  // namespace

TEST_CASE("a finished run has nothing to do") {
  const ToyPlace place;
  const SuiteToRun suite = toy_suite({toy("a"), toy("b", {{"level", 0.5}})});
  CHECK(place.run(suite).jobs == 5);  // two stages, floor, a, b
  const std::string run_json = read_file(place.folder / "run/run.json");
  const RunResult second = place.run(suite);
  CHECK(second.jobs == 0);
  CHECK(second.notes.empty());
  CHECK(read_file(place.folder / "run/run.json") == run_json);
  CHECK(place.load().count(CellState::done) == 15);
}

TEST_CASE("two runs on one cache share the stages and agree in every byte") {
  const ToyPlace place;
  const SuiteToRun suite = toy_suite({toy("a")});
  place.run(suite);
  RunOptions options = place.options();
  options.out = place.folder / "other";
  options.workers = 1;
  const RunResult other = run_suite(suite, options);
  CHECK(other.stages_reused == 2);
  CHECK(other.jobs == 2);
  CHECK(lasting_content(place.folder / "run") == lasting_content(place.folder / "other"));
}

TEST_CASE("more seeds: the new ones alone, as blocks of their own") {
  const ToyPlace place;
  place.run(toy_suite({toy("a")}, {0, 1, 2}));
  const auto before = lasting_content(place.folder / "run");
  CHECK(place.run(toy_suite({toy("a")}, {0, 1, 2, 3, 4})).notes.empty());
  const auto after = lasting_content(place.folder / "run");
  for (const auto& [file, content] : before) CHECK(after.at(file) == content);
  CHECK(after.count("cells/bench/a/3-4/4.json") == 1);
  CHECK(place.load().run["blocks"]["bench"] == Json::parse("[[0,1,2],[3,4]]"));
  CHECK(place.load().run["first_seeds"]["bench"] == 3);
  // Fewer again: nothing to do, and the blocks are remembered.
  CHECK(place.run(toy_suite({toy("a")}, {0, 1})).jobs == 0);
  CHECK(place.load().cells.size() == 4);
  CHECK(place.run(toy_suite({toy("a")}, {0, 1, 2, 3, 4})).jobs == 0);
}

TEST_CASE("a changed plugin is named as the reason for computing again") {
  const ToyPlace place;
  SuiteToRun suite = toy_suite({toy("a")}, {0, 1});
  place.run(suite);
  suite.methods["toy"]["plugin_hash"] = "plugin-2";
  const RunResult result = place.run(suite);
  CHECK(result.jobs == 1);
  REQUIRE(result.notes.size() == 1);
  CHECK(result.notes[0] == "2 cells are computed again, because the plugin's library changed (2)");
}

TEST_CASE("damaged cell files are reported and computed again with the same bits") {
  const ToyPlace place;
  const SuiteToRun suite = toy_suite({toy("a")}, {0, 1});
  place.run(suite);
  const auto good = lasting_content(place.folder / "run");
  const fs::path file = place.folder / "run/cells/bench/a/0-1/1.json";
  const std::string text = read_file(file);
  const auto changed = [&text](const std::string& from, const std::string& to) {
    return std::string(text).replace(text.find(from), from.size(), to);
  };
  struct Case {
    std::string content, problem;
  };
  for (const Case& damage : {
           Case{text.substr(0, text.size() / 2), "is not complete JSON"},
           Case{"", "is not complete JSON"},
           Case{"{}", "is not a cell file"},
           Case{R"({"format": "assay-cell", "version": 99})", "has version 99"},
           Case{changed("\"done\"", "\"d0ne\""), "does not follow the format: \"status\""},
           Case{changed("\"gradient_samples\": 3", "\"gradient_samples\": 4"), "has been changed"},
       }) {
    INFO(damage.problem);
    write_file(file, damage.content);
    const RunData damaged = place.load();
    REQUIRE(damaged.problems.size() == 1);
    CHECK(damaged.problems[0].find(file.string() + " " + damage.problem) == 0);
    CHECK(damaged.count(CellState::missing) == 1);
    const RunResult result = place.run(suite);
    CHECK(result.jobs == 1);
    CHECK(result.notes.size() == 1);
    CHECK(lasting_content(place.folder / "run") == good);
  }
}

TEST_CASE("a sweep over a per-row parameter trains in one job and is published by variant") {
  const ToyPlace place;
  const SuiteToRun suite = toy_suite({sweep(0.0), sweep(0.25), sweep(0.5)}, {0, 1});
  CHECK(place.run(suite).jobs == 4);  // two stages, floor, all three values
  const auto files = lasting_content(place.folder / "run");
  CHECK(files.count("cells/bench/toy-level=0.25/0-1/0.json") == 1);
  // Each variant has its own rows of the predictions.
  const RunData run = place.load();
  CHECK(run.count(CellState::done) == 8);
  for (const RunCell& cell : run.cells) {
    if (cell.role == "reference") continue;
    const double score = cell.document["result"]["metrics"]["score"];
    const double level = cell.parameters["level"];
    CHECK(score - level >= 0);
    CHECK(score - level < 1.001);
  }
  // One variant lost: the whole job gives it the same bits again, the others stay.
  fs::remove_all(place.folder / "run/cells/bench/toy-level=0.25");
  CHECK(place.run(suite).jobs == 1);
  CHECK(lasting_content(place.folder / "run") == files);
}

TEST_CASE("a sweep larger than the cohort is cut by values") {
  const ToyPlace place;
  const SuiteToRun suite =
      toy_suite({sweep(0.0), sweep(0.25), sweep(0.5)}, {0, 1}, {{"rows", 4}});
  CHECK(place.run(suite).jobs == 5);  // 1 + 2 values
}

TEST_CASE("a method of single rows runs seed by seed on the block's stages") {
  const ToyPlace place;
  CHECK(place.run(toy_suite({toy("a", Json::object(), "toy-single")}, {0, 1, 2})).jobs == 6);
  CHECK(fs::exists(place.folder / "run/cells/bench/a/1/1.json"));
}

TEST_CASE("a corrupt cache entry is reported, removed and computed again") {
  const ToyPlace place;
  const SuiteToRun suite = toy_suite({toy("a")}, {0, 1});
  place.run(suite);
  for (const auto& entry : fs::directory_iterator(place.folder / "cache/stages")) {
    write_file(entry.path() / "value.safetensors", "damaged");
  }
  RunOptions options = place.options();
  options.out = place.folder / "other";
  const RunResult other = run_suite(suite, options);
  CHECK(other.stages_reused == 0);
  CHECK(lasting_content(place.folder / "run") == lasting_content(place.folder / "other"));
}

TEST_CASE("one command at a time works on a run") {
  const ToyPlace place;
  const SuiteToRun suite = toy_suite({toy("a")}, {0});
  place.run(suite);
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t other = ::fork();
  if (other == 0) {
    const FileLock lock(place.folder / "run/lock", "the run");
    if (::write(ready[1], "x", 1) != 1) ::_exit(1);
    ::pause();
  }
  char byte;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  CHECK(place.load().running_pid == other);
  CHECK_THROWS_WITH(place.run(suite), Catch::Contains("is in use by process " + std::to_string(other)));
  ::kill(other, SIGKILL);
  ::waitpid(other, nullptr, 0);
  for (const int end : ready) ::close(end);

  // The command itself keeps the lock while it writes the reports, which do not call it unfinished.
  const RunResult result = place.run(suite);
  CHECK(place.load().running_pid == 0);
  CHECK_THROWS_WITH(place.run(suite), Catch::Contains("is in use by process"));
}

TEST_CASE("a run of a later version is not written over") {
  const ToyPlace place;
  const SuiteToRun suite = toy_suite({toy("a")}, {0, 1});
  place.run(suite);
  const fs::path file = place.folder / "run/run.json";
  Json run = Json::parse(read_file(file));
  run["version"] = 2;
  const std::string later = run.dump();
  write_file(file, later);
  CHECK_THROWS_WITH(place.run(suite), Catch::Contains("run.json has version 2, this assay writes version 1: use the "
                                                      "assay that wrote it, or another folder (--out), or --fresh"));
  CHECK(read_file(file) == later);
  RunOptions options = place.options();
  options.fresh = true;
  run_suite(suite, options);
  CHECK(Json::parse(read_file(file))["version"] == 1);
}

TEST_CASE("a folder that is not a run is left alone") {
  const ToyPlace place;
  write_unpublished(place.folder / "precious", "");
  RunOptions options = place.options();
  options.out = place.folder.path();
  CHECK_THROWS_WITH(run_suite(toy_suite({toy("a")}), options),
                    Catch::Contains("holds other files and is not a run"));
  CHECK(fs::exists(place.folder / "precious"));
  CHECK_THROWS_WITH(load_run(place.folder.path()), Catch::Contains("is not a run"));
}

}  // namespace assay
