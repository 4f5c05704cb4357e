// The protocol from stages to cells: what rows are, who sees what, and how rows fail alone.
#include "sdk/internal/safetensors.h"
#include "support.h"

#include <ATen/ATen.h>
#include <assay/common/error.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <functional>

namespace assay::weak_to_strong::test {
namespace {

/// A method made of one function, set by the test.
class Probe final : public Method {
 public:
  static MethodInfo describe() { return MethodInfo("probe"); }
  explicit Probe(const Parameters&) {}
  Model fit(const Problem& problem, Run& run) override { return body(problem, run); }
  static std::function<Model(const Problem&, Run&)> body;
};
std::function<Model(const Problem&, Run&)> Probe::body;

const MethodEntry probe = assay::detail::method_entry<Probe>();
const Json none = Json::object();

Tensor output(const Benchmark& benchmark, const std::string& stage, const std::string& name) {
  return read_safetensors(benchmark.folder(stage) / "outputs.safetensors").tensors.at(name);
}

double metric(const RowOutcome& row, const char* name) {
  return row.result.at("metrics").at(name).get<double>();
}

}  // namespace

TEST_CASE("protocol: stages write rows for each seed") {
  const Benchmark benchmark(tiny_latent(), {0, 1, 2});
  CHECK(output(benchmark, "weak", "transfer_KNC").sizes() == at::IntArrayRef{3, 200, 2});
  CHECK(output(benchmark, "weak", "validation_KVC").sizes() == at::IntArrayRef{3, 50, 2});
  for (const char* stage : {"weak", "ceiling", "few_labels"}) {
    const Tensor test = output(benchmark, stage, "test_KNC");
    CHECK(test.sizes() == at::IntArrayRef{3, 200, 2});
    CHECK(at::allclose(test.sum(2), at::ones({3, 200}), 1e-4, 1e-4));
    for (const RowOutcome& row : benchmark.stage(stage)) {
      CHECK(row.failure.empty());
      CHECK(row.result.at("metrics").at("accuracy").get<double>() > 0.4);
      CHECK(row.result.at("curves").at("loss").size() > 0);
      CHECK(row.result.at("counts").at("gradient_samples").get<int>() > 0);
    }
  }
  // 48 labels for 10 epochs: what the supervisor may cost.
  CHECK(benchmark.stage("weak")[0].result.at("counts").at("gradient_samples") == 480);
}

TEST_CASE("protocol: a seed's stages do not depend on the seeds beside it") {
  const Benchmark together(tiny_latent(), {0, 1, 2}), alone(tiny_latent(), {1});
  for (const char* stage :
       {"pretrained", "weak", "ceiling", "few_labels", "pretrained_rung1", "rung1"}) {
    const Tensor row = output(together, stage, "theta_KP").narrow(0, 1, 1);
    CHECK(at::allclose(row, output(alone, stage, "theta_KP"), 1e-3, 1e-4));
    CHECK_FALSE(at::allclose(row, output(together, stage, "theta_KP").narrow(0, 2, 1), 1e-2, 1e-2));
  }
  CHECK(at::allclose(output(together, "ensemble", "transfer_KENC").narrow(0, 1, 1),
                     output(alone, "ensemble", "transfer_KENC"), 1e-3, 1e-4));
}

TEST_CASE("protocol: reference rows stand where their definition puts them") {
  const Benchmark benchmark(tiny_latent(), {0, 1});
  const auto weak = benchmark.reference("weak"), ceiling = benchmark.reference("ceiling");
  const auto few = benchmark.reference("few-labels");
  for (std::size_t row = 0; row < 2; ++row) {
    CHECK(metric(weak[row], "gain") == 0);
    CHECK(metric(weak[row], "agreement") == 1);
    CHECK(metric(weak[row], "agreement_where_wrong") == 1);
    CHECK(metric(weak[row], "error_correction") == 0);
    CHECK(metric(ceiling[row], "gain") == Approx(metric(ceiling[row], "gap")));
    CHECK(metric(ceiling[row], "gap") == Approx(metric(few[row], "gap")));
    CHECK(metric(few[row], "gain") ==
          Approx(metric(few[row], "accuracy") - metric(weak[row], "accuracy")));
    // Accuracy, curves and counts are the stage's own.
    CHECK(metric(few[row], "accuracy") ==
          benchmark.stage("few_labels")[row].result.at("metrics").at("accuracy").get<double>());
    CHECK(few[row].result.at("counts") == benchmark.stage("few_labels")[row].result.at("counts"));
  }
}

TEST_CASE("protocol: the ensemble's row is the mean answer of all its supervisors") {
  Json given = tiny_latent();
  given["weak"]["supervisors"] = 3;
  const Benchmark benchmark(given, {0});
  // Without the supervisor's third it is the mean of two other supervisors' probabilities.
  const Tensor weak = output(benchmark, "weak", "test_KNC");
  const Tensor mean = output(benchmark, "ensemble", "test_KNC");
  const Tensor others = (3 * mean - weak) / 2;
  CHECK(at::allclose(others.sum(2), at::ones({1, 200}), 1e-4, 1e-4));
  CHECK(others.ge(-1e-4).all().item<bool>());
  CHECK_FALSE(at::allclose(others, weak, 1e-2, 1e-2));
  const auto row = benchmark.reference("supervisors");
  CHECK(metric(row[0], "accuracy") ==
        benchmark.stage("ensemble")[0].result.at("metrics").at("accuracy").get<double>());
}

TEST_CASE("protocol: the pretraining head is decoded to classes on Fashion-MNIST") {
  Json given = tiny_fashion();
  given["pretrain"] = {{"items", 1500}, {"tasks", 12}, {"train", {{"epochs", 5}}}};
  const Benchmark benchmark(given, {0, 1});
  // No label of a class was seen; chance is .1 and 1500 images are few, so "far above" is enough.
  for (const RowOutcome& row : benchmark.reference("pretraining-decoded")) {
    CHECK(metric(row, "accuracy") > 0.5);
    CHECK(metric(row, "auroc") > 0.5);
    // Its probabilities multiply dependent answers: no calibration can be read off them.
    CHECK(row.result.at("metrics").at("ece").is_null());
    CHECK(row.result.at("metrics").at("brier").is_null());
  }
  CHECK(output(benchmark, "pretrained", "theta_KP").size(1) == 196 * 32 + 32 + 32 * 12 + 12);
}

TEST_CASE("protocol: what a method is given") {
  Probe::body = [](const Problem& problem, Run& run) {
    CHECK(run.seeds() == Seeds{2, 0, 2});
    CHECK(problem.rows() == 3);
    CHECK(problem.classes() == 2);
    CHECK(problem.pretrained);
    CHECK(problem.transfer.count(0) == 200);
    CHECK(problem.validation.count(2) == 50);
    // Rows of one seed are the same problem, those of two seeds are not.
    CHECK(at::equal(problem.weak_KNC[0], problem.weak_KNC[2]));
    CHECK_FALSE(at::allclose(problem.weak_KNC[0], problem.weak_KNC[1]));
    CHECK(at::equal(problem.student.theta_KP[0], problem.student.theta_KP[2]));
    // Pretrained: a body under a head of zeros, so the first guess is uniform.
    CHECK(slice_of(problem.student, "head.weight").eq(0).all().item<bool>());
    CHECK(slice_of(problem.student, "head.bias").eq(0).all().item<bool>());
    CHECK_FALSE(problem.student.theta_KP.eq(0).all().item<bool>());
    return problem.student;
  };
  const Benchmark benchmark(tiny_latent(), {0, 1, 2});
  const auto rows = benchmark.method_rows(probe, {{2, none}, {0, none}, {2, none}});
  CHECK(rows[0].result == rows[2].result);

  // From scratch: every method and the ceiling start from the same values of a seed.
  Tensor first;
  Probe::body = [&](const Problem& problem, Run&) {
    CHECK_FALSE(problem.pretrained);
    if (first.defined()) CHECK(at::equal(first, problem.student.theta_KP));
    first = problem.student.theta_KP;
    return problem.student;
  };
  Json scratch = tiny_latent();
  scratch.erase("pretrain");
  const Benchmark fresh(scratch, {0, 1});
  fresh.method(probe, none);
  fresh.method(probe, none);
}

TEST_CASE("protocol: the truth is not opened before the method has returned") {
  namespace fs = std::filesystem;
  const TemporaryFolder data;
  const Environment environment("ASSAY_DATA", data.path().string());
  fs::create_directories(data.path() / "fashion-mnist");
  for (const auto& file : fs::directory_iterator("/usr/share/datasets/fashion-mnist")) {
    fs::create_symlink(file.path(), data.path() / "fashion-mnist" / file.path().filename());
  }
  const Benchmark benchmark(tiny_fashion(), {0});
  // Without its labels the data set serves a method all the same, and fails the scoring after it.
  fs::remove(data.path() / "fashion-mnist" / "t10k-labels-idx1-ubyte.gz");
  fs::remove(data.path() / "fashion-mnist" / "train-labels-idx1-ubyte.gz");
  bool fitted = false;
  Probe::body = [&](const Problem& problem, Run&) {
    fitted = true;
    return problem.student;
  };
  CHECK_THAT(error_of([&] { benchmark.method(probe, none); }),
             Catch::Contains("t10k-labels-idx1-ubyte.gz"));
  CHECK(fitted);
  CHECK(benchmark.last_phase() == "score");
}

TEST_CASE("protocol: the ceiling's predictions are not read before the method has returned") {
  const Benchmark benchmark(tiny_latent(), {0});
  std::filesystem::remove(benchmark.folder("ceiling") / "outputs.safetensors");
  bool fitted = false;
  Probe::body = [&](const Problem& problem, Run&) {
    fitted = true;
    return problem.student;
  };
  CHECK_THAT(error_of([&] { benchmark.method(probe, none); }),
             Catch::Contains("outputs.safetensors"));
  CHECK(fitted);
  CHECK(benchmark.last_phase() == "score");
}

TEST_CASE("protocol: answers that break the contract fail with what came and what was expected") {
  const Benchmark benchmark(tiny_latent(), {0, 1});
  const auto text = [&](std::function<Model(const Problem&, Run&)> body) {
    Probe::body = std::move(body);
    const auto rows = benchmark.method(probe, none);
    for (const RowOutcome& row : rows) {
      CHECK(row.kind == "contract");
      CHECK(row.phase == "fit");
    }
    return rows[0].failure;
  };
  CHECK(text([](const Problem&, Run&) { return Model{}; }) ==
        "fit returned a model without a network");
  CHECK(text([](const Problem& problem, Run&) { return Model{problem.student.network, {}}; }) ==
        "fit returned a model without parameters");
  CHECK(text([](const Problem& problem, Run&) {
          return Model{problem.student.network, problem.student.theta_KP.narrow(1, 0, 10)};
        }) ==
        "fit returned parameters of shape [2, 10], expected [2, 578] (rows, parameters of its "
        "network)");
  CHECK_THAT(text([](const Problem& problem, Run&) {
               return Model{problem.student.network, problem.student.theta_KP.to(at::kDouble)};
             }),
             Catch::Equals("fit returned parameters of type Double, expected Float"));
  CHECK(text([](const Problem&, Run& run) {
          const auto network = make_network({.arch = "mlp", .width = 2, .depth = 1}, {16}, 3);
          return Model{network, initial_parameters(network->layout(), run.streams("x"))};
        }) == "fit returned a network with 3 classes, expected 2");
}

TEST_CASE("protocol: a row that fails leaves the others alone") {
  Benchmark benchmark(tiny_latent(), {0, 1, 2});
  const MethodEntry& xent = plugin_method("xent");
  const auto good = benchmark.method(xent, none);

  Probe::body = [](const Problem& problem, Run& run) {
    Model answer = problem.student;
    answer.theta_KP = answer.theta_KP.clone();
    answer.theta_KP[0].fill_(NAN);
    run.fail_row(2, "the loss is not finite");
    return answer;
  };
  const auto rows = benchmark.method(probe, none);
  CHECK(rows[0].failure == "the method returned parameters that are not finite");
  CHECK(rows[0].kind == "non_finite");
  CHECK(rows[1].failure.empty());
  CHECK(rows[1].result.at("metrics").contains("accuracy"));
  CHECK(rows[2].failure == "the loss is not finite");

  // A stage that failed for one seed: its row cannot be used, the others keep their very bits.
  benchmark.fail_stage("weak", 1, "diverged");
  const auto without = benchmark.method(xent, none);
  CHECK(without[1].kind == "stage");
  CHECK(without[1].failure == "stage 'weak' failed for seed 1: diverged");
  CHECK(without[0].result == good[0].result);
  CHECK(without[2].result == good[2].result);
  const auto ceiling = benchmark.reference("ceiling");
  CHECK(ceiling[1].kind == "stage");
  CHECK(ceiling[0].failure.empty());
}

TEST_CASE("protocol: an exception of a method names its phase") {
  const Benchmark benchmark(tiny_latent(), {0});
  Probe::body = [](const Problem&, Run&) -> Model { throw std::runtime_error("no luck"); };
  CHECK(error_of([&] { benchmark.method(probe, none); }) == "no luck");
  CHECK(benchmark.last_phase() == "fit");
}

TEST_CASE("protocol: predictions are kept with their items and seeds") {
  const Benchmark benchmark(tiny_latent(), {3, 5});
  benchmark.reference("weak");
  const auto file = read_safetensors(benchmark.folder("cells0") / "predictions.safetensors");
  CHECK(at::equal(file.tensors.at("seed_K"), at::tensor({3, 5}, at::kLong)));
  CHECK(file.tensors.at("item_KN").sizes() == at::IntArrayRef{2, 200});
  CHECK(at::equal(file.tensors.at("probability_KNC"), output(benchmark, "weak", "test_KNC")));
}

}  // namespace assay::weak_to_strong::test
