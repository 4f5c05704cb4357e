#!/usr/bin/env python3
"""Optimizer steps in plain PyTorch, one thread: what bench_train is compared with. Prints JSON.

Three columns: `default` and `fused` are what people write (nn.Module, torch.optim.AdamW), one model
at a time; `stacked` is what an expert would write: K models as one, torch.baddbmm or grouped
convolutions, fused AdamW. All gather their batches by indexing with a permutation, and use soft
targets, as bench_train does. None reads the loss.
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

STEPS = 64  # of a training, as in bench_train
CLASSES = 10


class Mlp(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        layers = []
        for inputs, outputs in zip(sizes, sizes[1:]):
            layers += [nn.Linear(inputs, outputs), nn.ReLU()]
        self.layers = nn.Sequential(*layers[:-1])

    def forward(self, x):
        return self.layers(x)


class Cnn(nn.Module):
    def __init__(self, width, side):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(width, 2 * width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
        self.head = nn.Linear(2 * width * (side // 4) ** 2, CLASSES)

    def forward(self, x):
        return self.head(self.body(x.unsqueeze(1)))


def uniform(*shape, fan_in):
    return nn.Parameter((2 * torch.rand(*shape) - 1) / fan_in**0.5)


class StackedLinear(nn.Module):
    def __init__(self, models, inputs, outputs):
        super().__init__()
        self.weight = uniform(models, inputs, outputs, fan_in=inputs)
        self.bias = uniform(models, 1, outputs, fan_in=inputs)

    def forward(self, x_KBD):
        return torch.baddbmm(self.bias, x_KBD, self.weight)


class StackedMlp(nn.Module):
    def __init__(self, models, sizes):
        super().__init__()
        self.layers = nn.ModuleList(StackedLinear(models, i, o) for i, o in zip(sizes, sizes[1:]))

    def forward(self, x_KBD):
        for layer in self.layers[:-1]:
            x_KBD = F.relu(layer(x_KBD))
        return self.layers[-1](x_KBD)


class StackedCnn(nn.Module):
    """One convolution with a group for each model."""

    def __init__(self, models, width, side):
        super().__init__()
        self.models = models
        self.first = nn.Conv2d(models, models * width, 3, padding=1, groups=models)
        self.second = nn.Conv2d(models * width, models * 2 * width, 3, padding=1, groups=models)
        self.head = StackedLinear(models, 2 * width * (side // 4) ** 2, CLASSES)

    def forward(self, x_KBHW):
        x = x_KBHW.transpose(0, 1)
        for layer in (self.first, self.second):
            x = F.max_pool2d(F.relu(layer(x)), 2)
        return self.head(x.reshape(len(x), self.models, -1).transpose(0, 1))


def train_one(model, optimizer, data, target, batch):
    order = torch.randperm(len(data))
    for start in range(0, len(data), batch):
        chosen = order[start:start + batch]
        loss = F.cross_entropy(model(data[chosen]), target[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def train_stacked(model, optimizer, data, target_KNC, batch):
    models, items = target_KNC.shape[:2]
    order_KN = torch.stack([torch.randperm(items) for _ in range(models)])
    row_K1 = torch.arange(models).unsqueeze(1)
    for start in range(0, items, batch):
        chosen_KB = order_KN[:, start:start + batch]
        logits = model(data[chosen_KB]).flatten(0, 1)
        # The mean over K B samples, times K: each model's gradient is that of its own mean.
        loss = models * F.cross_entropy(logits, target_KNC[row_K1, chosen_KB].flatten(0, 1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def measure(training, models, seconds):
    """Microseconds of CPU time for a step of one model."""
    training()
    begun, trainings = time.process_time(), 0
    while time.process_time() - begun < seconds:
        training()
        trainings += 1
    return 1e6 * (time.process_time() - begun) / (trainings * STEPS * models)


def network_of(name):
    """Item shape, and makers of one model and of a stack, for a name as bench_train has it."""
    kind, *numbers = name.split("-")
    if kind == "mlp":
        sizes = [int(n) for n in numbers]
        return sizes[:1], lambda: Mlp(sizes), lambda models: StackedMlp(models, sizes)
    side, width = int(numbers[0].split("x")[0]), int(numbers[1])
    return [side, side], lambda: Cnn(width, side), lambda models: StackedCnn(models, width, side)


def columns(name, batch, cohorts, seconds):
    shape, one, stack = network_of(name)
    items = STEPS * batch
    data = torch.randn(items, *shape)
    for column, fused in (("default", None), ("fused", True)):
        model, target = one(), torch.randn(items, CLASSES).softmax(1)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0, fused=fused)
        cost = measure(lambda: train_one(model, optimizer, data, target, batch), 1, seconds)
        yield {"column": column, "K": 1, "us_per_model_step": cost}
    for models in cohorts:
        model, target = stack(models), torch.randn(models, items, CLASSES).softmax(2)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0, fused=True)
        cost = measure(lambda: train_stacked(model, optimizer, data, target, batch), models, seconds)
        yield {"column": "stacked", "K": models, "us_per_model_step": cost}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", required=True, help="mlp-64-32-32-10 or cnn-14x14-16")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--cohorts", default="5,10,20,40", help="K of the stacked column")
    parser.add_argument("--seconds", type=float, default=0.3, help="CPU seconds for each figure")
    options = parser.parse_args()
    torch.set_num_threads(1)
    cohorts = [int(k) for k in options.cohorts.split(",") if k]
    found = list(columns(options.network, options.batch, cohorts, options.seconds))
    print(json.dumps({"torch": torch.__version__, "network": options.network,
                      "batch": options.batch, "columns": found}, indent=1))


if __name__ == "__main__":
    main()
