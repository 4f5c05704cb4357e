// Delta learning (Geng et al. 2025, arXiv:2507.06187): a student learns from pairs of responses of
// which one is better, though both may be worse than its own. This header is all that a method of
// the family includes.
#pragma once

#include <assay/losses.h>
#include <assay/plugin.h>
#include <assay/train.h>

#include <cstdint>
#include <functional>
#include <vector>

namespace assay::delta {

/// N pairs a row, in axis 2 the chosen response and the rejected one. Of a task with classes a
/// response is a class and both belong to one prompt; else both are sequences, each with its
/// prompt.
struct Pairs {
  Dataset data;          ///< classes: prompts, items [F...]; sequences: token ids, items [2, T]
  Tensor response_KN2;   ///< classes: the responses, int64; else undefined
  Tensor mask_KN2T;      ///< sequences: true where a token belongs to the response; else undefined

  std::int64_t rows() const { return data.rows(); }
  std::int64_t count() const { return data.largest_count(); }  ///< N, in every row
  bool sequences() const { return mask_KN2T.defined(); }
};

/// What a method sees: no true answers, and nothing that says how the pairs were made.
struct Problem {
  Model student;                    ///< as it starts, which is also what losses refer to
  Pairs pairs;
  Recipe recipe;                    ///< the benchmark's recipe for students
  std::vector<std::int64_t> curve;  ///< steps after which the host wants to see the student
  std::int64_t stop_token = -1;     ///< of sequences: what ends one

  std::int64_t rows() const { return student.rows(); }
};

/// Base of the family's methods: built once per cohort from its parameters
/// (`explicit Method(const Parameters&)`), then asked once to fit.
class Method {
 public:
  using FamilyBase = Method;
  static constexpr const char* family = "delta";

  virtual ~Method() = default;

  /// Returns the trained student, a cohort of problem.rows() rows of the student's network. Row k
  /// may depend on row k of the problem only. train_preferences() offers the checkpoints of the
  /// curve; a loop of the method's own calls run.checkpoint(step, theta_KP) at these steps.
  virtual Model fit(const Problem& problem, Run& run) = 0;
};

/// One response of each pair of a batch, and what models say of it.
struct Response {
  Tensor log_probability_AB;  ///< log pi(y|x), summed over the response's tokens
  Tensor reference_AB;        ///< the same of the student as it started, without a gradient
  Tensor length_AB;           ///< tokens of the response; a class is one

  Tensor log_ratio() const;             ///< log pi(y|x) / pi_0(y|x), [A, B]
  Tensor mean_log_probability() const;  ///< log pi(y|x) / |y|, [A, B]; 0 of an empty response
  Tensor mean_log_ratio() const;        ///< log_ratio() / |y|, [A, B]; 0 of an empty response
};

/// A batch as losses of preferences read it.
struct Preferences {
  const Batch& batch;
  Response chosen, rejected;
  /// A response of another item to this item's prompt, where it was asked for: the chosen one of the
  /// item after it in the training set, for every second item the rejected one.
  Response unrelated;

  /// A row's own number, e.g. a parameter [K, 1], for the active rows: [A, 1].
  Tensor row(const Tensor& value_K1) const { return batch.row(value_K1); }
  /// Mean over the batch, [A, B] to [A, 1].
  Tensor mean(const Tensor& value_AB) const { return batch.mean(value_AB).unsqueeze(1); }
  /// -log pi of one of the responses over the batch's mean length, [A, B]: its mean over the batch
  /// is the mean over tokens, as supervised training takes it.
  Tensor token_loss(const Response& response) const;
};

/// Which parts of a batch a loss reads. What it does not read costs nothing.
struct Reading {
  bool chosen = true, rejected = true;
  bool reference = true;   ///< log-probabilities of the student as it started, computed once
  bool unrelated = false;  ///< Preferences::unrelated
};

/// Trains problem.student by a loss of each pair, [A, B]; the mean over the batch counts. Offers a
/// checkpoint after every step of problem.curve. Throws Error as train() does, and for a loss of
/// another shape.
Model train_preferences(const Problem& problem, Run& run, const Reading& reading,
                        const std::function<Tensor(const Preferences&)>& loss);

/// log pi of both responses, summed over their tokens, without gradients: [K, N, 2].
Tensor log_probabilities(const Model& model, const Pairs& pairs, Run* run = nullptr);

/// Two responses of problem.student's own to each prompt, drawn with a temperature by `streams`, as
/// pairs without an order. Sequences end with problem.stop_token or where there is no more room.
Pairs draw_pairs(const Problem& problem, double temperature, const Streams& streams, Run& run);

/// The pairs with the response first that a model finds likelier per token; ties stay.
Pairs ranked(const Model& model, const Pairs& pairs, Run& run);

}  // namespace assay::delta
