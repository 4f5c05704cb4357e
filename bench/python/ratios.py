"""From the figures of several rounds to a row of the table: ratios, spread, and whether the target is
met. No measuring here, so that it can be tested."""
from statistics import median

# How many times faster than plain PyTorch at least (default AdamW, fused AdamW), at batch 32.
TARGETS = {
    "mlp-64-32-32-10": (28, 20),
    "mlp-64-64-64-10": (15, 11),
    "mlp-64-128-128-10": (6.5, 5),
    "mlp-64-256-256-10": (2.7, 2.4),
    "cnn-14x14-16": (1.8, 1.8),
}
TARGET_BATCH = 32
ENOUGH_OF_THE_PRODUCTS = 0.75  # share of the batched products' speed that counts as met


def spread(values):
    return {"median": median(values), "min": min(values), "max": max(values)}


def best_cohort(rounds, side, column):
    """The K whose median time is the shortest."""
    cohorts = rounds[0][side][column]
    return min(cohorts, key=lambda k: median(r[side][column][k]["us_per_model_step"] for r in rounds))


def times(rounds, side, column, cohort):
    return [r[side][column][cohort]["us_per_model_step"] for r in rounds]


def ratios(slower, faster):
    """Round by round: both sides of a round ran one after the other, under the same load."""
    return spread([a / b for a, b in zip(slower, faster)])


def verdict(row):
    """Whether the targets are met, and how: yes, yes (limit), no; "-" where there is none."""
    target = TARGETS.get(row["network"]) if row["batch"] == TARGET_BATCH else None
    if target is None:
        return "-"
    if all(row[column]["median"] >= least for column, least in zip(("default", "fused"), target)):
        return "yes"
    return "yes (limit)" if row["products_share"] >= ENOUGH_OF_THE_PRODUCTS else "no"


def make_row(network, batch, rounds):
    """`rounds`: [{"ours": {"step": {K: counters}}, "python": {"default": {1: ...}, "fused": ...,
    "stacked": {K: ...}}}]. Ratios are PyTorch's time over ours, so above 1 we are faster."""
    best = best_cohort(rounds, "ours", "step")
    ours, alone = times(rounds, "ours", "step", best), times(rounds, "ours", "step", 1)
    fused = times(rounds, "python", "fused", 1)
    row = {"network": network, "batch": batch, "rounds": len(rounds), "K": best,
           "us": spread(ours), "us_alone": spread(alone),
           "default": ratios(times(rounds, "python", "default", 1), ours),
           "fused": ratios(fused, ours),
           "alone": ratios([min(d, f) for d, f in zip(times(rounds, "python", "default", 1), fused)],
                           alone)}
    row["us_python"] = {column: spread(times(rounds, "python", column, 1))
                        for column in ("default", "fused")}
    if rounds[0]["python"].get("stacked"):
        stacked = best_cohort(rounds, "python", "stacked")
        stacked_times = times(rounds, "python", "stacked", stacked)
        row["stacked"] = ratios(stacked_times, ours) | {"K": stacked}
        row["us_python"]["stacked"] = spread(stacked_times)
    # A sweep of four values over five seeds: as one cohort, and as a cohort or a training each.
    mine = rounds[0]["ours"]["step"]
    if all(k in mine for k in (1, 5, 20)):
        sweep = times(rounds, "ours", "step", 20)
        row["sweep"] = {"over_four_cohorts": ratios(times(rounds, "ours", "step", 5), sweep),
                        "over_twenty": ratios(alone, sweep)}
    for counter in ("limit_us", "products_us", "products_share", "sgemm_share", "gflops"):
        row[counter] = median(r["ours"]["step"][best][counter] for r in rounds)
    target = TARGETS.get(network) if batch == TARGET_BATCH else None
    row["target"] = list(target) if target else None
    row["met"] = verdict(row)
    row["alone_met"] = row["alone"]["median"] >= 1
    return row


def cell(value, target=None):
    """28.1 (27.0..29.3) / 28"""
    text = f"{value['median']:.2f} ({value['min']:.2f}..{value['max']:.2f})"
    return text if target is None else f"{text} / {target:g}"


def sweep_table(rows):
    """What it gains to train a sweep's values beside each other."""
    lines = ["A sweep of 4 values over 5 seeds, trained as one cohort of 20, against",
             f"{'':20} {'4 cohorts of 5':>22} {'20 trainings':>22}"]
    for row in rows:
        if "sweep" in row:
            lines.append(f"{row['network']:20} {cell(row['sweep']['over_four_cohorts']):>22} "
                         f"{cell(row['sweep']['over_twenty']):>22}")
    return "\n".join(lines) if len(lines) > 2 else ""


HEADINGS = ["network", "batch", "us (K)", "limit", "default / target", "fused / target",
            "stacked (K)", "K=1", "products", "met"]


def table(rows):
    """A Markdown table, padded so that it reads well in a terminal too."""
    lines = [HEADINGS]
    for row in rows:
        target = row["target"] or (None, None)
        stacked = f"{cell(row['stacked'])} ({row['stacked']['K']})" if "stacked" in row else "-"
        lines.append([row["network"], str(row["batch"]), f"{row['us']['median']:.1f} ({row['K']})",
                      f"{row['limit_us']:.1f}", cell(row["default"], target[0]),
                      cell(row["fused"], target[1]), stacked,
                      cell(row["alone"]) + ("" if row["alone_met"] else " slower"),
                      f"{100 * row['products_share']:.0f} %", row["met"]])
    return markdown(lines)


def markdown(lines):
    """Cells of lines, the first one headings, as a table."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    text = ["| " + " | ".join(c.ljust(w) for c, w in zip(line, widths)) + " |" for line in lines]
    return "\n".join([text[0], "|" + "|".join("-" * (w + 2) for w in widths) + "|", *text[1:]])
