// Linear teachers and a linear student: the case with a closed form.
#include "sdk/families/delta/class_measures.h"
#include "sdk/families/delta/linear_theory.h"
#include "sdk/families/delta/tasks/tasks.h"
#include "sdk/families/support/linear_network.h"
#include "sdk/internal/data_streams.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <assay/common/text.h>

#include <cmath>
#include <string>

namespace assay::delta {
namespace {

struct Shape {
  std::int64_t dimension = 0;
  double cosine = 0, scale = 0;
};

/// What a seed draws, float64.
class Generator {
 public:
  Generator(Shape shape, const PairSettings& pairs, std::int64_t development)
      : shape_(shape), pairs_(pairs), development_(development) {}

  Tensor truth_KD(const Seeds& seeds) const { return unit("truth", seeds); }
  Tensor start_KD(const Seeds& seeds) const { return rule("student", shape_.cosine, seeds); }
  Tensor chosen_KD(const Seeds& seeds) const { return rule("chosen", pairs_.chosen, seeds); }
  Tensor rejected_KD(const Seeds& seeds) const { return rule("rejected", pairs_.rejected, seeds); }

  /// float32 [K, N, D]. Rows are made one by one: a cohort's normals in float64 would not fit.
  Tensor x_KND(const char* part, std::int64_t items, const Seeds& seeds) const {
    std::vector<Tensor> rows;
    for (const std::uint64_t seed : seeds) {
      rows.push_back(
          streams(part, {seed}).normal({items, shape_.dimension}).squeeze(0).to(at::kFloat));
    }
    return at::stack(rows);
  }

  const Shape& shape() const { return shape_; }
  const PairSettings& pairs() const { return pairs_; }
  std::int64_t development() const { return development_; }

 private:
  static Streams streams(const std::string& part, const Seeds& seeds) {
    return data_streams(seeds, "linear_delta." + part);
  }
  Tensor unit(const char* part, const Seeds& seeds) const {
    const Tensor draw_KD = streams(part, seeds).normal({shape_.dimension});
    return draw_KD / draw_KD.norm(2, 1, /*keepdim=*/true);
  }
  /// A unit vector with that cosine to the truth, else random.
  Tensor rule(const char* part, double cosine, const Seeds& seeds) const {
    const Tensor truth = truth_KD(seeds), draw = unit(part, seeds);
    const Tensor across = draw - (draw * truth).sum(1, true) * truth;
    return cosine * truth +
           std::sqrt(1 - cosine * cosine) * (across / across.norm(2, 1, /*keepdim=*/true));
  }

  Shape shape_;
  PairSettings pairs_;
  std::int64_t development_;
};

/// Which class a linear rule [K, D] gives, int64 [K, N].
Tensor answers_of(const Tensor& rule_KD, const Tensor& x_KND) {
  return x_KND.matmul(rule_KD.to(x_KND.scalar_type()).unsqueeze(2)).squeeze(2).gt(0).to(at::kLong);
}

class LinearTruth final : public Truth {
 public:
  LinearTruth(Generator generator, Seeds seeds, const Model& start)
      : generator_(std::move(generator)),
        seeds_(std::move(seeds)),
        truth_KD_(generator_.truth_KD(seeds_)),
        prompts_KND_(generator_.x_KND("held_out.x", generator_.pairs().held_out, seeds_)),
        start_KNC_(logits_of(start, prompts_KND_)) {}

  Measures measure(const Model& model) const override {
    const Tensor weight_KDC = slice_of(model, "head.weight").cpu();
    const Tensor rule_KD = weight_KDC.select(2, 1) - weight_KDC.select(2, 0);
    Measures measures = answer_measures(logits_of(model, prompts_KND_), start_KNC_);
    measures["accuracy"] = accuracy_of_cosine(cosine_of(rule_KD, truth_KD_));
    return measures;
  }

  Tensor development_K(const Model& model) const override {
    if (!development_x_KND_.defined()) {
      development_x_KND_ = generator_.x_KND("development.x", generator_.development(), seeds_);
    }
    return accuracy_K(logits_of(model, development_x_KND_),
                      answers_of(truth_KD_, development_x_KND_));
  }

  Measures known() const override {
    return {
        {"predicted_best",
         accuracy_of_cosine(
             best_step(generator_.start_KD(seeds_), better_KD(), worse_KD(), truth_KD_).cosine_K)}};
  }

  Measures reference(const std::string& id) const override {
    if (id == "formula") {
      const Tensor best_K = known().at("predicted_best");
      return {{"accuracy", best_K}, {"best", best_K}};
    }
    const Tensor rule_KD =
        id == "chosen" ? generator_.chosen_KD(seeds_) : generator_.rejected_KD(seeds_);
    return {{"accuracy", accuracy_of_cosine(cosine_of(rule_KD, truth_KD_))}};
  }

 private:
  Tensor better_KD() const {
    return generator_.pairs().reversed ? generator_.rejected_KD(seeds_)
                                       : generator_.chosen_KD(seeds_);
  }
  Tensor worse_KD() const {
    return generator_.pairs().reversed ? generator_.chosen_KD(seeds_)
                                       : generator_.rejected_KD(seeds_);
  }

  Generator generator_;
  Seeds seeds_;
  Tensor truth_KD_;
  Tensor prompts_KND_, start_KNC_;
  mutable Tensor development_x_KND_;  ///< made when it is first asked for
};

class LinearDelta final : public Task {
 public:
  explicit LinearDelta(Generator generator) : generator_(std::move(generator)) {}

  std::shared_ptr<const Network> network() const override {
    return make_linear(generator_.shape().dimension, 2);
  }
  std::string measure() const override { return "accuracy"; }
  std::string responses() const override { return "classes"; }
  std::vector<std::string> references() const override { return {"chosen", "rejected", "formula"}; }
  std::vector<std::string> data_versions() const override { return {"linear_delta 1"}; }

  // Half of the rule in each logit: their difference is the rule.
  Tensor start_KP(const Place& place) const override {
    const Tensor half_KD = generator_.start_KD(place.seeds) * (generator_.shape().scale / 2);
    return at::stack({-half_KD, half_KD}, 2).flatten(1).to(place.device, at::kFloat);
  }

  MadePairs pairs(PairSplit split, const Place& place) const override {
    const bool train = split == PairSplit::train;
    const PairSettings& how = generator_.pairs();
    MadePairs made;
    made.x = generator_.x_KND(train ? "pairs.x" : "held_out.x", train ? how.count : how.held_out,
                              place.seeds);
    made.response_KN2 = at::stack({answers_of(generator_.chosen_KD(place.seeds), made.x),
                                   answers_of(generator_.rejected_KD(place.seeds), made.x)},
                                  2);
    return made;
  }

  std::unique_ptr<Truth> truth(const Place& place, const Model& start) const override {
    return std::make_unique<LinearTruth>(generator_, place.seeds, start);
  }

 private:
  Generator generator_;
};

void check_cosine(const char* setting, double value) {
  if (value >= -1 && value <= 1) return;
  throw Error(std::string(setting) + " is " + number_text(value) +
              ": of linear_delta it is a cosine, between -1 and 1");
}

std::unique_ptr<Task> make(const TaskSettings& settings) {
  if (settings.model) {
    throw Error("linear_delta has a linear student of its own: leave `model` out");
  }
  check_cosine("pairs.chosen", settings.pairs.chosen);
  check_cosine("pairs.rejected", settings.pairs.rejected);
  const Json& task = settings.task;
  const Shape shape{task.at("dimension").get<std::int64_t>(), task.at("cosine").get<double>(),
                    task.at("scale").get<double>()};
  return std::make_unique<LinearDelta>(Generator(shape, settings.pairs, settings.development));
}

}  // namespace

TaskInfo linear_delta() {
  return {.id = "linear_delta",
          .summary =
              "Generated: a linear student and linear teachers, each known by its cosine to "
              "the truth; pairs.chosen and pairs.rejected are cosines. Accuracy is exact",
          .paper = "arXiv:2507.06187",
          .parameters = {integer("dimension", 200).range(2, 4096).help("length of an input"),
                         real("cosine", 0.8).range(-1, 1).help("of the student as it starts"),
                         real("scale", 3)
                             .above(0)
                             .help("length of the student's rule at the start: "
                                   "how sure it is of its answers")},
          .make = make};
}

}  // namespace assay::delta
