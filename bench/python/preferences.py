#!/usr/bin/env python3
"""Steps of direct preference optimisation as a plain loop over the Llama of `transformers`, one
thread: what bench_preferences is compared with. Prints JSON: microseconds of CPU time for a step.

The loss is written by hand; the reference's log-probabilities are computed in every step, as people
do. 2 layers, d 64, 64 symbols, pairs of 64 tokens of which the first 8 are the prompt, no padding.
"""
import argparse
import copy
import json
import os
import time

# Before torch is imported: threads that wait without work would be counted as CPU time.
os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", HF_HUB_OFFLINE="1")

import torch
from torch.nn import functional as F

# As in bench_preferences.
PAIRS, BATCH, EPOCHS, SYMBOLS, TIME, PROMPT, WIDTH, BETA = 128, 16, 3, 64, 64, 8, 64, 0.1
STEPS = PAIRS // BATCH * EPOCHS


def llama():
    from transformers import LlamaConfig, LlamaForCausalLM
    return LlamaForCausalLM(LlamaConfig(
        vocab_size=SYMBOLS, hidden_size=WIDTH, intermediate_size=176, num_hidden_layers=2,
        num_attention_heads=4, max_position_embeddings=TIME, tie_word_embeddings=True,
        bos_token_id=None, eos_token_id=None, pad_token_id=None, use_cache=False))


def response_log_probability(model, token):
    log_p = model(input_ids=token).logits[:, :-1].log_softmax(-1)
    return log_p.gather(-1, token[:, 1:, None]).squeeze(-1)[:, PROMPT - 1:].sum(-1)


def train(model, reference, optimizer, pairs):
    for _ in range(EPOCHS):
        order = torch.randperm(PAIRS)
        for start in range(0, PAIRS, BATCH):
            token = pairs[order[start:start + BATCH]].transpose(0, 1).flatten(0, 1)
            with torch.no_grad():
                before = response_log_probability(reference, token)
            ratio = response_log_probability(model, token) - before
            chosen, rejected = ratio.chunk(2)
            loss = -F.logsigmoid(BETA * (chosen - rejected)).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def measure(fused, seconds):
    model = llama()
    reference = copy.deepcopy(model).eval()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0, fused=fused)
    pairs = torch.randint(SYMBOLS, (PAIRS, 2, TIME))
    train(model, reference, optimizer, pairs)
    begun, trainings = time.process_time(), 0
    while time.process_time() - begun < seconds:
        train(model, reference, optimizer, pairs)
        trainings += 1
    return 1e6 * (time.process_time() - begun) / (trainings * STEPS)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=0.3, help="CPU seconds for each figure")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(json.dumps({column: measure(fused, options.seconds)
                      for column, fused in (("default", None), ("fused", True))}))


if __name__ == "__main__":
    main()
