"""What the table says about given figures: hand-worked values."""
import argparse
import unittest

import debates
import families
import measure
import protocol
import preference_pairs
import ratios
import sequences


def a_round(ours, default, fused, stacked=None, share=0.5):
    """One round: times of ours by K; of plain PyTorch; of the stack by K."""
    def counters(us):
        return {"us_per_model_step": us, "limit_us": 10, "products_us": 20, "products_share": share,
                "sgemm_share": 0.3, "gflops": 30}
    return {"ours": {"step": {k: counters(us) for k, us in ours.items()}},
            "python": {"default": {1: {"us_per_model_step": default}},
                       "fused": {1: {"us_per_model_step": fused}},
                       "stacked": {k: {"us_per_model_step": us} for k, us in (stacked or {}).items()}}}


class RowTest(unittest.TestCase):
    def row(self, rounds, network="mlp-64-64-64-10", batch=32):
        return ratios.make_row(network, batch, rounds)

    def test_ratios_are_of_each_round_and_the_median_is_reported(self):
        row = self.row([a_round({1: 100, 10: 20}, 300, 200), a_round({1: 100, 10: 40}, 800, 600),
                        a_round({1: 100, 10: 10}, 100, 90)])
        self.assertEqual(row["K"], 10)
        self.assertEqual(row["default"], {"median": 15, "min": 10, "max": 20})
        self.assertEqual(row["fused"], {"median": 10, "min": 9, "max": 15})

    def test_the_best_cohort_has_the_shortest_median_not_the_shortest_time(self):
        rounds = [a_round({1: 9, 5: us5, 20: us20}, 100, 100)
                  for us5, us20 in ((6, 1), (6, 8), (6, 8))]
        self.assertEqual(self.row(rounds)["K"], 5)

    def test_a_sweep_is_compared_round_by_round(self):
        rounds = [a_round({1: 100, 5: 40, 20: 20}, 300, 200), a_round({1: 90, 5: 30, 20: 30}, 300, 200)]
        row = self.row(rounds)
        self.assertEqual(row["sweep"]["over_four_cohorts"], {"median": 1.5, "min": 1, "max": 2})
        self.assertEqual(row["sweep"]["over_twenty"], {"median": 4, "min": 3, "max": 5})
        self.assertIn("1.50 (1.00..2.00)", ratios.sweep_table([row]))
        self.assertEqual(ratios.sweep_table([self.row([a_round({1: 9}, 1, 1)])]), "")

    def test_targets_must_be_met_by_both_columns(self):
        self.assertEqual(self.row([a_round({1: 10}, 150, 110)])["met"], "yes")
        self.assertEqual(self.row([a_round({1: 10}, 150, 109)])["met"], "no")
        self.assertEqual(self.row([a_round({1: 10}, 149, 110)])["met"], "no")

    def test_three_quarters_of_the_products_are_enough(self):
        self.assertEqual(self.row([a_round({1: 10}, 20, 20, share=0.75)])["met"], "yes (limit)")
        self.assertEqual(self.row([a_round({1: 10}, 20, 20, share=0.74)])["met"], "no")

    def test_only_networks_and_batches_with_a_target_have_a_verdict(self):
        self.assertEqual(self.row([a_round({1: 10}, 20, 20)], batch=128)["met"], "-")
        self.assertEqual(self.row([a_round({1: 10}, 20, 20)], network="mlp-784-100-100-10")["met"], "-")

    def test_one_model_is_compared_with_the_faster_of_the_two(self):
        row = self.row([a_round({1: 100, 10: 5}, 120, 99)])
        self.assertEqual(row["alone"]["median"], 0.99)
        self.assertFalse(row["alone_met"])
        self.assertIn("slower", ratios.table([row]))

    def test_the_stack_is_named_with_its_best_cohort(self):
        row = self.row([a_round({1: 10}, 20, 20, {5: 30, 40: 15})])
        self.assertEqual((row["stacked"]["K"], row["stacked"]["median"]), (40, 1.5))


class FamiliesTest(unittest.TestCase):
    """Ours takes 100 us; the targets of ewc at batch 32 are 3 times over plain, 5.1 over avalanche."""

    def row(self, plain, avalanche=None, share=0.5, method="ewc"):
        counters = {"us_per_model_step": 100, "products_share": share, "sgemm_share": 0.4}
        a_round = {"ours": {method: counters},
                   "plain": {method: plain, f"{method} fused": plain / 2, "ewc-gradient": 150}}
        if avalanche:
            a_round["avalanche"] = {method: avalanche}
        return families.make_row(method, 32, [a_round])

    def test_both_rivals_must_be_beaten(self):
        self.assertEqual(self.row(300, 510)["met"], "yes")
        self.assertEqual(self.row(299, 510)["met"], "no")
        self.assertEqual(self.row(300, 509)["met"], "no")
        self.assertEqual(self.row(299, 510, share=0.75)["met"], "yes (limit)")

    def test_without_avalanche_plain_pytorch_decides(self):
        row = self.row(300)
        self.assertEqual(row["met"], "yes")
        self.assertNotIn("avalanche", row)

    def test_variants_are_printed_beside(self):
        row = self.row(300, 510)
        self.assertEqual((row["fused"]["median"], row["by gradient"]["median"]), (1.5, 1.5))
        text = families.table([row, self.row(180, 306, method="er")])
        self.assertIn("| ewc    | 32    | 100 | 3.00 (3.00..3.00) / 3   |", text)
        self.assertIn("5.10 (5.10..5.10) / 5.1", text)
        self.assertIn("| -  ", text)  # er has no such variant


class ProtocolTest(unittest.TestCase):
    def test_accuracies_may_differ_by_chance_only(self):
        ours = {"weak": 0.75, "xent": 0.79}
        self.assertEqual(protocol.agree(ours, {"weak": 0.76, "xent": 0.78}, 10), [])
        self.assertEqual(protocol.agree(ours, {"weak": 0.75, "xent": 0.83}, 10), ["xent"])

    def test_rows_must_be_the_same(self):
        with self.assertRaisesRegex(measure.Failed, "do not have the same rows: ceiling"):
            protocol.agree({"weak": 0.75, "ceiling": 0.8}, {"weak": 0.75}, 10)


class MeasureTest(unittest.TestCase):
    def test_a_program_that_fails_is_named_with_what_to_do(self):
        with self.assertRaisesRegex(measure.Failed, "false ended with status 1 .* Do this."):
            measure.run(["/bin/false"], "Do this.")
        with self.assertRaisesRegex(measure.Failed, "cannot start .*/nowhere: No such file.* Do this."):
            measure.run(["/nowhere"], "Do this.")


PYTHON = measure.ROOT / ".venv-bench/bin/python"


@unittest.skipUnless(PYTHON.exists(), "scripts/bench has not made the Python that can import torch")
class StepsTest(unittest.TestCase):
    def test_every_column_is_measured(self):
        for network in ("mlp-64-32-32-10", "cnn-14x14-16"):
            columns, _ = measure.pytorch(PYTHON, network, 4, 0.001, (2,))
            self.assertEqual({c: list(by_k) for c, by_k in columns.items()},
                             {"default": [1], "fused": [1], "stacked": [2]})
            for by_k in columns.values():
                for entry in by_k.values():
                    self.assertGreater(entry["us_per_model_step"], 0)

    def test_the_scripts_of_the_families_run(self):
        options = argparse.Namespace(python=PYTHON, seconds=0.001)
        oracle = families.script(options, "oracles.py")["ms_per_oracle"]
        self.assertEqual(list(oracle), ["default", "fused"])
        self.assertGreater(min(oracle.values()), 0)
        steps = families.script(options, "continual.py", "--batch", 4)["us_per_step"]
        self.assertEqual(list(steps), [name + kind for name in ("naive", "ewc", "ewc-gradient", "er")
                                       for kind in ("", " fused")])
        if families.has_avalanche(options):
            theirs = families.script(options, "continual_avalanche.py", "--batch", 4)["us_per_step"]
            self.assertEqual(list(theirs), list(families.METHODS))


class DecodersTest(unittest.TestCase):
    def row(self, fastest):
        rounds = [{"ours": [{"K": 1.0, "us_per_model_step": 2 * ours, "sgemm_share": 0.1},
                            {"K": 5.0, "us_per_model_step": ours, "sgemm_share": share}],
                   "theirs": {"default": 90, "fused": 60}}
                  for ours, share in ((30, 0.4), (fastest, 0.5), (60, 0.3))]
        return sequences.decoders_row((2, 32, 32), rounds)

    def test_the_cohort_chosen_beforehand_is_compared_round_by_round(self):
        row = self.row(20)
        self.assertEqual(row["alone"], {"median": 1.5, "min": 0.75, "max": 2.25})
        self.assertEqual((row["K"], row["target"], row["sgemm_share"]), (5, 2.2, 0.4))
        self.assertEqual(row["default"], {"median": 3, "min": 1.5, "max": 4.5})
        self.assertEqual(row["fused"], {"median": 2, "min": 1, "max": 3})
        self.assertTrue(row["met"])

    def test_a_median_below_the_target_is_not_met(self):
        row = self.row(45)  # ratios 3, 2, 1.5
        self.assertEqual(row["default"]["median"], 2)
        self.assertFalse(row["met"])


class PreferencesTest(unittest.TestCase):
    def figures(self, trl):
        ours = {k: {"us_per_model_step": us, "limit_us": 5, "sgemm_share": 0.5}
                for k, us in ((1, 20), (5, 10))}
        rounds = [{"ours": ours, "plain": {"default": plain, "fused": 12}} for plain in (20, 15, 10)]
        for of_round in rounds[:trl]:
            of_round["trl"] = {"trl": 24}
        return preference_pairs.preferences_figures(rounds)

    def test_both_targets_count_where_both_were_measured(self):
        figures = self.figures(trl=0)
        self.assertEqual(figures["theirs"]["default"]["ratio"], {"median": 1.5, "min": 1, "max": 2})
        self.assertEqual(figures["theirs"]["default"]["alone"]["median"], 0.75)
        self.assertTrue(figures["met"])
        self.assertNotIn("trl", self.figures(trl=2)["theirs"])
        self.assertFalse(self.figures(trl=3)["met"])  # 2.4, and 2.5 is wanted


class DebateTest(unittest.TestCase):
    def row(self, judge, single):
        ours = {"us_per_call": 2, "limit_us": 1, "sgemm_share": 0.5}
        rounds = [{"ours": ours, "theirs": {"default": us, "judge": us / 2, "batched": 1}}
                  for us in single]
        return debates.make_row(judge, rounds)

    def test_the_search_is_what_is_judged(self):
        row = self.row("mlp-392-64-10", [30, 42, 60])
        self.assertEqual(row["default"], {"median": 21, "min": 15, "max": 30})
        self.assertEqual(row["judge alone"]["median"], 10.5)
        self.assertEqual(row["batched"]["median"], 0.5)
        self.assertTrue(row["met"])
        self.assertFalse(self.row("mlp-392-64-10", [30, 38, 60])["met"])

    def test_of_convolutions_nothing_is_asked(self):
        self.assertTrue(self.row("cnn-2x14x14-16", [1])["met"])


if __name__ == "__main__":
    unittest.main()
