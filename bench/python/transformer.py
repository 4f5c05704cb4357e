#!/usr/bin/env python3
"""Optimizer steps of a small decoder in plain PyTorch, one thread: what bench_transformer is compared
with. Prints JSON: microseconds of CPU time for a step, with AdamW as it comes and fused.

The same network: RMS norm before each layer, rotary positions, GELU with tanh, tied output, no
biases. q, k and v are one product, as people write it.
"""
import argparse
import json
import math
import os
import time

# Before torch is imported: threads that wait without work would be counted as CPU time.
os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")

import torch
from torch import nn
from torch.nn import functional as F

STEPS, BATCH, SYMBOLS, HEADS = 16, 16, 64, 4  # as in bench_transformer


class Block(nn.Module):
    def __init__(self, width, layers):
        super().__init__()
        self.attn_norm = nn.RMSNorm(width, eps=1e-5)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.o = nn.Linear(width, width, bias=False)
        self.mlp_norm = nn.RMSNorm(width, eps=1e-5)
        self.up = nn.Linear(width, 4 * width, bias=False)
        self.down = nn.Linear(4 * width, width, bias=False)
        for layer, scale in ((self.qkv, 1), (self.up, 1), (self.o, math.sqrt(2 * layers)),
                             (self.down, math.sqrt(2 * layers))):
            nn.init.normal_(layer.weight, std=0.02 / scale)

    def forward(self, h, cosine, sine):
        batch, tokens, width = h.shape
        qkv = self.qkv(self.attn_norm(h)).view(batch, tokens, 3, HEADS, width // HEADS)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(rotated(q, cosine, sine), rotated(k, cosine, sine), v,
                                               is_causal=True)
        h = h + self.o(mixed.transpose(1, 2).reshape(batch, tokens, width))
        return h + self.down(F.gelu(self.up(self.mlp_norm(h)), approximate="tanh"))


def rotated(x, cosine, sine):
    """As transformers' apply_rotary_pos_emb."""
    first, second = x.chunk(2, dim=-1)
    return x * cosine + torch.cat((-second, first), dim=-1) * sine


class Decoder(nn.Module):
    def __init__(self, layers, width, tokens):
        super().__init__()
        self.embed = nn.Embedding(SYMBOLS, width)
        nn.init.normal_(self.embed.weight, std=0.02)
        self.blocks = nn.ModuleList(Block(width, layers) for _ in range(layers))
        self.norm = nn.RMSNorm(width, eps=1e-5)
        half = width // HEADS // 2
        angle = torch.outer(torch.arange(tokens).float(),
                            10000 ** (-torch.arange(half).float() / half)).repeat(1, 2)
        self.register_buffer("cosine", angle.cos())
        self.register_buffer("sine", angle.sin())

    def forward(self, token):
        h = self.embed(token)
        for block in self.blocks:
            h = block(h, self.cosine, self.sine)
        return F.linear(self.norm(h), self.embed.weight)


def train(model, optimizer, data):
    order = torch.randperm(len(data))
    for start in range(0, len(data), BATCH):
        token = data[order[start:start + BATCH]]
        logits = model(token)
        loss = F.cross_entropy(logits[:, :-1].flatten(0, 1), token[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def measure(layers, width, tokens, fused, seconds):
    model = Decoder(layers, width, tokens)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0, fused=fused)
    data = torch.randint(SYMBOLS, (STEPS * BATCH, tokens))
    train(model, optimizer, data)
    begun, trainings = time.process_time(), 0
    while time.process_time() - begun < seconds:
        train(model, optimizer, data)
        trainings += 1
    return 1e6 * (time.process_time() - begun) / (trainings * STEPS)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for setting in ("layers", "width", "time"):
        parser.add_argument(f"--{setting}", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=0.3, help="CPU seconds for each figure")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(json.dumps({column: measure(options.layers, options.width, options.time, fused,
                                      options.seconds)
                      for column, fused in (("default", None), ("fused", True))}))


if __name__ == "__main__":
    main()
