// Writes finished cells into a run's folder, a block at a time.
#pragma once

#include "host/executor/graph_run.h"
#include "host/store/run_store.h"

namespace assay {

class Publisher : public CellSink {
 public:
  /// `todo.history` tells attempts so far and is brought up to date.
  Publisher(const Plan& plan, Todo& todo, RunStore& store);

  std::filesystem::path new_output(const std::string& id) override;
  void done(const TodoJob& todo, const JobOutcome& outcome, const std::filesystem::path& output,
            const std::string& log) override;
  void failed(const TodoJob& todo, const JobOutcome& outcome, const std::string& log) override;

  std::size_t published() const noexcept { return published_; }  ///< cells

 private:
  /// The rows of a job that become one folder.
  struct Block {
    std::string benchmark, method;
    Seeds seeds;
    std::vector<std::size_t> rows;  ///< positions in the job's answer
  };
  std::vector<Block> blocks_of(const TodoJob& todo) const;
  std::size_t cell_of(const TodoJob& todo, std::size_t position) const;
  Json cell_document(const TodoJob& todo, std::size_t position, Json outcome, const JobOutcome& job,
                     const std::string& log);
  void write_cell(const std::filesystem::path& folder, std::size_t cell, const Json& document);
  void remember(const TodoJob& todo, const Block& block, const std::vector<Json>& documents);

  const Plan& plan_;
  Todo& todo_;
  RunStore& store_;
  std::size_t published_ = 0;
};

}  // namespace assay
