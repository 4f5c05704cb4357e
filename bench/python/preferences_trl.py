#!/usr/bin/env python3
"""The same steps of direct preference optimisation by TRL's DPOTrainer as it comes: the reference's
log-probabilities in every step, AdamW, no reports and no checkpoints. Prints JSON: microseconds of
CPU time for a step, without the trainer's start.
"""
import argparse
import contextlib
import copy
import json
import os
import sys
import tempfile
import time

import preferences  # sets the environment

os.environ.update(WANDB_DISABLED="true", TOKENIZERS_PARALLELISM="false",
                  HF_DATASETS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")

import torch
from datasets import Dataset, disable_progress_bars
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, TrainerCallback
from trl import DPOConfig, DPOTrainer


def tokenizer():
    """A symbol is a word; the first one also ends and pads, which no sequence here needs."""
    words = {f"s{i}": i for i in range(preferences.SYMBOLS)}
    plain = Tokenizer(models.WordLevel(words, unk_token="s0"))
    plain.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=plain, unk_token="s0", pad_token="s0",
                                   eos_token="s0")


def text(tokens):
    return " ".join(f"s{token}" for token in tokens)


def pairs():
    # The trainer appends an end to each response: with it a sequence has its full length.
    prompt, time_ = preferences.PROMPT, preferences.TIME - 1
    token = torch.randint(1, preferences.SYMBOLS, (preferences.PAIRS, 2, time_))
    token[:, 1, :prompt] = token[:, 0, :prompt]
    return Dataset.from_list([
        {"prompt": text(both[0][:prompt]), "chosen": " " + text(both[0][prompt:]),
         "rejected": " " + text(both[1][prompt:])} for both in token.tolist()])


class Clock(TrainerCallback):
    """CPU time from the end of the first step to the end of training."""

    def on_step_end(self, arguments, state, control, **_):
        now = time.process_time()
        if state.global_step == 1:
            self.begun = now
        self.seconds, self.steps = now - self.begun, state.global_step - 1


def check_lengths(trainer):
    batch = next(iter(trainer.get_train_dataloader()))
    shape = tuple(batch["input_ids"].shape)
    wanted = (2 * preferences.BATCH, preferences.TIME)
    if shape != wanted:
        raise SystemExit(f"TRL's batches are {shape}, not {wanted}: not the same work")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=0.3, help="CPU seconds for each figure")
    options = parser.parse_args()
    torch.set_num_threads(1)
    disable_progress_bars()
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        # About .09 s a step.
        epochs = max(preferences.EPOCHS, round(options.seconds / .09 * preferences.BATCH
                                               / preferences.PAIRS))
        model = preferences.llama()
        trainer = DPOTrainer(
            model=model, ref_model=copy.deepcopy(model), processing_class=tokenizer(), train_dataset=pairs(),
            callbacks=[clock],
            args=DPOConfig(
                output_dir=folder, per_device_train_batch_size=preferences.BATCH,
                num_train_epochs=epochs, learning_rate=1e-3, lr_scheduler_type="constant",
                weight_decay=0, beta=preferences.BETA, optim="adamw_torch", use_cpu=True,
                bf16=False, gradient_checkpointing=False, report_to="none", save_strategy="no",
                logging_strategy="no", disable_tqdm=True, max_length=preferences.TIME))
        check_lengths(trainer)
        with contextlib.redirect_stdout(sys.stderr):  # it prints a summary
            trainer.train()
    print(json.dumps({"trl": 1e6 * clock.seconds / clock.steps}))


if __name__ == "__main__":
    main()
