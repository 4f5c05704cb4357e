"""Numbers that the page computes for another baseline or metric are those that the report prints."""

import math

from browser_case import BrowserCase, report_path
from test_reports import OTHER_BASELINES

# By benchmark and method: text, difference, class and sort key of every cell of the tables of methods by
# benchmarks. The sign before a difference is left out: here it is of the interval, there of Holm's test.
CELLS = """() => Object.fromEntries([...document.querySelectorAll('table[data-heat] td[data-b]')].map(
    cell => [cell.dataset.b + ' ' + cell.dataset.m, {
        value: (cell.querySelector('.value') || cell).textContent.trim(),
        below: (cell.querySelector('.below') || {textContent: ''}).textContent
            .replace(/[\\u25b2\\u25bc\\u25cb] /, '').replace(/[ ]+/g, ' ').trim(),
        step: (/(better|worse)-[1-4]/.exec(cell.className) || [''])[0],
        sort: cell.dataset.sort === undefined ? null : Number(cell.dataset.sort)}]))"""


def density(t, df):
    return (math.gamma((df + 1) / 2) / math.gamma(df / 2) / math.sqrt(df * math.pi)
            * (1 + t * t / df) ** (-(df + 1) / 2))


def probability_within(t, df, steps=2000):
    """Of Student's t lying in [-t, t], by Simpson's rule: independent of every quantile function."""
    width = t / steps
    inner = sum((4 if i % 2 else 2) * density(i * width, df) for i in range(1, steps))
    return 2 * width / 3 * (density(0, df) + inner + density(t, df))


class Numbers(BrowserCase):
    def choose(self, page, title, value):
        for picker in page.get_by_label(title).all():
            if picker.locator(f'option[value="{value}"]').count() > 0:
                picker.select_option(value)

    def same(self, computed, printed):
        self.assertEqual(computed.keys(), printed.keys())
        for place, cell in printed.items():
            with self.subTest(cell=place):
                mine = computed[place]
                if cell["sort"] is not None:
                    self.assertAlmostEqual(mine.pop("sort"), cell.pop("sort"), delta=1e-12)
                self.assertEqual(mine, cell)

    def test_quantiles(self):
        page = self.open("planned").page
        for df in [1, 2, 3, 4, 5, 9, 10, 19, 30, 59, 60, 61, 62, 80, 100]:
            t = page.evaluate("df => assay.numbers.tQuantile(df)", df)
            self.assertAlmostEqual(probability_within(t, df), .95, delta=1e-9, msg=str(df))
        # Each between its neighbours, so that no entry of the table is out of place.
        all_of_them = page.evaluate("() => Array.from({length: 99}, (no, i) => assay.numbers.tQuantile(i + 1))")
        self.assertEqual(all_of_them, sorted(all_of_them, reverse=True))
        differences = [one - other for one, other in zip(all_of_them, all_of_them[1:])]
        self.assertEqual(differences, sorted(differences, reverse=True))

    def test_rounding_is_that_of_the_report(self):
        page = self.open("planned").page
        # Ties go to the even digit, as fmt writes them; what rounds to zero has no sign.
        for value, decimals, text in [(0.0625, 3, "0.062"), (0.1875, 3, "0.188"), (2.5, 0, "2"), (3.5, 0, "4"),
                                      (-0.0004, 3, "0.000"), (-0.5, 0, "0"), (-1.25, 1, "\u22121.2"),
                                      (0.0005, 3, "0.001"), (1e-9, 3, "0.000"), (123.4565, 3, "123.457"),
                                      # Three digits that count, for columns of every size.
                                      (1.2e53, -3, "1.20e53"), (-1e-10, -3, "\u22121.00e\u221210"), (0, -3, "0"),
                                      (0.001, -3, "0.00100"), (999999, -3, "999999"), (1e6, -3, "1.00e6"),
                                      (1.125, -3, "1.12"), (1.125e7, -3, "1.12e7")]:
            self.assertEqual(page.evaluate("([v, d]) => assay.numbers.number(v, d)", [value, decimals]), text)

    def test_the_suites_own_baseline_chosen_by_hand(self):
        for name, baseline in (("made-up", "xent"), ("big", "xent"), ("failures", "plain")):
            with self.subTest(report=name):
                page = self.open(name).page
                printed = page.evaluate(CELLS)
                self.choose(page, "Baseline", baseline)
                self.assertIn(f"assay report --baseline {baseline}", page.locator("#overview").inner_text())
                self.same(page.evaluate(CELLS), printed)
                self.choose(page, "Baseline", "")
                self.assertEqual(page.evaluate(CELLS), self.open(name).page.evaluate(CELLS))

    def test_another_baseline(self):
        for name, baseline in OTHER_BASELINES.items():
            with self.subTest(report=name, baseline=baseline):
                printed = self.open(f"{name}+baseline").page.evaluate(CELLS)
                page = self.open(name).page
                self.choose(page, "Baseline", baseline)
                self.same(page.evaluate(CELLS), printed)

    def test_other_metrics_are_those_of_the_tables_of_each_benchmark(self):
        compared = 0
        for name in ("made-up", "big"):
            page = self.open(name).page
            for metric in ("pgr", "gain", "gap", "ece", "loss", "forgetting", "memory"):
                self.choose(page, "Metric", "")
                self.choose(page, "Metric", metric)
                compared += self.compare_metric(page, metric)
        self.assertGreater(compared, 500)

    def compare_metric(self, page, metric):
        """Each cell beside the same one in the part of its benchmark."""
        pairs = page.evaluate("""metric => {
            const pairs = [];
            document.querySelectorAll('table[data-heat] td[data-b]').forEach(cell => {
                const b = Number(cell.dataset.b), benchmark = assay.data.benchmarks[b];
                const row = benchmark.rows.find(row => row.name === cell.dataset.m);
                const known = benchmark.metrics.find(one => one.id === metric);
                if (!known || !row.state.includes('d')) return;
                let next = document.getElementById('benchmark-' + (b + 1)).nextElementSibling;
                for (; next && next.localName !== 'h3'; next = next.nextElementSibling) {
                    next.querySelectorAll('table.sortable').forEach(table => {
                        const titles = [...table.tHead.rows[0].cells].map(
                            title => title.textContent.replace(/ [\\u2191\\u2193]$/, ''));
                        const column = titles.indexOf(known.title);
                        const line = [...table.tBodies[0].rows].find(line =>
                            assay.nameIn(line.cells[0]) === (row.reference ? row.title : row.name));
                        if (column < 0 || !line) return;
                        const printed = line.cells[column];
                        // Without notes such as "n 4", but why nothing is defined is such a note.
                        const text = assay.nameIn(printed) ||
                            (printed.textContent.endsWith('not defined') ? 'not defined' : '');
                        pairs.push([(cell.querySelector('.value') || cell).textContent, text,
                                    benchmark.id + ' ' + row.name]);
                    });
                }
            });
            return pairs;
        }""", metric)
        for computed, printed, where in pairs:
            self.assertEqual(computed, printed, f"{metric}: {where}")
        return len(pairs)

    def test_a_plan_without_results_offers_nothing_that_breaks(self):
        self.assertTrue(report_path("planned").exists())
        page = self.open("planned").page
        before = page.evaluate(CELLS)
        self.choose(page, "Baseline", "mixup")
        self.choose(page, "Metric", "ece")
        after = page.evaluate(CELLS)
        self.assertEqual({place: cell["value"] for place, cell in after.items()},
                         {place: cell["value"] for place, cell in before.items()})
