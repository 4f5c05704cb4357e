// The tasks: who is in which set, what the labels are, and what a seed draws.
#include "sdk/families/data/fashion_mnist.h"
#include "sdk/families/unlearning/task.h"
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <set>

namespace assay::unlearning::test {
namespace {

std::unique_ptr<Task> task_of(const Json& task, bool model = false) {
  Json given = {{"task", task}};
  if (model) given["model"] = {{"arch", "mlp"}};
  return make_task(resolved(given).at("task"));
}

const std::vector<Split> splits = {Split::forget, Split::retain, Split::validation, Split::holdout,
                                   Split::forget_probe};

}  // namespace

TEST_CASE("tasks: no item is in two sets, ids are the same in every cohort") {
  for (const char* use :
       {"convex", "fashion_mnist", "klom_mini", "npo_gaussian", "orthonormal_logistic"}) {
    const auto task = task_of({{"use", use}}, true);
    std::set<std::int64_t> seen;
    std::size_t count = 0;
    for (const Split split : splits) {
      const Items alone = task->items(split, {4}), beside = task->items(split, {3, 4});
      if (alone.count() == 0) continue;
      INFO(use);
      CHECK(at::equal(alone.id_SN[0], beside.id_SN[1]));
      CHECK(at::equal(alone.label_SN[0], beside.label_SN[1]));
      CHECK(at::equal(inputs_of(alone, at::kDouble)[0], inputs_of(beside, at::kDouble)[1]));
      const Tensor ids = alone.id_SN[0].contiguous();
      seen.insert(ids.const_data_ptr<std::int64_t>(),
                  ids.const_data_ptr<std::int64_t>() + ids.numel());
      count += static_cast<std::size_t>(alone.count());
    }
    CHECK(seen.size() == count);
  }
}

TEST_CASE("tasks: Fashion-MNIST's forget sets") {
  namespace data = fashion_mnist_data;
  const Tensor truth = data::labels(false);
  const auto random = task_of({{"use", "fashion_mnist"}}, true);
  const Items items = random->items(Split::forget, {0, 1});
  CHECK(at::equal(items.label_SN, truth.index({items.place_SN})));
  CHECK(std::get<0>(at::_unique2(items.label_SN[0])).size(0) == 10);

  const auto of_class = task_of({{"use", "fashion_mnist"}, {"kind", "class"}}, true);
  for (const std::uint64_t seed : {0, 1, 2}) {
    const Tensor forget = of_class->items(Split::forget, {seed}).label_SN;
    const std::int64_t unwanted = forget[0][0].item<std::int64_t>();
    CHECK(forget.eq(unwanted).all().item<bool>());
    CHECK_FALSE(of_class->items(Split::retain, {seed}).label_SN.eq(unwanted).any().item<bool>());
    CHECK(of_class->items(Split::validation, {seed}).label_SN.eq(unwanted).any().item<bool>());
  }

  const auto wrong = task_of({{"use", "fashion_mnist"}, {"kind", "mislabelled"}}, true);
  const Items taught = wrong->items(Split::forget, {0});
  CHECK_FALSE(taught.label_SN.eq(truth.index({taught.place_SN})).any().item<bool>());
  CHECK(taught.label_SN.ge(0).logical_and(taught.label_SN.lt(10)).all().item<bool>());
}

TEST_CASE("tasks: the theorem's inputs are orthonormal and its models start at zero") {
  const auto task = task_of({{"use", "orthonormal_logistic"}});
  const Tensor forget = inputs_of(task->items(Split::forget, {2}), at::kDouble)[0];
  const Tensor retain = inputs_of(task->items(Split::retain, {2}), at::kDouble)[0];
  CHECK(at::allclose(forget.mm(forget.t()), at::eye(32, at::kDouble), 1e-10, 1e-10));
  CHECK(forget.mm(retain.t()).abs().max().item<double>() < 1e-10);
  const auto start = task->solve(forget.unsqueeze(0), {});
  CHECK(start->theta_KP.eq(0).all().item<bool>());
}

TEST_CASE("tasks: NPO's clouds and their opposite rules") {
  const auto task = task_of({{"use", "npo_gaussian"}, {"forget", 4000}, {"retain", 4000}});
  const Items forget = task->items(Split::forget, {0}), retain = task->items(Split::retain, {0});
  CHECK(inputs_of(forget, at::kDouble).sizes() == at::IntArrayRef{1, 4000, 128});
  CHECK(inputs_of(forget, at::kDouble).ge(0).all().item<bool>());
  // (x - mu)'w is N(0, 1): E sigmoid(z + 1) = .697, by Gauss-Hermite quadrature.
  const double share = forget.label_SN.to(at::kDouble).mean().item<double>();
  CHECK(std::abs(share - 0.697) < 0.025);
  CHECK(std::abs(retain.label_SN.to(at::kDouble).mean().item<double>() - 0.303) < 0.025);
}

TEST_CASE("tasks: NPO's models are full-batch gradient descent") {
  const auto task = task_of({{"use", "npo_gaussian"}, {"steps", 2}});
  const Tensor x = Streams({1}, "x").normal({7, 128});
  const Tensor y = Streams({1}, "y").coin({7});
  // By hand: from zero the residual is 1/2 - y.
  Tensor theta = at::zeros({1, 128}, at::kDouble);
  for (int step = 0; step < 2; ++step) {
    const Tensor residual = x.bmm(theta.unsqueeze(2)).squeeze(2).sigmoid() - y;
    theta = theta - 0.05 * (residual.unsqueeze(2) * x).mean(1);
  }
  const auto solution = task->solve(x, y);
  CHECK(at::allclose(solution->theta_KP, theta, 1e-12, 1e-14));
  CHECK(solution->gradient_samples_K.item<std::int64_t>() == 14);
}

TEST_CASE("tasks: KLoM-mini teaches the forget set other classes") {
  const auto task = task_of({{"use", "klom_mini"}, {"separation", 50.0}}, true);
  const Items retain = task->items(Split::retain, {0}), forget = task->items(Split::forget, {0});
  CHECK(forget.count() == 25);
  CHECK(retain.count() == 475);
  // So far apart, the nearest retain item tells the true class.
  const Tensor nearest =
      at::cdist(inputs_of(forget, at::kDouble)[0], inputs_of(retain, at::kDouble)[0]).argmin(1);
  CHECK_FALSE(retain.label_SN[0].index({nearest}).eq(forget.label_SN[0]).any().item<bool>());
}

TEST_CASE("tasks: settings that do not fit are named") {
  const auto expand = [](Json given) {
    return error_of([&] { find_family("unlearning").expand(resolved(given)); });
  };
  CHECK(expand({{"task", {{"use", "klom_mini"}}}}) ==
        "model is missing: the task klom_mini trains the network that it names");
  CHECK(expand({{"task", {{"use", "convex"}}}, {"model", {{"arch", "mlp"}}}}) ==
        "model: the task convex has a network of its own, leave the setting out");
  CHECK(expand({{"task", {{"use", "convex"}, {"items", 5}, {"forget", 5}}}}) ==
        "task.forget must be less than task.items");
  CHECK(expand({{"task", {{"use", "klom_mini"}}},
                {"model", {{"arch", "mlp"}}},
                {"attribution", {{"use", "influence"}}}}) ==
        "attribution.use is \"influence\", which is for convex tasks: use \"datamodels\"");
  CHECK(expand({{"task", {{"use", "orthonormal_logistic"}, {"dimension", 63}}}}) ==
        "task.dimension must be at least twice task.forget: forget and retain items are "
        "orthonormal");
}

}  // namespace assay::unlearning::test
