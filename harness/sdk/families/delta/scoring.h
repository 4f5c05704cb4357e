// A student against the truth, the start and held-out pairs, along its way.
#pragma once

#include "sdk/families/delta/protocol.h"

#include <utility>
#include <vector>

namespace assay::delta {

/// The measures of held-out pairs, from log-probabilities [K, N, 2] of the model and of the start.
/// `differ_KN`: pairs whose responses are not the same, of which alone "preferred" speaks.
Measures measure_pairs(const Tensor& model_KN2, const Tensor& start_KN2, const Tensor& differ_KN);

/// Whether the two responses of each pair differ, bool [K, N].
Tensor responses_differ(const Pairs& pairs);

/// A model after a step.
using Checkpoint = std::pair<std::int64_t, Tensor>;

class Scoring {
 public:
  /// Opens the truth. `start` is the student as it started.
  Scoring(const Settings& settings, const Task& task, const Place& place, const Model& start);

  /// All measures of one model.
  Measures measure(const Tensor& theta_KP) const;
  /// The metrics of a way from the start: those of the student that counts, what the curve says,
  /// and what is known without a model. Curves go to the run. `way` begins with step 0.
  Measures score(const std::vector<Checkpoint>& way, Run& run) const;
  Measures reference(const std::string& id) const;
  /// log-probabilities of the held-out pairs under the model that score() chose, [K, N, 2].
  const Tensor& held_out_KN2() const { return held_out_KN2_; }

 private:
  Model model(const Tensor& theta_KP) const { return {start_.network, theta_KP}; }
  /// Place in the way of the student that counts, int64 [K].
  Tensor stopped_K(const std::vector<Checkpoint>& way) const;
  Measures with_gain(Measures measures) const;

  const Settings& settings_;
  const Task& task_;
  const Model& start_;
  std::unique_ptr<Truth> truth_;
  Pairs pairs_;
  Tensor differ_KN_, start_KN2_, start_measure_K_;
  mutable Tensor held_out_KN2_;
};

}  // namespace assay::delta
