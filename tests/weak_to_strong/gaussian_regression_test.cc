// The generated regression tasks: what each side sees, and what targets are made of.
#include "sdk/families/weak_to_strong/task.h"
#include "support.h"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

namespace assay::weak_to_strong::test {
namespace {

const Sizes sizes{.labels = 300, .transfer = 400, .validation = 50, .test = 3000};

std::unique_ptr<Task> subspace_of(double noise) {
  return make_task(
      {{"use", "subspace"}, {"weak", 6}, {"strong", 5}, {"shared", 2}, {"noise", noise}}, sizes, 0);
}

Tensor x(const Task& task, Split split, View view, const Seeds& seeds) {
  const Dataset data = task.inputs(split, view, seeds);
  return data.slice(0, data.largest_count());
}

}  // namespace

TEST_CASE("subspace: supervisor and student share the features that the target lies in") {
  const auto task = subspace_of(0.5);
  const Tensor weak_KNF = x(*task, Split::test, View::weak, {3, 4});
  const Tensor strong_KNF = x(*task, Split::test, View::strong, {3, 4});
  CHECK(weak_KNF.sizes() == at::IntArrayRef{2, 3000, 6});
  CHECK(strong_KNF.sizes() == at::IntArrayRef{2, 3000, 5});
  CHECK(weak_KNF.scalar_type() == at::kDouble);
  // The supervisor's last two are the student's first two, and nothing else is the same.
  CHECK(at::equal(weak_KNF.narrow(2, 4, 2), strong_KNF.narrow(2, 0, 2)));
  const Tensor a = weak_KNF[0].narrow(1, 0, 4), b = strong_KNF[0].narrow(1, 2, 3);
  CHECK((a.t().mm(b) / 3000.0).abs().max().item<double>() < 0.1);
  CHECK((strong_KNF[0].t().mm(strong_KNF[0]) / 3000.0 - at::eye(5, at::kDouble))
            .abs()
            .max()
            .item<double>() < 0.1);
  // Least squares on the shared features leaves nothing of the target.
  const Tensor target_N1 = task->truth()->targets_KN(Split::test, {3, 4})[0].unsqueeze(1);
  const Tensor shared = strong_KNF[0].narrow(1, 0, 2);
  const Tensor theta = at::linalg_pinv(shared, 1e-12).mm(target_N1);
  CHECK((shared.mm(theta) - target_N1).abs().max().item<double>() < 1e-10);
  // One theta for all splits of a seed.
  const Tensor other = x(*task, Split::transfer, View::strong, {3})[0].narrow(1, 0, 2).mm(theta);
  CHECK(
      at::allclose(other.squeeze(1), task->truth()->targets_KN(Split::transfer, {3})[0], 0, 1e-10));
}

TEST_CASE("subspace: labels are targets with noise, and a seed redraws everything") {
  const auto task = subspace_of(0.5);
  const auto truth = task->truth();
  const Tensor noise = truth->labels_KN(Split::test, {3}) - truth->targets_KN(Split::test, {3});
  CHECK(noise.mean().item<double>() == Approx(0).margin(0.04));
  CHECK(noise.std().item<double>() == Approx(0.5).epsilon(0.05));
  CHECK(at::equal(subspace_of(0)->truth()->labels_KN(Split::test, {3}),
                  truth->targets_KN(Split::test, {3})));
  Seeds many(200);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = i;
  CHECK(truth->targets_KN(Split::validation, many).square().mean().item<double>() ==
        Approx(1).epsilon(0.25));
  CHECK(at::equal(x(*task, Split::test, View::weak, {3, 4})[1],
                  x(*task, Split::test, View::weak, {4})[0]));
  CHECK_FALSE(at::allclose(truth->targets_KN(Split::test, {3}), truth->targets_KN(Split::test, {4}),
                           0.1, 0.1));
}

TEST_CASE("linear_gaussian: both see all features, and no formula is claimed") {
  const auto task =
      make_task({{"use", "linear_gaussian"}, {"dimension", 7}, {"noise", 1.0}}, sizes, 0);
  CHECK(at::equal(x(*task, Split::labels, View::weak, {1}),
                  x(*task, Split::labels, View::strong, {1})));
  CHECK(task->input_shape(View::weak) == std::vector<std::int64_t>{7});
  CHECK_FALSE(task->expected_risks().has_value());
}

}  // namespace assay::weak_to_strong::test
