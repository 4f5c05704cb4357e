// Classes by their means: what methods without gradient steps keep of a stream.
#pragma once

#include <assay/continual.h>

#include <string>

namespace assay::continual {

/// The parameter "features" of such methods: "pixels" are the inputs themselves, "network" the
/// inputs of the model's output layer. x is [K, N, F...], the answer [K, N, D].
Tensor features_of(const std::string& kind, const Model& model, const Tensor& x);

/// Running means of classes and the covariance that they share.
class ClassStatistics {
 public:
  explicit ClassStatistics(bool covariance) : has_covariance_(covariance) {}

  /// Once, before the stream, and before state() loads: how many rows, classes and features.
  void begin(const Tensor& like, std::int64_t rows, std::int64_t classes, std::int64_t features);
  /// Takes samples of the rows rows_A: feature_ABD with label_AB; those of weight 0, or of a label
  /// outside 0..C-1, are none. After any split into batches the statistics are those of all samples
  /// together (Chan et al. 1983, on merging them).
  void add(const Tensor& rows_A, const Tensor& feature_ABD, const Tensor& label_AB,
           const Tensor& weight_AB);

  const Tensor& mean_KCD() const { return mean_KCD_; }
  const Tensor& count_KC() const { return count_KC_; }
  /// The scatter of all samples around their classes' means, over their number; [K, D, D].
  Tensor covariance_KDD() const;

  /// -|x - mean_c|^2, [K, N, C]; very low for classes without samples.
  Tensor nearest_mean(const Tensor& feature_KND) const;
  /// Linear discriminant: x' L mean_c - mean_c' L mean_c / 2 with L = ((1 - s) covariance + s I)^-1
  /// and the shrinkage s (Hayes and Kanan 2020, arXiv:1909.01520, equation 2); [K, N, C], very low
  /// for classes without samples.
  Tensor linear_discriminant(const Tensor& feature_KND, double shrinkage) const;

  void state(State& state);

 private:
  Tensor without_unseen(const Tensor& score_KNC) const;

  bool has_covariance_;
  Tensor count_KC_, mean_KCD_, scatter_KDD_;
};

/// The whole memory of a method that trains nothing and keeps statistics of features of the
/// stream's items: of the inputs, or of the starting network's (features_of).
class FeatureStatistics {
 public:
  FeatureStatistics(std::string features, bool covariance)
      : features_(std::move(features)), classes_(covariance) {}

  void begin(const Problem& problem);
  /// Takes a batch of the stream.
  void observe(const Batch& batch);
  /// The features of the items that are asked for, [K, N, D].
  Tensor of(const Query& query) const { return features_of(features_, start_, query.x()); }
  const ClassStatistics& classes() const { return classes_; }
  void state(State& state) { classes_.state(state); }

 private:
  std::string features_;
  Model start_;
  ClassStatistics classes_;
};

}  // namespace assay::continual
