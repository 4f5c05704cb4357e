"""Writes the made-up runs and their reports, which the other tests open, and holds their sizes."""

import json
import os
import re
import shutil
import subprocess
import unittest

from browser_case import FOLDER, REPORTS, RUNS, report_path

# Another baseline and why: its numbers are compared with those that the page computes itself.
OTHER_BASELINES = {"made-up": "logconf", "big": "mixup", "failures": "has-signal"}


def assay(*arguments):
    return subprocess.run([os.environ["ASSAY_COMMAND"], *arguments], capture_output=True, text=True,
                          check=False)


class Reports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        subprocess.run([os.environ["ASSAY_WRITE_RUNS"], RUNS], check=True)

    def test_a_every_run_gives_a_report(self):
        for name in REPORTS:
            with self.subTest(report=name):
                answer = assay("report", str(RUNS / name), "--format", "html")
                self.assertEqual(answer.returncode, 0, answer.stderr)
        for name, baseline in OTHER_BASELINES.items():
            with self.subTest(report=name, baseline=baseline):
                answer = assay("report", str(RUNS / name), "--format", "html", "--baseline", baseline,
                               "--out", str(report_path(f"{name}+baseline")))
                self.assertEqual(answer.returncode, 0, answer.stderr)

    def test_b_sizes(self):
        cells = len(json.loads((RUNS / "many" / "run.json").read_text())["cells"])
        self.assertEqual(cells, 10_000)
        sizes = {name: report_path(name).stat().st_size for name in REPORTS}
        print("report sizes in bytes:", sizes)
        # The shell: all of a report without results but its tables, figures and data.
        shell = re.sub(r"<(table|svg)\b.*?</\1>|<script type=.*?</script>", "",
                       report_path("planned").read_text(encoding="utf-8"), flags=re.S)
        print("shell in bytes:", len(shell.encode()))
        self.assertLess(len(shell.encode()), 120_000)
        self.assertLess(sizes["big"], 2_500_000)
        self.assertLess(sizes["many"], 5_000_000)
