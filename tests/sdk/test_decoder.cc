// Decoders of transformers: the kernels' and the plain one against whole forward passes.
#include "support.h"
#include "transformers.h"

#include "sdk/internal/kernels/decoding.h"
#include "sdk/internal/transformer.h"

#include <assay/decoder.h>

#include <hwy/highway.h>
#include <cmath>

using namespace assay;
using namespace assay::testing;

namespace {

bool is_nan(const Tensor& value) {
  return value.isnan().all().item<bool>();
}

// A query by the definition, with keys and values in memory as the kernel wants them.
template <class Real>
void check_attention(std::int64_t count, std::int64_t size, double tolerance) {
  CAPTURE(count, size);
  const at::ScalarType type = sizeof(Real) == 4 ? at::kFloat : at::kDouble;
  const std::int64_t key_row = (count + 15) / 16 * 16;
  const auto random = [&](const char* name, at::IntArrayRef shape) {
    return Streams({1}, name).normal(shape)[0].to(type).contiguous();
  };
  const Tensor q = random("q", {size}), key = random("k", {size, count});
  const Tensor value = random("v", {count, size});
  const double nan = std::nan("");
  // Not a number where nothing may be looked at.
  Tensor keys = at::full({size * key_row + query_margin}, nan, type);
  keys.narrow(0, 0, size * key_row).view({size, key_row}).narrow(1, 0, count).copy_(key);
  Tensor values = at::full({count * size + query_margin}, nan, type);
  values.narrow(0, 0, count * size).copy_(value.flatten());
  Tensor score = at::full({count + query_margin}, nan, type);
  Tensor mixed = at::full({size + query_margin}, nan, type);
  Query<Real> query;
  query.count = count;
  query.head_width = size;
  query.scale = Real(.5);
  query.q = q.const_data_ptr<Real>();
  query.keys = keys.const_data_ptr<Real>();
  query.key_row = key_row;
  query.values = values.const_data_ptr<Real>();
  const auto attend = [&] {
    decoding_kernels<Real>().attend(query, score.mutable_data_ptr<Real>(),
                                    mixed.mutable_data_ptr<Real>());
    return mixed.narrow(0, 0, size);
  };
  const Tensor p = (q.to(at::kDouble).matmul(key.to(at::kDouble)) * .5).softmax(0);
  REQUIRE(largest_difference(attend(), p.matmul(value.to(at::kDouble))) < tolerance);
  for (const std::int64_t place : {std::int64_t{0}, count - 1}) {
    const Tensor one = keys.narrow(0, place, 1), before = one.clone();
    one.fill_(nan);
    REQUIRE(is_nan(attend()));
    one.copy_(before);
  }
}

}  // namespace

TEST_CASE("one query's attention is that of the definition") {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    for (const std::int64_t count : {1, 2, 5, 8, 15, 16, 17, 31, 33, 64, 100}) {
      for (const std::int64_t size : {2, 6, 8, 16, 20, 40}) {
        check_attention<float>(count, size, 1e-5);
        check_attention<double>(count, size, 1e-13);
      }
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

namespace {

std::unique_ptr<Decoder> decoder_of(const Model& model, bool direct, std::int64_t batch,
                                    std::int64_t length) {
  if (direct) return model.network->decoder(model.theta_KP, batch, length);
  const TransformerShape& shape = *transformer_shape(*model.network);
  const ParameterView parameters(model.network->layout(), model.theta_KP);
  return make_plain_decoder(shape, {shape, parameters}, model.rows(), batch, length);
}

// Decodes tokens [K, B, T] behind prompts, and compares each answer with the whole forward pass.
void check_decoding(const Model& model, const std::unique_ptr<Decoder>& decoder, const Tensor& x,
                    const Tensor& length_KB, double tolerance) {
  const std::int64_t rows = x.size(0), batch = x.size(1), time = x.size(2);
  const Tensor logits = forward(model, x);
  const auto expected = [&](const Tensor& used_KB) {
    return logits
        .gather(2, (used_KB - 1).view({rows, batch, 1, 1}).expand({-1, -1, -1, logits.size(3)}))
        .squeeze(2);
  };
  for (int twice = 0; twice < 2; ++twice) {  // prefill() starts anew
    Tensor used_KB = length_KB;
    const std::int64_t longest = length_KB.max().item<std::int64_t>();
    CHECK(largest_difference(decoder->prefill(x.narrow(2, 0, longest), used_KB),
                             expected(used_KB)) < tolerance);
    for (std::int64_t step = longest; step < time; ++step) {
      const Tensor token_KB = x.gather(2, used_KB.unsqueeze(2)).squeeze(2);
      used_KB = used_KB + 1;
      CHECK(largest_difference(decoder->step(token_KB), expected(used_KB)) < tolerance);
    }
  }
}

}  // namespace

TEST_CASE("decoding with kept keys and values equals whole forward passes") {
  // Sequences longer than the tokens that go through the layers together, and heads of odd sizes.
  NetworkSpec wide = llama;
  wide.width = 24;
  wide.heads = 2;
  wide.kv_heads = 1;
  for (const NetworkSpec& spec : {small, llama, wide}) {
    for (const std::int64_t time : {12, 75}) {
      const Model model = random_model(spec, 11, time, {1, 2});
      const Tensor x = random_tokens({1, 2}, 11, {3, time});
      const Tensor length_KB = longs({1, 4, 2, 3, 3, 1}, {2, 3}) * (time / 12);
      for (const bool direct : {true, false}) {
        CAPTURE(spec.activation, time, direct);
        check_decoding(model, decoder_of(model, direct, 3, time), x, length_KB, 1e-10);
        const Model single{model.network, model.theta_KP.to(at::kFloat)};
        check_decoding(single, decoder_of(single, direct, 3, time), x, length_KB, 1e-2);
      }
    }
  }
}

namespace {

void check_keeping(bool direct) {
  const Model model = random_model(llama, 11, 12, {1, 2});
  const Tensor x = random_tokens({1, 2}, 11, {3, 12});
  const auto decoder = decoder_of(model, direct, 3, 6);
  decoder->prefill(x.narrow(2, 0, 4), longs({4, 2, 3, 1, 4, 2}, {2, 3}));
  decoder->keep(longs({2, 1, 0, 0}, {2, 2}));
  const Tensor logits = decoder->step(longs({7, 8, 9, 10}, {2, 2}));
  const auto check = [&](std::int64_t row, std::int64_t place, std::int64_t from,
                         std::int64_t length, std::int64_t token) {
    Tensor sequence = at::cat({x[row][from].narrow(0, 0, length), longs({token}, {1})});
    const Tensor whole = forward(select_rows(model, {row}), sequence.view({1, 1, length + 1}));
    CHECK(largest_difference(logits[row][place], whole[0][0][length]) < 1e-11);
  };
  check(0, 0, 2, 3, 7);
  check(0, 1, 1, 2, 8);
  check(1, 0, 0, 1, 9);
  check(1, 1, 0, 1, 10);
  // The first sequence has 4 tokens, the others 3, 2 and 2. It ends, and so does the last.
  for (const std::int64_t token : {5, 6, 7}) decoder->step(longs({-1, token, token, -1}, {2, 2}));
  const Tensor later = decoder->step(longs({-1, -1, 8, 9}, {2, 2}));
  const auto check_later = [&](std::int64_t place, const std::vector<std::int64_t>& tokens) {
    const auto length = static_cast<std::int64_t>(tokens.size());
    const Tensor sequence = at::cat({x[1][0].narrow(0, 0, 1), longs(tokens, {length})});
    const Tensor whole =
        forward(select_rows(model, {1}), sequence.view({1, 1, length + 1}))[0][0][length];
    CHECK(largest_difference(later[1][place], whole) < 1e-11);
  };
  check_later(0, {9, 5, 6, 7, 8});
  check_later(1, {10, 9});
  CHECK(error_of([&] { decoder->step(longs({0, 0, 0, 0}, {2, 2})); }) ==
        "decoder: it was made for sequences of 1 to 6 tokens, and one would have 7");
}

}  // namespace

TEST_CASE("decoding goes on with the sequences that are kept") {
  check_keeping(true);
  check_keeping(false);
}

TEST_CASE("a decoder's numbers are the same bits whatever else is decoded") {
  const std::vector<std::uint64_t> seeds = {1, 2, 3};
  const Model whole = random_model(llama, 11, 40, seeds);
  const Model model{whole.network, whole.theta_KP.to(at::kFloat)};
  const Tensor x = random_tokens(seeds, 11, {150, 40}),
               length_KB = at::full({3, 150}, 7, at::kLong);
  const auto together = model.network->decoder(model.theta_KP, 150, 40);
  const Model second = select_rows(model, {1});
  const auto alone = second.network->decoder(second.theta_KP, 1, 40);
  const Tensor own = x.narrow(0, 1, 1).narrow(1, 99, 1);
  const auto same = [&](const Tensor& logits_KBV, std::int64_t place, const Tensor& logits_11V) {
    return logits_KBV[1][place].equal(logits_11V[0][0]);
  };
  CHECK(same(together->prefill(x.narrow(2, 0, 9), length_KB), 99,
             alone->prefill(own.narrow(2, 0, 9), longs({7}, {1, 1}))));
  Tensor token_KB = x.select(2, 7).clone();
  token_KB.narrow(1, 40, 50).fill_(-1);
  CHECK(same(together->step(token_KB), 99, alone->step(own.select(2, 7))));
  together->keep(at::arange(90, 110).expand({3, 20}));
  const Tensor later = together->step(x.select(2, 8).narrow(1, 90, 20));
  CHECK(same(later, 9, alone->step(own.select(2, 8))));
  CHECK_FALSE(same(later, 8, alone->prefill(own.narrow(2, 0, 9), longs({9}, {1, 1}))));
}

TEST_CASE("a decoder hides nothing that is not finite, and keeps it to its row") {
  const Model sound = random_model(small, 11, 40, {1, 2, 3});
  const Tensor x = random_tokens({1, 2, 3}, 11, {2, 12}),
               length_KB = at::full({3, 2}, 12, at::kLong);
  const Tensor before = sound.network->decoder(sound.theta_KP, 2, 40)->prefill(x, length_KB);
  for (const double bad : {std::nan(""), 1e300}) {
    for (const char* slice :
         {"block0.attn.q.weight", "block1.attn.k.weight", "block1.mlp.up.weight"}) {
      CAPTURE(bad, slice);
      Model model{sound.network, sound.theta_KP.clone()};
      slice_of(model, slice)[1].mul_(bad);
      const Tensor after = model.network->decoder(model.theta_KP, 2, 40)->prefill(x, length_KB);
      if (std::isnan(bad)) CHECK(after[1].isnan().all().item<bool>());
      CHECK(after[0].equal(before[0]));
      CHECK(after[2].equal(before[2]));
    }
  }
}

TEST_CASE("decoders say what does not fit") {
  const Model model = random_model(small, 5, 8, {1, 2});
  CHECK(error_of([&] { model.network->decoder(model.theta_KP, 3, 9); }) ==
        "decoder: sequences may have 1 to 8 tokens, the network's context, but 9 are asked for");
  CHECK(error_of([&] { make_network({}, {4}, 3)->decoder(at::zeros({1, 4611}), 1, 4); }) ==
        "this network does not continue sequences: only those of sequences do");
  const auto decoder = model.network->decoder(model.theta_KP, 3, 8);
  const Tensor ones = longs({1, 1, 1, 1, 1, 1}, {2, 3});
  CHECK(error_of([&] { decoder->step(ones); }) == "decoder: step() comes after prefill()");
  CHECK(error_of([&] { decoder->keep(ones); }) == "decoder: keep() comes after prefill()");
  CHECK(error_of([&] { decoder->prefill(ones, ones); }) ==
        "decoder: prompts must be [2, 3, 0], but are [2, 3]");
  CHECK(error_of([&] { decoder->prefill(ones.unsqueeze(2), ones + 1); }) ==
        "decoder: prompts' lengths must be between 1 and 1");
  decoder->prefill(ones.unsqueeze(2), ones);
  CHECK(error_of([&] { decoder->step(ones.narrow(1, 0, 2)); }) ==
        "decoder: tokens must be [2, 3], but are [2, 2]");
  CHECK(error_of([&] { decoder->step(ones * 5); }) ==
        "decoder: tokens that go on must be tokens, whole numbers from 0 to 4, but there is 5 at "
        "[0, 0]");
  CHECK(error_of([&] { decoder->prefill((ones * 7).unsqueeze(2), ones); }) ==
        "decoder: prompts must be tokens, whole numbers from 0 to 4, but there is 7 at [0, 0, 0]");
  CHECK(error_of([&] { decoder->keep(ones * 3); }) == "decoder: places must be between 0 and 2");
}
