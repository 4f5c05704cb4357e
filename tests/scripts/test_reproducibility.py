"""The page of reproduced effects, on reports made by hand."""

import importlib.machinery
import importlib.util
import pathlib
import subprocess
import sys
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts/reproducibility"


def load():
    loader = importlib.machinery.SourceFileLoader("reproducibility", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("reproducibility", loader))
    loader.exec_module(module)
    return module


sys.dont_write_bytecode = True
reproducibility = load()


def method(name, paper):
    return {"family": "toys", "id": name, "paper": paper}


def row(name, use, reference=False):
    return {"name": name, "use": use, "reference": reference}


def claim(expect, left, right, relation, verdict, paper="arXiv:1.2", metric="acc"):
    return {"says": f"that {expect}", "expect": expect, "paper": paper, "verdict": verdict,
            "tests": [{"benchmark": "b", "left": left, "right": right, "relation": relation, "metric": metric}]}


def report(*claims):
    return {"suite": "toys", "claims": list(claims),
            "benchmarks": [{"id": "b", "family": "toys",
                            "metrics": [{"id": "acc", "better": "higher"}, {"id": "loss", "better": "lower"}],
                            "rows": [row("start", "start", True), row("new-a=1", "new"), row("old", "old")]}]}


def effects(*claims):
    lines = reproducibility.page([method("new", "arXiv:1.2"), method("old", "arXiv:1.2")], [report(*claims)]).splitlines()
    return {line.split("|")[1].strip(" `"): line.split("|")[3].strip()
            for line in lines if line.startswith(("| `new`", "| `old`"))}


class Effects(unittest.TestCase):
    def test_a_claim_speaks_for_its_better_side(self):
        self.assertEqual(effects(claim("new > old", "new-a=1", "old", "greater", "supported")),
                         {"new": "seen", "old": "not tried (a side of 1 other claim)"})
        self.assertEqual(effects(claim("new < old", "new-a=1", "old", "less", "supported", metric="loss")),
                         {"new": "seen", "old": "not tried (a side of 1 other claim)"})
        self.assertEqual(effects(claim("new < old", "new-a=1", "old", "less", "supported")),
                         {"new": "not tried (a side of 1 other claim)", "old": "seen"})

    def test_verdicts_become_words(self):
        def new(*verdicts):
            return effects(*[claim("new > start", "new-a=1", "start", "greater", verdict) for verdict in verdicts])["new"]

        self.assertEqual(new("refuted"), "not seen")
        self.assertEqual(new("inconclusive"), "undecided")
        self.assertEqual(new("supported", "supported"), "seen (2 claims)")
        self.assertEqual(new("supported", "refuted", "refuted"), "in part: 1 seen, 2 not seen")

    def test_a_claim_of_another_paper_is_no_effect(self):
        self.assertEqual(effects(claim("new > old", "new-a=1", "old", "greater", "supported", paper="arXiv:3.4")),
                         {"new": "not tried (a side of 1 other claim)", "old": "not tried (a side of 1 other claim)"})
        self.assertEqual(effects(), {"new": "not tried", "old": "not tried"})

    def test_a_slope_speaks_for_its_points(self):
        slope = claim("slope(acc, x) > 0", "", "", "slope", "supported")
        slope["tests"][0]["points"] = [{"benchmark": "b", "row": "new-a=1"}]
        self.assertEqual(effects(slope), {"new": "seen", "old": "not tried"})

    def test_rows_of_two_benchmarks_are_looked_up_where_they_stand(self):
        across = claim("old@b > new@c", "old", "new", "greater", "supported")
        across["tests"][0]["right_benchmark"] = "c"
        both = report(across)
        both["benchmarks"].append(dict(both["benchmarks"][0], id="c", rows=[row("new", "new")]))
        found = reproducibility.claims_of(both)[0]
        self.assertEqual(found.better, {("toys", "old")})
        self.assertEqual(found.methods, {("toys", "old"), ("toys", "new")})

    def test_every_claim_is_listed_with_its_verdict(self):
        text = reproducibility.page([], [report(claim("new | old", "new-a=1", "old", "greater", "refuted"))])
        self.assertIn("| [arXiv:1.2](https://arxiv.org/abs/1.2) | that new \\| old | `new \\| old` | refuted | `toys` |", text)

    def test_an_absent_program_is_named(self):
        done = subprocess.run([sys.executable, SCRIPT, "--assay", "no/such/assay", "run"], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr.strip(),
                         "reproducibility: there is no no/such/assay: build first, or name one with --assay")


if __name__ == "__main__":
    unittest.main()
