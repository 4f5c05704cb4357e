// Asks a method: a shuffled mixture of all tasks' items, the answers put back in order afterwards,
// so that no order or grouping tells which task an item is of.
#pragma once

#include "sdk/families/continual/learner.h"

namespace assay::continual {

struct Answers {
  Tensor answer_KM;    ///< float64: the likeliest output that the scenario allows, or the number
  Tensor identity_KM;  ///< the likeliest of the item's task; undefined for gaussian
};

class Evaluator {
 public:
  Evaluator(const Problem& problem, const Stream& stream, const StreamOptions& options, Run& run);

  /// Answers to the test items at `position_KM`. `seen_C`: the outputs of the tasks so far;
  /// `draw` keys the order. A row whose scores are not numbers fails. Without a method: the
  /// network's own outputs.
  Answers ask(const Method* method, const Model& model, const Tensor& position_KM,
              const Tensor& seen_C, std::int64_t draw) const;
  /// All test items, [K, T n].
  Tensor all_KN() const;
  /// The first items of each of the first `tasks` tasks, about `items` over all T.
  Tensor few_KM(std::int64_t tasks, std::int64_t items) const;

 private:
  Tensor scores(const Method* method, const Model& model, const Tensor& position_KM) const;

  const Problem& problem_;
  const StreamOptions& options_;
  Run& run_;
  Dataset test_;
  Tensor outputs_TC_;
  std::int64_t rows_, tasks_, each_;
};

}  // namespace assay::continual
