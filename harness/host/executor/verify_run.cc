#include "host/executor/verify_run.h"

#include "host/executor/graph_run.h"
#include "host/plan/keys.h"
#include "host/store/safetensors.h"

#include <assay/common/error.h>
#include <assay/common/files.h>
#include <assay/common/hash.h>
#include <assay/common/text.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>
#include <unistd.h>

namespace assay {

namespace {

constexpr const char* predictions = "predictions.safetensors";

std::string name_of(const CellIdentity& cell) {
  return cell.benchmark + "/" + cell.method + "/" + std::to_string(cell.seed);
}

std::string number_text(double number) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", number);
  return text;
}

// A scratch folder shaped like a run's: logs and outputs.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (fs::temp_directory_path() / "assay-verify-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw Error("cannot make a folder like " + pattern);
    path_ = pattern;
    make_folders(path_ / "logs");
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// Compares what comes back with what the run has.
class Comparer : public CellSink {
 public:
  Comparer(const Plan& plan, const Todo& todo, const std::map<std::size_t, fs::path>& files,
           std::set<std::string> ratios, const fs::path& scratch, double tolerance,
           VerifyResult& result)
      : plan_(plan), todo_(todo), files_(files), ratios_(std::move(ratios)), scratch_(scratch),
        tolerance_(tolerance), result_(result) {}

  fs::path new_output(const std::string& id) override {
    const fs::path folder = scratch_ / id;
    make_folders(folder);
    return folder;
  }

  void done(const TodoJob& todo, const JobOutcome& outcome, const fs::path& output,
            const std::string&) override {
    for (std::size_t position = 0; position < todo.rows.size(); ++position) {
      const std::size_t index = plan_.jobs[todo.job].cells[todo.rows[position]];
      const CellIdentity& cell = plan_.cells[index].identity;
      const Json& row = outcome.rows[position];
      if (row.value("status", "") != "done") {
        differ(cell, "failed this time: " + row.value("error", Json::object()).value("message", ""));
        continue;
      }
      const Json& before = todo_.history[index].document["result"];
      // By way of its text, as a cell file is: what is not finite becomes null.
      const Json after = Json::parse(row.at("result").dump());
      if (todo.whole) {
        ++result_.repeated;
        if (before != after) differ(cell, "its result does not repeat: " + first_difference(before, after));
      } else {
        ++result_.alone;
        compare_metrics(cell, before, after);
      }
      compare_predictions(index, position, output, todo.whole);
    }
  }

  void failed(const TodoJob& todo, const JobOutcome& outcome, const std::string&) override {
    const CellIdentity& cell = plan_.cells[plan_.jobs[todo.job].cells[todo.rows.front()]].identity;
    differ(cell, "failed this time: " + outcome.error.value("message", ""));
  }

 private:
  void differ(const CellIdentity& cell, const std::string& how) {
    result_.differences.push_back(name_of(cell) + ": " + how);
  }

  static std::string first_difference(const Json& before, const Json& after) {
    for (const Json& step : Json::diff(before, after)) {
      const Json::json_pointer place(step["path"].get<std::string>());
      return step["path"].get<std::string>() + " was " +
             (before.contains(place) ? before.at(place).dump() : "absent") + ", is " +
             step.value("value", Json()).dump();
    }
    return "";
  }

  void compare_metrics(const CellIdentity& cell, const Json& before, const Json& after) {
    for (const auto& [metric, was] : before["metrics"].items()) {
      const Json is = after["metrics"].value(metric, Json());
      if (was == is || ratios_.count(cell.family + "/" + metric) > 0) continue;
      const bool near = was.is_number() && is.is_number() &&
                        std::abs(was.get<double>() - is.get<double>()) <=
                            tolerance_ * std::max(1.0, std::abs(was.get<double>()));
      if (!near) differ(cell, "alone, " + metric + " is " + is.dump() + " instead of " + was.dump());
    }
  }

  void compare_predictions(std::size_t index, std::size_t position, const fs::path& output, bool exact) {
    const CellIdentity& cell = plan_.cells[index].identity;
    const fs::path was_file = files_.at(index).parent_path() / predictions;
    if (!fs::exists(was_file)) return;
    const std::string was_content = read_file(was_file);
    const std::string is_content = read_file(output / predictions);
    const Seeds block = todo_.history[index].document["cell"]["block"].get<Seeds>();
    const std::size_t was_row = static_cast<std::size_t>(
        std::find(block.begin(), block.end(), cell.seed) - block.begin());
    const auto now = parse_safetensors(is_content, (output / predictions).string());
    for (const auto& [name, was] : parse_safetensors(was_content, was_file.string())) {
      if (now.count(name) == 0) {
        differ(cell, "the prediction '" + name + "' is absent this time");
        continue;
      }
      const std::vector<double> a = tensor_row(was, was_row);
      const std::vector<double> b = tensor_row(now.at(name), position);
      double sum = 0;
      for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) sum += std::abs(a[i] - b[i]);
      const double mean = a.empty() ? 0 : sum / static_cast<double>(a.size());
      if (a.size() != b.size() || (exact ? a != b : !(mean <= tolerance_))) {
        differ(cell, std::string(exact ? "" : "alone, ") + "the prediction '" + name +
                         "' differs by " + number_text(mean) + " on average");
      }
    }
  }

  const Plan& plan_;
  const Todo& todo_;
  const std::map<std::size_t, fs::path>& files_;  // of each cell: the cell file that counts
  std::set<std::string> ratios_;
  fs::path scratch_;
  double tolerance_;
  VerifyResult& result_;
};

// "family/metric" of metrics that are ratios: noise in a small denominator says nothing.
std::set<std::string> ratio_metrics(const std::map<std::string, Json>& families) {
  std::set<std::string> ratios;
  for (const auto& [id, family] : families) {
    for (const Json& metric : family.value("metrics", Json::array())) {
      if (metric.value("aggregate", Json::object()).value("kind", "") == "ratio") {
        ratios.insert(id + "/" + metric.at("id").get<std::string>());
      }
    }
  }
  return ratios;
}

// What changed since the run, from the cells' recorded parts.
[[noreturn]] void nothing_to_compare(const RunData& run, const Todo& todo) {
  if (run.count(CellState::done) == 0) throw Error("the run has no finished cell to verify");
  std::vector<std::string> reasons;
  for (const auto& [part, count] : todo.changed) reasons.push_back(part_title(part));
  throw Error("the run's cells cannot be computed again by this installation: " +
              (reasons.empty() ? std::string("their keys differ") : join(reasons, ", ") + " changed") +
              " since");
}

}  // namespace

VerifyResult verify_run(const RunData& run, const SuiteToRun& suite, const VerifyOptions& options) {
  const Plan plan = plan_suite(suite, run.folder);
  const Todo todo = find_todo(plan, run.folder, false);
  std::map<std::string, fs::path> file_of_cell;
  for (const RunCell& cell : run.cells) {
    if (cell.state == CellState::done) {
      file_of_cell[cell.benchmark + "/" + cell.method + "/" + std::to_string(cell.seed)] = cell.file;
    }
  }
  std::map<std::size_t, fs::path> files;
  std::vector<std::pair<std::string, TodoJob>> singles, wholes;
  for (std::size_t job = 0; job < plan.jobs.size(); ++job) {
    bool whole = true;
    std::string order;
    for (std::size_t row = 0; row < plan.jobs[job].cells.size(); ++row) {
      const std::size_t index = plan.jobs[job].cells[row];
      const PlannedCell& cell = plan.cells[index];
      const CellHistory& history = todo.history[index];
      const auto file = file_of_cell.find(name_of(cell.identity));
      if (history.state != CellState::done || file == file_of_cell.end()) {
        whole = false;
        continue;
      }
      files[index] = file->second;
      whole = whole && history.document["cell"]["key"] == cell.identity.key;
      order = hash_bytes("verify " + cell.identity.key);
      if (!plan.jobs[job].reference) {
        singles.push_back({order, {.job = job, .rows = {row}, .whole = false, .publish = {}, .open = {}}});
      }
    }
    if (!whole || plan.jobs[job].reference) continue;
    TodoJob all{.job = job, .rows = {}, .whole = true, .publish = {}, .open = {}};
    for (std::size_t row = 0; row < plan.jobs[job].cells.size(); ++row) all.rows.push_back(row);
    wholes.push_back({order, all});
  }
  if (singles.empty()) nothing_to_compare(run, todo);
  const auto by_order = [](const auto& a, const auto& b) { return a.first < b.first; };
  std::sort(singles.begin(), singles.end(), by_order);
  std::sort(wholes.begin(), wholes.end(), by_order);

  VerifyResult result;
  std::vector<TodoJob> jobs;
  for (std::size_t i = 0; i < std::min(options.sample, singles.size()); ++i) {
    jobs.push_back(singles[i].second);
  }
  if (!wholes.empty()) {
    jobs.push_back(wholes.front().second);
    const CellsJob& job = plan.jobs[jobs.back().job];
    const CellIdentity& first = plan.cells[job.cells.front()].identity;
    result.block = first.benchmark + "/" + first.method + ", seeds " + block_name(job.block);
  }
  const Scratch scratch;
  Progress progress(options.style);
  StageCache cache(options.cache);
  Comparer comparer(plan, todo, files, ratio_metrics(suite.families), scratch.path(),
                    options.tolerance, result);
  const Json limits = suite.suite.value("limits", Json::object());
  GraphRun graph(plan, jobs, cache, comparer, progress,
                 {.run = scratch.path(),
                  .time_s = limits.value("time_s", 0.0),
                  .memory_bytes = limits.value("memory_bytes", std::uint64_t{0}),
                  .device = suite.build.value("device", "cpu"),
                  .split = false});
  const std::size_t workers = options.workers > 0 ? options.workers : usable_cores();
  LocalExecutor executor({.worker = options.worker,
                          .logs = scratch.path() / "logs",
                          .workers = std::min(workers, graph.jobs()),
                          .stop = options.stop});
  result.interrupted = !executor.run(graph);
  return result;
}

}  // namespace assay
