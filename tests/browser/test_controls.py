"""What the script adds: sorting, filters, pickers, tooltips, copying and links to a view, by mouse and by
keyboard."""

from browser_case import BrowserCase

# Of the table of methods by benchmarks of the first family: what its rows show now.
HEAT = "table[data-heat=weak_to_strong]"


def names(page, table):
    """First cells of the rows that are shown, without notes."""
    return page.eval_on_selector(table, """table => [...table.tBodies[0].rows]
        .filter(row => !row.hidden).map(row => {
            const copy = row.cells[0].cloneNode(true);
            copy.querySelectorAll('.muted').forEach(note => note.remove());
            return copy.textContent.trim();
        })""")


def headers(page, table):
    return page.eval_on_selector(table, """table => [...table.tHead.rows[0].cells]
        .filter(cell => !cell.hidden).map(cell => cell.textContent.trim())""")


class Controls(BrowserCase):
    def test_sorting_goes_down_up_and_back(self):
        page = self.open("big").page
        before = names(page, HEAT)
        title = page.locator(f"{HEAT} thead th").nth(1)
        values = """table => [...table.tBodies[0].rows].filter(row => !row.classList.contains('quiet'))
            .map(row => row.cells[1].dataset.sort).filter(text => text !== undefined).map(Number)"""
        for direction, order in (("descending", -1), ("ascending", 1)):
            title.locator("button").click()
            self.assertEqual(title.get_attribute("aria-sort"), direction)
            shown = page.eval_on_selector(HEAT, values)
            self.assertEqual(len(shown), 12)
            self.assertEqual(shown, sorted(shown, key=lambda value: order * value))
            self.assertEqual(set(names(page, HEAT)[-2:]), {"weak supervisor", "ceiling"})
        title.locator("button").click()
        self.assertIsNone(title.get_attribute("aria-sort"))
        self.assertEqual(names(page, HEAT), before)

    def test_names_sort_from_a_to_z_first(self):
        page = self.open("big").page
        page.locator(f"{HEAT} thead th").nth(0).locator("button").click()
        methods = names(page, HEAT)[:-2]
        self.assertEqual(methods, sorted(methods, key=str.lower))

    def test_rows_are_sorted_within_the_parts_of_a_table(self):
        page = self.open("big").page
        table = "#leaderboard table.sortable"
        if page.locator(f"{table} tr.divider").count() == 0:
            self.skipTest("no table that sorts is divided")
        dividers = "table => [...table.tBodies[0].rows].map(row => row.classList.contains('divider'))"
        before = page.eval_on_selector(table, dividers)
        page.locator(table).first.locator("thead button").first.click()
        self.assertEqual(page.eval_on_selector(table, dividers), before)

    def test_search_finds_methods(self):
        page = self.open("big").page
        page.get_by_role("searchbox").fill("LOGCONF")
        expected = [f"logconf-alpha={alpha}" for alpha in ("0.25", "0.5", "0.75")]
        self.assertEqual(names(page, HEAT), expected)
        self.assertIn("3 of ", page.locator(".controls [role=status]").first.inner_text())
        page.get_by_role("searchbox").fill("no such method")
        self.assertEqual(names(page, HEAT), [])
        page.get_by_role("button", name="Show all").click()
        self.assertEqual(len(names(page, HEAT)), 14)
        self.assertEqual(page.get_by_role("searchbox").input_value(), "")
        self.assertFalse(page.get_by_role("button", name="Show all").is_visible())

    def test_chips_choose_methods_benchmarks_and_families(self):
        page = self.open("big").page
        page.locator("summary", has_text="Methods").first.click()
        for name in ("xent", "mixup"):
            page.get_by_role("button", name=name, exact=True).click()
        self.assertEqual(names(page, HEAT), ["xent", "mixup", "weak supervisor", "ceiling"])
        self.assertEqual(page.get_by_role("button", name="mixup", exact=True).get_attribute("aria-pressed"),
                         "true")

        page.locator("summary", has_text="Benchmarks").first.click()
        page.get_by_role("group", name="Benchmarks").get_by_role("button", name="maps").click()
        self.assertEqual(headers(page, HEAT), ["Method", "maps"])
        self.assertTrue(page.locator("#benchmark-4").is_visible())
        self.assertFalse(page.locator("#benchmark-1").is_visible())

        page.get_by_role("button", name="Show all").click()
        page.locator("summary", has_text="Families").first.click()
        page.get_by_role("button", name="Continual learning", exact=True).click()
        self.assertFalse(page.locator(HEAT).is_visible())
        self.assertTrue(page.locator("table[data-heat=continual]").is_visible())
        self.assertFalse(page.locator("#benchmark-1").is_visible())
        self.assertTrue(page.locator("#benchmark-9").is_visible())

    def test_failures_and_references_can_be_left_out(self):
        page = self.open("failures").page
        heat = "table[data-heat]"
        self.assertEqual(len(names(page, heat)), 13)
        page.get_by_label("Hide rows with failures").check()
        self.assertEqual(len(names(page, heat)), 2)
        page.get_by_label("Hide references").check()
        self.assertEqual(names(page, heat), ["plain"])
        page.reload()
        self.assertTrue(page.get_by_label("Hide references").is_checked())
        self.assertEqual(names(page, heat), ["plain"])

    def test_a_link_holds_what_differs_from_the_defaults_and_restores_it(self):
        page = self.open("big").page
        self.assertEqual(page.evaluate("location.hash"), "")
        page.get_by_label("Baseline").first.select_option("mixup")
        page.get_by_label("Metric").first.select_option("ece")
        page.get_by_role("searchbox").fill("log")
        page.locator(f"{HEAT} thead button").nth(2).click()
        fragment = page.evaluate("location.hash")
        self.assertRegex(fragment, r"^#b=mixup&m=ece&q=log&s=\d+\.2d$")
        self.assertEqual(page.evaluate("history.length"), 2)
        shown = page.locator(HEAT).inner_text()

        again = self.open("big", fragment=fragment).page
        self.assertEqual(again.locator(HEAT).inner_text(), shown)
        self.assertEqual(again.get_by_label("Baseline").first.input_value(), "mixup")
        self.assertEqual(again.get_by_role("searchbox").input_value(), "log")
        again.get_by_label("Baseline").first.select_option("")
        again.get_by_label("Metric").first.select_option("")
        again.get_by_role("button", name="Show all").click()
        for _ in range(2):
            again.locator(f"{HEAT} thead button").nth(2).click()
        self.assertEqual(again.evaluate("location.hash"), "")

    def test_a_link_to_a_section_is_left_alone(self):
        page = self.open("big", fragment="#benchmark-3").page
        self.assertEqual(page.evaluate("location.hash"), "#benchmark-3")
        self.assertEqual(len(names(page, HEAT)), 14)

    def test_damaged_links_are_harmless(self):
        for fragment in ("#b=%E0%A4%A&m", "#m=nothing&b=%00", "#s=9999.0d,0.99a,x", "#f=%25&q=%3Cimg%20src=x%3E",
                         "#=&=&b", "#__proto__=1&constructor=2"):
            with self.subTest(fragment=fragment):
                page = self.open("made-up", fragment=fragment).page
                self.assertTrue(page.locator("h1").is_visible())
                self.assertEqual(page.get_by_label("Metric").first.input_value(), "")

    def test_names_with_signs_of_links_survive_them(self):
        page = self.open("hostile").page
        page.locator("summary", has_text="Methods").first.click()
        page.get_by_role("button", name='b=1&m=2#f "quoted"', exact=True).click()
        fragment = page.evaluate("location.hash")
        again = self.open("hostile", fragment=fragment).page
        self.assertEqual(names(again, "table[data-heat]")[0], 'b=1&m=2#f "quoted"')

    def test_tooltips_show_on_hover_and_on_focus(self):
        page = self.open("big").page
        tip = page.get_by_role("tooltip")
        header = page.locator(f"{HEAT} thead th").nth(1)
        header.hover()
        self.assertEqual(tip.inner_text(), "Weak labels on garments")
        page.keyboard.press("Escape")
        self.assertFalse(tip.is_visible())
        header.locator("button").focus()
        self.assertTrue(tip.is_visible())
        self.assertEqual(header.locator("button").get_attribute("aria-describedby"), "assay-tip")
        cell = page.locator(f"{HEAT} td[data-m=mixup]").first
        cell.hover()
        self.assertRegex(tip.inner_text(),
                         r"^mixup on Weak labels on garments: \S+ \[\S+, \S+\] over xent, 10 seeds in pairs$")
        box = tip.bounding_box()
        self.assertGreaterEqual(box["x"], 0)
        self.assertLessEqual(box["x"] + box["width"], 1280)

    def test_tables_are_copied_as_markdown_and_latex(self):
        page = self.open("big").page
        page.get_by_role("searchbox").fill("logconf")
        tools = page.locator(f".scroll:has({HEAT}) + details.copy")
        tools.locator("summary").click()
        copied = {}
        for form in ("Markdown", "LaTeX"):
            tools.get_by_role("button", name=f"Copy as {form}").click()
            tools.get_by_text("Copied").wait_for()
            copied[form] = page.evaluate("navigator.clipboard.readText()").split("\n")
        self.assertEqual(len(copied["Markdown"]), 2 + 3 + 1)
        self.assertTrue(copied["Markdown"][0].startswith("| Method | garments | digits |"))
        self.assertTrue(copied["Markdown"][1].startswith("| --- | ---: |"))
        self.assertEqual(copied["LaTeX"][0], "\\begin{tabular}{lrrrr}")
        self.assertEqual(copied["LaTeX"][-3:], ["\\bottomrule", "\\end{tabular}", ""])
        # One whole line of each: values apart from what stands below them.
        shown = page.locator(f"{HEAT} tbody tr:visible").first.evaluate("""row => [...row.cells].map(cell =>
            [...(cell.querySelector('.value') ? cell.querySelectorAll('.value, .below') : [cell])]
            .map(part => part.textContent.replace(/[ \\n]+/g, ' ').trim()).join(' '))""")
        self.assertRegex(shown[1], r"^0\.\d+ \u00b1 0\.\d+ [\u25b2\u25bc\u25cb] [+\u2212]0\.\d+")
        self.assertEqual(copied["Markdown"][2], "| " + " | ".join(shown) + " |")
        line = " & ".join(shown)
        for sign, command in {"\u00b1": "$\\pm$", "\u2212": "$-$", "\u25b2": "$\\bigtriangleup$",
                              "\u25bc": "$\\bigtriangledown$", "\u25cb": "$\\circ$",
                              "\u00a0": "~"}.items():
            line = line.replace(sign, command)
        self.assertEqual(copied["LaTeX"][4], line + " \\\\")

    def test_every_control_has_a_name_and_the_keyboard_reaches_it(self):
        page = self.open("failures").page
        unnamed = page.evaluate("""() => [...document.querySelectorAll('button, select, input, summary')]
            .filter(control => !(control.getAttribute('aria-label') || control.textContent.trim() ||
            (control.labels && control.labels[0] && control.labels[0].textContent.trim())))
            .map(control => control.outerHTML)""")
        self.assertEqual(unnamed, [])
        wanted = page.evaluate("""() => [...document.querySelectorAll(
            'a[href], button, select, input, summary, [tabindex="0"]')].filter(control =>
            control.checkVisibility({visibilityProperty: true})).length""")
        page.evaluate("""() => {
            window.reached = new Set();
            document.addEventListener('focusin', event => window.reached.add(event.target));
        }""")
        for _ in range(wanted + 1):
            page.keyboard.press("Tab")
        self.assertEqual(page.evaluate("window.reached.size"), wanted)
        # Each shows where the focus is.
        page.keyboard.press("Tab")
        self.assertNotEqual(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"), "none")

    def test_the_keyboard_alone_sorts_searches_and_walks_through_a_table(self):
        page = self.open("big").page
        button = page.locator(f"{HEAT} thead button").nth(1)
        button.focus()
        page.keyboard.press("Enter")
        self.assertEqual(page.locator(f"{HEAT} thead th").nth(1).get_attribute("aria-sort"), "descending")
        start = page.locator(f"{HEAT} td[tabindex='0']")
        start.focus()
        page.evaluate("window.start = document.activeElement")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        moved = page.evaluate("""() => {
            const place = cell => [cell.cellIndex, cell.parentElement.sectionRowIndex];
            return [place(window.start), place(document.activeElement)];
        }""")
        self.assertEqual(moved[1], [moved[0][0] + 1, moved[0][1] + 1])
        self.assertEqual(page.locator(f"{HEAT} td[tabindex='0']").count(), 1)
        self.assertTrue(page.get_by_role("tooltip").is_visible())

    def test_controls_fit_a_phone(self):
        page = self.open("big", width=320).page
        for summary in page.locator(".controls summary").all():
            summary.click()
        room, needed = page.evaluate(
            "() => [document.documentElement.clientWidth, document.documentElement.scrollWidth]")
        self.assertLessEqual(needed, room)
