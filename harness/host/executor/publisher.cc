#include "host/executor/publisher.h"

#include "host/store/safetensors.h"

#include <assay/common/error.h>

#include <algorithm>

namespace assay {

namespace {

constexpr const char* predictions = "predictions.safetensors";

}  // namespace

Publisher::Publisher(const Plan& plan, Todo& todo, RunStore& store)
    : plan_(plan), todo_(todo), store_(store) {}

std::filesystem::path Publisher::new_output(const std::string& id) { return store_.new_folder(id); }

std::size_t Publisher::cell_of(const TodoJob& todo, std::size_t position) const {
  return plan_.jobs[todo.job].cells[todo.rows[position]];
}

// A whole job gives one block for each variant that is wanted; a single row is a block of its own.
std::vector<Publisher::Block> Publisher::blocks_of(const TodoJob& todo) const {
  std::vector<Block> blocks;
  for (std::size_t position = 0; position < todo.rows.size(); ++position) {
    const CellIdentity& cell = plan_.cells[cell_of(todo, position)].identity;
    if (todo.whole &&
        std::find(todo.publish.begin(), todo.publish.end(), cell.method) == todo.publish.end()) {
      continue;
    }
    if (blocks.empty() || blocks.back().method != cell.method) {
      blocks.push_back({cell.benchmark, cell.method, {}, {}});
    }
    blocks.back().seeds.push_back(cell.seed);
    blocks.back().rows.push_back(position);
  }
  return blocks;
}

Json Publisher::cell_document(const TodoJob& todo, std::size_t position, Json outcome,
                              const JobOutcome& job, const std::string& log) {
  const std::size_t index = cell_of(todo, position);
  const PlannedCell& planned = plan_.cells[index];
  const CellHistory& history = todo_.history[index];
  if (outcome.value("status", "") != "done") {
    if (!outcome.contains("error")) outcome["error"] = Json::object();
    if (!outcome["error"].contains("log")) outcome["error"]["log"] = log;
  }
  const double rows = static_cast<double>(todo.rows.size());
  const Json run = {{"started", job.started},
                    {"seconds", job.seconds / rows},
                    {"cpu_seconds", job.cpu_seconds / rows},
                    {"peak_bytes", job.peak_bytes},
                    {"host", host_name()},
                    {"attempt", history.attempts + 1},
                    {"crashes", history.crashes + (job.worker_died && !job.lost ? 1 : 0)}};
  return make_cell(todo.whole ? planned.identity : planned.alone(), outcome, run);
}

void Publisher::write_cell(const std::filesystem::path& folder, std::size_t cell,
                           const Json& document) {
  write_unpublished(folder / (std::to_string(plan_.cells[cell].identity.seed) + ".json"),
                    cell_text(document));
}

void Publisher::remember(const TodoJob& todo, const Block& block, const std::vector<Json>& documents) {
  for (std::size_t i = 0; i < block.rows.size(); ++i) {
    CellHistory& history = todo_.history[cell_of(todo, block.rows[i])];
    history.attempts = documents[i]["run"]["attempt"];
    history.crashes = documents[i]["run"]["crashes"];
    history.state = documents[i]["status"] == "done" ? CellState::done : CellState::failed;
    history.document = documents[i];
    ++published_;
  }
}

void Publisher::done(const TodoJob& todo, const JobOutcome& outcome,
                     const std::filesystem::path& output, const std::string& log) {
  const std::vector<Block> blocks = blocks_of(todo);
  const bool has_predictions = fs::exists(output / predictions);
  std::string content;
  if (blocks.size() > 1 && has_predictions) content = read_file(output / predictions);
  for (const Block& block : blocks) {
    // The worker's folder is published as it is when it holds one block's rows and no other's.
    const bool own = block.rows.size() == todo.rows.size();
    const fs::path folder = own ? output : store_.new_folder(output.filename());
    try {
      if (!own && has_predictions) {
        if (content.empty()) content = read_file(output / predictions);
        write_unpublished(folder / predictions,
                          select_tensor_rows(content, block.rows, (output / predictions).string()));
      }
      std::vector<Json> documents;
      for (const std::size_t position : block.rows) {
        documents.push_back(cell_document(todo, position, outcome.rows[position], outcome, log));
        write_cell(folder, cell_of(todo, position), documents.back());
      }
      store_.publish_block(folder, block.benchmark, block.method, block.seeds);
      remember(todo, block, documents);
    } catch (...) {
      std::error_code ignored;
      fs::remove_all(folder, ignored);
      throw;
    }
  }
  std::error_code ignored;
  fs::remove_all(output, ignored);
}

void Publisher::failed(const TodoJob& todo, const JobOutcome& outcome, const std::string& log) {
  const Json row = {{"status", "failed"}, {"error", outcome.error}};
  for (const Block& block : blocks_of(todo)) {
    const bool keeps_done = std::any_of(block.rows.begin(), block.rows.end(), [&](std::size_t position) {
      return todo_.history[cell_of(todo, position)].state == CellState::done;
    });
    // A block that was to be computed again for one damaged file keeps its good ones.
    if (keeps_done) continue;
    const fs::path folder = store_.new_folder("failed-" + block.method);
    try {
      std::vector<Json> documents;
      for (const std::size_t position : block.rows) {
        documents.push_back(cell_document(todo, position, row, outcome, log));
        write_cell(folder, cell_of(todo, position), documents.back());
      }
      store_.publish_block(folder, block.benchmark, block.method, block.seeds);
      remember(todo, block, documents);
    } catch (...) {
      std::error_code ignored;
      fs::remove_all(folder, ignored);
      throw;
    }
  }
}

}  // namespace assay
