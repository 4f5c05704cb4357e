#!/usr/bin/env python3
"""Games of pixel debate one after the other in plain PyTorch, one thread: what bench_debate is compared
with. Prints JSON.

Both sides search with upper confidence bounds, 100 playouts a move, six moves a game, on pictures of
14x14 of which 55 pixels may be named. `default`: the search as one writes it, one judge call after the
other. `judge`: these calls alone, as if a search cost nothing. `batched`: the judge alone, asked about
2048 positions at once.
"""
import argparse
import json
import math
import os
import random
import time

# Before torch is imported: threads that wait without work would be counted as CPU time.
os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")

import torch
from torch import nn

SIDE, ANSWERS, TURNS, PLAYOUTS, INKED, BATCH = 14, 10, 6, 100, 55, 2048
PLACES = SIDE * SIDE


def judge(name):
    if name == "mlp-392-64-10":
        widths = [2 * PLACES, 64, ANSWERS]
    elif name == "mlp-392-256-128-10":
        widths = [2 * PLACES, 256, 128, ANSWERS]
    else:
        return nn.Sequential(nn.Conv2d(2, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                             nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                             nn.Flatten(), nn.Linear(32 * 9, ANSWERS)).eval()
    layers = []
    for i, o in zip(widths, widths[1:]):
        layers += [nn.Linear(i, o), nn.ReLU()]
    return nn.Sequential(nn.Flatten(), *layers[:-1]).eval()


class Node:
    __slots__ = ("visits", "total", "moves", "children")

    def __init__(self):
        self.visits, self.total, self.moves, self.children = 0, 0.0, None, None


class Game:
    def __init__(self, network, picture, claims):
        self.network, self.picture, self.claims = network, picture, claims
        self.legal = picture.flatten().nonzero().flatten().tolist()
        self.calls = 0

    def margin(self, places, side):
        """The judge's logit of `side`'s claim minus that of the other."""
        self.calls += 1
        x = torch.zeros(1, 2, PLACES)
        x[0, 0, places] = 1
        x[0, 1, places] = self.picture.flatten()[places]
        logits = self.network(x.view(1, 2, SIDE, SIDE))[0]
        return (logits[self.claims[side]] - logits[self.claims[1 - side]]).item()

    def search(self, done, mover):
        free = [p for p in self.legal if p not in done]
        root = Node()
        root.moves, root.children = free, [Node() for _ in free]
        for _ in range(PLAYOUTS):
            places, left, path, node = list(done), set(free), [root], root
            while len(places) < TURNS:
                if node.children is None:
                    if node.visits == 0:
                        break
                    node.moves = sorted(left)
                    node.children = [Node() for _ in node.moves]
                visits = max(1, node.visits - (node is not root))
                log = math.log(visits)
                best, most = 0, -1.0
                for i, child in enumerate(node.children):
                    if child.visits == 0:
                        best = i
                        break
                    urgency = child.total / child.visits + math.sqrt(log / child.visits)
                    if urgency > most:
                        best, most = i, urgency
                places.append(node.moves[best])
                left.remove(node.moves[best])
                node = node.children[best]
                path.append(node)
            if len(places) < TURNS:
                places += random.sample(sorted(left), TURNS - len(places))
            value = 1 / (1 + math.exp(-self.margin(places, mover)))
            for depth, visited in enumerate(path):
                # The edge into depth d is the move of turn len(done) + d - 1.
                own = depth == 0 or (depth - 1) % 2 == 0
                visited.visits += 1
                visited.total += value if own else 1 - value
        best = max(range(len(free)), key=lambda i: root.children[i].visits)
        return free[best]

    def play(self):
        done = []
        for turn in range(TURNS):
            done.append(self.search(done, turn % 2))
        return self.margin(done, 0)


def picture():
    inked = torch.rand(PLACES).argsort()[:INKED]
    return torch.zeros(PLACES).index_fill(0, inked, 1) * (0.01 + torch.rand(PLACES))


def measure(work, seconds):
    """Microseconds of CPU time a judge call; `work` returns how many it made."""
    work()
    begun, calls = time.process_time(), 0
    while time.process_time() - begun < seconds:
        calls += work()
    return 1e6 * (time.process_time() - begun) / calls


@torch.inference_mode()
def figures(name, seconds):
    network = judge(name)

    def play():
        game = Game(network, picture(), (0, 1))
        game.play()
        return game.calls

    def ask():
        game = Game(network, picture(), (0, 1))
        places = game.legal[:TURNS]
        for _ in range(PLAYOUTS):
            game.margin(places, 0)
        return PLAYOUTS
    x = torch.rand(BATCH, 2, SIDE, SIDE)
    return {"default": measure(play, seconds), "judge": measure(ask, seconds),
            "batched": measure(lambda: len(network(x)), seconds)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=0.3, help="CPU seconds for each figure")
    parser.add_argument("--judge", required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    print(json.dumps({"torch": torch.__version__,
                      "us_per_call": figures(options.judge, options.seconds)}, indent=1))


if __name__ == "__main__":
    main()
