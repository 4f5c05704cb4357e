#!/usr/bin/env python3
"""Oracles of KLoM-mini one by one in plain PyTorch, one thread: what bench_oracles is compared with.
Prints JSON.

Each is an MLP 10-32-5 trained on the 475 points that are retained: 40 epochs of SGD .05, batch 32. All
cost the same, so a few are trained and the time of one is printed.
"""
import argparse
import json
import os
import time

# Before torch is imported: threads that wait without work would be counted as CPU time.
os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")

import torch
from torch import nn
from torch.nn import functional as F

POINTS, DIMENSION, WIDTH, CLASSES = 475, 10, 32, 5
EPOCHS, BATCH, RATE = 40, 32, 0.05


def points(separation=0.7):
    """Gaussian classes; means are `separation` times normal numbers."""
    means = separation * torch.randn(CLASSES, DIMENSION)
    y = torch.randint(CLASSES, (POINTS,))
    return means[y] + torch.randn(POINTS, DIMENSION), y


def train_oracle(x, y, fused):
    model = nn.Sequential(nn.Linear(DIMENSION, WIDTH), nn.ReLU(), nn.Linear(WIDTH, CLASSES))
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, fused=fused)
    for _ in range(EPOCHS):
        order = torch.randperm(POINTS)
        for start in range(0, POINTS, BATCH):
            chosen = order[start:start + BATCH]
            loss = F.cross_entropy(model(x[chosen]), y[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model


def measure(fused, seconds):
    """Milliseconds of CPU time for one oracle."""
    x, y = points()
    train_oracle(x, y, fused)
    begun, oracles = time.process_time(), 0
    while time.process_time() - begun < seconds:
        train_oracle(x, y, fused)
        oracles += 1
    return 1e3 * (time.process_time() - begun) / oracles


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=0.3, help="CPU seconds for each figure")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(json.dumps({"torch": torch.__version__,
                      "ms_per_oracle": {"default": measure(None, options.seconds),
                                        "fused": measure(True, options.seconds)}}, indent=1))


if __name__ == "__main__":
    main()
