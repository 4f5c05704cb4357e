#include "sdk/families/unlearning/example.h"

#include "sdk/families/support/linear_network.h"

#include <ATen/ATen.h>

namespace assay::unlearning {
namespace {

constexpr std::int64_t features = 6, forget_items = 4, retain_items = 60, validation_items = 12,
                       test_items = 20;
constexpr std::int64_t symbols = 7,
                       tokens = 5;  // of sequences; the last symbol is the forget set's

/// Makes one example's tensors.
struct Maker {
  const std::vector<std::uint64_t>& seeds;
  ExampleKind kind;
  bool sequence = kind.likelihood == Likelihood::sequence;
  std::int64_t outputs = kind.likelihood == Likelihood::categorical ? 3 : 1;
  at::ScalarType type = kind.convex ? at::kDouble : at::kFloat;

  Tensor normal(const std::string& purpose, at::IntArrayRef shape) const {
    return Streams(seeds, "assay.conform." + purpose).normal(shape).to(type);
  }

  Tensor labels(const std::string& purpose, std::int64_t items) const {
    const Tensor u_KN = Streams(seeds, "assay.conform." + purpose + ".label").uniform({items});
    switch (kind.likelihood) {
      case Likelihood::categorical:
        return (u_KN * 3).floor().to(at::kLong);
      case Likelihood::bernoulli:
        return u_KN.lt(0.5).to(at::kLong);
      case Likelihood::sequence: {
        const Tensor u_KNT =
            Streams(seeds, "assay.conform." + purpose + ".tokens").uniform({items, tokens});
        const Tensor label_KNT = (u_KNT * symbols).floor().to(at::kLong);
        label_KNT.select(2, 0).fill_(-1);                                // the question
        label_KNT.select(2, tokens - 1).masked_fill_(u_KN.lt(0.5), -1);  // answers of 3 and of 4
        return label_KNT;
      }
      case Likelihood::gaussian:
        break;
    }
    return (u_KN * 2 - 1).to(type);
  }

  Tensor inputs(const std::string& purpose, std::int64_t items, bool forget) const {
    if (sequence) {
      const Tensor u_KNT = Streams(seeds, "assay.conform." + purpose).uniform({items, tokens});
      const Tensor x_KNT = (u_KNT * (symbols - 1)).floor().to(type);
      if (forget) x_KNT.select(2, 0).fill_(symbols - 1);
      return x_KNT;
    }
    const Tensor x_KND = normal(purpose, {items, features});
    x_KND.select(2, features - 1).fill_(forget ? 2 : 0);
    return x_KND;
  }

  /// Outputs of items, [K, N, C] or [K, N, T, V].
  Tensor given(const std::string& what, std::int64_t items) const {
    return sequence ? normal(what, {items, tokens, symbols}) : normal(what, {items, outputs});
  }

  std::shared_ptr<const Network> network() const {
    if (kind.convex) return make_linear(features, outputs);
    if (!sequence)
      return make_network({.arch = "mlp", .width = 8, .depth = 1}, {features}, outputs);
    // Not tied: what only the forget set reads shall have parameters of its own.
    return make_network({.arch = "transformer", .width = 8, .depth = 1, .heads = 2, .tied = false},
                        {tokens}, symbols);
  }

  Part part(const std::string& purpose, std::int64_t items, std::int64_t first_id) const {
    const auto rows = static_cast<std::int64_t>(seeds.size());
    return {Dataset::own(inputs(purpose, items, purpose == "forget")), labels(purpose, items),
            at::arange(first_id, first_id + items, at::kLong).expand({rows, items}).contiguous()};
  }
};

}  // namespace

Example make_example(const std::vector<std::uint64_t>& seeds, ExampleKind kind) {
  const Maker make{seeds, kind};
  Example example{seeds, {}, make.inputs("test", test_items, false), {}};
  example.attribution_KNC = make.given("test.attribution", test_items);
  Problem& problem = example.problem;
  problem.likelihood = kind.likelihood;
  problem.forget = make.part("forget", forget_items, 0);
  problem.retain = make.part("retain", retain_items, forget_items);
  problem.validation = make.part("validation", validation_items, forget_items + retain_items);
  problem.original.network = make.network();
  const std::int64_t parameters = problem.original.network->layout().size();
  problem.original.theta_KP = make.normal("theta", {parameters}) * 0.3;
  problem.ridge = kind.convex ? 0.1 : 0;
  problem.recipe.epochs = 3;
  problem.recipe.batch = 3;
  problem.recipe.lr = 1e-2;
  problem.retain_batch = 8;
  problem.training.epochs = 3;
  problem.training.batch = 10;
  problem.training.lr = 1e-2;
  problem.fresh = [seeds, network = problem.original.network, type = make.type,
                   parameters](std::int64_t draw) {
    const Streams streams(seeds, "assay.conform.fresh");
    return Model{network, (streams.normal({parameters}, draw) * 0.3).to(type)};
  };
  const auto given = [&](const char* what, std::int64_t items) { return make.given(what, items); };
  problem.given_oracles = std::make_shared<Oracles>(
      Oracles{given("oracles.forget", forget_items), given("oracles.retain", retain_items),
              given("oracles.validation", validation_items)});
  problem.given_attribution = std::make_shared<Attribution>(Attribution{
      given("attribution.forget", forget_items), given("attribution.retain", retain_items),
      given("attribution.validation", validation_items)});
  if (make.sequence) {
    Part refusals = make.part("refusals", forget_items, 0);
    refusals.id_KN = problem.forget.id_KN;
    problem.given_refusals = std::make_shared<Part>(std::move(refusals));
  }
  return example;
}

Example row_of(const Example& example, std::int64_t row) {
  const auto of_row = [&](const Tensor& value_K) { return value_K.narrow(0, row, 1).clone(); };
  const auto part = [&](const Part& from) {
    return Part{from.data.select_rows({row}), of_row(from.label_KN), of_row(from.id_KN)};
  };
  const Problem& problem = example.problem;
  Example alone{{example.seeds.at(static_cast<std::size_t>(row))},
                problem,
                of_row(example.test_KND),
                of_row(example.attribution_KNC)};
  alone.problem.original = select_rows(problem.original, {row});
  alone.problem.forget = part(problem.forget);
  alone.problem.retain = part(problem.retain);
  alone.problem.validation = part(problem.validation);
  alone.problem.fresh = [fresh = problem.fresh, row](std::int64_t draw) {
    return select_rows(fresh(draw), {row});
  };
  if (problem.given_oracles) {
    const Oracles& all = *problem.given_oracles;
    alone.problem.given_oracles = std::make_shared<Oracles>(
        Oracles{of_row(all.forget_KNC), of_row(all.retain_KNC), of_row(all.validation_KNC)});
  }
  if (problem.given_attribution) {
    const Attribution& all = *problem.given_attribution;
    alone.problem.given_attribution = std::make_shared<Attribution>(
        Attribution{of_row(all.forget_KNC), of_row(all.retain_KNC), of_row(all.validation_KNC)});
  }
  if (problem.given_refusals) {
    alone.problem.given_refusals = std::make_shared<Part>(part(*problem.given_refusals));
  }
  return alone;
}

}  // namespace assay::unlearning
