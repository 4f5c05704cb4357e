// Tasks against what the data say, and closed forms.
#include "sdk/families/continual/task.h"
#include "sdk/families/data/fashion_mnist.h"
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

namespace assay::continual::test {
namespace {

const Seeds seeds = {1, 2};

std::unique_ptr<Stream> make(const Json& task, Scenario scenario, const Seeds& rows = seeds) {
  const Json settings = resolved({{"task", task}, {"model", {{"arch", "mlp"}}}}).at("task");
  return find_task(settings.at("use").get<std::string>()).make(settings, scenario, rows);
}

Json small(const char* use) {
  return {{"use", use}, {"size", 14}, {"train", 60}, {"validation", 20}, {"test", 50}};
}

Tensor all_of(const Dataset& data) {
  return data.slice(0, data.largest_count());
}

}  // namespace

TEST_CASE("tasks: split in the natural order has classes 2t and 2t + 1") {
  Json settings = small("split_fashion_mnist");
  settings["order"] = "natural";
  const auto stream = make(settings, Scenario::class_);
  REQUIRE(stream->tasks() == 5);
  const Tensor owner_N = at::arange(5, at::kLong).repeat_interleave(50);
  const Tensor label_KN = stream->truth()->labels_KN();
  CHECK(label_KN.div(2, "floor").eq(owner_N).all().item<bool>());
  // The images are those that the file names so.
  const Tensor class_M = fashion_mnist_data::labels(true);
  const Tensor image_MHW = fashion_mnist_data::images(true, 14);
  const Tensor first_of_8 = class_M.eq(8).logical_or(class_M.eq(9)).nonzero()[0][0];
  CHECK(at::equal(all_of(stream->test())[0][200], image_MHW[first_of_8.item<std::int64_t>()]));
  CHECK(label_KN[0][200].item<std::int64_t>() ==
        class_M[first_of_8.item<std::int64_t>()].item<std::int64_t>());
  const auto domain = make(settings, Scenario::domain);
  CHECK(at::equal(domain->truth()->labels_KN(), label_KN.remainder(2)));
  CHECK(domain->outputs() == 2);
}

TEST_CASE("tasks: split draws an order of the classes for each seed") {
  const auto stream = make(small("split_fashion_mnist"), Scenario::class_);
  const Items items = stream->training({3, 1});
  CHECK(items.label_KN.narrow(1, 0, 60).div(2, "floor").eq(3).all().item<bool>());
  CHECK(items.label_KN.narrow(1, 60, 60).div(2, "floor").eq(1).all().item<bool>());
  // A label means one class of the file: the mean images of a label are near in both splits.
  const Tensor x_KNHW = all_of(stream->training({0}).data);
  const Tensor label_KN = stream->training({0}).label_KN;
  const Tensor test_KNHW = all_of(stream->test());
  const Tensor truth_KN = stream->truth()->labels_KN();
  for (std::int64_t row = 0; row < 2; ++row) {
    const auto mean = [&](const Tensor& x, const Tensor& label, std::int64_t output) {
      return x[row].index({label[row].eq(output)}).mean(0);
    };
    const Tensor trained = mean(x_KNHW, label_KN, 0);
    const double same = (trained - mean(test_KNHW, truth_KN, 0)).norm().item<double>();
    const double other = (trained - mean(test_KNHW, truth_KN, 1)).norm().item<double>();
    CHECK(same < other);
  }
  CHECK_FALSE(at::equal(x_KNHW[0], x_KNHW[1]));
  const auto alone = make(small("split_fashion_mnist"), Scenario::class_, {2});
  CHECK(at::equal(all_of(alone->training({0}).data)[0], x_KNHW[1]));
}

TEST_CASE("tasks: training and validation items differ") {
  const auto stream = make(small("permuted_fashion_mnist"), Scenario::domain);
  const Tensor train_KNF = all_of(stream->training({0}).data).flatten(2);
  const Tensor other_KNF = all_of(stream->validation({0}).data).flatten(2);
  CHECK(at::cdist(train_KNF, other_KNF).min().item<double>() > 1e-3);
}

TEST_CASE("tasks: permuted images hold the same pixels in another order") {
  const auto stream = make(small("permuted_fashion_mnist"), Scenario::domain);
  const Tensor x_KTNF = all_of(stream->test()).view({2, 10, 50, 196});
  const Tensor image_NF = fashion_mnist_data::images(true, 14).narrow(0, 0, 50).flatten(1);
  const auto sorted = [](const Tensor& x) { return std::get<0>(x.sort(-1)); };
  CHECK(at::equal(sorted(x_KTNF[1][4]), sorted(image_NF)));
  // One order a task and seed: a pixel column of the file is a column here.
  CHECK(at::cdist(x_KTNF[1][4].t(), image_NF.t(), 2, 2).amin(1).max().item<double>() == 0);
  CHECK_FALSE(at::equal(x_KTNF[1][4], x_KTNF[1][5]));
  CHECK_FALSE(at::equal(x_KTNF[0][4], x_KTNF[1][4]));
  const auto heads = make(small("permuted_fashion_mnist"), Scenario::task);
  CHECK(heads->outputs() == 100);
  CHECK(at::equal(heads->training({7}).label_KN, stream->training({7}).label_KN + 70));
}

TEST_CASE("tasks: a quarter turn moves corners to corners") {
  Json settings = small("rotated_fashion_mnist");
  settings["angle"] = 90;
  const auto stream = make(settings, Scenario::domain);
  const Tensor x_TNHW = all_of(stream->test())[0].view({3, 50, 14, 14});
  CHECK(at::allclose(x_TNHW[1], at::rot90(x_TNHW[0], 1, {1, 2}), 1e-4, 1e-5));
  CHECK(at::allclose(x_TNHW[2], at::rot90(x_TNHW[0], 2, {1, 2}), 1e-4, 1e-5));
}

TEST_CASE("tasks: the posterior of the linear stream is that of one task after the other") {
  for (const char* gram : {"diagonal", "general"}) {
    const auto stream =
        make({{"use", "linear_gaussian"}, {"gram", gram}, {"prior", 2.0}}, Scenario::domain);
    // Bayes' rule in turn: precision += X'X, precision mean += X'y, from N(0, 4 I).
    Tensor precision = at::eye(6, at::kDouble).div(4).expand({2, 6, 6}).clone();
    Tensor weighted = at::zeros({2, 6, 1}, at::kDouble);
    for (std::int64_t task = 0; task < stream->tasks(); ++task) {
      const Items items = stream->training({task});
      const Tensor x = all_of(items.data);
      const Tensor with_one = at::cat({x, at::ones({2, x.size(1), 1}, at::kDouble)}, 2);
      const Tensor gram_KPP = with_one.transpose(1, 2).matmul(with_one);
      if (std::string(gram) == "diagonal") {
        CHECK((gram_KPP - gram_KPP.diagonal(0, 1, 2).diag_embed()).abs().max().item<double>() <
              1e-10);
      }
      precision += gram_KPP;
      weighted += with_one.transpose(1, 2).matmul(items.label_KN.unsqueeze(2));
    }
    const Tensor mean_KP = at::linalg_inv(precision).matmul(weighted).squeeze(2);
    CHECK(at::allclose(stream->truth()->posterior_KP(), mean_KP, 1e-9, 1e-11));
  }
}

TEST_CASE("tasks: settings that do not fit are one error") {
  Json settings = small("split_fashion_mnist");
  settings["train"] = 12000;
  CHECK(error_of([&] { make(settings, Scenario::class_); }) ==
        "task.train + task.validation is 12020, but a task of two classes has 12000 training "
        "images");
  CHECK(error_of([&] { make({{"use", "linear_gaussian"}}, Scenario::class_); }) ==
        "linear_gaussian has one output that means the same in every task: write scenario = "
        "\"domain\"");
  CHECK(error_of([&] { make({{"use", "linear_gaussian"}, {"train", 42}}, Scenario::domain); }) ==
        "task.train is 42, but a diagonal Gram needs a multiple of 2 x task.dimension, 10");
  settings = small("permuted_fashion_mnist");
  settings["train"] = 6000;
  CHECK(
      error_of([&] { make(settings, Scenario::domain); }) ==
      "task.tasks x (task.train + task.validation) is 60200, but Fashion-MNIST has 60000 training "
      "images and no two tasks share one");
}

}  // namespace assay::continual::test
