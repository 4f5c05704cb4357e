// Unlearning: a model was trained on forget and retain data; it shall become what training on the
// retain data alone would have given, at a fraction of the cost. This header is all that a method
// of the family includes, beside those of the services it uses (assay/unlearning/*.h).
#pragma once

#include <assay/likelihood.h>
#include <assay/losses.h>
#include <assay/per_sample.h>
#include <assay/plugin.h>
#include <assay/train.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace assay::unlearning {

/// Items with the labels that the model was trained on.
struct Part {
  Dataset data;     ///< n items a row; Likelihood::sequence: tokens [T], question and answer
  Tensor label_KN;  ///< int64 classes, -1 past a row's end (gaussian: numbers; sequence: [K, N, T],
                    ///< what each position shall say next, -1 outside of the answer)
  Tensor
      id_KN;  ///< names of the items (int64), unique over all parts of a row; the same in every run

  std::int64_t rows() const { return data.rows(); }
};

/// Retrained models, of use to methods that say needs("oracles") and rank apart. None of them is
/// one that the answer is scored against.
struct Oracles {
  /// Mean logits over the oracles of the items of the problem's parts, [K, n, C].
  Tensor forget_KNC, retain_KNC, validation_KNC;
};

/// What each item's outputs owe to the forget set as a whole, estimated from models trained on
/// random subsets of it: f(x) of the original minus what the estimate says f(x) would be without
/// the forget set.
struct Attribution {
  Tensor forget_KNC, retain_KNC,
      validation_KNC;  ///< sum over the forget set of its datamodel weights
};

/// What a predictor is asked for: items and what the harness knows of them.
struct Query {
  Tensor x;             ///< [K, N, F...]
  Tensor original_KNC;  ///< the original model's logits
  Tensor
      attribution_KNC;  ///< as Attribution, of these items; undefined without needs("attribution")
};

struct Problem {
  Likelihood likelihood = Likelihood::categorical;
  Model original;                   ///< theta_0, trained on forget and retain
  Part forget, retain, validation;  ///< validation: items the model was not trained on
  Recipe recipe;  ///< the benchmark's budget for methods; an epoch is one of the forget set
  std::int64_t retain_batch = 0;  ///< samples of a step's retain batch
  Recipe training;                ///< how the original was trained
  double ridge = 0;               ///< weight of |theta|^2 / 2 in a convex task's mean loss, else 0

  /// A model with new initial values, drawn as the original's were; `draw` numbers them.
  std::function<Model(std::int64_t draw)> fresh;

  /// Throw Error, naming the method, where it did not declare the need.
  const Oracles& oracles() const;          ///< needs("oracles")
  const Attribution& attribution() const;  ///< needs("attribution")
  /// The forget set's questions, item by item, with an answer that tells nothing: a refusal.
  const Part& refusals() const;  ///< needs("refusals")

  std::int64_t rows() const { return original.rows(); }

  std::shared_ptr<const Oracles> given_oracles;  ///< read them with oracles()
  std::shared_ptr<const Attribution> given_attribution;
  std::shared_ptr<const Part> given_refusals;
  std::string place;  ///< the method, for errors
};

/// A model, or a predictor that stands in for one and ranks apart: needs("predictor").
struct Answer {
  Answer(Model model) : model(std::move(model)) {}  // NOLINT: usually `return edit(...)`
  explicit Answer(std::function<Tensor(const Query&)> predictor)
      : predictor(std::move(predictor)) {}

  Model model;
  std::function<Tensor(const Query&)> predictor;  ///< logits [K, N, C]
};

/// Base of the family's methods: built once per cohort from its parameters
/// (`explicit Method(const Parameters&)`), then asked once.
class Method {
 public:
  using FamilyBase = Method;
  static constexpr const char* family = "unlearning";

  virtual ~Method() = default;

  /// Row k may depend on row k of the problem only.
  virtual Answer unlearn(const Problem& problem, Run& run) = 0;
};

/// One step of edit(): a batch of each side, from loaders of their own. A side that was not asked
/// for is empty.
struct Sides {
  Batch forget, retain;  ///< with x, logits_KBC, weights; gather() reads per-item tensors of its
                         ///< part. Logits of sequences are zero at what is no part of an answer
  Tensor forget_label_AB, retain_label_AB;
};

/// Which sides a loss reads.
enum class Reads { forget, retain, both };

/// Trains problem.original (or `start`) by a loss over batches of the forget set and of the retain
/// set. An epoch goes once through the forget set in batches of recipe.batch (Reads::retain:
/// through the retain set; in the first form in batches of problem.retain_batch); for every step's
/// forget batch a retain batch of problem.retain_batch samples is drawn, without replacement until
/// all were seen. Offers a checkpoint after every epoch, and counts samples of both sides.
Model edit(const Problem& problem, Run& run, Reads reads,
           const std::function<Tensor(const Sides&)>& loss, const Hooks& hooks = {});
Model edit(const Model& start, const Problem& problem, const Recipe& recipe, Run& run, Reads reads,
           const std::function<Tensor(const Sides&)>& loss, const Hooks& hooks = {});

}  // namespace assay::unlearning
