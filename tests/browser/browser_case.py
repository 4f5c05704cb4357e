"""A report in Chromium, from disk, with networking off; what the tests of this folder share."""

import os
import unittest
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FOLDER = Path(os.environ["ASSAY_BROWSER_FOLDER"])
RUNS = FOLDER / "runs"
SCREENSHOTS = FOLDER / "screenshots"
REPORTS = ["made-up", "big", "failures", "hostile", "planned", "many", "stream", "forget"]


def report_path(name: str) -> Path:
    """The HTML report of a run; a name with a suffix is a report with other options."""
    run, _, option = name.partition("+")
    return RUNS / run / (f"report-{option}.html" if option else "report.html")


@dataclass
class OpenReport:
    """A page and what happened in it since it was opened."""

    page: Page
    address: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)  # console errors and warnings, exceptions
    dialogs: list[str] = field(default_factory=list)


class BrowserCase(unittest.TestCase):
    """Starts one browser for a class of tests. Every page must stay quiet: see tearDown."""

    @classmethod
    def setUpClass(cls):
        cls._driver = sync_playwright().start()
        # As root, in CI's container, Chromium's own sandbox does not start.
        cls._browser = cls._driver.chromium.launch(
            executable_path=os.environ["ASSAY_CHROMIUM"],
            args=["--no-sandbox", "--disable-dev-shm-usage"])

    @classmethod
    def tearDownClass(cls):
        cls._browser.close()
        cls._driver.stop()

    def setUp(self):
        self._opened = []

    def tearDown(self):
        for opened in self._opened:
            opened.page.context.close()
        for opened in self._opened:
            self.assertEqual(opened.complaints, [], opened.address)
            self.assertEqual(opened.dialogs, [], opened.address)
            self.assertEqual(set(opened.requests), {opened.address.partition("#")[0]})

    def open(self, name, *, width=1280, height=900, fragment="", script=True, scheme="light",
             motion="no-preference", file=None) -> OpenReport:
        """Opens a report by name, or `file`, in a context of its own."""
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, offline=True, java_script_enabled=script,
            color_scheme=scheme, reduced_motion=motion,
            permissions=["clipboard-read", "clipboard-write"])
        context.set_default_navigation_timeout(120_000)  # on a busy machine, megabytes
        page = context.new_page()
        address = (file or report_path(name)).resolve().as_uri() + fragment
        opened = OpenReport(page, address)
        self._opened.append(opened)
        page.on("request", lambda request: opened.requests.append(request.url.partition("#")[0]))
        page.on("console", lambda message: opened.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: opened.complaints.append(f"exception: {error}"))
        page.on("dialog", lambda dialog: (opened.dialogs.append(dialog.message), dialog.dismiss()))
        context.route("**/*", lambda route: route.continue_() if route.request.url.partition("#")[0]
                      == address.partition("#")[0] else route.abort())
        page.goto(address)
        return opened

    def screenshot(self, opened: OpenReport, name: str):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        opened.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
