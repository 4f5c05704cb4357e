#!/usr/bin/env python3
"""The steps of continual.py with the library avalanche-lib (https://avalanche.continualai.org), as its
documentation has it: Naive, EWC and Replay with an evaluator that measures nothing. Prints JSON."""
import argparse
import json
import time
import warnings

import continual  # first: it sets the number of threads
import torch

# avalanche-lib imports torchvision, whose packages on the public index are built for another torch
# (CUDA) and then lack their operators, which nothing here uses. Their declarations let it be imported.
for operator in ("nms", "qnms"):
    torch.library.define(f"torchvision::{operator}",
                         "(Tensor boxes, Tensor scores, float threshold) -> Tensor")

import avalanche
from avalanche.benchmarks.utils import AvalancheDataset, TensorDataAttribute
from avalanche.benchmarks import benchmark_from_datasets
from avalanche.core import SupervisedPlugin
from avalanche.training import EWC, Naive, Replay
from avalanche.training.plugins import EvaluationPlugin
from torch.utils.data import TensorDataset

METHODS = {
    "naive": (Naive, {}),
    "ewc": (EWC, {"ewc_lambda": continual.STRENGTH / 2}),
    "er": (Replay, {"mem_size": continual.MEMORY}),
}


class Clock(SupervisedPlugin):
    """CPU time of the last epoch."""

    def before_training_epoch(self, strategy, **_):
        self.begun = time.process_time()

    def after_training_epoch(self, strategy, **_):
        self.seconds = time.process_time() - self.begun


def stream(batch):
    datasets = []
    for task, (x, y) in enumerate(continual.random_tasks(batch)):
        attributes = [TensorDataAttribute(y, name="targets"),
                      TensorDataAttribute(torch.full_like(y, task), name="targets_task_labels",
                                          use_in_getitem=True)]
        datasets.append(AvalancheDataset([TensorDataset(x, y)], data_attributes=attributes))
    return benchmark_from_datasets(train=datasets).train_stream


def measure(make, arguments, batch, seconds):
    """Microseconds of CPU time for a step of the second task, over as many streams as it takes."""
    spent, tasks = 0, 0
    while spent < seconds:
        model, clock = continual.mlp(), Clock()
        strategy = make(model=model, optimizer=torch.optim.SGD(model.parameters(), lr=continual.RATE),
                        criterion=torch.nn.CrossEntropyLoss(), train_mb_size=batch, train_epochs=1,
                        device="cpu", plugins=[clock], evaluator=EvaluationPlugin(), **arguments)
        for experience in stream(batch):
            strategy.train(experience)
        spent += clock.seconds
        tasks += 1
    return 1e6 * spent / (tasks * continual.STEPS)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=0.3, help="CPU seconds for each figure")
    options = parser.parse_args()
    torch.set_num_threads(1)
    # It warns of its own functions at every call, whatever the filters are.
    warnings.showwarning = lambda *_, **__: None
    found = {name: measure(make, arguments, options.batch, options.seconds)
             for name, (make, arguments) in METHODS.items()}
    print(json.dumps({"torch": torch.__version__, "avalanche": avalanche.__version__,
                      "batch": options.batch, "us_per_step": found}, indent=1))


if __name__ == "__main__":
    main()
