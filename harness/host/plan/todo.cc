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
  StoredCell* best = nullptr;
  bool alone = false;         // there is a file of it as a block of one
  bool whole = false;         // its block was published after running
  bool failed = false;        // it is failed in its block's file
};

class Finder {
 public:
  Finder(const Plan& plan, const std::filesystem::path& run, bool retry_failed)
      : plan_(plan), retry_failed_(retry_failed), stored_(read_cells(run)) {
    for (StoredCell& cell : stored_) {
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
  std::set<std::string> variants_that_ran(const CellsJob& job) const;
  bool open(std::size_t cell) const;

  const Plan& plan_;
  bool retry_failed_;
  std::vector<StoredCell> stored_;
  std::map<std::tuple<std::string, std::string, std::uint64_t>, std::vector<StoredCell*>> places_;
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
  for (StoredCell* stored : place->second) {
    if (stored->document.is_null()) continue;  // taken: the plan has the cell twice
    const std::string& key = stored->text("key");
    if (key != identity.key && key != cell.key_alone) continue;
    if (key == cell.key_alone && key != identity.key) found.alone = true;
    if (key == identity.key) {
      found.whole = found.whole || !is_foreign_failure(stored->error_kind());
      found.failed = found.failed || !stored->done();
    }
    history.attempts = std::max(history.attempts, stored->attempt());
    history.crashes = std::max(history.crashes, stored->crashes());
    if (found.best == nullptr || better(*stored, *found.best)) found.best = stored;
  }
  if (found.best == nullptr) {
    if (!cell.wanted || !cell.selected) return;
    ++todo_.outdated;
    const Json& first = place->second.front()->document;
    const Json before = first.is_null() ? Json::object() : first["cell"].value("parts", Json::object());
    const std::vector<std::string> changed = changed_parts(before, identity.parts);
    for (const std::string& part : changed) {
      // The stages change with their causes; they are named when nothing else is.
      if (part != "inputs" || changed.size() == 1) ++todo_.changed[part];
    }
    return;
  }
  history.state = found.best->done() ? CellState::done : CellState::failed;
  history.document = std::move(found.best->document);
  history.set_aside = history.state == CellState::failed && history.crashes >= crash_limit &&
                      !retry_failed_;
}

bool Finder::open(std::size_t cell) const {
  if (!plan_.cells[cell].wanted || !plan_.cells[cell].selected) return false;
  const CellHistory& history = todo_.history[cell];
  return history.state != CellState::done && !history.set_aside;
}

// Variants whose block is there as it came out of its job: one row that says so is enough, since all
// of them were published together. (A row may say otherwise: its stage's row had failed.)
std::set<std::string> Finder::variants_that_ran(const CellsJob& job) const {
  std::set<std::string> variants;
  for (const std::size_t cell : job.cells) {
    if (found_[cell].whole) variants.insert(plan_.cells[cell].identity.method);
  }
  return variants;
}

void Finder::add_job(std::size_t index) {
  const CellsJob& job = plan_.jobs[index];
  const std::set<std::string> ran = variants_that_ran(job);
  const bool any_alone = std::any_of(job.cells.begin(), job.cells.end(),
                                     [this](std::size_t cell) { return found_[cell].alone; });
  const bool was_split = any_alone && ran.empty();
  const auto variant = [&](std::size_t row) -> const std::string& {
    return plan_.cells[job.cells[row]].identity.method;
  };
  std::vector<std::size_t> open_rows;
  std::set<std::string> together;  // variants with a row that only the whole job gives
  for (std::size_t row = 0; row < job.cells.size(); ++row) {
    if (!open(job.cells[row])) continue;
    open_rows.push_back(row);
    const Found& found = found_[job.cells[row]];
    const bool alone = was_split || found.alone || (found.failed && ran.count(variant(row)) > 0);
    if (job.cells.size() == 1 || !alone) together.insert(variant(row));
  }
  TodoJob whole{.job = index, .rows = {}, .whole = true, .publish = {}, .open = {}};
  for (const std::size_t row : open_rows) {
    if (together.count(variant(row)) == 0) {
      todo_.jobs.push_back({.job = index, .rows = {row}, .whole = false, .publish = {}, .open = {}});
      continue;
    }
    whole.open.push_back(row);
    if (whole.publish.empty() || whole.publish.back() != variant(row)) {
      whole.publish.push_back(variant(row));
    }
  }
  if (whole.open.empty()) return;
  for (std::size_t row = 0; row < job.cells.size(); ++row) whole.rows.push_back(row);
  todo_.jobs.push_back(std::move(whole));
}

}  // namespace

Todo find_todo(const Plan& plan, const std::filesystem::path& run, bool retry_failed) {
  return Finder(plan, run, retry_failed).find();
}

}  // namespace assay
