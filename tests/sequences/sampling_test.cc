// Sampling: against exact probabilities of everything that a small network can say.
#include "history_network.h"
#include "sdk/support.h"

#include <assay/sampling.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

using namespace assay;
using namespace assay::testing;

namespace {

using Sequence = std::vector<std::int64_t>;
using Distribution = std::map<Sequence, double>;

// What temperature, top-k and top-p make of logits, by the definitions.
std::vector<double> slow_probabilities(const std::vector<double>& logits, const Sampling& how) {
  std::vector<double> p;
  double sum = 0;
  for (const double logit : logits) sum += p.emplace_back(std::exp(logit / how.temperature));
  const auto likelier = [&](std::size_t v) {  // the mass before v in the order of falling p
    double mass = 0;
    for (std::size_t w = 0; w < p.size(); ++w) {
      if (p[w] > p[v] || (p[w] == p[v] && w < v)) mass += p[w];
    }
    return mass;
  };
  const auto normalise = [&](const std::vector<bool>& kept) {
    sum = 0;
    for (std::size_t v = 0; v < p.size(); ++v) sum += p[v] = kept[v] ? p[v] : 0;
    for (double& one : p) one /= sum;
  };
  normalise(std::vector<bool>(p.size(), true));
  std::vector<bool> kept(p.size());
  for (std::size_t v = 0; v < p.size(); ++v) {
    const auto above =
        std::count_if(p.begin(), p.end(), [&](double other) { return other > p[v]; });
    kept[v] = how.top_k == 0 || above < how.top_k;
  }
  normalise(kept);
  for (std::size_t v = 0; v < p.size(); ++v) kept[v] = how.top_p == 1 || likelier(v) < how.top_p;
  normalise(kept);
  return p;
}

// All continuations of `prefix` with their probabilities.
void enumerate(const Model& model, const Sampling& how, Sequence prefix, double probability,
               Distribution& all) {
  const bool ended = prefix.size() > 1 && prefix.back() == how.stop;
  if (ended || static_cast<std::int64_t>(prefix.size()) == how.length) {
    all[prefix] += probability;
    return;
  }
  const Tensor x = longs(prefix, {1, 1, static_cast<std::int64_t>(prefix.size())});
  const Tensor logits =
      model.network->forward(ParameterView(model.network->layout(), model.theta_KP), x, {})
          .logits_KBC[0][0][-1]
          .contiguous();
  const double* first = logits.const_data_ptr<double>();
  const std::vector<double> p = slow_probabilities({first, first + logits.numel()}, how);
  for (std::size_t v = 0; v < p.size(); ++v) {
    if (p[v] == 0) continue;
    prefix.push_back(static_cast<std::int64_t>(v));
    enumerate(model, how, prefix, probability * p[v], all);
    prefix.pop_back();
  }
}

Sequence sequence_of(const Samples& samples, std::int64_t row, std::int64_t item) {
  const Tensor token = samples.token_KNT[row][item];
  const std::int64_t* first = token.const_data_ptr<std::int64_t>();
  return {first, first + samples.length_KN[row][item].item<std::int64_t>()};
}

// The value that a chi-squared variable exceeds with probability 1e-6 (Wilson and Hilferty 1931).
double far_out(double freedom) {
  const double spread = 2 / (9 * freedom);
  return freedom * std::pow(1 - spread + 4.7534 * std::sqrt(spread), 3);
}

void check_distribution(const Sampling& how, std::size_t least_outcomes) {
  constexpr std::int64_t items = 20000;
  const Model model = history_model({3}, 4);
  const Tensor prompt = at::full({1, items, 1}, 2, at::kLong);
  const Samples samples = draw_sequences(model, prompt, {}, how, Streams({11}, "test.draw"));
  Distribution exact;
  enumerate(model, how, {2}, 1, exact);
  REQUIRE(exact.size() >= least_outcomes);
  std::map<Sequence, double> count;
  for (std::int64_t n = 0; n < items; ++n) ++count[sequence_of(samples, 0, n)];
  for (const auto& seen : count) REQUIRE(exact.count(seen.first) == 1);
  double squares = 0, cells = 0, rare = 0, rare_count = 0;
  for (const auto& [sequence, probability] : exact) {
    const double expected = probability * items;
    if (expected < 5) {
      rare += expected;
      rare_count += count[sequence];
      continue;
    }
    squares += std::pow(count[sequence] - expected, 2) / expected;
    ++cells;
  }
  if (rare >= 5) {
    squares += std::pow(rare_count - rare, 2) / rare;
    ++cells;
  }
  CAPTURE(squares, cells);
  REQUIRE(cells >= 4);
  CHECK(squares < far_out(cells - 1));
  CHECK(squares > 0);
}

Tensor some_prompts(std::int64_t rows, std::int64_t items, std::int64_t width) {
  const Tensor u = Streams(std::vector<std::uint64_t>(static_cast<std::size_t>(rows), 8), "prompts")
                       .uniform({items, width});
  return (u * 5).floor().to(at::kLong);
}

bool same(const Samples& a, const Samples& b) {
  return a.token_KNT.equal(b.token_KNT) && a.mask_KNT.equal(b.mask_KNT) &&
         a.length_KN.equal(b.length_KN) && a.ended_KN.equal(b.ended_KN);
}

}  // namespace

TEST_CASE("temperature, top-k and top-p by hand") {
  const Tensor logits = doubles({.5, .2, .2, .1}, {4}).log();
  const auto p = [&](const Sampling& how) { return sampling_probabilities(logits, how); };
  CHECK(largest_difference(p({}), doubles({.5, .2, .2, .1}, {4})) < 1e-15);
  // Squares, normalised.
  CHECK(largest_difference(p({.temperature = .5}), doubles({25, 4, 4, 1}, {4}) / 34) < 1e-15);
  CHECK(p({.temperature = 0}).equal(doubles({1, 0, 0, 0}, {4})));
  // As likely as the second: the third too.
  CHECK(largest_difference(p({.top_k = 2}), doubles({5, 2, 2, 0}, {4}) / 9) < 1e-15);
  // .5 + .2 first reach .6; the first of the two equals.
  CHECK(largest_difference(p({.top_p = .6}), doubles({5, 2, 0, 0}, {4}) / 7) < 1e-15);
  CHECK(p({.top_p = 1e-9}).equal(doubles({1, 0, 0, 0}, {4})));
  // The temperature comes first: 25/34 alone reaches .6.
  CHECK(p({.temperature = .5, .top_p = .6}).equal(doubles({1, 0, 0, 0}, {4})));
  // Top-k comes before top-p: of 5/9, 2/9, 2/9 the first two reach .6, as the third would not
  // before.
  CHECK(largest_difference(p({.top_k = 2, .top_p = .75}), doubles({5, 2, 0, 0}, {4}) / 7) < 1e-15);
  CHECK(largest_difference(p({.top_p = .75}), doubles({5, 2, 2, 0}, {4}) / 9) < 1e-15);
  CHECK(sampling_probabilities(doubles({1, 3, 3}, {3}), {.temperature = 0})
            .equal(doubles({0, 1, 0}, {3})));
  CHECK(sampling_probabilities(doubles({1, std::nan("")}, {2}), {}).isnan().all().item<bool>());
}

TEST_CASE("samples have the exact probabilities of all that can be said") {
  SECTION("plain") {
    check_distribution({.length = 4, .stop = 0}, 20);
  }
  SECTION("without a stop token") {
    check_distribution({.length = 4}, 64);
  }
  SECTION("temperature") {
    check_distribution({.length = 4, .temperature = .6, .stop = 0}, 20);
  }
  SECTION("top-k") {
    check_distribution({.length = 4, .top_k = 3}, 27);
  }
  SECTION("top-p") {
    check_distribution({.length = 4, .top_p = .8, .stop = 0}, 6);
  }
  SECTION("all three") {
    check_distribution({.length = 5, .temperature = 1.5, .top_k = 3, .top_p = .9, .stop = 0}, 10);
  }
}

TEST_CASE("the number that decides on a token is the stream's for its place") {
  const Model model = history_model({3}, 5);
  const Streams streams({11}, "test.draw");
  const Samples samples =
      draw_sequences(model, at::full({1, 30, 2}, 4, at::kLong), {}, {.length = 3}, streams);
  const Tensor u_N = streams.uniform({30}, 2)[0];
  const double* now = model.theta_KP.const_data_ptr<double>() + 4 * 5;
  double weight[5], sum = 0;
  for (std::size_t v = 0; v < 5; ++v) sum += weight[v] = std::exp(now[v] + now[v + 25]);
  for (std::int64_t n = 0; n < 30; ++n) {
    std::int64_t token = 0;
    double below = weight[0];
    while (below <= u_N[n].item<double>() * sum) below += weight[++token];
    CHECK(samples.token_KNT[0][n][2].item<std::int64_t>() == token);
  }
}

TEST_CASE("a cohort draws what each row draws alone, and an item what it draws in any company") {
  const std::vector<std::uint64_t> seeds{4, 9, 23};
  const Model model = history_model(seeds, 5);
  const Tensor prompt = some_prompts(3, 400, 3);
  const Tensor length =
      Streams(seeds, "lengths").uniform({400}).mul(3).floor().add(1).to(at::kLong);
  const Sampling how{.length = 12, .stop = 0};
  // 1200 sequences: more than are drawn at once.
  const Samples together = draw_sequences(model, prompt, length, how, Streams(seeds, "draw"));
  for (std::int64_t k = 0; k < 3; ++k) {
    const Samples alone = draw_sequences(select_rows(model, {k}), prompt.slice(0, k, k + 1),
                                         length.slice(0, k, k + 1), how,
                                         Streams({seeds[static_cast<std::size_t>(k)]}, "draw"));
    CHECK(alone.token_KNT[0].equal(together.token_KNT[k]));
    CHECK(alone.length_KN[0].equal(together.length_KN[k]));
  }
  const Samples fewer = draw_sequences(model, prompt.slice(1, 0, 7), length.slice(1, 0, 7), how,
                                       Streams(seeds, "draw"));
  CHECK(fewer.token_KNT.equal(together.token_KNT.slice(1, 0, 7)));
  // Rows are other models with other numbers.
  CHECK_FALSE(together.token_KNT[0].equal(together.token_KNT[1]));
}

TEST_CASE("a sequence is its prompt, what was drawn up to the stop token, and nothing behind") {
  const Model model = history_model({4, 9}, 5);
  const Tensor prompt = some_prompts(2, 200, 4);
  const Tensor length =
      Streams({4, 9}, "lengths").uniform({200}).mul(4).floor().add(1).to(at::kLong);
  const Samples samples =
      draw_sequences(model, prompt, length, {.length = 9, .stop = 3}, Streams({4, 9}, "draw"));
  std::int64_t ended = 0;
  for (std::int64_t k = 0; k < 2; ++k) {
    for (std::int64_t n = 0; n < 200; ++n) {
      const auto of_prompt = length[k][n].item<std::int64_t>();
      const Sequence sequence = sequence_of(samples, k, n);
      const auto size = static_cast<std::int64_t>(sequence.size());
      REQUIRE(size > of_prompt);
      const Tensor token_T = samples.token_KNT[k][n], mask_T = samples.mask_KNT[k][n];
      REQUIRE(token_T.slice(0, 0, of_prompt).equal(prompt[k][n].slice(0, 0, of_prompt)));
      REQUIRE(token_T.slice(0, size).eq(0).all().item<bool>());
      const Tensor at_T = at::arange(9);
      REQUIRE(mask_T.equal(at_T.ge(of_prompt).logical_and(at_T.lt(size)).to(at::kFloat)));
      const bool stopped = sequence.back() == 3;
      REQUIRE(samples.ended_KN[k][n].item<bool>() == stopped);
      REQUIRE((stopped || size == 9));
      REQUIRE(std::count(sequence.begin() + of_prompt, sequence.end(), 3) == (stopped ? 1 : 0));
      ended += stopped ? 1 : 0;
    }
  }
  CHECK(ended > 100);
  CHECK(ended < 400);
  // A full prompt has nothing to be drawn.
  const Samples full = draw_sequences(model, prompt, {}, {.length = 4}, Streams({4, 9}, "draw"));
  CHECK(full.token_KNT.equal(prompt));
  CHECK(full.mask_KNT.eq(0).all().item<bool>());
}

TEST_CASE("greedy takes the likeliest token, whatever the stream") {
  const Model model = history_model({4}, 5);
  const Tensor prompt = some_prompts(1, 20, 2);
  const Sampling how{.length = 6, .temperature = 0};
  const Samples samples = draw_sequences(model, prompt, {}, how, Streams({4}, "a"));
  CHECK(same(samples, draw_sequences(model, prompt, {}, how, Streams({5}, "b"))));
  const ParameterView parameters(model.network->layout(), model.theta_KP);
  const Tensor logits = model.network->forward(parameters, samples.token_KNT, {}).logits_KBC;
  CHECK(logits.argmax(-1).slice(2, 1, 5).equal(samples.token_KNT.slice(2, 2, 6)));
}

TEST_CASE("a row that cannot be sampled fails alone") {
  const std::vector<std::uint64_t> seeds{4, 9};
  Model model = history_model(seeds, 5, at::kFloat);
  const Tensor prompt = some_prompts(2, 20, 2);
  const Sampling how{.length = 6, .stop = 0};
  const Samples before = draw_sequences(model, prompt, {}, how, Streams(seeds, "draw"));
  model.theta_KP[0].fill_(std::numeric_limits<double>::quiet_NaN());
  Run run(seeds);
  const Samples after = draw_sequences(model, prompt, {}, how, Streams(seeds, "draw"), &run);
  CHECK(run.failure(0) == "logits became non-finite while token 2 was drawn");
  CHECK_FALSE(run.failed(1));
  CHECK(after.token_KNT[1].equal(before.token_KNT[1]));
  CHECK(after.mask_KNT[0].eq(0).all().item<bool>());
  CHECK(run.costs(1).forward_samples == 20);
  CHECK(run.costs(1).flops == 240);
  CHECK(error_of([&] { draw_sequences(model, prompt, {}, how, Streams(seeds, "draw")); }) ==
        "draw_sequences: row 0: logits became non-finite while token 2 was drawn");
}

TEST_CASE("sampling names what does not fit") {
  const Model model = history_model({4}, 5);
  const Tensor prompt = some_prompts(1, 2, 3);
  const Streams streams({4}, "draw");
  const auto fault = [&](const Sampling& how) {
    return error_of([&] { draw_sequences(model, prompt, {}, how, streams); });
  };
  CHECK(fault({.length = 2}) ==
        "draw_sequences: prompts of 3 tokens do not fit into sequences of 2");
  CHECK(fault({.length = 6, .temperature = -1}) ==
        "sampling: temperature -1 is not a number from 0 on");
  CHECK(fault({.length = 6, .top_k = -1}) == "sampling: top_k -1 is negative (0: all tokens)");
  CHECK(fault({.length = 6, .top_p = 0}) == "sampling: top_p 0 is not above 0 and at most 1");
  CHECK(fault({.length = 6, .stop = 5}) == "sampling: stop token 5 is not among the 5 symbols");
  Tensor other = prompt.to(at::kDouble);
  other[0][1][2] = 1.5;
  CHECK(error_of([&] { draw_sequences(model, other, {}, {.length = 6}, streams); }) ==
        "draw_sequences: prompts must be tokens, whole numbers from 0 to 4, but there is 1.5 at "
        "[0, 1, 2]");
  CHECK(error_of([&] { draw_sequences(model, prompt[0], {}, {.length = 6}, streams); }) ==
        "draw_sequences: expected prompts [K, N, T], their lengths [K, N] and K streams for 1 "
        "models, got [2, 3], no lengths and 1 streams");
  CHECK(error_of([&] {
          draw_sequences(model, prompt, longs({0, 3}, {1, 2}), {.length = 6}, streams);
        }) == "draw_sequences: a prompt's length must be 1 to 3, but they are from 0 to 3");
}
