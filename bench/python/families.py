"""Steps of continual methods, and KLoM-mini's oracles, against plain PyTorch and avalanche-lib."""
import json
import sys

import measure
import ratios

METHODS = ("naive", "ewc", "er")
# How many times faster than plain PyTorch at least, by the batch; and over avalanche-lib so much more.
TARGETS = {32: {"naive": 1.8, "ewc": 3, "er": 1.8}, 128: {"naive": 1.3, "ewc": 1.8, "er": 1.4}}
OVER_AVALANCHE = 1.7
ORACLES = 10
ADVICE = "scripts/bench makes the Python environment."


def script(options, name, *arguments):
    return json.loads(measure.run([options.python, "-W", "ignore", measure.ROOT / "bench/python" / name,
                                   "--seconds", options.seconds, *arguments], ADVICE))


def has_avalanche(options):
    found = measure.run([options.python, "-c", "import importlib.util as u;"
                         "print(u.find_spec('avalanche') is not None)"], ADVICE)
    return found.strip() == "True"


def run_round(sides, backwards):
    """What each side measures; who is first changes, so that a load that rises or falls favours nobody."""
    names = sorted(sides, reverse=backwards)
    return {name: sides[name]() for name in names}


def make_row(method, batch, rounds):
    """`rounds`: [{"ours": {method: counters}, "plain": {"naive": us, "naive fused": us, ...},
    "avalanche": {method: us}}]. Ratios are the other's time over ours."""
    ours = [r["ours"][method]["us_per_model_step"] for r in rounds]
    row = {"method": method, "batch": batch, "us": ratios.spread(ours),
           "target": TARGETS[batch][method]}

    def against(column, side, name):
        if all(name in r.get(side, {}) for r in rounds):
            row[column] = ratios.ratios([r[side][name] for r in rounds], ours)
    against("plain", "plain", method)
    against("fused", "plain", method + " fused")
    # The pull written into the gradients, with either optimizer: what an expert would write.
    against("by gradient", "plain", method + "-gradient")
    against("avalanche", "avalanche", method)
    for counter in ("products_share", "sgemm_share"):
        row[counter] = ratios.median(r["ours"][method][counter] for r in rounds)
    row["avalanche_target"] = round(OVER_AVALANCHE * row["target"], 2)
    fast = row["plain"]["median"] >= row["target"] and (
        "avalanche" not in row or row["avalanche"]["median"] >= row["avalanche_target"])
    near = row["products_share"] >= ratios.ENOUGH_OF_THE_PRODUCTS
    row["met"] = "yes" if fast else "yes (limit)" if near else "no"
    return row


HEADINGS = ["method", "batch", "us", "plain / target", "fused", "by gradient", "avalanche / target",
            "products", "sgemm", "met"]


def table(rows):
    lines = [HEADINGS]
    for row in rows:
        def cell(column, target=None):
            return ratios.cell(row[column], target) if column in row else "-"
        lines.append([row["method"], str(row["batch"]), f"{row['us']['median']:.0f}",
                      cell("plain", row["target"]), cell("fused"), cell("by gradient"),
                      cell("avalanche", row["avalanche_target"]),
                      f"{100 * row['products_share']:.0f} %", f"{100 * row['sgemm_share']:.0f} %",
                      row["met"]])
    return ratios.markdown(lines)


def compare_continual(options):
    avalanche = has_avalanche(options)
    rows, context = [], {}
    for batch in TARGETS:
        def ours():
            entries, about = measure.program(options.build / "bench/bench_continual",
                                             f"/batch={batch}/", options.seconds)
            context.update(about)
            return {e["name"].split("/")[0]: e for e in entries}
        sides = {"ours": ours, "plain": lambda: script(
            options, "continual.py", "--batch", batch)["us_per_step"]}
        if avalanche:
            sides["avalanche"] = lambda: script(
                options, "continual_avalanche.py", "--batch", batch)["us_per_step"]
        rounds = []
        for i in range(options.rounds or 5):
            print(f"batch {batch}, round {i + 1}", file=sys.stderr, flush=True)
            rounds.append(run_round(sides, backwards=i % 2 == 1))
        rows += [make_row(method, batch, rounds) for method in METHODS]
    print("Steps of continual methods, 784-100-100-10, SGD, 10 seeds as one cohort")
    print(table(rows))
    if not avalanche:
        print("avalanche-lib is not installed and was not measured")
    return ({"kind": "continual", "rows": rows, "sgemm_gflops": float(context["sgemm_gflops"])},
            all(row["met"] != "no" for row in rows))


def compare_oracles(options):
    def ours():
        entries, _ = measure.program(options.build / "bench/bench_oracles", "/K=200/", options.seconds)
        return entries[0]["ms_per_oracle"]
    sides = {"ours": ours, "plain": lambda: script(options, "oracles.py")["ms_per_oracle"]}
    rounds = [run_round(sides, backwards=i % 2 == 1) for i in range(options.rounds or 5)]
    mine = [r["ours"] for r in rounds]
    figures = {"kind": "oracles", "ms": ratios.spread(mine), "target": ORACLES}
    print("KLoM-mini: 200 oracles as one cohort against one by one in plain PyTorch, CPU time of one")
    print(f"  ours {figures['ms']['median']:.2f} ms")
    for column in ("default", "fused"):
        figures[column] = ratios.ratios([r["plain"][column] for r in rounds], mine)
        print(f"  torch.optim.SGD, {column}: {ratios.cell(figures[column], ORACLES)}")
    return figures, figures["default"]["median"] >= ORACLES
