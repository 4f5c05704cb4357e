#!/usr/bin/env python3
"""make_models.py FOLDER: small random decoders, their weights, and what they say of some tokens.

llama  the Llama of PyPI's `transformers`, saved by its own save_pretrained
plain  decoders written out below in plain PyTorch: the same Llama from the same file, and one with
       GELU and tied embeddings; in float64
Each FOLDER/NAME.safetensors holds weights, FOLDER/NAME-said.safetensors tokens and logits.
"""
import os
import pathlib
import sys

os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", HF_HUB_OFFLINE="1")

import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional as F
from transformers import LlamaConfig, LlamaForCausalLM

VOCABULARY, WIDTH, HIDDEN, DEPTH, HEADS, KV_HEADS, TIME = 37, 32, 56, 3, 4, 2, 24


def rms_norm(x, weight):
    return x / (x.square().mean(-1, keepdim=True) + 1e-5).sqrt() * weight


def rotate(x):
    """Rotary positions of [..., T, head width], by complex numbers."""
    half = x.shape[-1] // 2
    frequency = 10000.0 ** (-torch.arange(half, dtype=x.dtype) / half)
    angle = torch.arange(x.shape[-2], dtype=x.dtype)[:, None] * frequency
    turned = torch.complex(x[..., :half], x[..., half:]) * torch.polar(torch.ones_like(angle), angle)
    return torch.cat([turned.real, turned.imag], -1)


def attention(x, w, prefix):
    def heads(name, count):
        return (x @ w[f"{prefix}.{name}_proj.weight"].T).unflatten(-1, (count, -1)).transpose(1, 2)

    q, k, v = rotate(heads("q", HEADS)), rotate(heads("k", KV_HEADS)), heads("v", KV_HEADS)
    k, v = (t.repeat_interleave(HEADS // KV_HEADS, 1) for t in (k, v))
    scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
    ahead = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
    mixed = scores.masked_fill(ahead, -torch.inf).softmax(-1) @ v
    return mixed.transpose(1, 2).flatten(2) @ w[f"{prefix}.o_proj.weight"].T


def plain(w, tokens, gated):
    """The decoder in the open: weights by Llama's names, tokens [B, T]; logits [B, T, V]."""
    h = w["model.embed_tokens.weight"][tokens]
    for i in range(DEPTH):
        layer = f"model.layers.{i}"
        x = rms_norm(h, w[f"{layer}.input_layernorm.weight"])
        h = h + attention(x, w, f"{layer}.self_attn")
        x = rms_norm(h, w[f"{layer}.post_attention_layernorm.weight"])
        up = x @ w[f"{layer}.mlp.up_proj.weight"].T
        if gated:
            up = up * F.silu(x @ w[f"{layer}.mlp.gate_proj.weight"].T)
        else:
            up = F.gelu(up, approximate="tanh")
        h = h + up @ w[f"{layer}.mlp.down_proj.weight"].T
    head = w.get("lm_head.weight", w["model.embed_tokens.weight"])
    return rms_norm(h, w["model.norm.weight"]) @ head.T


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(7)
    torch.set_num_threads(1)
    config = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=WIDTH, intermediate_size=HIDDEN, num_hidden_layers=DEPTH,
        num_attention_heads=HEADS, num_key_value_heads=KV_HEADS, max_position_embeddings=TIME,
        rms_norm_eps=1e-5, tie_word_embeddings=False, initializer_range=0.15)
    llama = LlamaForCausalLM(config).eval()
    with torch.no_grad():
        for name, parameter in llama.named_parameters():
            if "norm" in name:  # ones would hide a norm in the wrong place
                parameter.uniform_(0.5, 1.5)
        tokens = torch.randint(VOCABULARY, (5, TIME))
        llama.save_pretrained(folder / "saved", safe_serialization=True)
        (folder / "saved/model.safetensors").rename(folder / "llama.safetensors")
        save_file({"tokens": tokens, "logits": llama(tokens).logits.contiguous()},
                  folder / "llama-said.safetensors")
        w = {k: v.double() for k, v in load_file(folder / "llama.safetensors").items()}
        save_file({"tokens": tokens, "logits": plain(w, tokens, gated=True)},
                  folder / "plain-said.safetensors")
        w = {k: v for k, v in w.items() if "gate" not in k and "lm_head" not in k}
        save_file(w, folder / "gelu.safetensors")
        save_file({"tokens": tokens, "logits": plain(w, tokens, gated=False)},
                  folder / "gelu-said.safetensors")


main()
