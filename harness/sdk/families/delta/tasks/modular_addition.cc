// A ladder of teachers: sums modulo a number, answered by networks of different widths.
#include "sdk/families/delta/class_measures.h"
#include "sdk/families/delta/tasks/tasks.h"
#include "sdk/families/support/description.h"
#include "sdk/internal/data_streams.h"
#include "sdk/internal/settings.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <assay/common/text.h>

#include <cmath>
#include <numbers>
#include <string>

namespace assay::delta {
namespace {

/// Parts of a seed's order of all prompts: test from the beginning, then development, then the
/// student's labels, then pairs; teachers learn from all but the first two.
enum class Part { test, development, gold, pairs, teachers };

struct Shape {
  std::int64_t modulus = 0, frequencies = 0;
  std::int64_t test = 0, development = 0, gold = 0, pairs = 0;

  std::int64_t prompts() const { return modulus * modulus; }
};

/// Prompts and sums of a cohort's seeds.
class Sums {
 public:
  explicit Sums(Shape shape) : shape_(shape) {}

  /// Numbers a * modulus + b of a part's prompts, int64 [K, N].
  Tensor prompt_KN(Part part, const Seeds& seeds) const {
    const Tensor order_KN =
        data_streams(seeds, "modular_addition.order").permutation(shape_.prompts());
    const std::int64_t labelled = shape_.test + shape_.development;
    switch (part) {
      case Part::test:
        return order_KN.narrow(1, 0, shape_.test);
      case Part::development:
        return order_KN.narrow(1, shape_.test, shape_.development);
      case Part::gold:
        return order_KN.narrow(1, labelled, shape_.gold);
      case Part::pairs:
        return order_KN.narrow(1, labelled + shape_.gold, shape_.pairs);
      case Part::teachers:
        break;
    }
    return order_KN.narrow(1, labelled, shape_.prompts() - labelled);
  }

  /// (a + b) mod modulus, int64 [K, N].
  Tensor sum_KN(const Tensor& prompt_KN) const {
    const Tensor a_KN = prompt_KN.div(shape_.modulus, "floor");
    return (a_KN + prompt_KN.remainder(shape_.modulus)).remainder(shape_.modulus);
  }

  /// Each number on the circle by cosine and sine of its first multiples: float32 [K, N, 4 F].
  Tensor x_KND(const Tensor& prompt_KN) const {
    std::vector<Tensor> columns;
    for (const Tensor& number_KN :
         {prompt_KN.div(shape_.modulus, "floor"), prompt_KN.remainder(shape_.modulus)}) {
      for (std::int64_t f = 1; f <= shape_.frequencies; ++f) {
        const Tensor angle_KN =
            number_KN.to(at::kDouble) *
            (2 * std::numbers::pi * static_cast<double>(f) / static_cast<double>(shape_.modulus));
        columns.push_back(angle_KN.cos());
        columns.push_back(angle_KN.sin());
      }
    }
    return at::stack(columns, 2).to(at::kFloat);
  }

  const Shape& shape() const { return shape_; }

 private:
  Shape shape_;
};

class SumTruth final : public Truth {
 public:
  SumTruth(const Sums& sums, const Place& place, const Model& start, Model chosen, Model rejected)
      : chosen_(std::move(chosen)), rejected_(std::move(rejected)) {
    const Tensor test_KN = sums.prompt_KN(Part::test, place.seeds);
    const Tensor development_KN = sums.prompt_KN(Part::development, place.seeds);
    test_x_KND_ = sums.x_KND(test_KN);
    test_sum_KN_ = sums.sum_KN(test_KN);
    development_x_KND_ = sums.x_KND(development_KN);
    development_sum_KN_ = sums.sum_KN(development_KN);
    start_KNC_ = logits_of(start, test_x_KND_);
  }

  Measures measure(const Model& model) const override {
    const Tensor logits_KNC = logits_of(model, test_x_KND_);
    Measures measures = answer_measures(logits_KNC, start_KNC_);
    measures["accuracy"] = accuracy_K(logits_KNC, test_sum_KN_);
    return measures;
  }
  Tensor development_K(const Model& model) const override {
    return accuracy_K(logits_of(model, development_x_KND_), development_sum_KN_);
  }
  Measures reference(const std::string& id) const override {
    return measure(id == "chosen" ? chosen_ : rejected_);
  }

 private:
  Model chosen_, rejected_;
  Tensor test_x_KND_, test_sum_KN_, development_x_KND_, development_sum_KN_, start_KNC_;
};

struct Recipes {
  Json teacher, student;  ///< as in the settings
};

class ModularAddition final : public Task {
 public:
  ModularAddition(Sums sums, NetworkSpec student, std::int64_t chosen, std::int64_t rejected,
                  Recipes recipes)
      : sums_(std::move(sums)),
        student_(std::move(student)),
        chosen_(chosen),
        rejected_(rejected),
        recipes_(std::move(recipes)) {}

  std::shared_ptr<const Network> network() const override { return network_of(student_); }
  std::string measure() const override { return "accuracy"; }
  std::string responses() const override { return "classes"; }
  std::vector<std::string> references() const override { return {"chosen", "rejected"}; }
  std::vector<std::string> data_versions() const override { return {"modular_addition 1"}; }

  std::vector<TaskStage> stages() const override {
    const Shape& shape = sums_.shape();
    const Json common = {{"modulus", shape.modulus},
                         {"frequencies", shape.frequencies},
                         {"test", shape.test},
                         {"development", shape.development}};
    std::vector<TaskStage> stages;
    const auto add = [&](const std::string& name, const std::string& title, Json own,
                         const Network& network, std::int64_t items, const Json& recipe) {
      own.update(common);
      own["train"] = recipe;
      stages.push_back(
          {name, title, std::move(own), {}, training_cost(network, items, recipe_from(recipe))});
    };
    add("student", "student on few labels",
        {{"width", student_.width},
         {"depth", student_.depth},
         {"features", student_.features},
         {"gold", shape.gold}},
        *network(), shape.gold, recipes_.student);
    for (const std::int64_t width : {chosen_, rejected_}) {
      if (width == rejected_ && stages.size() > 1 && chosen_ == rejected_) break;
      add(teacher_name(width), "teacher of width " + std::to_string(width), {{"width", width}},
          *network_of(teacher(width)), shape.prompts() - shape.test - shape.development,
          recipes_.teacher);
    }
    return stages;
  }

  std::map<std::string, Tensor> run_stage(const std::string& name, const Place& place,
                                          Run& run) const override {
    if (name == "student") {
      return {
          {"theta_KP", fit(student_, Part::gold, "assay.student", recipes_.student, place, run)}};
    }
    for (const std::int64_t width : {chosen_, rejected_}) {
      if (name != teacher_name(width)) continue;
      return {{"theta_KP",
               fit(teacher(width), Part::teachers, "assay.teacher", recipes_.teacher, place, run)}};
    }
    return Task::run_stage(name, place, run);
  }

  Tensor start_KP(const Place& place) const override {
    return place.stages.rows("student", "theta_KP").to(place.device);
  }

  MadePairs pairs(PairSplit split, const Place& place) const override {
    const Tensor prompt_KN =
        sums_.prompt_KN(split == PairSplit::train ? Part::pairs : Part::test, place.seeds);
    MadePairs made;
    made.x = sums_.x_KND(prompt_KN);
    const auto answers = [&](std::int64_t width) {
      return logits_of(teacher_model(width, place), made.x).argmax(2);
    };
    made.response_KN2 = at::stack({answers(chosen_), answers(rejected_)}, 2);
    return made;
  }

  std::unique_ptr<Truth> truth(const Place& place, const Model& start) const override {
    return std::make_unique<SumTruth>(sums_, place, start, teacher_model(chosen_, place),
                                      teacher_model(rejected_, place));
  }

 private:
  static std::string teacher_name(std::int64_t width) { return "teacher" + std::to_string(width); }
  static NetworkSpec teacher(std::int64_t width) {
    return {.arch = "mlp", .width = width, .depth = 1};
  }
  std::shared_ptr<const Network> network_of(const NetworkSpec& spec) const {
    return make_network(spec, {4 * sums_.shape().frequencies}, sums_.shape().modulus);
  }
  Model teacher_model(std::int64_t width, const Place& place) const {
    return {network_of(teacher(width)),
            place.stages.rows(teacher_name(width), "theta_KP").to(place.device)};
  }

  Tensor fit(const NetworkSpec& spec, Part part, const char* purpose, const Json& recipe,
             const Place& place, Run& run) const {
    Model start;
    start.network = network_of(spec);
    start.theta_KP =
        initial_parameters(start.network->layout(), Streams(place.seeds, purpose)).to(place.device);
    const Tensor prompt_KN = sums_.prompt_KN(part, place.seeds);
    const Tensor target_KNC =
        one_hot(sums_.sum_KN(prompt_KN), sums_.shape().modulus, start.theta_KP);
    const Dataset data = Dataset::own(sums_.x_KND(prompt_KN)).to(place.device);
    return train(start, data, recipe_from(recipe), run,
                 [&](const Batch& batch) {
                   return batch.mean(cross_entropy(batch.logits_KBC, batch.gather(target_KNC)));
                 })
        .theta_KP;
  }

  Sums sums_;
  NetworkSpec student_;
  std::int64_t chosen_, rejected_;  ///< widths of the teachers
  Recipes recipes_;
};

std::unique_ptr<Task> make(const TaskSettings& settings) {
  const Json& task = settings.task;
  const Shape shape{.modulus = task.at("modulus").get<std::int64_t>(),
                    .frequencies = task.at("frequencies").get<std::int64_t>(),
                    .test = settings.pairs.held_out,
                    .development = settings.development,
                    .gold = task.at("gold").get<std::int64_t>(),
                    .pairs = settings.pairs.count};
  const std::int64_t needed = shape.test + shape.development + shape.gold + shape.pairs;
  if (needed > shape.prompts()) {
    throw Error("there are " + std::to_string(shape.prompts()) + " prompts of task.modulus " +
                std::to_string(shape.modulus) +
                ", but pairs.held_out, development, task.gold and "
                "pairs.count need " +
                std::to_string(needed) + ": ask for fewer");
  }
  const NetworkSpec student = settings.model.value_or(NetworkSpec{.width = 64, .depth = 1});
  if (student.arch != "mlp") {
    throw Error("model.arch is \"" + student.arch + "\": modular_addition needs \"mlp\"");
  }
  const char* meaning = "of modular_addition it is a teacher's width";
  return std::make_unique<ModularAddition>(
      Sums(shape), student, whole_number("pairs.chosen", settings.pairs.chosen, 1, 1024, meaning),
      whole_number("pairs.rejected", settings.pairs.rejected, 1, 1024, meaning),
      Recipes{task.at("teacher_train"), task.at("student_train")});
}

Recipe defaults(std::int64_t epochs) {
  Recipe recipe;
  recipe.epochs = epochs;
  recipe.batch = 32;
  recipe.lr = 1e-2;
  return recipe;
}

}  // namespace

TaskInfo modular_addition() {
  return {
      .id = "modular_addition",
      .summary =
          "Generated: sums modulo a number, answered by teachers of different widths "
          "(pairs.chosen and pairs.rejected) and a student trained on few labels",
      .paper = "",
      .parameters =
          {integer("modulus", 23).range(2, 512).help("numbers, and classes"),
           integer("frequencies", 3)
               .range(1, 64)
               .help("multiples of its angle on the circle that a number is shown by"),
           integer("gold", 200).range(1, 100000).help("true labels of the student as it starts"),
           table("teacher_train", recipe_settings(defaults(150)))
               .help("how teachers are trained, on true labels of all prompts but those of the "
                     "test and the development set"),
           table("student_train", recipe_settings(defaults(60)))
               .help("how the student is trained on its labels")},
      .make = make};
}

}  // namespace assay::delta
