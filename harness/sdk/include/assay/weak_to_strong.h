// Weak-to-strong generalization (Burns et al. 2023, arXiv:2312.09390): a strong student learns from
// the soft labels of a weak supervisor. This header is all that a method of the family includes.
#pragma once

#include <assay/least_squares.h>
#include <assay/likelihood.h>
#include <assay/losses.h>
#include <assay/plugin.h>
#include <assay/train.h>

#include <vector>

namespace assay::weak_to_strong {

/// A size between the supervisor's and the student's. The model of this size that was trained by
/// imitate() on the labels of the rung below it (the lowest: on the supervisor's) gave these
/// labels.
struct Rung {
  Model start;            ///< the rung before it was trained: pretrained, or fresh
  Tensor label_KNC;       ///< the trained rung's answers for the transfer items
  Tensor validation_KVC;  ///< and for the validation items
};

/// What a method sees: no true labels anywhere. "Answers" are probabilities, float32; of a
/// regression task (Likelihood::gaussian, capability "gaussian" in place of "categorical") they are
/// the outputs themselves, float64, and C is 1.
struct Problem {
  Likelihood likelihood = Likelihood::categorical;
  Dataset transfer;            ///< inputs of the transfer half, N items a row
  Tensor weak_KNC;             ///< the supervisor's answers for them
  Dataset validation;          ///< further inputs, V items a row
  Tensor weak_validation_KVC;  ///< the supervisor's answers for those
  Model student;               ///< the student as it starts: pretrained, or fresh
  bool pretrained = false;     ///< whether the student's body was pretrained
  Recipe recipe;               ///< the benchmark's recipe for students
  std::vector<Rung> ladder;    ///< capability "ladder": from the smallest size on
  /// Capability "ensemble": answers of E supervisors for the transfer items. All learned from the
  /// same labels of the row's own seed, from other initial values; the first is the supervisor.
  Tensor ensemble_KENC;

  std::int64_t rows() const { return weak_KNC.size(0); }
  std::int64_t classes() const { return weak_KNC.size(2); }
};

/// Base of the family's methods. Built once per cohort from its parameters
/// (`explicit Method(const Parameters&)`), then asked once to fit.
class Method {
 public:
  using FamilyBase = Method;
  static constexpr const char* family = "weak_to_strong";

  virtual ~Method() = default;

  /// Returns the trained student: a cohort of problem.rows() rows with the student's network (or
  /// another network with the same classes and inputs). Row k may depend on row k of the problem
  /// only.
  virtual Model fit(const Problem& problem, Run& run) = 0;
};

/// A model's answers without gradients, [K, N, C], as in Problem.
Tensor answers(Likelihood likelihood, const Model& model, const Dataset& data, Run* run = nullptr);

/// The objective of plain imitation of the answers of every item, [K, N, C]: the mean over the
/// batch of cross entropy; of a gaussian likelihood of (z - target)^2 / 2.
Objective imitate(Likelihood likelihood, Tensor target_KNC);

/// Hard self labels whose class shares follow the supervisor's, one-hot [A, B, C] without gradient:
/// what the confidence loss trains on (Burns et al. 2023, appendix A.4). Without the balance a
/// student that is sure of one class labels the whole batch with it. All inputs are a batch's: the
/// student's probabilities and the supervisor's [A, B, C], and Batch::weight_AB (1 a sample, 0
/// padding).
///   two classes: 0 where p_0 >= the quantile of p_0 at the mean of w_1, else 1, as published;
///   more: argmax_c of p_c * v_c, where v makes the batch's mean of normalised p * v the mean of w.
Tensor balanced_hard_target(const Tensor& probability_KBC, const Tensor& weak_KBC,
                            const Tensor& weight_KB);

}  // namespace assay::weak_to_strong
