"""Judge calls of searching debaters against the same search one game at a time in plain PyTorch."""
import sys

import measure
import ratios
from families import run_round, script

# How many times as many judge calls a second, at least; of convolutions they are printed only.
TARGETS = {"mlp-392-64-10": 20, "mlp-392-256-128-10": 8, "cnn-2x14x14-16": None}
HEADINGS = ["judge", "us a call", "limit", "one game at a time / target", "its judge calls alone",
            "judge in batches alone", "sgemm", "met"]


def compare_debate(options):
    rounds = {judge: [] for judge in TARGETS}
    for i in range(options.rounds or 5):
        for judge, done in rounds.items():
            print(f"round {i + 1}: {judge}", file=sys.stderr, flush=True)
            sides = {
                "ours": lambda: measure.program(options.build / "bench/bench_debate", judge + "/",
                                                options.seconds)[0][0],
                "theirs": lambda: script(options, "debate.py", "--judge", judge)["us_per_call"]}
            done.append(run_round(sides, backwards=i % 2 == 1))
    rows = [make_row(judge, done) for judge, done in rounds.items()]
    print("Both sides of a pixel debate search, 100 judge calls a move; CPU time for one call\n")
    print(ratios.markdown([HEADINGS] + [
        [row["judge"], f"{row['us']['median']:.2f}", f"{row['limit_us']:.2f}",
         ratios.cell(row["default"], row["target"]), ratios.cell(row["judge alone"]),
         ratios.cell(row["batched"]), f"{100 * row['sgemm_share']:.0f} %",
         "-" if row["target"] is None else "yes" if row["met"] else "no"] for row in rows]))
    return {"kind": "debate", "rows": rows}, all(row["met"] for row in rows)


def make_row(judge, rounds):
    """`rounds`: [{"ours": counters, "theirs": {"default": us, "judge": us, "batched": us}}]."""
    ours = [r["ours"]["us_per_call"] for r in rounds]
    row = {"judge": judge, "us": ratios.spread(ours), "target": TARGETS[judge]}
    for column, name in (("default", "default"), ("judge alone", "judge"), ("batched", "batched")):
        row[column] = ratios.ratios([r["theirs"][name] for r in rounds], ours)
    for counter in ("limit_us", "sgemm_share"):
        row[counter] = ratios.median(r["ours"][counter] for r in rounds)
    row["met"] = row["target"] is None or row["default"]["median"] >= row["target"]
    return row
