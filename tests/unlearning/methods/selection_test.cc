// Which parameters are trained or dampened.
#include "support.h"

#include <assay/unlearning/curvature.h>
#include <assay/unlearning/selection.h>

namespace assay::unlearning::test {

TEST_CASE("selection: the mask marks each row's share of the largest gradients") {
  const Seeds seeds = {4, 5, 6};
  const Example example = precise_example(seeds);
  Run run(seeds);
  const Tensor mask_KP = saliency_mask(example.problem, numbers({.5, .1, 1}, {3, 1}), run);
  const Tensor size_KP = mean_gradient(example.problem.original, example.problem.forget,
                                       negative_log_likelihood(Likelihood::categorical), run)
                             .abs();
  const std::int64_t parameters = mask_KP.size(1);
  const std::int64_t wanted[] = {std::llround(.5 * static_cast<double>(parameters)),
                                 std::llround(.1 * static_cast<double>(parameters)), parameters};
  for (std::int64_t row = 0; row < 3; ++row) {
    CHECK(mask_KP[row].sum().item<std::int64_t>() == wanted[row]);
    if (row == 2) continue;
    const double least = size_KP[row].masked_select(mask_KP[row]).min().item<double>();
    CHECK(size_KP[row].masked_select(mask_KP[row].logical_not()).max().item<double>() <= least);
  }
  CHECK(run.costs(0).gradient_samples == 2 * 4);
}

TEST_CASE("selection: unmarked parameters stay bit-equal through momentum and weight decay") {
  const Seeds seeds = {4, 5};
  for (const bool momentum : {false, true}) {
    Example example = make_example(seeds, {});
    Recipe& recipe = example.problem.recipe;
    recipe.weight_decay = .3;
    recipe.optimizer = momentum ? "sgd" : "adamw";
    recipe.momentum = momentum ? .9 : 0;
    Run run(seeds);
    const Tensor mask_KP =
        saliency_mask(example.problem, numbers({.3}, {1, 1}).repeat({2, 1}), run);
    const Tensor start_KP = example.problem.original.theta_KP;
    const Tensor theta_KP = fit("salun", example.problem, seeds, {{{"share", .3}}}).theta_KP;
    CHECK(theta_KP.masked_select(mask_KP.logical_not())
              .equal(start_KP.masked_select(mask_KP.logical_not())));
    CHECK((theta_KP.masked_select(mask_KP) != start_KP.masked_select(mask_KP)).all().item<bool>());
  }
}

TEST_CASE("selection: importance is the mean of the samples' squared gradients") {
  const Seeds seeds = {4, 5};
  for (const ExampleKind kind :
       {ExampleKind{Likelihood::categorical}, ExampleKind{Likelihood::bernoulli},
        ExampleKind{Likelihood::gaussian, true}}) {
    const Example example = precise_example(seeds, kind);
    const Model& model = example.problem.original;
    const Part& part = example.problem.retain;
    Run run(seeds);
    const Tensor mean_KP = importance(model, part, kind.likelihood, run);
    for (std::int64_t row = 0; row < 2; ++row) {
      const Tensor each_NP = per_sample_gradients(
          *model.network, model.theta_KP[row], part.data.slice(0, 60)[row].to(at::kDouble),
          [&](const Tensor& logits_N1C) {
            return -log_likelihood(kind.likelihood, logits_N1C, part.label_KN[row].unsqueeze(1))
                        .squeeze(1);
          });
      CHECK(largest(mean_KP[row], each_NP.square().mean(0)) < 1e-12);
    }
    CHECK(run.costs(1).gradient_samples == 60);
  }
  CHECK(at::allclose(forget_share(make_example({1, 2}, {}).problem),
                     numbers({4. / 64, 4. / 64}, {2, 1})));
}

}  // namespace assay::unlearning::test
