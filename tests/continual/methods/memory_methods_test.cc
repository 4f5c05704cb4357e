// Methods with a memory, and those without gradient steps, against streams written out plainly. The
// memories are large enough to keep all and draws take all of them, so that chance plays no part.
#include "plain.h"

#include <cmath>
#include <map>

namespace assay::continual::test {
namespace {

const Seeds seeds = {3, 11};
using Samples = std::vector<PlainSample>;

Problem problem_in(Scenario scenario) {
  Problem problem = problem_of(seeds, scenario, 5, scenario == Scenario::domain ? 2 : 6,
                               {.width = 4, .depth = 1});
  problem.recipe.epochs = 2;
  problem.recipe.batch = 6;
  problem.recipe.lr = 0.3;
  problem.recipe.schedule = "constant";
  problem.recipe.optimizer = "sgd";
  return problem;
}

void check(const std::string& method, Scenario scenario, const std::vector<Json>& parameters,
           const std::function<PlainMethod(std::int64_t row)>& plain) {
  CAPTURE(method, static_cast<int>(scenario));
  const Problem problem = problem_in(scenario);
  const TensorStream stream = classes_stream(seeds, scenario, 3, 6, 5);
  const Tensor theta_KP = learn(method, problem, stream, seeds, parameters).model.theta_KP;
  for (std::int64_t row = 0; row < 2; ++row) {
    CHECK(largest_difference(theta_KP[row], plain_stream(problem, stream, row, plain(row))) <
          1e-10);
    CHECK(largest_difference(theta_KP[row], plain_stream(problem, stream, row, {})) > 1e-4);
  }
}

void keep(Samples& memory, const Samples& batch) {
  memory.insert(memory.end(), batch.begin(), batch.end());
}

const Scenario scenarios[] = {Scenario::task, Scenario::class_, Scenario::domain};

}  // namespace

TEST_CASE("methods: er is the mean over batch and memory") {
  for (const Scenario scenario : scenarios) {
    for (const char* policy : {"reservoir", "balanced"}) {
      check("er", scenario, {{{"memory", 60}, {"replay", 60}, {"policy", policy}}},
            [](std::int64_t) {
              auto memory = std::make_shared<Samples>();
              PlainMethod plain;
              plain.loss = [=](PlainStep& step) {
                Samples all = step.batch;
                keep(all, *memory);
                keep(*memory, step.batch);
                return step.mean_loss(all);
              };
              return plain;
            });
    }
  }
}

TEST_CASE("methods: er-ace has new samples compete with their batch's classes alone") {
  check("er-ace", Scenario::class_, {{{"memory", 60}, {"replay", 60}}}, [](std::int64_t) {
    auto memory = std::make_shared<Samples>();
    PlainMethod plain;
    plain.loss = [=](PlainStep& step) {
      Tensor loss = at::zeros({}, at::kDouble);
      for (const PlainSample& sample : step.batch) {
        const std::int64_t first = 2 * step.task;
        loss =
            loss -
            step.outputs(sample).slice(0, first, first + 2).log_softmax(0)[sample.label - first] /
                6;
      }
      if (!memory->empty()) loss = loss + step.mean_loss(*memory);
      keep(*memory, step.batch);
      return loss;
    };
    return plain;
  });
}

TEST_CASE("methods: der++ holds on to the outputs that samples had when they came") {
  for (const Scenario scenario : scenarios) {
    check("derpp", scenario,
          {{{"memory", 60}, {"replay", 60}, {"alpha", 0.5}, {"beta", 0.25}},
           {{"memory", 60}, {"replay", 60}, {"alpha", 2.0}, {"beta", 1.0}}},
          [](std::int64_t row) {
            auto memory = std::make_shared<Samples>();
            PlainMethod plain;
            plain.loss = [=](PlainStep& step) {
              Tensor loss = step.mean_loss(step.batch);
              if (!memory->empty()) {
                Tensor apart = at::zeros({}, at::kDouble);
                for (const PlainSample& sample : *memory) {
                  apart = apart + (step.outputs(sample) - sample.logits_C).square().mean();
                }
                loss = loss + (row == 0 ? 0.5 : 2.0) * apart / static_cast<double>(memory->size()) +
                       (row == 0 ? 0.25 : 1.0) * step.mean_loss(*memory);
              }
              for (PlainSample sample : step.batch) {
                sample.logits_C = step.outputs(sample).detach();
                memory->push_back(sample);
              }
              return loss;
            };
            return plain;
          });
  }
}

TEST_CASE("methods: a-gem projects where the memory's loss would rise") {
  for (const Scenario scenario : scenarios) {
    auto projected = std::make_shared<int>(0);
    check("a-gem", scenario, {{{"memory", 60}, {"replay", 60}}}, [=](std::int64_t) {
      auto memory = std::make_shared<Samples>();
      PlainMethod plain;
      plain.edit = [=](PlainStep& step, const Tensor& own) {
        Tensor gradient = own;
        if (!memory->empty()) {
          const Tensor reference = step.gradient(step.mean_loss(*memory));
          const double product = own.dot(reference).item<double>();
          if (product < 0) {
            ++*projected;
            gradient = own - product / reference.dot(reference).item<double>() * reference;
          }
        }
        keep(*memory, step.batch);
        return gradient;
      };
      return plain;
    });
    CHECK(*projected > 0);
  }
}

TEST_CASE("methods: gem keeps every earlier task's loss from rising") {
  for (const Scenario scenario : scenarios) {
    auto both = std::make_shared<int>(0);
    // The last six samples of each task are all it has.
    check("gem", scenario, {{{"per_task", 6}, {"margin", 0.0}}, {{"per_task", 6}, {"margin", 0.5}}},
          [=](std::int64_t row) {
            auto memory = std::make_shared<std::map<std::int64_t, Samples>>();
            PlainMethod plain;
            plain.edit = [=](PlainStep& step, const Tensor& own) {
              (*memory)[step.task] = step.batch;
              if (step.task == 0) return own;
              std::vector<Tensor> gradients;
              for (std::int64_t t = 0; t < step.task; ++t) {
                gradients.push_back(step.gradient(step.mean_loss((*memory)[t])));
              }
              const Tensor g_TP = at::stack(gradients), product_T = g_TP.mv(own);
              if (product_T.min().item<double>() >= 0) return own;
              *both += step.task == 2 ? 1 : 0;
              const Tensor v = by_enumeration(g_TP.mm(g_TP.t()), product_T, row == 0 ? 0.0 : 0.5);
              return own + g_TP.t().mv(v);
            };
            return plain;
          });
    CHECK(*both > 0);
  }
}

TEST_CASE("methods: gdumb is a training from scratch on all that it kept") {
  for (const Scenario scenario : scenarios) {
    Problem problem = problem_in(scenario);
    problem.recipe.batch = 40;
    const TensorStream stream = classes_stream(seeds, scenario, 3, 6, 5);
    const Tensor theta_KP =
        learn("gdumb", problem, stream, seeds, {{{"memory", 30}, {"epochs", 4}}}).model.theta_KP;
    // The same as one task that has all samples, and allows what all tasks' samples are allowed.
    for (std::int64_t row = 0; row < 2; ++row) {
      PlainStep step;
      step.problem = &problem;
      step.task = 2;
      Samples all;
      for (std::int64_t task = 0; task < 3; ++task) {
        const Items items = stream.training({task});
        for (std::int64_t n = 0; n < 6; ++n) {
          all.push_back({items.data.slice(n, n + 1)[row][0],
                         {},
                         items.label_KN[row][n].item<std::int64_t>(),
                         task});
        }
      }
      Tensor theta_P = problem.start.theta_KP[row].clone();
      for (int epoch = 0; epoch < 4; ++epoch) {
        step.theta_P = theta_P.detach().clone().requires_grad_(true);
        theta_P = theta_P - 0.3 * step.gradient(step.mean_loss(all));
      }
      CHECK(largest_difference(theta_KP[row], theta_P) < 1e-10);
    }
  }
}

TEST_CASE("methods: ncm and slda answer by the classes' statistics") {
  Problem problem = problem_in(Scenario::class_);
  problem.recipe.batch = 4;  // the split into batches must not matter
  const TensorStream stream = classes_stream(seeds, Scenario::class_, 3, 40, 5);
  const Learned ncm = learn("ncm", problem, stream, seeds, {Json::object()});
  const Learned slda = learn("slda", problem, stream, seeds, {{{"shrinkage", 0.25}}});
  CHECK(ncm.model.theta_KP.equal(problem.start.theta_KP));
  for (std::int64_t row = 0; row < 2; ++row) {
    std::vector<Tensor> mean;
    Tensor scatter = at::zeros({5, 5}, at::kDouble);
    for (std::int64_t task = 0; task < 3; ++task) {
      const Items items = stream.training({task});
      const Tensor x = items.data.slice(0, 40)[row];
      for (std::int64_t c = 2 * task; c < 2 * task + 2; ++c) {
        const Tensor mine = x.index({items.label_KN[row].eq(c)});
        mean.push_back(mine.mean(0));
        scatter += (mine - mean.back()).t().mm(mine - mean.back());
      }
    }
    const Tensor inverse = at::linalg_inv(0.75 * scatter / 120 + 0.25 * at::eye(5, at::kDouble));
    const Tensor x = stream.test().slice(0, 120)[row];
    for (std::int64_t n = 0; n < 120; ++n) {
      std::vector<double> near, linear;
      for (const Tensor& center : mean) {
        near.push_back(-(x[n] - center).square().sum().item<double>());
        linear.push_back(
            (x[n].dot(inverse.mv(center)) - center.dot(inverse.mv(center)) / 2).item<double>());
      }
      const auto best = [](const std::vector<double>& scores) {
        return static_cast<double>(std::max_element(scores.begin(), scores.end()) - scores.begin());
      };
      CHECK(ncm.answer_IKN[3][row][n].item<double>() == best(near));
      CHECK(slda.answer_IKN[3][row][n].item<double>() == best(linear));
    }
  }
}

}  // namespace assay::continual::test
