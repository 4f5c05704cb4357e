"""Runs the programs that compare puts side by side."""
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}


class Failed(Exception):
    """What could not be measured, and what to do."""


def run(arguments, advice, environment=None):
    """Standard output of a program that must succeed."""
    try:
        done = subprocess.run([str(a) for a in arguments], stdout=subprocess.PIPE, text=True,
                              env=os.environ | ONE_THREAD | (environment or {}))
    except OSError as error:
        raise Failed(f"cannot start {arguments[0]}: {error.strerror}. {advice}") from error
    if done.returncode != 0:
        raise Failed(f"{arguments[0]} ended with status {done.returncode} (its message is above). "
                     f"{advice}")
    return done.stdout


def program(path, name, seconds):
    """What a program of Google Benchmark measures of the benchmarks whose names match, and the context."""
    text = run([path, f"--benchmark_filter={name}", "--benchmark_format=json",
                f"--benchmark_min_time={seconds}"], "scripts/bench builds it.")
    if not text:
        raise Failed(f"{path.name} has no benchmark {name}: "
                     f"{path.name} --benchmark_list_tests names those that are there")
    output = json.loads(text)
    for entry in output["benchmarks"]:
        if entry.get("error_occurred"):
            raise Failed(f"{path.name}, {entry['name']}: {entry['error_message']}")
    return output["benchmarks"], output["context"]


def ours(build, network, batch, seconds):
    """{"step": {K: counters}}, and the context of Google Benchmark."""
    entries, context = program(build / "bench/bench_train", f"^{network}/batch={batch}/", seconds)
    return {"step": {int(e["K"]): e for e in entries}}, context


def pytorch(python, network, batch, seconds, cohorts):
    """{"default": {1: ...}, "fused": {1: ...}, "stacked": {K: ...}}, and torch's version."""
    text = run([python, "-W", "ignore", ROOT / "bench/python/steps.py", "--network", network,
                "--batch", batch, "--seconds", seconds, "--cohorts", ",".join(map(str, cohorts))],
               "scripts/bench makes the Python environment.")
    output, columns = json.loads(text), {}
    for entry in output["columns"]:
        columns.setdefault(entry["column"], {})[entry["K"]] = entry
    return columns, output["torch"]


def networks(build):
    """Names of the networks that bench_train has, in its order."""
    names = run([build / "bench/bench_train", "--benchmark_list_tests"], "scripts/bench builds it.")
    return list(dict.fromkeys(line.split("/")[0] for line in names.splitlines() if "/batch=" in line))


def machine():
    """What figures depend on: the processor's model, and the state of the checkout."""
    processor = "unknown"
    with open("/proc/cpuinfo") as lines:
        for line in lines:
            if line.startswith("model name"):
                processor = line.split(":", 1)[1].strip()
                break
    commit = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"],
                            capture_output=True, text=True).stdout.strip()
    return {"processor": processor, "cores": len(os.sched_getaffinity(0)), "commit": commit}
