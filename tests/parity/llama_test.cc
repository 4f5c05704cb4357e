// Our transformer with the weights of others, which make_models.py writes; run by `run`.
#include "sdk/internal/safetensors.h"
#include "sdk/support.h"

#include <assay/decoder.h>

#include <cstdlib>
#include <filesystem>

using namespace assay;
using namespace assay::testing;

namespace {

SafeTensors file(const std::string& name) {
  const char* folder = std::getenv("ASSAY_PARITY_FOLDER");
  REQUIRE(folder != nullptr);
  return read_safetensors(std::filesystem::path(folder) / (name + ".safetensors"));
}

// A decoder with the weights of a file, which names them as Llama does; linear layers as [out, in].
Model model_of(const std::string& name, const NetworkSpec& spec, at::ScalarType type) {
  Model model{make_network(spec, {24}, 37), {}};
  model.theta_KP = at::full({1, model.network->layout().size()}, std::nan(""), type);
  const SafeTensors weights = file(name);
  std::size_t used = 0;
  const auto set = [&](const std::string& ours, const std::string& theirs, bool turn) {
    const Tensor& value = tensor_of(weights, theirs + ".weight", name);
    set_slice(model, ours + ".weight", (turn ? value.t() : value).to(type).unsqueeze(0));
    ++used;
  };
  set("embed", "model.embed_tokens", false);
  set("norm", "model.norm", false);
  if (!spec.tied) set("head", "lm_head", true);
  for (std::int64_t i = 0; i < spec.depth; ++i) {
    const std::string ours = "block" + std::to_string(i),
                      theirs = "model.layers." + std::to_string(i);
    set(ours + ".attn.norm", theirs + ".input_layernorm", false);
    set(ours + ".mlp.norm", theirs + ".post_attention_layernorm", false);
    for (const std::string part : {"q", "k", "v", "o"}) {
      set(ours + ".attn." + part, theirs + ".self_attn." + part + "_proj", true);
    }
    for (const std::string part : {"gate", "up", "down"}) {
      if (part == "gate" && spec.activation != "swiglu") continue;
      set(ours + ".mlp." + part, theirs + ".mlp." + part + "_proj", true);
    }
  }
  REQUIRE(used == weights.tensors.size());
  REQUIRE_FALSE(model.theta_KP.isnan().any().item<bool>());
  return model;
}

void compare(const Model& model, const std::string& said, double tolerance) {
  const SafeTensors theirs = file(said);
  const Tensor& token_BT = theirs.tensors.at("tokens");
  const Tensor& logits = theirs.tensors.at("logits");
  REQUIRE(logits.abs().max().item<double>() > 1);  // that a mistake would show
  const ParameterView parameters(model.network->layout(), model.theta_KP);
  const Tensor x = token_BT.unsqueeze(0).to(model.theta_KP.scalar_type());
  const Tensor forward = model.network->forward(parameters, x, {}).logits_KBC[0];
  CHECK(largest_difference(forward, logits) < tolerance);
  // And token by token.
  const auto decoder = model.network->decoder(model.theta_KP, token_BT.size(0), 24);
  Tensor last =
      decoder->prefill(token_BT.unsqueeze(0).slice(2, 0, 3), at::full({1, 5}, 3, at::kLong));
  for (std::int64_t t = 3; t <= 24; ++t) {
    CHECK(largest_difference(last[0], logits.select(1, t - 1)) < tolerance);
    if (t < 24) last = decoder->step(token_BT.select(1, t).unsqueeze(0));
  }
}

const NetworkSpec llama{.arch = "transformer",
                        .width = 32,
                        .depth = 3,
                        .heads = 4,
                        .kv_heads = 2,
                        .hidden = 56,
                        .activation = "swiglu",
                        .tied = false};

}  // namespace

TEST_CASE("logits are those of the Llama of transformers") {
  compare(model_of("llama", llama, at::kFloat), "llama-said", 1e-5);
}

TEST_CASE("logits are those of a plain Llama, in both types") {
  compare(model_of("llama", llama, at::kDouble), "plain-said", 1e-11);
  compare(model_of("llama", llama, at::kFloat), "plain-said", 1e-5);
}

TEST_CASE("logits are those of a plain decoder with GELU and tied embeddings") {
  NetworkSpec gelu = llama;
  gelu.activation = "gelu";
  gelu.tied = true;
  compare(model_of("gelu", gelu, at::kDouble), "gelu-said", 1e-11);
}
