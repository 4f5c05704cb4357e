// Scores of answers against retrained models. Made after a method has returned: it reads the
// oracles and the holdout.
#pragma once

#include "sdk/families/support/stage_reader.h"
#include "sdk/families/unlearning/models.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace assay::unlearning {

/// Logits of one kind of models for each split, by its name, [S, models, n, C]; of answers of
/// tokens [S, models, n, T, V].
using Said = std::map<std::string, Tensor>;

/// Values of metrics, float64 [S] each; not a number where a metric means nothing.
using Values = std::map<std::string, Tensor>;

class Scoring {
 public:
  Scoring(const Settings& settings, const Maker& maker, const Seeds& seeds,
          const StageReader& stages);

  /// What models (rows S x each) say of every split; predictors are asked by `ask`.
  Said ask(const Model& model) const;
  Said ask(const std::function<Tensor(const std::string& split, const Items&)>& ask,
           std::int64_t each) const;

  /// Everything that follows from what an answer says: accuracies, probabilities, tug-of-war, KLoM,
  /// membership, distances of outputs. Records the curves of KLoM and the attacks. `retrained`: the
  /// answer is the oracles themselves, whose KLoM is 0 by definition; RMIA then compares with the
  /// further retrained models.
  Values score(const Said& said, bool retrained, Run& run) const;

  /// What models (rows S x each) know of answers of tokens beyond score(): extraction, paraphrases,
  /// truth ratios, utility, from what they say and what score() found. Empty of other tasks.
  Values answers(const Model& model, const Said& said, const Values& scored) const;

  /// Distance to the retrained optimum and |theta - theta_0|. theta_SNP of the original's network.
  Values parameters(const Tensor& theta_SNP) const;

  /// Cosine between predicted and true shifts of the forget set's outputs.
  Tensor fidelity_S() const;

  /// The curves "trajectory.*" of models on the way, steps and theta [S x each, P].
  void trajectory(const std::vector<std::pair<std::int64_t, Tensor>>& checkpoints, Run& run) const;

 private:
  Tensor mean_S(const Tensor& value_KN) const;  ///< over a seed's models and items
  Tensor accuracy_S(const std::string& split, const Tensor& logits_SNnC) const;
  Tensor probability(const std::string& split, const Tensor& logits_SNnC) const;  ///< [K, n]
  void membership(const Said& said, const Said& out, Values& values, Run& run) const;
  void klom_scores(const Said& said, Values& values, Run& run) const;
  void distances(const Said& said, Values& values) const;
  Tensor labels_KN(const std::string& split, std::int64_t each) const;

  const Settings& settings_;
  const Maker& maker_;
  const StageReader& stages_;
  Seeds seeds_of_;
  std::int64_t seeds_;
  std::map<std::string, Items> items_;  // of every split that the task has
  Said oracles_, original_;
  Tensor original_SNP_, oracles_SNP_;
};

}  // namespace assay::unlearning
