#!/usr/bin/env python3
"""Sequences drawn from decoders one after another, one thread: what bench_sampling is compared with.
Prints JSON.

100 sequences of 62 tokens behind a prompt of two, 2 layers, d 64, 32 symbols, no stop token. `generate`:
the Llama of `transformers` with its own generate() and cache. `plain`: a decoder as one would write it
in plain PyTorch, with a cache and torch.multinomial. All models cost the same, so the time of one is
printed.
"""
import argparse
import json
import os
import time

# Before torch is imported: threads that wait without work would be counted as CPU time.
os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", HF_HUB_OFFLINE="1")

import torch
from torch import nn
from torch.nn import functional as F

SEQUENCES, PROMPT, LENGTH, SYMBOLS, WIDTH, DEPTH, HEADS = 100, 2, 64, 32, 64, 2, 4


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.RMSNorm(WIDTH), nn.RMSNorm(WIDTH)
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.out = nn.Linear(WIDTH, WIDTH, bias=False)
        self.up, self.down = (nn.Linear(WIDTH, 4 * WIDTH, bias=False),
                              nn.Linear(4 * WIDTH, WIDTH, bias=False))

    def forward(self, h, cosine, sine, cache, at):
        q, k, v = self.qkv(self.norm1(h)).unflatten(-1, (3, HEADS, -1)).permute(2, 0, 3, 1, 4)
        until = at + h.shape[1]
        cache[0][:, :, at:until] = rotate(k, cosine, sine)
        cache[1][:, :, at:until] = v
        mixed = F.scaled_dot_product_attention(rotate(q, cosine, sine), cache[0][:, :, :until],
                                               cache[1][:, :, :until], is_causal=at == 0)
        h = h + self.out(mixed.transpose(1, 2).flatten(2))
        return h + self.down(F.gelu(self.up(self.norm2(h)), approximate="tanh"))


def rotate(x, cosine, sine):
    a, b = x.chunk(2, -1)
    return torch.cat([a * cosine - b * sine, b * cosine + a * sine], -1)


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(SYMBOLS, WIDTH)
        nn.init.normal_(self.embed.weight, std=0.02)
        self.blocks = nn.ModuleList(Block() for _ in range(DEPTH))
        self.norm = nn.RMSNorm(WIDTH)
        half = WIDTH // HEADS // 2
        angle = torch.arange(LENGTH)[:, None] * 10000.0 ** (-torch.arange(half) / half)
        self.register_buffer("cosine", angle.cos())
        self.register_buffer("sine", angle.sin())

    @torch.inference_mode()
    def generate(self, tokens):
        caches = [torch.empty(2, len(tokens), HEADS, LENGTH, WIDTH // HEADS) for _ in self.blocks]
        new, at = tokens, 0
        while tokens.shape[1] < LENGTH:
            h = self.embed(new)
            until = at + new.shape[1]
            for block, cache in zip(self.blocks, caches):
                h = block(h, self.cosine[at:until], self.sine[at:until], cache, at)
            logits = F.linear(self.norm(h[:, -1]), self.embed.weight)
            new, at = torch.multinomial(logits.softmax(-1), 1), until
            tokens = torch.cat([tokens, new], 1)
        return tokens


def llama():
    from transformers import LlamaConfig, LlamaForCausalLM
    model = LlamaForCausalLM(LlamaConfig(
        vocab_size=SYMBOLS, hidden_size=WIDTH, intermediate_size=176, num_hidden_layers=DEPTH,
        num_attention_heads=HEADS, max_position_embeddings=LENGTH, tie_word_embeddings=True,
        bos_token_id=None, eos_token_id=None, pad_token_id=0)).eval()
    return lambda tokens: model.generate(
        tokens, attention_mask=torch.ones_like(tokens), do_sample=True, top_k=0,
        max_new_tokens=LENGTH - PROMPT)


def measure(draw, seconds):
    """Milliseconds of CPU time for the samples of one model."""
    tokens = torch.ones(SEQUENCES, PROMPT, dtype=torch.long)
    if draw(tokens).shape != (SEQUENCES, LENGTH):
        raise SystemExit("sequences of another length were drawn")
    begun, models = time.process_time(), 0
    while time.process_time() - begun < seconds:
        draw(tokens)
        models += 1
    return 1e3 * (time.process_time() - begun) / models


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=0.3, help="CPU seconds for each figure")
    options = parser.parse_args()
    torch.set_num_threads(1)
    figures = {"plain": measure(Decoder().generate, options.seconds)}
    try:
        figures["generate"] = measure(llama(), options.seconds)
    except ImportError:
        pass
    print(json.dumps({"torch": torch.__version__, "ms_per_model": figures}, indent=1))


if __name__ == "__main__":
    main()
