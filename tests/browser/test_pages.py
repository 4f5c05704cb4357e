"""What holds for every report: it opens from disk without complaint, is readable at every width, in
print, in the dark and without JavaScript, has no mistakes of accessibility, and runs nothing foreign."""

import html
import re
from importlib import resources

from browser_case import REPORTS, SCREENSHOTS, BrowserCase, report_path

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]

# What may be in a report. Anything else came out of a text that was not escaped.
OWN_ELEMENTS = set(
    "html head meta title style body a div span header h1 h2 h3 h4 p dl dt dd nav ul ol li main section "
    "table caption colgroup col thead tbody tfoot tr th td details summary figure figcaption pre code "
    "strong em abbr footer script button input label select option optgroup fieldset legend output form "
    "svg desc g circle line path rect text tspan polygon polyline defs pattern clipPath marker sup sub "
    "small br hr time template dialog".split())


def axe_mistakes(page):
    page.evaluate(AXE)
    answer = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})",
        RULES)
    return [f"{found['id']}: {found['help']}: {node['target']} {node['html'][:200]} "
            f"{node.get('failureSummary', '')}"
            for found in answer["violations"] for node in found["nodes"][:3]]


def visible(page, selector):
    return [element.evaluate("element => element.outerHTML.slice(0, 200)")
            for element in page.locator(selector).all() if element.is_visible()]


def widest(page):
    """Elements that stick out of the page to the right, for the message of a failure."""
    return page.evaluate("""() => [...document.querySelectorAll('body *')].filter(element =>
        !element.closest('.scroll *') && element.getBoundingClientRect().right >
        document.documentElement.clientWidth + 1).slice(0, 5).map(element =>
        element.outerHTML.slice(0, 120))""")


# What takes minutes on the largest report, whose elements are those of the big one, only more.
ALL_BUT_LARGEST = [name for name in REPORTS if name != "many"]


class Pages(BrowserCase):
    def test_opens_and_fits_every_width(self):
        for name in REPORTS:
            with self.subTest(report=name):
                page = self.open(name).page
                self.assertTrue(page.title().endswith("Assay report"))
                for width in (1280, 768, 320):
                    page.set_viewport_size({"width": width, "height": 900})
                    room, needed = page.evaluate(
                        "() => [document.documentElement.clientWidth, document.documentElement.scrollWidth]")
                    self.assertLessEqual(needed, room, (width, widest(page)))

    def test_no_mistakes_of_accessibility(self):
        for name in ALL_BUT_LARGEST:
            with self.subTest(report=name):
                page = self.open(name).page
                # Folded parts count too.
                page.evaluate("() => document.querySelectorAll('details').forEach(one => one.open = true)")
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme=scheme)
                    self.assertEqual(axe_mistakes(page), [], scheme)

    def test_reads_without_javascript(self):
        for name in REPORTS:
            with self.subTest(report=name):
                page = self.open(name, script=False).page
                source = report_path(name).read_text(encoding="utf-8")
                headings = re.findall(r"<h[123][^>]*>(.*?)</h[123]>", source, re.S)
                self.assertGreater(len(headings), 5)
                shown = re.sub(r"\s+", " ", page.locator("body").inner_text())
                for heading in headings:
                    text = html.unescape(re.sub(r"<[^>]+>", "", heading))
                    self.assertIn(re.sub(r"\s+", " ", text).strip(), shown)
                # What only a script can do is not offered.
                self.assertEqual(visible(page, "button, select, input"), [])

    def test_prints(self):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        for name in ALL_BUT_LARGEST:
            with self.subTest(report=name):
                page = self.open(name).page
                file = SCREENSHOTS / f"{name}-print.pdf"
                page.pdf(path=file, format="A4")
                self.assertTrue(file.read_bytes().startswith(b"%PDF"))
                page.emulate_media(media="print")
                # A column's title is a button that sorts; it is printed, as a title.
                self.assertEqual(visible(page, "button:not(th button), select, input"), [])

    def test_moves_only_where_that_is_welcome(self):
        behaviour = "() => getComputedStyle(document.documentElement).scrollBehavior"
        self.assertEqual(self.open("big").page.evaluate(behaviour), "smooth")
        page = self.open("big", motion="reduce").page
        self.assertEqual(page.evaluate(behaviour), "auto")
        moving = page.evaluate("""() => [...document.querySelectorAll('*')].filter(element => {
            const style = getComputedStyle(element);
            return style.transitionDuration !== '0s' || style.animationName !== 'none';
        }).length""")
        self.assertEqual(moving, 0)

    def test_texts_of_suites_and_plugins_stay_texts(self):
        for name in ("hostile", "made-up"):
            with self.subTest(report=name):
                page = self.open(name).page
                elements = set(page.evaluate(
                    "() => [...document.querySelectorAll('*')].map(element => element.localName)"))
                self.assertEqual(elements - OWN_ELEMENTS, set())
                self.assertEqual(page.locator("img, iframe, object, embed, base, link").count(), 0)
                attributes = page.evaluate("""() => [...document.querySelectorAll('*')].flatMap(
                    element => [...element.attributes].filter(attribute =>
                    attribute.name.startsWith('on') || /^\\s*javascript:/i.test(attribute.value))
                    .map(attribute => element.localName + ' ' + attribute.name))""")
                self.assertEqual(attributes, [])
                links = page.evaluate("() => [...document.links].map(link => link.href)")
                foreign = [link for link in links if not link.startswith("file:")]
                self.assertEqual(set(foreign) - {"https://arxiv.org/abs/2312.09390"}, set())
                self.assertIn("<script>alert('x')</script>", page.locator("body").inner_text())
                # The order of letters is not turned around outside of the text itself.
                text = page.locator("body").text_content()
                self.assertNotRegex(text, "[\u202a-\u202e\u2066-\u2069\x00-\x08\x1b]")

    def test_pictures_to_look_at(self):
        for name in ALL_BUT_LARGEST:
            with self.subTest(report=name):
                opened = self.open(name)
                for width, scheme in ((1280, "light"), (1280, "dark"), (320, "light")):
                    opened.page.set_viewport_size({"width": width, "height": 900})
                    opened.page.emulate_media(color_scheme=scheme)
                    self.screenshot(opened, f"{name}-{width}-{scheme}")
