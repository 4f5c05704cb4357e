#include "sdk/families/delta/example.h"

#include <ATen/ATen.h>

#include <string>

namespace assay::delta {

namespace {

/// Prompts of one to three tokens and responses of one to four, for a small transformer.
Example sequence_example(const std::vector<std::uint64_t>& seeds) {
  constexpr std::int64_t items = 12, length = 7, symbols = 6;
  Example example{seeds, {}};
  Problem& problem = example.problem;
  problem.student.network = make_network(
      {.arch = "transformer", .width = 8, .depth = 1, .heads = 2}, {2, length}, symbols);
  problem.student.theta_KP =
      initial_parameters(problem.student.network->layout(), Streams(seeds, "assay.student"));
  const auto uniform = [&](const char* purpose, at::IntArrayRef shape) {
    return Streams(seeds, std::string("assay.conform.") + purpose).uniform(shape);
  };
  Tensor token_KN2T = (uniform("tokens", {items, 2, length}) * symbols).floor().to(at::kFloat);
  const Tensor place_T = at::arange(length, at::kDouble);
  const Tensor prompt_KN11 = (uniform("prompts", {items, 1, 1}) * 3).floor() + 1;
  const Tensor end_KN21 = prompt_KN11 + (uniform("lengths", {items, 2, 1}) * 4).floor() + 1;
  const Tensor in_prompt = place_T.lt(prompt_KN11);
  token_KN2T = at::where(in_prompt, token_KN2T.narrow(2, 0, 1), token_KN2T);
  problem.pairs.data = Dataset::own(token_KN2T);
  problem.pairs.mask_KN2T = place_T.ge(prompt_KN11).logical_and(place_T.lt(end_KN21));
  problem.stop_token = 0;
  problem.recipe.epochs = 2;
  problem.recipe.batch = 5;
  problem.recipe.lr = 1e-2;
  problem.curve = {2, 6};
  return example;
}

/// Axis 1 of one row the other way round.
Tensor turned(const Tensor& value_KN2, std::int64_t row) {
  if (!value_KN2.defined()) return value_KN2;
  Tensor copy = value_KN2.clone();
  copy[row] = value_KN2[row].flip(1);
  return copy;
}

}  // namespace

Example make_example(const std::vector<std::uint64_t>& seeds, Kind kind) {
  if (kind == Kind::sequences) return sequence_example(seeds);
  constexpr std::int64_t items = 24, features = 5;
  const std::int64_t classes = kind == Kind::classes ? 4 : 2;
  const auto normal = [&](const std::string& purpose, at::IntArrayRef shape) {
    return Streams(seeds, "assay.conform." + purpose).normal(shape).to(at::kFloat);
  };
  Example example{seeds, {}};
  Problem& problem = example.problem;
  problem.student.network =
      make_network({.arch = "mlp", .width = 6, .depth = 1}, {features}, classes);
  problem.student.theta_KP =
      initial_parameters(problem.student.network->layout(), Streams(seeds, "assay.student"));
  problem.pairs.data = Dataset::own(normal("x", {items, features}));
  // The two likeliest of random scores: always different.
  problem.pairs.response_KN2 =
      std::get<1>(normal("responses", {items, classes}).topk(2, 2)).contiguous();
  problem.recipe.epochs = 3;
  problem.recipe.batch = 10;
  problem.recipe.lr = 1e-2;
  problem.curve = {4, 9};
  return example;
}

Example with_pairs_turned(const Example& example, std::int64_t row) {
  Example changed = example;
  Pairs& pairs = changed.problem.pairs;
  if (pairs.sequences()) {
    pairs.data = Dataset::own(turned(pairs.data.slice(0, pairs.count()), row));
  }
  pairs.response_KN2 = turned(pairs.response_KN2, row);
  pairs.mask_KN2T = turned(pairs.mask_KN2T, row);
  return changed;
}

Example row_of(const Example& example, std::int64_t row) {
  Example alone{{example.seeds.at(static_cast<std::size_t>(row))}, example.problem};
  Problem& problem = alone.problem;
  problem.student = select_rows(problem.student, {row});
  problem.pairs.data = problem.pairs.data.select_rows({row});
  for (Tensor* value_KN2 : {&problem.pairs.response_KN2, &problem.pairs.mask_KN2T}) {
    if (value_KN2->defined()) *value_KN2 = value_KN2->narrow(0, row, 1).clone();
  }
  return alone;
}

}  // namespace assay::delta
