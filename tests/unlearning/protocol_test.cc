// The protocol from stages to cells: what rows are, what is compared with what, how guards speak.
#include "sdk/families/unlearning/task.h"
#include "support.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

namespace assay::unlearning::test {
namespace {

struct Plain {};
using Free = Probe<Plain>;
const MethodEntry free_method = assay::detail::method_entry<Free>();

Model moved(const Problem& problem, double by) {
  return {problem.original.network, problem.original.theta_KP + by};
}

const Benchmark& tiny_benchmark() {
  static const Benchmark benchmark(tiny(), {0, 1});
  return benchmark;
}

}  // namespace

TEST_CASE("protocol: a seed has models of its own, the same alone and in company") {
  const Benchmark& together = tiny_benchmark();
  const Benchmark alone(tiny(), {1});
  for (const char* stage : {"original", "oracles", "fresh", "fine_tune"}) {
    const Tensor theta = together.output(stage, "theta_SNP");
    CHECK(theta.size(1) == (std::string(stage) == "oracles" ? 3 : 2));
    CHECK(at::allclose(theta[1], alone.output(stage, "theta_SNP")[0], 1e-3, 1e-4));
    CHECK_FALSE(at::allclose(theta[1][0], theta[1][1], 1e-2, 1e-2));
    CHECK_FALSE(at::allclose(theta[0][0], theta[1][0], 1e-2, 1e-2));
  }
  // The scored oracles, the floor's and the methods' are different models.
  const Tensor oracles = together.output("oracles", "theta_SNP")[0];
  for (const char* stage : {"fresh", "spare"}) {
    const Tensor others = together.output(stage, "theta_SNP")[0];
    CHECK(at::cdist(oracles, others).min().item<double>() > 0.1);
  }
}

TEST_CASE("protocol: references stand where their definition puts them") {
  const Benchmark& benchmark = tiny_benchmark();
  const auto retrained = benchmark.reference("retrained"), floor = benchmark.reference("floor");
  const auto nothing = benchmark.reference("do-nothing"), tuned = benchmark.reference("fine-tune");
  for (std::size_t row = 0; row < 2; ++row) {
    CHECK(metric(retrained[row], "tow") == 1);
    CHECK(metric(retrained[row], "klom_forget_p95") == 0);
    CHECK(metric(retrained[row], "cost") == 1);
    CHECK(metric(floor[row], "cost") == 1);
    CHECK(metric(retrained[row], "flops_share") == Approx(1));
    CHECK(metric(floor[row], "flops_share") == Approx(1));
    CHECK(metric(nothing[row], "flops_share") == 0);
    CHECK(metric(tuned[row], "flops_share") == Approx(0.2));
    CHECK(metric(floor[row], "klom_forget_p95") > 0);
    CHECK(metric(nothing[row], "cost") == 0);
    CHECK(metric(nothing[row], "moved") == 0);
    // 2 epochs of 10 on the same items.
    CHECK(metric(tuned[row], "cost") == Approx(0.2));
    // Mislabelled items that were learnt are right by their wrong labels, not by those of others.
    CHECK(metric(nothing[row], "forget_probability") > metric(floor[row], "forget_probability"));
    CHECK(metric(retrained[row], "relearn") == Approx(1));
    CHECK(nothing[row].result.at("curves").count("attack.rmia") == 1);
    CHECK(nothing[row].result.at("curves").count("klom.forget") == 1);
  }
}

TEST_CASE("protocol: tug-of-war is the product of three gaps") {
  Free::needs = {};
  Free::body = [](const Problem& problem, Run&) { return Answer(moved(problem, 0.3)); };
  const auto rows = tiny_benchmark().method(free_method);
  const auto retrained = tiny_benchmark().reference("retrained");
  for (std::size_t row = 0; row < 2; ++row) {
    double product = 1;
    for (const char* name : {"forget_accuracy", "retain_accuracy", "holdout_accuracy"}) {
      product *= 1 - std::abs(metric(rows[row], name) - metric(retrained[row], name));
    }
    CHECK(metric(rows[row], "tow") == Approx(product));
  }
}

TEST_CASE("protocol: costs are shares of a retraining, moves are norms") {
  Free::body = [](const Problem& problem, Run& run) {
    CHECK(run.rows() == 4);
    CHECK(problem.rows() == 4);
    predict_logits(problem.original, problem.retain.data, &run);
    for (std::int64_t row = 0; row < run.rows(); ++row) run.costs(row).gradient_samples += 570;
    return Answer(moved(problem, 0.5));
  };
  const auto rows = tiny_benchmark().method(free_method);
  // 114 retain items for 10 epochs: 570 samples are half of it.
  CHECK(metric(rows[0], "cost") == Approx(0.5));
  CHECK(metric(rows[0], "one_off_cost") == 0);
  // One forward pass over the retain items, a third of each of retraining's 1140 steps of a sample.
  CHECK(metric(rows[0], "flops_share") == Approx(114.0 / (3 * 1140)));
  const double parameters = 10 * 8 + 8 + 8 * 5 + 5;
  CHECK(metric(rows[0], "moved") == Approx(0.5 * std::sqrt(parameters)).epsilon(1e-4));
  CHECK(rows[0].result.at("counts").at("gradient_samples") == 1140);
}

TEST_CASE("protocol: attribution and oracles are one-off costs") {
  using Given = Probe<struct GivenBoth>;
  Given::needs = {"oracles", "attribution"};
  Given::body = [](const Problem& problem, Run&) {
    CHECK(problem.oracles().forget_KNC.sizes() == at::IntArrayRef{4, 6, 5});
    CHECK(problem.attribution().retain_KNC.sizes() == at::IntArrayRef{4, 114, 5});
    // Both models of a seed are given the same.
    CHECK(at::equal(problem.oracles().forget_KNC[0], problem.oracles().forget_KNC[1]));
    return Answer(moved(problem, 0.1));
  };
  const auto rows = tiny_benchmark().method(assay::detail::method_entry<Given>());
  REQUIRE(rows[0].failure.empty());
  // Two oracles, and 24 models on about half of the 6 forget items beside the 114.
  CHECK(metric(rows[0], "one_off_cost") == Approx(2 + 24 * 117.0 / 114).epsilon(0.02));
  CHECK(std::abs(metric(rows[0], "fidelity")) <= 1);
}

TEST_CASE("protocol: an answer that is the original fails, and says so") {
  Free::body = [](const Problem& problem, Run&) { return Answer(problem.original); };
  const auto rows = tiny_benchmark().method(free_method);
  CHECK(rows[0].kind == "contract");
  CHECK(rows[0].failure ==
        "the answer of method 'probe' is the original model, not one parameter moved: with these "
        "settings it finds nothing to change");
  // One seed alone, while the other goes on.
  Free::body = [](const Problem& problem, Run&) {
    Model answer{problem.original.network, problem.original.theta_KP.clone()};
    answer.theta_KP.narrow(0, 2, 1).add_(1);
    return Answer(answer);
  };
  const auto mixed = tiny_benchmark().method(free_method);
  CHECK_FALSE(mixed[0].failure.empty());
  CHECK(mixed[1].failure.empty());
}

TEST_CASE("protocol: what was not declared or not prepared is an error that says what to do") {
  Free::body = [](const Problem& problem, Run&) {
    problem.oracles();
    return Answer(problem.original);
  };
  CHECK(error_of([] { tiny_benchmark().method(free_method); }) ==
        "method 'probe' asks for oracles, which it was not given: declare it in describe() with "
        ".needs(\"oracles\")");
  Json bare = tiny();
  bare.erase("spare");
  bare.erase("attribution");
  const Benchmark without(bare, {0});
  using Greedy = Probe<struct GreedyTag>;
  Greedy::body = [](const Problem& problem, Run&) { return Answer(problem.original); };
  Greedy::needs = {"oracles"};
  CHECK(error_of([&] { without.method(assay::detail::method_entry<Greedy>()); }) ==
        "method 'probe' needs oracles, which this benchmark has not: set `spare` to their number");
  Greedy::needs = {"attribution"};
  CHECK(error_of([&] { without.method(assay::detail::method_entry<Greedy>()); }) ==
        "method 'probe' needs attribution, which this benchmark has not: give it a table "
        "`attribution`");
  CHECK(
      without.expansion().at("capabilities") ==
      Json({"retain", "validation", "predictor", "classification", "curvature", "hidden_layers"}));
}

TEST_CASE("protocol: a predictor is asked, and has neither moved nor a trajectory") {
  using Predictor = Probe<struct PredictorTag>;
  Predictor::needs = {"attribution", "predictor"};
  Predictor::body = [](const Problem&, Run&) {
    return Answer([](const Query& query) { return query.original_KNC - query.attribution_KNC; });
  };
  const auto rows = tiny_benchmark().method(assay::detail::method_entry<Predictor>());
  REQUIRE(rows[0].failure.empty());
  CHECK(std::isnan(metric(rows[0], "moved")));
  CHECK(std::isnan(metric(rows[0], "relearn")));
  CHECK(std::isfinite(metric(rows[0], "tow")));
  CHECK(rows[0].result.at("curves").count("trajectory.forget") == 0);
}

TEST_CASE("protocol: checkpoints are scored from the original on, and thinned") {
  Free::body = [](const Problem& problem, Run& run) {
    for (std::int64_t step = 1; step <= 4; ++step) {
      run.checkpoint(step, problem.original.theta_KP + 0.1 * static_cast<double>(step));
    }
    return Answer(moved(problem, 0.4));
  };
  Json thin = tiny();
  thin["trajectory"] = 2;
  const Benchmark benchmark(thin, {0});
  const auto rows = benchmark.method(free_method);
  const Json& curve = rows[0].result.at("curves").at("trajectory.retain");
  REQUIRE(curve.size() == 3);
  CHECK(curve[0][0] == 0);
  CHECK(curve[1][0] == 2);
  CHECK(curve[2][0] == 4);
  CHECK(curve[0][1].get<double>() ==
        Approx(metric(benchmark.reference("do-nothing")[0], "retain_accuracy")));
  CHECK(curve[2][1].get<double>() == Approx(metric(rows[0], "retain_accuracy")));
}

TEST_CASE("protocol: a stage that failed for a seed fails that seed's cells alone") {
  Benchmark benchmark(tiny(), {0, 1});
  benchmark.fail_stage("oracles", 0, "loss became non-finite");
  Free::body = [](const Problem& problem, Run&) {
    CHECK(problem.original.theta_KP.narrow(0, 0, 2).eq(0).all().item<bool>());
    return Answer(moved(problem, 0.2));
  };
  const auto rows = benchmark.method(free_method);
  CHECK(rows[0].failure == "stage 'oracles' failed for seed 0: loss became non-finite");
  CHECK(rows[0].kind == "stage");
  CHECK(rows[1].failure.empty());
}

TEST_CASE("protocol: the smallest regression has distances and nothing of classes") {
  Json given = {{"task", {{"use", "convex"}, {"items", 60}, {"forget", 3}, {"dimension", 4}}},
                {"budget", {{"epochs", 2}}}};
  const Benchmark benchmark(given, {0, 1});
  Free::body = [](const Problem& problem, Run&) {
    CHECK(problem.ridge == 0.01);
    CHECK(problem.likelihood == Likelihood::gaussian);
    return Answer(moved(problem, 0.1));
  };
  const auto rows = benchmark.method(free_method);
  REQUIRE(rows[0].failure.empty());
  CHECK(std::isnan(metric(rows[0], "tow")));
  CHECK(metric(rows[0], "distance") > 0);
  CHECK(metric(rows[0], "moved") == Approx(0.2));
}

TEST_CASE("protocol: answers of tokens are trained, asked and scored") {
  static const Benchmark benchmark(tiny_answers(), {0, 1});
  const auto nothing = benchmark.reference("do-nothing"), floor = benchmark.reference("floor");
  const auto retrained = benchmark.reference("retrained");
  for (std::size_t row = 0; row < 2; ++row) {
    REQUIRE(nothing[row].failure.empty());
    CHECK(metric(retrained[row], "tow") == 1);
    CHECK(metric(retrained[row], "klom_forget_p95") == 0);
    CHECK(metric(nothing[row], "forget_probability") > metric(floor[row], "forget_probability"));
    const double p = metric(nothing[row], "retain_probability");
    const double accuracy = metric(nothing[row], "retain_accuracy");
    const double truth = metric(nothing[row], "retain_truth_ratio");
    CHECK(truth > 0);
    CHECK(metric(nothing[row], "utility") == Approx(3 / (1 / p + 1 / accuracy + 1 / truth)));
    for (const char* name : {"forget_extraction", "forget_paraphrase", "forget_truth_ratio",
                             "mia_entropy", "mia_rmia", "klom_retain_p95", "relearn"}) {
      INFO(name);
      CHECK(std::isfinite(metric(nothing[row], name)));
    }
    CHECK(nothing[row].result.at("curves").count("attack.loss") == 1);
  }

  // Probability and exact match of one seed's two originals by a plain loop.
  const auto task = make_task(benchmark.settings().at("task"));
  const Items items = repeated(task->items(Split::forget, {1}), 2);
  const Model model{task->network({}), benchmark.output("original", "theta_SNP")[1]};
  const Tensor log_p = predict_logits(model, Dataset::own(inputs_of(items, at::kFloat)))
                           .to(at::kDouble)
                           .log_softmax(-1);
  double probability = 0, right = 0;
  for (std::int64_t m = 0; m < 2; ++m) {
    for (std::int64_t n = 0; n < 8; ++n) {
      double sum = 0;
      for (std::int64_t t = 4; t < 9; ++t) {
        const auto label = items.label_SN[m][n][t].item<std::int64_t>();
        sum += log_p[m][n][t][label].item<double>();
        right += log_p[m][n][t].argmax().item<std::int64_t>() == label;
      }
      probability += std::exp(sum / 5);
    }
  }
  CHECK(metric(nothing[1], "forget_probability") == Approx(probability / 16).epsilon(1e-5));
  CHECK(metric(nothing[1], "forget_accuracy") == Approx(right / 80).epsilon(1e-5));

  // A method's way is recorded by probability too; classes have no metrics of answers.
  Free::needs = {};
  Free::body = [](const Problem& problem, Run& run) {
    return edit(problem, run, Reads::forget, [&](const Sides& sides) {
      return sides.forget.mean(
          log_likelihood(problem.likelihood, sides.forget.logits_KBC, sides.forget_label_AB));
    });
  };
  for (const RowOutcome& outcome : benchmark.method(free_method)) {
    REQUIRE(outcome.failure.empty());
    CHECK(outcome.result.at("curves").at("trajectory.forget_probability").size() == 3);
    CHECK(metric(outcome, "forget_probability") < metric(nothing[0], "forget_probability"));
  }
  CHECK(std::isnan(metric(tiny_benchmark().reference("do-nothing")[0], "forget_extraction")));
}

TEST_CASE("protocol: what a benchmark of answers offers") {
  const auto capabilities = [](const Json& given) {
    const Json expanded = find_family("unlearning").expand(resolved(given));
    return expanded.at("capabilities").get<std::vector<std::string>>();
  };
  const auto has = [](const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  const auto answers = capabilities(tiny_answers()), classes = capabilities(tiny());
  CHECK(has(answers, "refusals"));
  CHECK(has(answers, "hidden_layers"));
  CHECK_FALSE(has(answers, "classification"));
  CHECK_FALSE(has(answers, "curvature"));
  CHECK(has(classes, "curvature"));
  CHECK_FALSE(has(classes, "refusals"));
  CHECK(has(classes, "hidden_layers"));
  CHECK(has(classes, "classification"));
  CHECK_FALSE(has(capabilities({{"task", {{"use", "convex"}}}}), "hidden_layers"));
}

}  // namespace assay::unlearning::test
