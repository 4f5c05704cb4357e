"""Sampling from a cohort of decoders against one model after another."""
import measure
import ratios
from families import run_round, script

OVER_GENERATE = 3  # how many times faster than `generate` of transformers, at least


def compare_sampling(options):
    def ours():
        entries, _ = measure.program(options.build / "bench/bench_sampling", "cached/K=10/",
                                     options.seconds)
        return entries[0]["ms_per_model"]
    sides = {"ours": ours, "theirs": lambda: script(options, "generate.py")["ms_per_model"]}
    rounds = [run_round(sides, backwards=i % 2 == 1) for i in range(options.rounds or 5)]
    mine = [r["ours"] for r in rounds]
    figures = {"kind": "sampling", "ms": ratios.spread(mine), "target": OVER_GENERATE}
    print("100 sequences of 62 tokens from each of 10 decoders (2 layers, d 64), CPU time for one decoder")
    print(f"  ours, as one cohort {figures['ms']['median']:.1f} ms")
    for column, name in (("generate", "transformers' generate, one after another"),
                         ("plain", "plain PyTorch with a cache, one after another")):
        if all(column in r["theirs"] for r in rounds):
            theirs = [r["theirs"][column] for r in rounds]
            figures[column] = ratios.ratios(theirs, mine)
            target = OVER_GENERATE if column == "generate" else None
            print(f"  {name} ({ratios.median(theirs):.0f} ms): "
                  f"{ratios.cell(figures[column], target)}")
    if "generate" not in figures:
        print("transformers is not installed and was not measured")
        return figures, True
    return figures, figures["generate"]["median"] >= OVER_GENERATE
