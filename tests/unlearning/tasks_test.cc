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
  for (const char* use : {"convex", "fashion_mnist", "klom_mini", "npo_gaussian",
                          "orthonormal_logistic", "tofu_mini"}) {
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

TEST_CASE("tasks: TOFU-mini's facts, told and asked") {
  const auto task = task_of({{"use", "tofu_mini"}});
  const Items forget = task->items(Split::forget, {0}), retain = task->items(Split::retain, {0});
  const Items holdout = task->items(Split::holdout, {0});
  REQUIRE(forget.count() == 80);
  REQUIRE(retain.count() == 720);
  const Tensor x_NT = inputs_of(retain, at::kLong)[0], y_NT = retain.label_SN[0];
  REQUIRE(x_NT.sizes() == at::IntArrayRef{720, 9});
  // What a position says next is what the next one reads; the question's four have no label.
  CHECK(y_NT.slice(1, 4, 8).equal(x_NT.slice(1, 5)));
  CHECK(y_NT.slice(1, 0, 4).eq(-1).all().item<bool>());
  CHECK(y_NT.slice(1, 4).ge(0).all().item<bool>());
  // An answer begins with the surname that was asked for.
  CHECK(y_NT.select(1, 4).equal(x_NT.select(1, 2)));

  // Four facts an author: two names, and all four attributes.
  const auto authors = [](const Items& items) {
    const Tensor name_N2 = inputs_of(items, at::kLong)[0].slice(1, 1, 3);
    CHECK(name_N2.view({-1, 4, 2}).eq(name_N2.view({-1, 4, 2}).slice(1, 0, 1)).all().item<bool>());
    const Tensor name_N = name_N2.select(1, 0) * 1000 + name_N2.select(1, 1);
    const Tensor all = name_N.contiguous();
    return std::set<std::int64_t>(all.const_data_ptr<std::int64_t>(),
                                  all.const_data_ptr<std::int64_t>() + all.numel());
  };
  std::set<std::int64_t> names = authors(forget);
  CHECK(names.size() == 20);
  names.merge(authors(retain));
  CHECK(names.size() == 200);
  names.merge(authors(holdout));
  CHECK(names.size() == 220);
  const Tensor kinds_NA = x_NT.select(1, 3).view({-1, 4});
  CHECK(std::get<0>(kinds_NA.sort(1)).eq(kinds_NA.narrow(0, 0, 1)).all().item<bool>());
}

TEST_CASE("tasks: TOFU-mini's other words, false answers and refusals") {
  const auto task = task_of({{"use", "tofu_mini"}});
  const Items taught = task->items(Split::forget, {0, 1});
  const auto texts = task->texts(Split::forget, {0, 1});
  REQUIRE(texts.has_value());
  REQUIRE(texts->perturbed.size() == 5);
  const auto values = [](const Items& items) { return items.label_SN.slice(2, 7); };
  const auto words = [](const Items& items) { return items.label_SN.slice(2, 5, 7); };
  CHECK(texts->paraphrase.id_SN.equal(taught.id_SN));
  CHECK(values(texts->paraphrase).equal(values(taught)));
  CHECK_FALSE(words(texts->paraphrase).eq(words(taught)).any().item<bool>());
  for (const Items& wrong : texts->perturbed) {
    CHECK(wrong.id_SN.equal(taught.id_SN));
    CHECK(words(wrong).equal(words(texts->paraphrase)));
    CHECK_FALSE(values(wrong).eq(values(taught)).any().item<bool>());
    CHECK(inputs_of(wrong, at::kLong)
              .slice(2, 0, 7)
              .equal(inputs_of(texts->paraphrase, at::kLong).slice(2, 0, 7)));
  }
  CHECK_FALSE(values(texts->perturbed[0]).equal(values(texts->perturbed[1])));

  const auto refusals = task->refusals({0, 1});
  REQUIRE(refusals.has_value());
  CHECK(refusals->id_SN.equal(taught.id_SN));
  const Tensor asked = inputs_of(*refusals, at::kLong), y = refusals->label_SN;
  CHECK(asked.slice(2, 0, 5).equal(inputs_of(taught, at::kLong).slice(2, 0, 5)));
  const Tensor tokens = y.ge(0).sum(2);
  CHECK(tokens.min().item<std::int64_t>() == 3);
  CHECK(tokens.max().item<std::int64_t>() == 5);
  // Said symbols are read by the next position; nothing is said behind the end.
  CHECK(at::where(y.slice(2, 4, 8).ge(0), y.slice(2, 4, 8), 0).equal(asked.slice(2, 5)));
  // No fact's words are in a refusal.
  const Tensor said = y.masked_select(y.ge(0));
  CHECK_FALSE(
      at::isin(said, taught.label_SN.masked_select(taught.label_SN.ge(0))).any().item<bool>());
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
  CHECK(expand({{"task", {{"use", "tofu_mini"}, {"forget", 78}}}}) ==
        "task.forget is 78, but authors have 4 facts each and stay together: give a multiple of "
        "it");
  CHECK(expand({{"task", {{"use", "tofu_mini"}, {"items", 80}}}}) ==
        "task.forget must be less than task.items");
  CHECK(expand({{"task", {{"use", "tofu_mini"}, {"items", 4096}}}}) ==
        "task: items, validation and holdout are facts of 1064 authors, but there are only 1024 "
        "names");
  CHECK(expand({{"task", {{"use", "tofu_mini"}}}, {"model", {{"arch", "mlp"}}}}) ==
        "model: the task tofu_mini has its network of sequences in task.model, leave the setting "
        "out");
  CHECK(expand({{"task", {{"use", "tofu_mini"}}}, {"attribution", {{"use", "datamodels"}}}}) ==
        "attribution: answers of tokens have none, leave the setting out");
  CHECK(expand({{"task", {{"use", "orthonormal_logistic"}, {"dimension", 63}}}}) ==
        "task.dimension must be at least twice task.forget: forget and retain items are "
        "orthonormal");
}

}  // namespace assay::unlearning::test
