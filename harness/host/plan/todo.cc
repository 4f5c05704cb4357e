#include "host/plan/todo.h"

#include "host/plan/keys.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace assay {

namespace {

// Failures that say nothing about the rows: the job never ran, or could not be stored.
bool is_foreign_failure(const std::string& kind) {
  return kind == "stage" || kind == "disk" || kind == "lost";
}

// The files that count for one cell.
struct Found {
  const StoredCell* best = nullptr;
  bool alone = false;         // there is a file of it as a block of one
  bool whole = false;         // its block was published after running
  bool failed_in_row = false; // it failed inside a block that ran
};

bool better(const StoredCell& a, const StoredCell& b) {
  return std::make_tuple(a.done(), a.attempt(), a.block_size()) >
         std::make_tuple(b.done(), b.attempt(), b.block_size());
}

class Finder {
 public:
  Finder(const Plan& plan, const std::filesystem::path& run, bool retry_failed)
      : plan_(plan), retry_failed_(retry_failed), stored_(read_cells(run)) {
    for (const StoredCell& cell : stored_) {
      if (!cell.problem.empty()) {
        todo_.problems.push_back(cell.file.string() + " " + cell.problem + "; it is computed again");
        continue;
      }
      places_[{cell.text("benchmark"), cell.text("method"), cell.seed()}].push_back(&cell);
    }
  }

  Todo find() {
    found_.resize(plan_.cells.size());
    todo_.history.resize(plan_.cells.size());
    for (std::size_t i = 0; i < plan_.cells.size(); ++i) look_up(i);
    for (std::size_t job = 0; job < plan_.jobs.size(); ++job) add_job(job);
    return std::move(todo_);
  }

 private:
  void look_up(std::size_t index);
  void add_job(std::size_t index);
  bool open(std::size_t cell) const;

  const Plan& plan_;
  bool retry_failed_;
  std::vector<StoredCell> stored_;
  std::map<std::tuple<std::string, std::string, std::uint64_t>, std::vector<const StoredCell*>> places_;
  std::vector<Found> found_;
  Todo todo_;
};

void Finder::look_up(std::size_t index) {
  const PlannedCell& cell = plan_.cells[index];
  const CellIdentity& identity = cell.identity;
  const auto place = places_.find({identity.benchmark, identity.method, identity.seed});
  if (place == places_.end()) return;
  Found& found = found_[index];
  CellHistory& history = todo_.history[index];
  for (const StoredCell* stored : place->second) {
    const std::string& key = stored->text("key");
    if (key != identity.key && key != cell.key_alone) continue;
    if (key == cell.key_alone && key != identity.key) found.alone = true;
    if (key == identity.key && !is_foreign_failure(stored->error_kind())) {
      found.whole = true;
      found.failed_in_row = !stored->done();
    }
    history.attempts = std::max(history.attempts, stored->attempt());
    history.crashes = std::max(history.crashes, stored->crashes());
    if (found.best == nullptr || better(*stored, *found.best)) found.best = stored;
  }
  if (found.best == nullptr) {
    if (!cell.wanted || !cell.selected) return;
    ++todo_.outdated;
    const Json before = place->second.front()->document["cell"].value("parts", Json::object());
    const std::vector<std::string> changed = changed_parts(before, identity.parts);
    for (const std::string& part : changed) {
      // The stages change with their causes; they are named when nothing else is.
      if (part != "inputs" || changed.size() == 1) ++todo_.changed[part];
    }
    return;
  }
  history.state = found.best->done() ? CellState::done : CellState::failed;
  history.document = found.best->document;
  history.set_aside = history.state == CellState::failed && history.crashes >= crash_limit &&
                      !retry_failed_;
}

bool Finder::open(std::size_t cell) const {
  if (!plan_.cells[cell].wanted || !plan_.cells[cell].selected) return false;
  const CellHistory& history = todo_.history[cell];
  return history.state != CellState::done && !history.set_aside;
}

void Finder::add_job(std::size_t index) {
  const CellsJob& job = plan_.jobs[index];
  bool any_alone = false;
  bool any_whole = false;
  for (const std::size_t cell : job.cells) {
    any_alone = any_alone || found_[cell].alone;
    any_whole = any_whole || found_[cell].whole;
  }
  const bool was_split = any_alone && !any_whole;
  TodoJob whole{.job = index, .rows = {}, .whole = true, .publish = {}};
  std::set<std::string> variants;
  for (std::size_t row = 0; row < job.cells.size(); ++row) {
    const std::size_t cell = job.cells[row];
    if (!open(cell)) continue;
    const Found& found = found_[cell];
    if (job.cells.size() > 1 && (was_split || found.alone || found.failed_in_row)) {
      todo_.jobs.push_back({.job = index, .rows = {row}, .whole = false, .publish = {}});
    } else if (variants.insert(plan_.cells[cell].identity.method).second) {
      whole.publish.push_back(plan_.cells[cell].identity.method);
    }
  }
  if (whole.publish.empty()) return;
  for (std::size_t row = 0; row < job.cells.size(); ++row) whole.rows.push_back(row);
  todo_.jobs.push_back(std::move(whole));
}

}  // namespace

Todo find_todo(const Plan& plan, const std::filesystem::path& run, bool retry_failed) {
  return Finder(plan, run, retry_failed).find();
}

}  // namespace assay
