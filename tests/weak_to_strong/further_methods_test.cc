// The methods beside plain losses: a ladder climbed by hand, an ensemble of one's own seed, items
// kept by hand, the early-learning gradient in its published form, probes.
#include "sdk/families/weak_to_strong/example.h"
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <memory>

namespace assay::weak_to_strong::test {
namespace {

Tensor numbers(std::vector<double> values) {
  return at::tensor(values, at::kDouble);
}

/// Runs a method with these values of some of its parameters; rows `failed` have failed before.
Model fit(const std::string& name, const Problem& problem, const Seeds& seeds,
          const Json& changed = Json::object(), const std::vector<std::int64_t>& failed = {}) {
  const MethodEntry& entry = plugin_method(name);
  const MethodInfo info = entry.describe();
  std::vector<Value> values;
  for (const ParameterSpec& spec : info.parameters) {
    Value value = spec.default_value;
    const auto found = changed.find(spec.key);
    if (found != changed.end() && found->is_number()) value = found->get<double>();
    if (found != changed.end() && found->is_string()) value = found->get<std::string>();
    if (found != changed.end() && found->is_boolean()) value = found->get<bool>();
    values.push_back(value);
  }
  const Parameters parameters(info.parameters,
                              std::vector<std::vector<Value>>(seeds.size(), values));
  std::unique_ptr<void, void (*)(void*) noexcept> method(entry.create(parameters), entry.destroy);
  Run run(seeds);
  for (const std::int64_t row : failed) run.fail_row(row, "failed before");
  return static_cast<Method*>(method.get())->fit(problem, run);
}

/// A conformance problem with float64 students, so that comparisons are tight.
Problem problem_of(const Seeds& seeds, std::int64_t classes) {
  Problem problem = make_example(seeds, classes).problem;
  problem.student.theta_KP = problem.student.theta_KP.to(at::kDouble);
  return problem;
}

Model imitation(const Problem& problem, const Seeds& seeds, const Tensor& target_KNC) {
  Run run(seeds);
  return train(problem.student, problem.transfer, problem.recipe, run, [&](const Batch& batch) {
    return batch.mean(cross_entropy(batch.logits_KBC, batch.gather(target_KNC)));
  });
}

/// A linear student of two classes on a feature that is always zero: its bias alone learns.
Problem bias_only(const Tensor& weak_NC, std::vector<double> bias, std::int64_t steps) {
  Problem problem;
  const std::int64_t items = weak_NC.size(0);
  problem.transfer = Dataset::own(at::zeros({1, items, 1}, at::kDouble));
  problem.weak_KNC = weak_NC.unsqueeze(0);
  problem.student.network = make_network({.arch = "mlp", .depth = 0}, {1}, weak_NC.size(1));
  problem.student.theta_KP = at::zeros({1, problem.student.network->layout().size()}, at::kDouble);
  set_slice(problem.student, "head.bias", at::tensor(bias, at::kDouble).unsqueeze(0));
  problem.recipe = {.epochs = steps, .batch = items, .lr = 1};
  problem.recipe.schedule = "constant";
  problem.recipe.optimizer = "sgd";
  return problem;
}

}  // namespace

TEST_CASE("bootstrap: the ladder's stages are what climbing it by hand gives") {
  Json given = tiny_latent();
  given.erase("pretrain");
  given["ladder"]["rung2"] = {{"arch", "mlp"}, {"width", 12}, {"depth", 1}};
  const Seeds seeds = {0, 1};
  const Benchmark benchmark(given, seeds);

  class Climber final : public Method {
   public:
    static MethodInfo describe() { return MethodInfo("climber"); }
    explicit Climber(const Parameters&) {}
    Model fit(const Problem& problem, Run& run) override {
      Tensor label_KNC = problem.weak_KNC;
      CHECK(problem.ladder.size() == 2);
      for (const Rung& rung : problem.ladder) {
        Run own(run.seeds());  // a stage is a run of its own
        const Model climbed =
            train(rung.start, problem.transfer, problem.recipe, own, [&](const Batch& batch) {
              return batch.mean(cross_entropy(batch.logits_KBC, batch.gather(label_KNC)));
            });
        label_KNC = predict_probabilities(climbed, problem.transfer);
        CHECK(at::equal(label_KNC, rung.label_KNC));
        CHECK(at::equal(predict_probabilities(climbed, problem.validation), rung.validation_KVC));
        CHECK_FALSE(at::allclose(label_KNC, problem.weak_KNC, 1e-3, 1e-3));
      }
      return train(problem.student, problem.transfer, problem.recipe, run, [&](const Batch& batch) {
        return batch.mean(cross_entropy(batch.logits_KBC, batch.gather(label_KNC)));
      });
    }
  };
  const MethodEntry climber = assay::detail::method_entry<Climber>();
  const auto by_hand = benchmark.method(climber, Json::object());
  const auto bootstrapped = benchmark.method(plugin_method("bootstrap"), Json::object());
  const auto imitated = benchmark.method(plugin_method("xent"), {});
  for (std::size_t row = 0; row < seeds.size(); ++row) {
    CHECK(by_hand[row].result.at("metrics") == bootstrapped[row].result.at("metrics"));
    CHECK(imitated[row].result.at("metrics") != bootstrapped[row].result.at("metrics"));
  }
  // Each rung is a reference row: the accuracy is its stage's.
  for (const std::string number : {"1", "2"}) {
    const auto rows = benchmark.reference("rung-" + number);
    const auto& stage = benchmark.stage("rung" + number);
    for (std::size_t row = 0; row < seeds.size(); ++row) {
      CHECK(rows[row].result.at("metrics").at("accuracy") ==
            stage[row].result.at("metrics").at("accuracy"));
    }
  }
}

TEST_CASE("weak-ensemble: the mean of the supervisors of a row's own seed") {
  const Seeds seeds = {3, 4};
  const Problem problem = problem_of(seeds, 3);
  const Tensor mean_KNC = (problem.ensemble_KENC.select(1, 0) + problem.ensemble_KENC.select(1, 1) +
                           problem.ensemble_KENC.select(1, 2)) /
                          3;
  CHECK(at::allclose(fit("weak-ensemble", problem, seeds).theta_KP,
                     imitation(problem, seeds, mean_KNC).theta_KP, 1e-5, 1e-6));
}

TEST_CASE("ensemble: further supervisors have other values and the same labels") {
  Json given = tiny_latent();
  given["weak"]["supervisors"] = 3;
  const Benchmark benchmark(given, {0, 1});
  bool asked = false;
  class Asker final : public Method {
   public:
    static MethodInfo describe() { return MethodInfo("asker"); }
    explicit Asker(const Parameters&) {}
    Model fit(const Problem& problem, Run&) override {
      CHECK(problem.ensemble_KENC.sizes() == at::IntArrayRef{2, 3, 200, 2});
      CHECK(at::equal(problem.ensemble_KENC.select(1, 0), problem.weak_KNC));
      for (const std::int64_t other : {1, 2}) {
        CHECK_FALSE(
            at::allclose(problem.ensemble_KENC.select(1, other), problem.weak_KNC, 1e-2, 1e-2));
      }
      CHECK_FALSE(at::allclose(problem.ensemble_KENC.select(1, 1),
                               problem.ensemble_KENC.select(1, 2), 1e-2, 1e-2));
      return problem.student;
    }
  };
  const MethodEntry asker = assay::detail::method_entry<Asker>();
  for (const RowOutcome& row : benchmark.method(asker, Json::object())) {
    asked = row.failure.empty();
  }
  CHECK(asked);
  // Twice the supervisor's samples: its labels, for its epochs, by each of two.
  CHECK(benchmark.stage("ensemble")[0].result.at("counts").at("gradient_samples") == 2 * 480);
}

TEST_CASE("confidence-filter: the items kept, by hand") {
  // Confidences .9, .6, .8, .55: half of the items are the first and the third, with mean w_0 of
  // (.9 + .2) / 2 = .55; p = (.5, .5), so the bias moves by t - p.
  const Tensor w = numbers({.9, .1, .6, .4, .2, .8, .45, .55}).view({4, 2});
  const auto step = [&](const Json& parameters, std::int64_t batch) {
    Problem problem = bias_only(w, {0, 0}, 1);
    problem.recipe.batch = batch;
    return slice_of(fit("confidence-filter", problem, {1}, parameters), "head.bias").squeeze(0);
  };
  CHECK(at::allclose(step({{"share", 0.5}}, 4), numbers({.05, -.05}), 0, 1e-6));
  CHECK(at::allclose(step({{"share", 0.25}}, 4), numbers({.4, -.4}), 0, 1e-6));
  // All four: the mean of w_0 is .5375.
  CHECK(at::allclose(step({{"share", 1.0}}, 4), numbers({.0375, -.0375}), 0, 1e-6));
  // Above .58: three items, mean .5666667, in one batch of three.
  CHECK(at::allclose(step({{"threshold", 0.58}}, 3), numbers({.0666667, -.0666667}), 0, 1e-6));
  // Above .95: none, so a batch of the surest two.
  CHECK(at::allclose(step({{"threshold", 0.95}}, 2), numbers({.05, -.05}), 0, 1e-6));
}

TEST_CASE("early-learning: two steps by the published gradient") {
  // Liu et al. 2020 (arXiv:2007.00151): the gradient by the logits is p - w + lambda g,
  //   g_c = p_c / (1 - <p, t>) sum_k (t_k - t_c) p_k.
  const Tensor w = numbers({.7, .2, .1}).view({1, 3});
  const std::vector<double> start = {.4, -.2, .1};
  const double lambda = 2, beta = .6;
  Tensor bias = numbers(start), running = at::zeros({3}, at::kDouble);
  for (int step = 0; step < 2; ++step) {
    const Tensor p = bias.softmax(0);
    running = beta * running + (1 - beta) * p;
    Tensor g = at::zeros({3}, at::kDouble);
    for (int c = 0; c < 3; ++c) {
      for (int k = 0; k < 3; ++k) g[c] += (running[k] - running[c]) * p[k];
      g[c] *= p[c] / (1 - p.dot(running));
    }
    bias = bias - (p - w[0] + lambda * g);
  }
  const Model after =
      fit("early-learning", bias_only(w, start, 2), {1}, {{"lambda", lambda}, {"beta", beta}});
  CHECK(at::allclose(slice_of(after, "head.bias").squeeze(0), bias, 0, 1e-6));
}

TEST_CASE("early-learning: running predictions belong to their items, short batches included") {
  // A plain reference that visits items one by one and keeps t in a table.
  const Seeds seeds = {6};
  const Problem problem = problem_of(seeds, 3);
  const double lambda = 3, beta = .7;
  std::vector<Tensor> table(24, at::zeros({3}, at::kDouble));
  Run run(seeds);
  const Model by_hand =
      train(problem.student, problem.transfer, problem.recipe, run, [&](const Batch& batch) {
        const Tensor p = batch.logits_KBC[0].softmax(1), log_p = batch.logits_KBC[0].log_softmax(1);
        Tensor loss = at::zeros({1}, at::kDouble);
        double count = 0;
        for (std::int64_t i = 0; i < p.size(0); ++i) {
          if (batch.weight_AB[0][i].item<double>() == 0) continue;
          const auto item = batch.item_AB[0][i].item<std::int64_t>();
          Tensor& t = table[static_cast<std::size_t>(item)];
          t = beta * t + (1 - beta) * p[i].detach();
          loss = loss - (problem.weak_KNC[0][item] * log_p[i]).sum() +
                 lambda * (1 - p[i].dot(t)).log();
          ++count;
        }
        return loss / count;
      });
  // Twenty-four items in batches of ten: the last one of an epoch is padded.
  CHECK(at::allclose(fit("early-learning", problem, seeds).theta_KP, by_hand.theta_KP, 1e-4, 1e-6));
  CHECK_FALSE(at::allclose(fit("early-learning", problem, seeds, {{"lambda", 0.0}}).theta_KP,
                           by_hand.theta_KP, 1e-2, 1e-3));
}

TEST_CASE("early-learning: the gradient against finite differences") {
  const Seeds seeds = {9};
  Problem problem = problem_of(seeds, 3);
  problem.recipe = {.epochs = 1, .batch = 24, .lr = 1};
  problem.recipe.schedule = "constant";
  problem.recipe.optimizer = "sgd";
  const Tensor start = problem.student.theta_KP;
  const Tensor slope = start - fit("early-learning", problem, seeds).theta_KP;
  // After the first visit t = .3 p, and it is held there.
  const Tensor held = 0.3 * predict_probabilities(problem.student, problem.transfer);
  const auto loss_at = [&](const Tensor& theta_KP) {
    const Tensor log_p =
        predict_logits({problem.student.network, theta_KP}, problem.transfer).log_softmax(2);
    const Tensor own = (1 - (log_p.exp() * held).sum(2)).log();
    return (3 * own - (problem.weak_KNC * log_p).sum(2)).mean().item<double>();
  };
  constexpr double h = 1e-5;
  for (std::int64_t column = 0; column < start.size(1); column += 5) {
    Tensor up = start.clone(), down = start.clone();
    up[0][column] += h;
    down[0][column] -= h;
    CHECK(slope[0][column].item<double>() ==
          Approx((loss_at(up) - loss_at(down)) / (2 * h)).margin(1e-7).epsilon(1e-5));
  }
}

TEST_CASE("further methods: rows in company are what they are alone, and beside one that failed") {
  const Seeds seeds = {5, 6, 7};
  const std::vector<std::pair<std::string, Json>> cases = {
      {"bootstrap", Json::object()},
      {"weak-ensemble", Json::object()},
      {"confidence-filter", {{"share", 0.4}}},
      {"confidence-filter", {{"threshold", 0.6}}},
      {"early-learning", Json::object()},
      {"linear-probe", Json::object()},
      {"linear-probe", {{"solver", "trained"}}}};
  for (const auto& [name, parameters] : cases) {
    INFO(name << " " << parameters.dump());
    const Example example = make_example(seeds, 3);
    const auto as_double = [](Problem problem) {
      problem.student.theta_KP = problem.student.theta_KP.to(at::kDouble);
      return problem;
    };
    const Tensor together = fit(name, as_double(example.problem), seeds, parameters).theta_KP;
    const Tensor beside = fit(name, as_double(example.problem), seeds, parameters, {0}).theta_KP;
    for (const std::int64_t row : {1, 2}) {
      const Tensor alone = fit(name, as_double(row_of(example, row).problem),
                               {seeds[static_cast<std::size_t>(row)]}, parameters)
                               .theta_KP;
      CHECK(at::allclose(together.narrow(0, row, 1), alone, 1e-6, 1e-9));
      CHECK(at::allclose(beside.narrow(0, row, 1), alone, 1e-6, 1e-9));
    }
    CHECK_FALSE(at::allclose(together[1], together[2], 1e-2, 1e-2));
  }
}

TEST_CASE("linear-probe: the body stays, the head is least squares or the recipe's") {
  const Seeds seeds = {7, 8};
  const Problem problem = problem_of(seeds, 3);
  const Tensor f_KND = predict_features(problem.student, problem.transfer);
  const Model closed = fit("linear-probe", problem, seeds, {{"ridge", 0.01}});
  const Model trained = fit("linear-probe", problem, seeds, {{"solver", "trained"}});
  for (const Model& probe : {closed, trained}) {
    for (const char* slice : {"layer0.weight", "layer0.bias"}) {
      CHECK(at::equal(slice_of(probe, slice), slice_of(problem.student, slice)));
    }
  }
  // The gradient of the ridge objective is zero at the closed form.
  const Tensor w_KDC = slice_of(closed, "head.weight");
  const Tensor residual_KNC =
      f_KND.matmul(w_KDC) + slice_of(closed, "head.bias").unsqueeze(1) - problem.weak_KNC;
  const Tensor slope_KDC = f_KND.transpose(1, 2).matmul(residual_KNC) / 24.0 + 0.01 * w_KDC;
  CHECK(slope_KDC.abs().max().item<double>() < 1e-6);
  CHECK(residual_KNC.mean(1).abs().max().item<double>() < 1e-6);

  // Trained: as if every gradient of the body were zero.
  const Slice& head = problem.student.network->layout().at("head.weight");
  Run run(seeds);
  Hooks frozen;
  frozen.after_backward = [&](const Batch&, const Tensor&, Tensor& gradient_AP) {
    gradient_AP.slice(1, 0, head.offset).zero_();
  };
  const Model by_hand = train(problem.student, problem.transfer, problem.recipe, run,
                              imitate(Likelihood::categorical, problem.weak_KNC), frozen);
  CHECK(at::allclose(trained.theta_KP, by_hand.theta_KP, 1e-6, 1e-9));
  CHECK_FALSE(at::equal(trained.theta_KP, problem.student.theta_KP));
}

TEST_CASE("imitation: of numbers it is the squared error") {
  // Item 0 has z = .5 and target 2: loss 1.125, slope -1.5.
  Problem problem = bias_only(at::full({1, 1}, 2.0, at::kDouble), {.5}, 1);
  problem.likelihood = Likelihood::gaussian;
  Run run({1});
  const Model after = train(problem.student, problem.transfer, problem.recipe, run,
                            imitate(problem.likelihood, problem.weak_KNC));
  CHECK(slice_of(after, "head.bias").item<double>() == Approx(2.0));
  CHECK(run.curves(0).at("loss").back().second == Approx(1.125));
  CHECK(answers(problem.likelihood, after, problem.transfer).item<double>() == Approx(2.0));
}

}  // namespace assay::weak_to_strong::test
