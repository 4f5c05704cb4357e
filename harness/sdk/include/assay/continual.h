// Continual learning: tasks arrive one after the other, and what was learned before shall not be
// lost (van de Ven and Tolias 2019, arXiv:1904.07734, on the scenarios). The harness owns stream,
// loop, model and evaluation; a method acts at the hooks. This header is all that a method of the
// family includes, beside those of the services it uses (assay/continual/*.h).
#pragma once

#include <assay/likelihood.h>
#include <assay/losses.h>
#include <assay/per_sample.h>
#include <assay/plugin.h>
#include <assay/train.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace assay::continual {

enum class Scenario {
  task,    ///< which task a sample belongs to is known in training and in testing: a head a task
  domain,  ///< not known in testing; the outputs mean the same in every task
  class_,  ///< not known in testing; every task brings classes of its own
};

/// What is known before the stream begins: no data.
struct Problem {
  Scenario scenario = Scenario::class_;
  Likelihood likelihood = Likelihood::categorical;
  std::int64_t tasks = 0;  ///< T
  bool boundaries = true;  ///< whether the method is told where tasks begin and end
  Model start;             ///< the model as it starts; its network has all outputs of the stream
  Recipe recipe;           ///< of one task
  std::vector<std::int64_t> item_shape;  ///< F...
  std::string place;                     ///< "ewc in the scenario class": for errors

  std::int64_t rows() const { return start.rows(); }
  std::int64_t outputs() const { return start.network->classes(); }  ///< C
};

/// A task of the stream with its training data, while it is the present one.
struct Task {
  std::int64_t index = 0;  ///< 0-based
  Dataset data;      ///< n items a row; of a joint or cumulative method those of several tasks
  Tensor label_KN;   ///< outputs that are right (int64), -1 past a row's end; gaussian: numbers
  Tensor outputs_C;  ///< bool: the outputs of this task (domain: all)
  Tensor seen_C;     ///< bool: the outputs of all tasks up to this one
};

/// Samples that a method keeps or makes, with what is known of them: [A, M, ...].
struct Samples {
  Tensor x;  ///< [A, M, F...]
  Tensor label_AM;
  Tensor allowed_AMC;  ///< bool: each sample's outputs, as Batch::allowed_ABC had them
  Tensor logits_AMC;   ///< a network's outputs when they were stored; may be undefined
  Tensor weight_AM;    ///< 1 for a sample, 0 for a place that is empty

  bool empty() const { return !x.defined() || x.size(1) == 0; }
};

/// One step's batch. The first `current` samples are the stream's; what a method appends follows,
/// part by part: part 0 is the stream's, part i the i-th that was appended.
struct Batch : assay::Batch {
  Tensor label_AB;     ///< as Task::label_KN
  Tensor allowed_ABC;  ///< bool: the outputs that a sample's likelihood is over: its task's (task),
                       ///< all (domain), those of the tasks so far (class)
  std::int64_t current = 0;
  std::vector<std::int64_t> part_ends;  ///< where the parts end, part_ends[0] == current

  /// The stream's samples alone, for a buffer: logits only once the forward pass was made.
  Samples stream() const;
  /// Adds samples behind the others, as a part of their own. Only in prepare_batch.
  void append(const Samples& samples);
  std::int64_t parts() const { return static_cast<std::int64_t>(part_ends.size()); }
  /// Of a part of the samples: [A, B, ...] to [A, its samples, ...].
  Tensor part(const Tensor& value_AB, std::int64_t part) const;
  /// Weighted mean over one part: [A, B] to [A]; zero for a row whose part is empty.
  Tensor mean_of_part(const Tensor& value_AB, std::int64_t part) const;
  /// -log p(label) of every sample over its allowed outputs, [A, B].
  Tensor losses() const;
  /// The task of every sample of the stream, [A, current] int64. Throws Error, naming the method
  /// and the scenario, where the scenario gives none in training.
  Tensor task_AB() const;

  Likelihood likelihood = Likelihood::categorical;
  std::string place;     ///< for errors
  Tensor task_known_AB;  ///< undefined: not known. Read it with task_AB()
};

/// What a method is asked to predict: a shuffled mixture of all tasks' test items.
class Query {
 public:
  Query(Tensor x, Tensor task_KN, std::string place)
      : x_(std::move(x)), task_KN_(std::move(task_KN)), place_(std::move(place)) {}

  const Tensor& x() const { return x_; }  ///< [K, N, F...]
  /// The task of every item, [K, N] int64. Throws Error, naming the method and the scenario, where
  /// the scenario gives none in testing.
  const Tensor& task_KN() const;

 private:
  Tensor x_, task_KN_;
  std::string place_;
};

/// A method's memory, walked once for each purpose: to save it, to load it, and to count its bytes.
/// Whatever a method keeps between steps goes through it; K is the first axis of every tensor.
class State {
 public:
  virtual ~State() = default;
  virtual void operator()(std::string_view name, Tensor& value) = 0;  ///< may be undefined
  virtual void operator()(std::string_view name, std::int64_t& value) = 0;
  /// A service of the harness (buffer, snapshot, ...): its parts under "name.".
  template <class Service>
    requires requires(Service& service, State& state) { service.state(state); }
  void operator()(std::string_view name, Service& service) {
    const std::string outer = prefix_;
    prefix_ = outer + std::string(name) + ".";
    service.state(*this);
    prefix_ = outer;
  }

 protected:
  std::string prefix_;
};

/// Base of the family's methods: built once per cohort from its parameters
/// (`explicit Method(const Parameters&)`). Hooks are public, and one that is not overridden costs
/// nothing. They run without recording gradients, but for loss(). Tensors with the axis A hold the
/// active rows: those that have failed are left out, see Batch::row().
class Method {
 public:
  using FamilyBase = Method;
  static constexpr const char* family = "continual";

  virtual ~Method() = default;

  /// Once, before the stream.
  virtual void begin(const Problem& problem, Run& run);
  /// Only where boundaries are known, and so is end_task: a method that needs them says
  /// needs("task_boundaries").
  virtual void begin_task(const Task& task, const Model& model, Run& run);
  /// Before the forward pass: may append samples, and edit inputs and allowed outputs.
  virtual void prepare_batch(Batch& batch, Run& run);
  /// Each active row's loss, [A]. Default: the mean of batch.losses() over all samples.
  virtual Tensor loss(const Batch& batch);
  /// The gradient of that loss, which may be changed: a pull lambda F (theta - anchor), a
  /// projection.
  virtual void after_backward(const Batch& batch, const Tensor& theta_AP, Tensor& gradient_AP);
  virtual void after_step(const Batch& batch, Tensor& theta_AP);
  /// May change the model (a consolidation), and train it anew.
  virtual void end_task(const Task& task, Model& model, Run& run);
  /// Outputs for every item, [K, N, C]. The harness takes the argmax over the outputs that the
  /// scenario allows, so scores of any kind will do. Default: the network's.
  virtual Tensor predict(const Model& model, const Query& query) const;
  /// All that is kept between steps. What is not named here is lost when a stream is resumed.
  virtual void state(State& state);

  /// The tasks whose data are trained on when `task` is the present one, default: {task}. Earlier
  /// ones take needs("past_tasks"), later ones needs("all_tasks").
  virtual std::vector<std::int64_t> trains_on(std::int64_t task, std::int64_t tasks) const;
  /// False for a method without gradient steps: it sees every batch once in prepare_batch, or the
  /// task in end_task, and nothing is trained.
  virtual bool trains_by_gradient() const { return true; }

  /// The bits of MethodEntry::hooks.
  enum Hook : std::uint32_t {
    begin_task_hook = 1,
    prepare_batch_hook = 2,
    loss_hook = 4,
    after_backward_hook = 8,
    after_step_hook = 16,
    end_task_hook = 32,
    predict_hook = 64,
  };
  template <class M>
  static constexpr std::uint32_t overridden_hooks() {
    const auto bit = []<class Own, class Base>(Own, Base, Hook hook) -> std::uint32_t {
      return std::is_same_v<Own, Base> ? 0U : static_cast<std::uint32_t>(hook);
    };
    return bit(&M::begin_task, &Method::begin_task, begin_task_hook) |
           bit(&M::prepare_batch, &Method::prepare_batch, prepare_batch_hook) |
           bit(&M::loss, &Method::loss, loss_hook) |
           bit(&M::after_backward, &Method::after_backward, after_backward_hook) |
           bit(&M::after_step, &Method::after_step, after_step_hook) |
           bit(&M::end_task, &Method::end_task, end_task_hook) |
           bit(&M::predict, &Method::predict, predict_hook);
  }
};

}  // namespace assay::continual
