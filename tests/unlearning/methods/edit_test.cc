// Training on both sides at once: which items come when, what they carry, what it costs.
#include "support.h"

#include "sdk/families/support/linear_network.h"

#include <ATen/core/grad_mode.h>
#include <assay/unlearning/terms.h>

#include <limits>
#include <map>
#include <set>

namespace assay::unlearning::test {
namespace {

/// Rows with different numbers of items; an item's one input is its label, its id is 100 x row +
/// label. Forget items have the labels 0.., retain items 50.. .
struct Ragged {
  explicit Ragged(const std::vector<std::pair<std::int64_t, std::int64_t>>& counts) {
    for (std::size_t row = 0; row < counts.size(); ++row) seeds.push_back(20 + row);
    problem.likelihood = Likelihood::gaussian;
    problem.forget = part(counts, true);
    problem.retain = part(counts, false);
    problem.original = {make_linear(1, 1), Streams(seeds, "test.theta").normal({1})};
    problem.recipe = descent(3, 4, 1e-4);
    problem.retain_batch = 3;
  }

  Part part(const std::vector<std::pair<std::int64_t, std::int64_t>>& counts, bool forget) const {
    std::int64_t most = 0;
    for (const auto& [f, r] : counts) most = std::max(most, forget ? f : r);
    const auto rows = static_cast<std::int64_t>(counts.size());
    const double first = forget ? 0 : 50;
    const Tensor value_KN = (at::arange(most, at::kDouble) + first).expand({rows, most}).clone();
    Tensor item_KN = at::arange(most, at::kLong).expand({rows, most}).clone();
    Tensor label_KN = value_KN.clone();
    for (std::int64_t row = 0; row < rows; ++row) {
      const auto& [f, r] = counts[static_cast<std::size_t>(row)];
      item_KN[row].slice(0, forget ? f : r).fill_(-1);
      label_KN[row].slice(0, forget ? f : r).fill_(-1);
    }
    return {Dataset::own(value_KN.unsqueeze(2), item_KN), label_KN, label_KN.to(at::kLong)};
  }

  Tensor train(Run& run, Reads reads, const Hooks& hooks = {}) const {
    return edit(
               problem, run, reads, [&](const Sides& sides) { return loss(sides, reads); }, hooks)
        .theta_KP;
  }

  Tensor loss(const Sides& sides, Reads reads) const {
    if (reads == Reads::retain) return retain_loss(problem, sides);
    const Tensor forget_A = sides.forget.mean(forget_log_likelihood(problem, sides));
    return reads == Reads::forget ? forget_A : forget_A + 2 * retain_loss(problem, sides);
  }

  Seeds seeds;
  Problem problem;
};

}  // namespace

TEST_CASE("edit: retain items come once each before any comes again") {
  const Ragged ragged({{8, 10}});
  Run run(ragged.seeds);
  std::map<double, int> seen;
  std::vector<std::vector<double>> batches;
  const auto loss = [&](const Sides& sides) {
    const Tensor label_B = sides.retain_label_AB[0];
    batches.emplace_back();
    for (std::int64_t i = 0; i < label_B.size(0); ++i) {
      batches.back().push_back(label_B[i].item<double>());
      ++seen[batches.back().back()];
    }
    return ragged.loss(sides, Reads::both);
  };
  Problem problem = ragged.problem;
  problem.recipe.epochs = 10;  // 2 steps each, 3 retain items a step: 60 = 6 x 10
  edit(problem, run, Reads::both, loss);
  REQUIRE(batches.size() == 20);
  REQUIRE(seen.size() == 10);
  for (const auto& [label, times] : seen) CHECK(times == 6);
  for (int pass = 0; pass < 6; ++pass) {
    std::set<double> of_pass;
    for (int place = 10 * pass; place < 10 * pass + 10; ++place) {
      of_pass.insert(
          batches[static_cast<std::size_t>(place / 3)][static_cast<std::size_t>(place % 3)]);
    }
    CHECK(of_pass.size() == 10);
  }
  // The order is drawn: two passes differ, and so does an edit after this one.
  CHECK(batches[0] != std::vector<double>{50, 51, 52});
  const auto first = batches;
  batches.clear();
  edit(problem, run, Reads::both, loss);
  CHECK(batches != first);
}

TEST_CASE("edit: each side carries its own items, labels, weights and outputs") {
  const Ragged ragged({{6, 5}, {3, 2}});
  Run run(ragged.seeds);
  const auto check_side = [&](const Batch& side, const Tensor& label_AB) {
    const Tensor real_AB = side.weight_AB.gt(0);
    CHECK(side.x.squeeze(2).masked_select(real_AB).equal(label_AB.masked_select(real_AB)));
    CHECK(at::allclose(side.share_AB.sum(1), at::ones({side.x.size(0)}, at::kDouble)));
    CHECK(side.share_AB.masked_select(real_AB.logical_not()).abs().sum().item<double>() == 0);
    CHECK(side.logits_KBC.sizes() == side.x.sizes());
    // z = theta x: the outputs belong to these inputs.
    const Tensor theta_AB = (side.logits_KBC / side.x).squeeze(2);
    for (std::int64_t row = 0; row < theta_AB.size(0); ++row) {
      const Tensor known = theta_AB[row].masked_select(side.x[row].squeeze(1).ne(0));
      CHECK(largest(known, known[0].expand_as(known)) < 1e-12);
    }
  };
  int steps = 0;
  edit(ragged.problem, run, Reads::both, [&](const Sides& sides) {
    const at::NoGradGuard no_record;
    check_side(sides.forget, sides.forget_label_AB);
    check_side(sides.retain, sides.retain_label_AB);
    if (sides.retain.rows_A.size(0) == 2) {
      CHECK(sides.retain.weight_AB.sum(1).equal(numbers({3, 2}, {2})));
    }
    ++steps;
    const at::AutoGradMode record(true);
    return ragged.loss(sides, Reads::both);
  });
  CHECK(steps == 6);
}

TEST_CASE("edit: a step is the gradient of the loss over both sides") {
  // One row, full batches, z = theta x, y = x: ascent has the slope (theta - 1) mean x^2 downwards.
  Ragged ragged({{2, 3}});
  ragged.problem.recipe = descent(1, 2, 1e-5);
  Run run(ragged.seeds);
  const double theta = ragged.problem.original.theta_KP.item<double>();
  const double slope = (theta - 1) * (2 * (50. * 50 + 51. * 51 + 52. * 52) / 3 - .5);
  CHECK(ragged.train(run, Reads::both).item<double>() == Approx(theta - 1e-5 * slope));
}

TEST_CASE("edit: costs count the samples of both sides") {
  const Ragged ragged({{6, 9}});
  const auto samples = [&](Reads reads) {
    Run run(ragged.seeds);
    ragged.train(run, reads);
    CHECK(run.costs(0).flops ==
          Approx(3. * 2 * static_cast<double>(run.costs(0).gradient_samples)));
    return run.costs(0).gradient_samples;
  };
  CHECK(samples(Reads::forget) == 3 * 6);
  CHECK(samples(Reads::retain) == 3 * 9);
  CHECK(samples(Reads::both) == 3 * 6 + 3 * 2 * 3);  // two steps an epoch, three retain items each
}

TEST_CASE("edit: rows of different lengths train as they do alone, and offer their epochs") {
  const std::vector<std::pair<std::int64_t, std::int64_t>> counts = {{9, 7}, {3, 20}, {4, 2}};
  const Ragged ragged(counts);
  for (const Reads reads : {Reads::forget, Reads::retain, Reads::both}) {
    Run run(ragged.seeds);
    std::map<std::int64_t, Tensor> offered;
    run.on_checkpoint([&](std::int64_t step, const Tensor& theta_KP) {
      CHECK(offered.count(step) == 0);
      offered[step] = theta_KP.clone();
    });
    const Tensor together = ragged.train(run, reads);
    REQUIRE(offered.size() == 3);
    CHECK(offered.at(3).equal(together));
    for (std::size_t row = 0; row < counts.size(); ++row) {
      Ragged alone({counts[row]});
      alone.seeds = {ragged.seeds[row]};
      alone.problem.original.theta_KP =
          ragged.problem.original.theta_KP.narrow(0, static_cast<std::int64_t>(row), 1);
      for (const std::int64_t epochs : {1, 2, 3}) {
        alone.problem.recipe.epochs = epochs;
        Run own(alone.seeds);
        const Tensor theta_1P = alone.train(own, reads);
        CHECK(largest(theta_1P[0], offered.at(epochs)[static_cast<std::int64_t>(row)]) < 1e-12);
      }
    }
  }
}

TEST_CASE("edit: a row that fails leaves the others as they were") {
  const std::vector<std::pair<std::int64_t, std::int64_t>> counts = {{5, 7}, {5, 7}, {5, 7}};
  const Ragged ragged(counts);
  Run fine(ragged.seeds), broken(ragged.seeds);
  const Tensor expected = ragged.train(fine, Reads::both);
  Ragged poisoned = ragged;
  poisoned.problem.original.theta_KP = ragged.problem.original.theta_KP.clone();
  poisoned.problem.original.theta_KP[1] = std::numeric_limits<double>::quiet_NaN();
  const Tensor theta = poisoned.train(broken, Reads::both);
  CHECK(broken.failed(1));
  CHECK(theta[0].equal(expected[0]));
  CHECK(theta[2].equal(expected[2]));
}

TEST_CASE(
    "edit: the retain batch is the recipe's where none is set, and never more than a row has") {
  Ragged ragged({{4, 3}, {4, 9}});
  ragged.problem.retain_batch = 0;
  ragged.problem.recipe.epochs = 1;
  Run run(ragged.seeds);
  edit(ragged.problem, run, Reads::both, [&](const Sides& sides) {
    CHECK(sides.retain.weight_AB.sum(1).equal(numbers({3, 4}, {2})));
    return ragged.loss(sides, Reads::both);
  });
}

TEST_CASE("edit: the original's outputs can be gathered on either side") {
  const Ragged ragged({{6, 5}, {3, 2}});
  Run run(ragged.seeds);
  const Tensor forget_KNC = reference_logits(ragged.problem, ragged.problem.forget, run);
  const Tensor retain_KN = reference_log_likelihood(ragged.problem, ragged.problem.retain, run);
  CHECK(run.costs(0).forward_samples == 11);
  CHECK(run.costs(1).forward_samples == 5);
  Problem problem = ragged.problem;
  problem.recipe.epochs = 1;
  problem.recipe.batch = 6;
  edit(problem, run, Reads::both, [&](const Sides& sides) {  // its one step starts at the original
    const at::NoGradGuard no_record;
    const auto same = [](const Batch& side, const Tensor& left_AB, const Tensor& right_AB) {
      return ((left_AB - right_AB) * side.weight_AB).abs().max().item<double>() < 1e-12;
    };
    CHECK(same(sides.forget, sides.forget.gather(forget_KNC).squeeze(2),
               sides.forget.logits_KBC.squeeze(2)));
    CHECK(same(sides.retain, sides.retain.gather(retain_KN),
               log_likelihood(problem.likelihood, sides.retain.logits_KBC, sides.retain_label_AB)));
    const at::AutoGradMode record(true);
    return ragged.loss(sides, Reads::both);
  });
}

TEST_CASE("edit: says what does not fit") {
  const Ragged ragged({{6, 5}, {3, 2}});
  Run run(ragged.seeds);
  Hooks hooks;
  hooks.prepare = [](Batch&) {};
  CHECK(error_of([&] { ragged.train(run, Reads::both, hooks); }) ==
        "edit: the hook `prepare` is edit's own where both sides are read");
  Problem problem = ragged.problem;
  problem.original.theta_KP = problem.original.theta_KP.slice(0, 0, 1);
  CHECK(error_of([&] {
          edit(problem, run, Reads::both,
               [&](const Sides& sides) { return ragged.loss(sides, Reads::both); });
        }) == "edit: the model has 1 rows, the forget set 2, and the retain set 2");
}

}  // namespace assay::unlearning::test
