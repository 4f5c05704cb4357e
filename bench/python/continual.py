#!/usr/bin/env python3
"""Steps of continual learning in plain PyTorch, one thread: what bench_continual is compared with.
Prints JSON.

Two tasks of random items, SGD, one model after the other; only the steps of the second task are
timed, for there a method has a past to think of. Columns:
  naive          cross entropy on the stream's batch
  ewc            + lambda/2 sum F (theta - theta*)^2 in the loss, parameter by parameter, as usually written
  ewc-gradient   the same pull added to the gradients after backward: what an expert would write
  er             a reservoir held in tensors: as many samples from it as from the stream, one forward pass
each with torch.optim.SGD as it comes, and with fused=True ("naive fused", ...).
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

STEPS = 64         # of a task, as in bench_continual
SIZES = (784, 100, 100, 10)
RATE = 0.05
STRENGTH = 1.0     # EWC's lambda
MEMORY = 500       # samples that ER keeps


def mlp(sizes=SIZES):
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def random_tasks(batch):
    """Inputs and labels of two tasks, STEPS batches each."""
    return [(torch.randn(STEPS * batch, SIZES[0]), torch.randint(SIZES[-1], (STEPS * batch,)))
            for _ in range(2)]


class Naive:
    def __init__(self, model):
        self.model = model

    def end_task(self, x, y):
        pass

    def batch(self, x, y):
        return x, y

    def loss(self, x, y):
        return F.cross_entropy(self.model(x), y)

    def after_backward(self):
        pass


class Ewc(Naive):
    """Diagonal Fisher information at the labels, from the mean gradients of small batches: cheap, and
    what it is does not change a step's time."""

    def end_task(self, x, y):
        self.anchor = [p.detach().clone() for p in self.model.parameters()]
        self.fisher = [torch.zeros_like(p) for p in self.model.parameters()]
        for part_x, part_y in zip(x[:256].split(8), y[:256].split(8)):
            self.model.zero_grad()
            F.cross_entropy(self.model(part_x), part_y).backward()
            for fisher, p in zip(self.fisher, self.model.parameters()):
                fisher += p.grad.square() / 32

    def loss(self, x, y):
        loss = super().loss(x, y)
        if hasattr(self, "fisher"):
            penalty = 0
            for p, fisher, anchor in zip(self.model.parameters(), self.fisher, self.anchor):
                penalty = penalty + (fisher * (p - anchor).square()).sum()
            loss = loss + STRENGTH / 2 * penalty
        return loss


class EwcByGradient(Ewc):
    def loss(self, x, y):
        return Naive.loss(self, x, y)

    @torch.no_grad()
    def after_backward(self):
        if hasattr(self, "fisher"):
            for p, fisher, anchor in zip(self.model.parameters(), self.fisher, self.anchor):
                p.grad.addcmul_(fisher, p - anchor, value=STRENGTH)


class Er(Naive):
    """Chaudhry et al. 2019, reservoir sampling (Vitter 1985) of a whole batch at once."""

    def __init__(self, model):
        super().__init__(model)
        self.x = torch.empty(MEMORY, SIZES[0])
        self.y = torch.empty(MEMORY, dtype=torch.long)
        self.seen = 0

    def batch(self, x, y):
        kept, new = min(self.seen, MEMORY), len(x)
        together = x, y
        if kept > 0:
            drawn = torch.randint(kept, (new,))
            together = torch.cat([x, self.x[drawn]]), torch.cat([y, self.y[drawn]])
        number = torch.arange(self.seen, self.seen + new)
        slot = torch.where(number < MEMORY, number, (torch.rand(new) * (number + 1)).long())
        stays = slot < MEMORY
        self.x[slot[stays]], self.y[slot[stays]] = x[stays], y[stays]
        self.seen += new
        return together


METHODS = {"naive": Naive, "ewc": Ewc, "ewc-gradient": EwcByGradient, "er": Er}


def train_task(method, optimizer, x, y, batch):
    order = torch.randperm(len(x))
    for start in range(0, len(x), batch):
        chosen = order[start:start + batch]
        loss = method.loss(*method.batch(x[chosen], y[chosen]))
        optimizer.zero_grad()
        loss.backward()
        method.after_backward()
        optimizer.step()
    method.end_task(x, y)


def measure(make, fused, batch, seconds):
    """Microseconds of CPU time for a step of the second task: trained again and again."""
    (x1, y1), (x2, y2) = random_tasks(batch)
    method = make(mlp())
    optimizer = torch.optim.SGD(method.model.parameters(), lr=RATE, fused=fused)
    train_task(method, optimizer, x1, y1, batch)
    method.end_task = lambda x, y: None
    train_task(method, optimizer, x2, y2, batch)
    begun, tasks = time.process_time(), 0
    while time.process_time() - begun < seconds:
        train_task(method, optimizer, x2, y2, batch)
        tasks += 1
    return 1e6 * (time.process_time() - begun) / (tasks * STEPS)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=0.3, help="CPU seconds for each figure")
    options = parser.parse_args()
    torch.set_num_threads(1)
    found = {}
    for name, make in METHODS.items():
        for suffix, fused in (("", None), (" fused", True)):
            found[name + suffix] = measure(make, fused, options.batch, options.seconds)
    print(json.dumps({"torch": torch.__version__, "batch": options.batch, "us_per_step": found},
                     indent=1))


if __name__ == "__main__":
    main()
