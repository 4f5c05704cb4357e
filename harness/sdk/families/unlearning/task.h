// A task of the family: items, labels, which of them shall be forgotten, and how models are made.
#pragma once

#include "sdk/internal/family.h"

#include <assay/common/parameters_json.h>
#include <assay/network.h>
#include <assay/unlearning.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace assay::unlearning {

/// What an item is used for. The splits of one seed never share an item. The holdout and the probe
/// are the truth's: they are asked for after a method has returned.
enum class Split {
  forget,
  retain,
  validation,    ///< given to methods, trained on by no model
  holdout,       ///< trained on by no model
  forget_probe,  ///< further draws like the forget set; empty in most tasks
};

/// Items of a split for S seeds. Of one task, forget, retain and validation lie in the same pool.
struct Items {
  Tensor pool;      ///< [M, F...]
  Tensor place_SN;  ///< places in the pool, int64
  Tensor label_SN;  ///< as models are taught: int64 classes, numbers, or [S, N, T] of answers
  Tensor id_SN;     ///< int64, the same item in every run; unique over the splits of a seed

  std::int64_t count() const { return place_SN.defined() ? place_SN.size(1) : 0; }
};

/// The facts of a split in other words, item by item.
struct Texts {
  Items paraphrase;
  std::vector<Items> perturbed;  ///< false answers, in the paraphrase's words
};

/// Parameters of models that are not trained by `train` but solved for.
struct Solution {
  /// Of models that are always found, at `samples` gradients of single samples each.
  static Solution of_all(const Tensor& theta_KP, std::int64_t samples);

  Tensor theta_KP;
  Tensor gradient_samples_K;  ///< each model's cost, in gradients of single samples (int64)
  Tensor solved_K;            ///< bool
};

class Task {
 public:
  virtual ~Task() = default;
  virtual Likelihood likelihood() const = 0;
  /// The network of all models. Throws Error where the task needs `model`, or has its own.
  virtual std::shared_ptr<const Network> network(const std::optional<NetworkSpec>& model) const = 0;
  virtual at::ScalarType type() const { return at::kFloat; }
  virtual Items items(Split split, const Seeds& seeds) const = 0;
  /// Of forget and retain sets of answers, for the scoring.
  virtual std::optional<Texts> texts(Split split, const Seeds& seeds) const {
    (void)split, (void)seeds;
    return std::nullopt;
  }
  /// The forget set's questions with refusals for answers, where the task has such.
  virtual std::optional<Items> refusals(const Seeds& seeds) const {
    (void)seeds;
    return std::nullopt;
  }
  /// Weight of |theta|^2 / 2 in the mean loss.
  virtual double ridge() const { return 0; }
  /// Whether solve() answers: its inputs are not gathered in vain.
  virtual bool solves() const { return false; }
  /// The model that training on these items gives, where it is solved for: x [K, N, D], rows
  /// without padding.
  virtual std::optional<Solution> solve(const Tensor& x_KND, const Tensor& label_KN) const {
    (void)x_KND, (void)label_KN;
    return std::nullopt;
  }
  /// Whether models are solved for exactly: there is one optimum, and distances to it are scored.
  virtual bool convex() const { return false; }
  /// Hashes or versions of everything the task reads, and the files' paths, for cache keys.
  virtual std::vector<std::string> data_versions() const = 0;
  virtual std::vector<std::string> data_files() const { return {}; }
};

/// A task's entry in the description, and its settings.
struct TaskInfo {
  std::string id;
  std::string summary;
  std::string paper;
  std::vector<ParameterSpec> parameters;
  /// Throws Error for settings that do not fit together.
  std::unique_ptr<Task> (*make)(const Json& settings);
};

/// All tasks, in the order they are listed.
const std::vector<TaskInfo>& tasks();

/// Builds the task `settings["use"]` names.
std::unique_ptr<Task> make_task(const Json& settings);

/// `from` and then `to` as one set; both lie in one pool.
Items joined(const Items& from, const Items& to);

/// Every seed's row `each` times in turn: rows of models.
Items repeated(const Items& items, std::int64_t each);

/// Inputs [K, N, F...] of some rows of items, in the task's type.
Tensor inputs_of(const Items& items, at::ScalarType type);

/// Generated items of several seeds, laid out in one pool: x_S are the seeds' inputs [M, F], of
/// which the split has `count` from `first` on. Ids are places in the seed's own items plus
/// `first_id`.
Items generated(const std::vector<Tensor>& x_S, const std::vector<Tensor>& label_S,
                std::int64_t first, std::int64_t count, std::int64_t first_id = 0);

/// Throws Error saying that the task has a network of its own, when `model` is given.
void reject_model(const std::optional<NetworkSpec>& model, const char* task);
/// The given network; throws Error when there is none.
const NetworkSpec& require_model(const std::optional<NetworkSpec>& model, const char* task);

}  // namespace assay::unlearning
