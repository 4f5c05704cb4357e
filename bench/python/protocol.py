"""Whole runs: a weak-to-strong experiment against plain PyTorch, and two workers against one."""
import json
import os
import pathlib
import resource
import tempfile
import time
from statistics import mean, median

import measure
import ratios

SUITE = measure.ROOT / "bench/suites/weak_to_strong.toml"
SCRIPT = measure.ROOT / "bench/python/weak_to_strong.py"
SHARED, ONE_A_METHOD, WORKERS = 6, 10, 1.8  # targets


def timed(work):
    """What `work` returns, its seconds on the wall, and the CPU seconds of all it started."""
    def used():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime
    cpu, wall = used(), time.monotonic()
    result = work()
    return result, time.monotonic() - wall, used() - cpu


def busy_seconds():
    """CPU seconds that all processes of the machine have used."""
    with open("/proc/stat") as lines:
        user, nice, system, _idle, _wait, irq, softirq = map(int, lines.readline().split()[1:8])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def assay_run(options, folder, workers=None):
    """A run with nothing cached: plugins, families and stages are new to it."""
    folder = pathlib.Path(folder)
    arguments = [options.build / "bin/assay", "run", SUITE, "--seeds", options.seeds, "--quiet",
                 "--out", folder / "run"]
    if workers:
        arguments += ["--workers", workers]
    measure.run(arguments, "scripts/bench builds it; `assay run` names what failed.",
                {"ASSAY_CACHE": str(folder / "cache")})


def assay_accuracies(options, folder):
    file = pathlib.Path(folder) / "report.json"
    measure.run([options.build / "bin/assay", "report", pathlib.Path(folder) / "run", "--out", file],
                "The run has just been made; its report must work.")
    rows = json.loads(file.read_text())["benchmarks"][0]["rows"]
    return {row["name"]: row["metrics"]["accuracy"]["mean"] for row in rows}


def agree(ours, theirs, seeds):
    """Names whose mean accuracies differ by more than chance explains: seeds differ in accuracy by
    about .025, and the two sides draw other numbers."""
    if set(ours) != set(theirs):
        raise measure.Failed("suite and script do not have the same rows: "
                             + ", ".join(sorted(set(ours) ^ set(theirs)))
                             + f". Bring {SUITE.name} and {SCRIPT.name} in line")
    return [name for name in ours if abs(ours[name] - theirs[name]) > 0.1 / seeds**0.5]


def compare_protocol(options):
    script = [options.python, "-W", "ignore", SCRIPT, "--seeds", options.seeds]
    advice = "scripts/bench makes the Python environment."
    rounds = []
    for _ in range(options.rounds or 1):
        with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
            _, _, cpu = timed(lambda: assay_run(options, folder))
            accuracies = assay_accuracies(options, folder)
        shared, _, shared_cpu = timed(lambda: measure.run(script, advice))
        alone, _, alone_cpu = timed(lambda: measure.run([*script, "--one-a-method"], advice))
        rounds.append({"assay": cpu, "shared": shared_cpu, "one_a_method": alone_cpu,
                       "accuracies": {"assay": accuracies, "shared": json.loads(shared),
                                      "one_a_method": json.loads(alone)}})
    figures = {"kind": "protocol", "seeds": options.seeds, "rounds": rounds}
    print(f"weak-to-strong, {options.seeds} seeds, 7 method variants; CPU seconds, everything included")
    print(f"  assay run, nothing cached      {median(r['assay'] for r in rounds):8.1f}")
    met = True
    for key, title, target in (("shared", "one script, stages shared", SHARED),
                               ("one_a_method", "one script a method", ONE_A_METHOD)):
        figures[key] = ratios.ratios([r[key] for r in rounds], [r["assay"] for r in rounds])
        met = met and figures[key]["median"] >= target
        print(f"  PyTorch, {title:<28}{median(r[key] for r in rounds):8.1f}   "
              f"ratio {ratios.cell(figures[key], target)}")
    accuracies = rounds[-1]["accuracies"]
    different = agree(accuracies["assay"], accuracies["shared"], options.seeds)
    print("mean accuracies (assay, PyTorch):")
    for name, value in accuracies["assay"].items():
        print(f"  {name:<20} {value:.3f}  {accuracies['shared'][name]:.3f}"
              + ("  differ" if name in different else ""))
    figures["same_work"] = not different
    return figures, met and not different


def compare_workers(options):
    walls, cpus, others = {1: [], 2: []}, {1: [], 2: []}, []
    for i in range(options.rounds or 3):
        for workers in (1, 2) if i % 2 == 0 else (2, 1):
            with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
                busy = busy_seconds()
                _, wall, cpu = timed(lambda: assay_run(options, folder, workers))
                others.append((busy_seconds() - busy - cpu) / wall)
            walls[workers].append(wall)
            cpus[workers].append(cpu)
    gain = ratios.ratios(walls[1], walls[2])
    print(f"{options.seeds} seeds of {SUITE.name}: seconds on the wall (CPU seconds)")
    for workers in (1, 2):
        print(f"  {workers} worker{'s' if workers > 1 else ''}: {median(walls[workers]):6.1f} "
              f"({mean(cpus[workers]):.1f})")
    print(f"  throughput of two against one: {ratios.cell(gain, WORKERS)}")
    # Time on the wall is the only measure here, and on two busy cores a second worker has nothing.
    print(f"  other processes used {mean(others):.1f} of {os.cpu_count()} cores"
          + ("; measure again on a quiet machine" if mean(others) > 0.1 else ""))
    return ({"kind": "workers", "seeds": options.seeds, "wall": walls, "cpu": cpus, "ratio": gain,
             "cores_of_others": others},
            gain["median"] >= WORKERS)
