// Elastic penalties and distillation against streams written out plainly.
#include "plain.h"

#include <cmath>
#include <map>

namespace assay::continual::test {
namespace {

const Seeds seeds = {3, 11};

/// Three tasks of two classes, six samples each, three full-batch steps a task.
struct Case {
  explicit Case(Scenario scenario)
      : problem(problem_of(seeds, scenario, 5, scenario == Scenario::domain ? 2 : 6,
                           {.width = 4, .depth = 1})),
        stream(classes_stream(seeds, scenario, 3, 6, 5)) {
    problem.recipe.epochs = 3;
    problem.recipe.batch = 6;
    problem.recipe.lr = 0.3;
    problem.recipe.schedule = "constant";
    problem.recipe.optimizer = "sgd";
  }

  /// Compares a method with its plain form in every row, and with learning without it.
  void check(const std::string& method, const std::vector<Json>& parameters,
             const std::function<PlainMethod(std::int64_t row)>& plain) const {
    const Tensor theta_KP = learn(method, problem, stream, seeds, parameters).model.theta_KP;
    for (std::int64_t row = 0; row < 2; ++row) {
      CHECK(largest_difference(theta_KP[row], plain_stream(problem, stream, row, plain(row))) <
            1e-10);
      CHECK(largest_difference(theta_KP[row], plain_stream(problem, stream, row, {})) > 1e-4);
    }
  }

  Problem problem;
  TensorStream stream;
};

/// Terms strength/2 sum F (theta - anchor)^2, as a part of the loss.
struct Terms {
  std::vector<Tensor> importance, anchor;
  Tensor of(const Tensor& theta_P) const {
    Tensor sum = at::zeros({}, at::kDouble);
    for (std::size_t k = 0; k < anchor.size(); ++k) {
      sum = sum + (importance[k] * (theta_P - anchor[k]).square()).sum() / 2;
    }
    return sum;
  }
  void replace(const Tensor& new_importance, const Tensor& new_anchor) {
    importance = {new_importance};
    anchor = {new_anchor.detach().clone()};
  }
  void add(const Tensor& new_importance, const Tensor& new_anchor) {
    importance.push_back(new_importance);
    anchor.push_back(new_anchor.detach().clone());
  }
};

/// Mean over the batch of sum_y weight(p, y) (d log p_y / d theta)^2 over the task's own outputs.
Tensor plain_fisher(
    PlainStep& step,
    const std::function<double(const Tensor& p, std::int64_t y, std::int64_t label)>& weight) {
  const std::int64_t first = step.problem->scenario == Scenario::domain ? 0 : 2 * step.task;
  Tensor sum = at::zeros_like(step.theta_P).detach();
  for (const PlainSample& sample : step.batch) {
    const Tensor log_p = step.outputs(sample).slice(0, first, first + 2).log_softmax(0);
    for (std::int64_t y = 0; y < 2; ++y) {
      const double share = weight(log_p.detach().exp(), y, sample.label - first);
      sum += share * step.gradient(log_p[y]).square() / static_cast<double>(step.batch.size());
    }
  }
  return sum;
}

double exact(const Tensor& p, std::int64_t y, std::int64_t) {
  return p[y].item<double>();
}
double given(const Tensor&, std::int64_t y, std::int64_t label) {
  return y == label ? 1 : 0;
}
double argmax(const Tensor& p, std::int64_t y, std::int64_t) {
  return p.argmax().item<std::int64_t>() == y ? 1 : 0;
}

}  // namespace

TEST_CASE("methods: l2 is the pull to the parameters after the task before") {
  for (const bool from_start : {false, true}) {
    const Case test(Scenario::class_);
    test.check("l2",
               {{{"lambda", 0.25}, {"from_start", from_start}},
                {{"lambda", 0.5}, {"from_start", from_start}}},
               [&](std::int64_t row) {
                 const double lambda = row == 0 ? 0.25 : 0.5;
                 auto terms = std::make_shared<Terms>();
                 const Tensor start_P = test.problem.start.theta_KP[row];
                 if (from_start) terms->replace(at::ones_like(start_P), start_P);
                 PlainMethod plain;
                 plain.loss = [=](PlainStep& step) {
                   return step.mean_loss(step.batch) + 2 * lambda * terms->of(step.theta_P);
                 };
                 plain.end_task = [=](PlainStep& step) {
                   terms->replace(at::ones_like(step.theta_P).detach(), step.theta_P);
                 };
                 return plain;
               });
  }
}

TEST_CASE("methods: ewc, separate and online, by every estimator") {
  const std::map<std::string, decltype(&exact)> estimators = {
      {"exact", &exact}, {"true", &given}, {"argmax", &argmax}};
  for (const Scenario scenario : {Scenario::task, Scenario::class_, Scenario::domain}) {
    for (const auto& [name, weight] : estimators) {
      for (const bool online : {false, true}) {
        CAPTURE(name, online);
        const Case test(scenario);
        const Json first = {{"lambda", 8.0},
                            {"gamma", 0.5},
                            {"estimator", name},
                            {"mode", online ? "online" : "separate"}};
        Json second = first;
        second["lambda"] = 2.0;
        second["gamma"] = 1.0;
        test.check("ewc", {first, second}, [&, weight = weight](std::int64_t row) {
          auto terms = std::make_shared<Terms>();
          PlainMethod plain;
          plain.loss = [=](PlainStep& step) {
            return step.mean_loss(step.batch) + (row == 0 ? 8.0 : 2.0) * terms->of(step.theta_P);
          };
          plain.end_task = [=](PlainStep& step) {
            Tensor fisher = plain_fisher(step, weight);
            if (!online) return terms->add(fisher, step.theta_P);
            if (step.task > 0) fisher = fisher + (row == 0 ? 0.5 : 1.0) * terms->importance[0];
            terms->replace(fisher, step.theta_P);
          };
          return plain;
        });
      }
    }
  }
}

TEST_CASE("methods: si's importance is the way's gain over its square") {
  const Case test(Scenario::task);
  test.check("si", {{{"c", 0.5}, {"xi", 0.125}}, {{"c", 2.0}, {"xi", 0.125}}},
             [&](std::int64_t row) {
               auto terms = std::make_shared<Terms>();
               auto way = std::make_shared<Tensor>(), begin = std::make_shared<Tensor>();
               const Tensor start_P = test.problem.start.theta_KP[row];
               *begin = start_P.clone();
               *way = at::zeros_like(start_P);
               auto omega = std::make_shared<Tensor>(at::zeros_like(start_P));
               PlainMethod plain;
               plain.edit = [=](PlainStep& step, const Tensor& gradient) {
                 const double c = row == 0 ? 0.5 : 2.0;
                 if (step.task == 0) return gradient;
                 return gradient + 2 * c * step.gradient(terms->of(step.theta_P));
               };
               plain.after_step = [=](PlainStep& step, const Tensor& before, const Tensor& own) {
                 *way -= own * (step.theta_P.detach() - before);
               };
               plain.end_task = [=](PlainStep& step) {
                 const Tensor here = step.theta_P.detach();
                 *omega += way->clamp_min(0) / ((here - *begin).square() + 0.125);
                 terms->replace(omega->clone(), here);
                 *begin = here.clone();
                 *way = at::zeros_like(here);
               };
               return plain;
             });
}

TEST_CASE("methods: mas adds up each sample's absolute gradients of its squared outputs") {
  const Case test(Scenario::task);
  test.check("mas", {{{"lambda", 0.25}}, {{"lambda", 0.5}}}, [&](std::int64_t row) {
    auto terms = std::make_shared<Terms>();
    PlainMethod plain;
    plain.loss = [=](PlainStep& step) {
      return step.mean_loss(step.batch) + 2 * (row == 0 ? 0.25 : 0.5) * terms->of(step.theta_P);
    };
    plain.end_task = [=](PlainStep& step) {
      Tensor omega = at::zeros_like(step.theta_P).detach();
      for (const PlainSample& sample : step.batch) {
        const Tensor own = step.outputs(sample).slice(0, 2 * step.task, 2 * step.task + 2);
        omega += step.gradient(own.square().sum()).abs() / static_cast<double>(step.batch.size());
      }
      if (step.task > 0) omega += terms->importance[0];
      terms->replace(omega, step.theta_P);
    };
    return plain;
  });
}

TEST_CASE(
    "methods: lwf distils old heads one by one, or over all classes with zeros for new ones") {
  for (const Scenario scenario : {Scenario::task, Scenario::class_, Scenario::domain}) {
    for (const bool balanced : {true, false}) {
      CAPTURE(static_cast<int>(scenario), balanced);
      const Case test(scenario);
      test.check(
          "lwf",
          {{{"lambda", 1.0}, {"balanced", balanced}}, {{"lambda", 3.0}, {"balanced", balanced}}},
          [&](std::int64_t row) {
            auto old_P = std::make_shared<Tensor>();
            PlainMethod plain;
            plain.loss = [=](PlainStep& step) {
              const Tensor own = step.mean_loss(step.batch);
              if (step.task == 0) return own;
              // KL(p_old || p) has the cross entropy's gradient.
              Tensor distilled = at::zeros({}, at::kDouble);
              const auto add = [&](const PlainSample& sample, std::int64_t first,
                                   std::int64_t old_last, std::int64_t last) {
                const Tensor p =
                    (step.outputs_at(sample, *old_P) / 2).slice(0, first, old_last).softmax(0);
                const Tensor log_q =
                    (step.outputs(sample) / 2).slice(0, first, last).log_softmax(0);
                for (std::int64_t c = 0; c < old_last - first; ++c) {
                  distilled = distilled + p[c] * (p[c].log() - log_q[c]);
                }
              };
              for (const PlainSample& sample : step.batch) {
                if (scenario == Scenario::domain) add(sample, 0, 2, 2);
                if (scenario == Scenario::class_) {
                  add(sample, 0, 2 * step.task, 2 * step.task + 2);
                }
                for (std::int64_t t = 0; scenario == Scenario::task && t < step.task; ++t) {
                  add(sample, 2 * t, 2 * t + 2, 2 * t + 2);
                }
              }
              if (scenario == Scenario::task) {
                distilled = distilled / static_cast<double>(step.task);
              }
              distilled = distilled / static_cast<double>(step.batch.size());
              const double k = static_cast<double>(step.task) + 1;
              const double lambda = row == 0 ? 1 : 3;
              return (balanced ? 1 / k : 1) * own +
                     (balanced ? 1 - 1 / k : 1) * lambda * 4 * distilled;
            };
            plain.end_task = [=](PlainStep& step) { *old_P = step.theta_P.detach().clone(); };
            return plain;
          });
    }
  }
}

TEST_CASE("methods: online ewc is the exact posterior of a linear-Gaussian stream") {
  // Kirkpatrick et al. are Laplace's approximation, which is exact here: y ~ N(w x + b, 1), a
  // normal prior of precision 1/2 around the start, three tasks whose Gram matrices are diagonal
  // (columns of a Hadamard matrix, scaled). Separate penalties count the first task's posterior
  // again in the second anchor (Huszar 2018), so they part from it at the third task.
  const Seeds two = {1, 2};
  const Tensor signs = numbers({1, 1, 1, 1, 1, -1, 1, -1, 1, 1, -1, -1, 1, -1, -1, 1}, {4, 4});
  const Tensor h_88 = at::cat({at::cat({signs, signs}, 1), at::cat({signs, -signs}, 1)}, 0);
  std::vector<TensorTask> tasks;
  for (std::int64_t task = 0; task < 3; ++task) {
    const Tensor scale = 0.6 + Streams(two, "test.scale").uniform({1, 3}, task);
    const Tensor x = h_88.slice(1, 1, 4).unsqueeze(0) * scale;
    const Tensor y = Streams(two, "test.y").normal({8}, task);
    tasks.push_back({x, y, x, y});
  }
  Problem problem = problem_of(two, Scenario::domain, 3, 1, {.depth = 0});
  problem.likelihood = Likelihood::gaussian;
  problem.recipe.epochs = 400;
  problem.recipe.batch = 8;
  problem.recipe.lr = 0.2;
  problem.recipe.schedule = "constant";
  problem.recipe.optimizer = "sgd";
  Tensor precision = 0.5 * at::eye(4, at::kDouble).unsqueeze(0).repeat({2, 1, 1});
  Tensor moment = 0.5 * problem.start.theta_KP.unsqueeze(2);
  Json online = {
      {"lambda", 1.0}, {"gamma", 1.0}, {"scale", "posterior"}, {"prior", 0.5}, {"mode", "online"}};
  Json separate = online;
  separate["mode"] = "separate";
  std::vector<TensorTask> so_far;
  for (const TensorTask& task : tasks) {
    so_far.push_back(task);
    problem.tasks = static_cast<std::int64_t>(so_far.size());
    const TensorStream stream(so_far, at::ones({problem.tasks, 1}, at::kBool),
                              Likelihood::gaussian);
    const Tensor x1 = at::cat({task.x_KNF, at::ones({2, 8, 1}, at::kDouble)}, 2);
    precision = precision + x1.transpose(1, 2).bmm(x1);
    moment = moment + x1.transpose(1, 2).bmm(task.label_KN.unsqueeze(2));
    const Tensor mean_KP = at::linalg_solve(precision, moment).squeeze(2);
    const auto theta = [&](const Json& parameters) {
      return learn("ewc", problem, stream, two, {parameters}).model.theta_KP;
    };
    CHECK(largest_difference(theta(online), mean_KP) < 1e-12);
    const double apart = largest_difference(theta(separate), mean_KP);
    if (problem.tasks < 3) CHECK(apart < 1e-12);
    if (problem.tasks == 3) CHECK(apart > 0.01);
  }
}

}  // namespace assay::continual::test
