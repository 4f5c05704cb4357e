"""Steps of direct preference optimisation against a plain loop and TRL's trainer."""
import sys

import measure
import ratios
from families import ADVICE, run_round, script

# How many times faster than theirs, at least; of the plain loop with AdamW as it comes.
TARGETS = {"default": 1.4, "trl": 2.5}
NAMES = {"default": "plain loop over transformers' Llama, AdamW as it comes",
         "fused": "the same with fused AdamW", "trl": "TRL's DPOTrainer"}
COHORT = 5  # fixed beforehand, as for decoders


def has(options, package):
    found = measure.run([options.python, "-c", "import importlib.util as u;"
                         f"print(u.find_spec('{package}') is not None)"], ADVICE)
    return found.strip() == "True"


def compare_preferences(options):
    """2 layers, d 64, 16 pairs of 64 tokens a step."""
    rivals = {"plain": "preferences.py", "trl": "preferences_trl.py"}
    needs = {"plain": "transformers", "trl": "trl"}
    sides = {"ours": lambda: {int(e["K"]): e for e in measure.program(
        options.build / "bench/bench_preferences", "dpo/", options.seconds)[0]}}
    missing = [side for side in rivals if not has(options, needs[side])]
    for side, name in rivals.items():
        if side not in missing:
            sides[side] = lambda name=name: script(options, name)
    rounds = []
    for i in range(options.rounds or 5):
        print(f"round {i + 1}", file=sys.stderr, flush=True)
        rounds.append(run_round(sides, backwards=i % 2 == 1))
    figures = preferences_figures(rounds)
    print("DPO, 2 layers, d 64, 16 pairs of 64 tokens, 3 epochs; CPU time for one step of one model")
    for cohort in (COHORT, 1):
        ours = figures["ours"][cohort]
        print(f"  ours, K = {cohort}: {ours['us']['median']:.0f} us, "
              f"{100 * ours['sgemm_share']:.0f} % of sgemm; no step can be below "
              f"{ours['limit_us']:.0f} us")
    for column, row in figures["theirs"].items():
        print(f"  {NAMES[column]} ({row['us']:.0f} us): "
              f"{ratios.cell(row['ratio'], TARGETS.get(column))}; K = 1: {ratios.cell(row['alone'])}")
    for side in missing:
        print(f"{needs[side]} is not installed and was not measured")
    return {"kind": "preferences"} | figures, figures["met"]


def preferences_figures(rounds):
    """`rounds`: [{"ours": {K: counters}, "plain": {"default": us, "fused": us}, "trl": {"trl": us}}];
    the rivals may be missing."""
    def us(cohort):
        return [r["ours"][cohort]["us_per_model_step"] for r in rounds]
    figures = {"ours": {}, "theirs": {}}
    for cohort in (COHORT, 1):
        figures["ours"][cohort] = {"us": ratios.spread(us(cohort))} | {
            counter: ratios.median(r["ours"][cohort][counter] for r in rounds)
            for counter in ("limit_us", "sgemm_share")}
    for side, column in (("plain", "default"), ("plain", "fused"), ("trl", "trl")):
        if all(column in r.get(side, {}) for r in rounds):
            theirs = [r[side][column] for r in rounds]
            figures["theirs"][column] = {"us": ratios.median(theirs),
                                         "ratio": ratios.ratios(theirs, us(COHORT)),
                                         "alone": ratios.ratios(theirs, us(1))}
    figures["met"] = all(row["ratio"]["median"] >= TARGETS.get(column, 0)
                         for column, row in figures["theirs"].items())
    return figures
