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


# How many times faster a step than plain PyTorch with AdamW as it comes, at least.
STEPS = {(2, 32, 32): 2.2, (3, 64, 64): 1.5, (4, 128, 64): 1.2}
COHORT = 5  # fixed: chosen from the readings that are judged, the faster would be the luckier
HEADINGS = ["layers, width, tokens", "us (K)", "default / target", "fused", "K=1", "sgemm", "met"]


def compare_decoders(options):
    """Training steps of decoders of 64 symbols, 16 sequences a step."""
    rounds = {size: [] for size in STEPS}
    for i in range(options.rounds or 5):
        for size, done in rounds.items():
            layers, width, time = size
            name = f"layers={layers}/width={width}/time={time}/"
            sides = {
                "ours": lambda: measure.program(options.build / "bench/bench_transformer", name,
                                                options.seconds)[0],
                "theirs": lambda: script(options, "transformer.py", "--layers", layers, "--width",
                                         width, "--time", time)}
            done.append(run_round(sides, backwards=i % 2 == 1))
    rows = [decoders_row(size, done) for size, done in rounds.items()]
    lines = [HEADINGS] + [
        [", ".join(map(str, row["size"])), f"{row['us']['median']:.0f} ({row['K']})",
         ratios.cell(row["default"], row["target"]), ratios.cell(row["fused"]),
         ratios.cell(row["alone"]),
         f"{100 * row['sgemm_share']:.0f} %", "yes" if row["met"] else "no"] for row in rows]
    print(ratios.markdown(lines))
    return {"kind": "decoders", "rows": rows}, all(row["met"] for row in rows)


def decoders_row(size, rounds):
    """`rounds`: [{"ours": [counters of each K], "theirs": {"default": us, "fused": us}}]."""
    def counters(of_round, cohort):
        return next(e for e in of_round["ours"] if e["K"] == cohort)

    def us(cohort):
        return [counters(r, cohort)["us_per_model_step"] for r in rounds]
    row = {"size": size, "K": COHORT, "us": ratios.spread(us(COHORT)), "target": STEPS[size]}
    for column in ("default", "fused"):
        row[column] = ratios.ratios([r["theirs"][column] for r in rounds], us(COHORT))
    row["alone"] = ratios.ratios([r["theirs"]["default"] for r in rounds], us(1))
    row["sgemm_share"] = ratios.median(counters(r, COHORT)["sgemm_share"] for r in rounds)
    row["met"] = row["default"]["median"] >= row["target"]
    return row
