#!/usr/bin/env python3
"""The latent-task experiment of bench/suites/weak_to_strong.toml in plain PyTorch, one thread, AdamW
as it comes. Prints the mean accuracies as JSON.

By default one script trains a seed's stages (pretrained student, supervisor, ceiling, student on few
labels) once and uses them for every method. With --one-a-method each method has a process of its own
that trains the stages it needs again, as people run published code.
"""
import argparse
import copy
import json
import os
import subprocess
import sys
from statistics import mean

os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")

import torch
from torch import nn
from torch.nn import functional as F

DIMENSION, LATENT, NOISE, CLASSES = 128, 8, 2.0, 2
ITEMS = {"pretrain": 20000, "labels": 64, "transfer": 4000, "test": 5000}
TASKS = 48


def cross_entropy(logits, target, _progress):
    return F.cross_entropy(logits, target)


def binary_cross_entropy(logits, target, _progress):
    return F.binary_cross_entropy_with_logits(logits, target)


def logconf(alpha, warmup=0.2):
    """Burns et al. 2023: the student's own hard labels, as many positive ones as the supervisor has."""
    def loss(logits, weak, progress):
        own = logits.detach().softmax(1)[:, 1]
        hard = (own > torch.quantile(own, 1 - weak[:, 1].mean())).long()
        share = alpha * min(1.0, progress / warmup)
        return F.cross_entropy(logits, (1 - share) * weak + share * F.one_hot(hard, CLASSES))
    return loss


def product(beta, alpha=1.0):
    def loss(logits, weak, _progress):
        own = logits.detach().log_softmax(1)
        target = (beta * own + alpha * weak.clamp_min(1e-30).log()).softmax(1)
        return F.cross_entropy(logits, target)
    return loss


METHODS = {  # named as the suite's variants
    "xent": cross_entropy,
    "logconf-alpha=0.25": logconf(0.25), "logconf-alpha=0.5": logconf(0.5),
    "logconf-alpha=0.75": logconf(0.75), "logconf-alpha=0.9": logconf(0.9),
    "product-beta=0.5": product(0.5), "product-beta=1": product(1.0),
}


def mlp(*sizes):
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def train(model, inputs, target, loss, epochs, batch, lr):
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0)
    steps = epochs * -(-len(inputs) // batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    step = 0
    for _ in range(epochs):
        order = torch.randperm(len(inputs))
        for start in range(0, len(inputs), batch):
            chosen = order[start:start + batch]
            value = loss(model(inputs[chosen]), target[chosen], step / steps)
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            schedule.step()
            step += 1
    return model


@torch.no_grad()
def probabilities(model, inputs):
    return model(inputs).softmax(1)


class Experiment:
    """One seed: its data, and the stages that its methods share."""

    def __init__(self, seed, few_labels):
        torch.manual_seed(seed)
        mixing = torch.randn(LATENT, DIMENSION) / LATENT**0.5
        direction, directions = torch.randn(LATENT), torch.randn(LATENT, TASKS)
        self.inputs, latent = {}, {}
        for split, items in ITEMS.items():
            latent[split] = torch.randn(items, LATENT)
            self.inputs[split] = latent[split] @ mixing + NOISE * torch.randn(items, DIMENSION)
        self.labels = {s: (z @ direction > 0).long() for s, z in latent.items() if s != "pretrain"}
        answers = (latent["pretrain"] @ directions > 0).float()

        body = train(mlp(DIMENSION, 128, 16, TASKS), self.inputs["pretrain"], answers,
                     binary_cross_entropy, epochs=8, batch=64, lr=1e-3)
        body[-1] = nn.Linear(16, CLASSES)
        nn.init.zeros_(body[-1].weight)
        nn.init.zeros_(body[-1].bias)
        self.student = body
        weak = train(mlp(DIMENSION, 8, CLASSES), self.inputs["labels"], self.targets("labels"),
                     cross_entropy, epochs=60, batch=32, lr=1e-2)
        self.weak_labels = probabilities(weak, self.inputs["transfer"])
        self.accuracies = {"weak": self.accuracy(weak),
                           "ceiling": self.fit("transfer", self.targets("transfer"), cross_entropy)}
        if few_labels:
            self.accuracies["few-labels"] = self.fit("labels", self.targets("labels"), cross_entropy,
                                                     epochs=60, lr=1e-3)

    def targets(self, split):
        return F.one_hot(self.labels[split], CLASSES).float()

    def accuracy(self, model):
        found = probabilities(model, self.inputs["test"]).argmax(1)
        return (found == self.labels["test"]).float().mean().item()

    def fit(self, split, target, loss, epochs=10, lr=1e-4):
        """Accuracy of a student trained from the pretrained one."""
        return self.accuracy(train(copy.deepcopy(self.student), self.inputs[split], target, loss,
                                   epochs, batch=32, lr=lr))


def run(methods, seeds, few_labels):
    found = {}
    for seed in range(seeds):
        experiment = Experiment(seed, few_labels)
        for name in methods:
            experiment.accuracies[name] = experiment.fit("transfer", experiment.weak_labels,
                                                         METHODS[name])
        for name, accuracy in experiment.accuracies.items():
            found.setdefault(name, []).append(accuracy)
    return {name: mean(values) for name, values in found.items()}


def run_one_a_method(seeds):
    found = {}
    for name in METHODS:
        command = [sys.executable, "-W", "ignore", __file__, "--seeds", str(seeds), "--only", name]
        found.update(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--one-a-method", action="store_true", help="a process for each method")
    parser.add_argument("--only", choices=METHODS, help="one method, without the few-labels row")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.one_a_method:
        found = run_one_a_method(options.seeds)
    elif options.only:
        found = run([options.only], options.seeds, few_labels=False)
    else:
        found = run(list(METHODS), options.seeds, few_labels=True)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
