// Runs of the family "toy" by the fake worker, in a temporary folder.
#pragma once

#include "host/executor/run_suite.h"
#include "host/store/run_reader.h"

#include <assay/common/files.h>

#include <cstdlib>
#include <map>
#include <string>
#include <unistd.h>
#include <vector>

namespace assay {

/// A folder that is removed in the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "assay-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const fs::path& path() const { return path_; }
  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

/// One variant of the method "toy".
inline Json toy(const std::string& name, const Json& parameters = Json::object(),
                const std::string& use = "toy") {
  Json all = {{"level", 0.0}, {"fault", "none"}, {"only", -1}};
  all.update(parameters);
  return {{"name", name}, {"use", use}, {"parameters", all}, {"sweep", Json::array()}};
}

/// A suite of one benchmark "bench".
inline SuiteToRun toy_suite(const std::vector<Json>& methods, std::vector<std::uint64_t> seeds = {0, 1, 2, 3, 4},
                            const Json& settings = Json::object()) {
  Json all = {{"slow_ms", 0}, {"stage_fault", "none"}, {"rows", 8}};
  all.update(settings);
  SuiteToRun suite;
  // Lists of one table are written out: braces alone would be read as the table.
  Json benchmark = {{"id", "bench"}, {"title", "Bench"}, {"family", "toy"}, {"settings", all},
                    {"seeds", seeds}, {"cohort", 0}, {"baseline", ""}, {"methods", methods}};
  suite.suite = {{"name", "toys"},
                 {"title", "Toys"},
                 {"seeds", seeds},
                 {"limits", {{"time_s", 60.0}, {"memory_bytes", 0}}},
                 {"benchmarks", Json::array({benchmark})},
                 {"claims", Json::array()}};
  suite.file = "toys.toml";
  suite.build = {{"library_hash", "1"}};
  suite.families["toy"] = {{"id", "toy"}};
  const Json level = {{"key", "level"}, {"type", "real"}, {"per_row", true}};
  for (const std::string id : {"toy", "toy-single", "toy-needy"}) {
    suite.methods[id] = {{"id", id},
                         {"family", "toy"},
                         {"parameters", Json::array({level})},
                         {"needs", Json::array()},
                         {"single_row", id == "toy-single"},
                         {"file", "toy.so"},
                         {"plugin_hash", "plugin-1"}};
  }
  suite.methods["toy-needy"]["needs"] = Json::array({"oracle"});
  const Json base = {{"name", "base"}, {"title", "Base"}, {"settings", Json::object()},
                     {"inputs", Json::array()}, {"cost", 1.0}};
  const Json top = {{"name", "top"}, {"title", "Top"},
                    {"settings", {{"stage_fault", all["stage_fault"]}}},
                    {"inputs", Json::array({"base"})}, {"cost", 1.0}};
  const Json floor = {{"id", "floor"}, {"inputs", Json::array({"base"})}};
  suite.expansions = {{{"stages", Json::array({base, top})},
                       {"references", Json::array({floor})},
                       {"method", {{"inputs", Json::array({"base", "top"})}, {"cost", 2.0}}},
                       {"capabilities", Json::array({"labels"})},
                       {"cohort", all["rows"]},
                       {"data", Json::array({"data-1"})}}};
  return suite;
}

/// Where runs of one test go.
struct ToyPlace {
  TemporaryFolder folder;

  RunOptions options() const {
    RunOptions options;
    options.out = folder / "run";
    options.cache = folder / "cache";
    options.worker = fs::path(ASSAY_TEST_BIN_DIR) / ".." / "tests" / "fake-worker";
    options.workers = 2;
    options.style = Progress::Style::quiet;
    return options;
  }
  RunResult run(const SuiteToRun& suite) const { return run_suite(suite, options()); }
  RunData load() const { return load_run(folder / "run"); }
};

/// "method/seed" -> "done", or the failure's kind, or "missing".
inline std::map<std::string, std::string> states(const RunData& run) {
  std::map<std::string, std::string> states;
  for (const RunCell& cell : run.cells) {
    std::string& state = states[cell.method + "/" + std::to_string(cell.seed)];
    if (cell.state == CellState::done) state = "done";
    if (cell.state == CellState::missing) state = "missing";
    if (cell.state == CellState::failed) state = cell.document["error"]["kind"];
  }
  return states;
}

/// Every cell file's content without its `run` part, by path.
inline std::map<std::string, std::string> lasting_content(const fs::path& run) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(run / "cells")) {
    if (!entry.is_regular_file()) continue;
    std::string content = read_file(entry.path());
    if (entry.path().extension() == ".json") {
      Json document = Json::parse(content);
      document.erase("run");
      content = document.dump();
    }
    files[fs::relative(entry.path(), run)] = content;
  }
  return files;
}

}  // namespace assay
