"""Headless Chromium with pages to look at, through web/browser.mjs."""

import itertools
import json
import os
import pathlib
import subprocess

from harness.case import SluiceTest
from harness.waiting import PATIENCE, wait_until

WEB = pathlib.Path(os.environ.get("E2E_WEB", pathlib.Path(__file__).resolve().parents[1] / "web"))


class Browser:
    """One browser process. Each page has a profile of its own."""

    def __init__(self):
        self._process = subprocess.Popen(["node", WEB / "browser.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         text=True)
        self._names = itertools.count()

    def command(self, op, **arguments):
        self._process.stdin.write(json.dumps({"op": op, **arguments}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the browser is gone"
        answer = json.loads(line)
        assert "error" not in answer, f"{op} {arguments}: {answer['error']}"
        return answer["value"]

    def open(self, url, **options):
        """`options`: width, height, mobile, dark, init (a script that runs before the page's own)."""
        page = Page(self, str(next(self._names)))
        page.command("open", url=url, **options)
        return page

    def close(self):
        self._process.stdin.close()
        try:
            self._process.wait(20 * PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


class Page:
    def __init__(self, browser, name):
        self._browser, self._name = browser, name

    def command(self, op, **arguments):
        return self._browser.command(op, page=self._name, **arguments)

    def evaluate(self, script, frame=None):
        """The value of an expression in the page, or in its n-th iframe."""
        return self.command("evaluate", script=script, **({} if frame is None else {"frame": frame}))

    def wait(self, script, seconds=20, frame=None):
        """The value of an expression as soon as it is true."""
        return wait_until(lambda: self.evaluate(script, frame), script, seconds)

    def text(self, selector, frame=None):
        return self.evaluate(f"document.querySelector({json.dumps(selector)})?.textContent.trim()", frame)

    def press(self, key):
        self.command("press", key=key)

    def click(self, selector, frame=None):
        self.command("click", selector=selector, timeout=10000 * PATIENCE, **({} if frame is None else {"frame": frame}))

    def requests(self, part):
        """The addresses asked for so far that contain `part`."""
        return [url for url in self.command("seen")["requests"] if part in url]

    def assert_clean(self, test):
        """It asked nobody but loopback and complained of nothing."""
        seen = self.command("seen")
        test.assertEqual(seen["outside"], [])
        test.assertEqual(seen["faults"], [])

    def assert_fits(self, test, frame=None):
        """Nothing is cut off at the right, and there is nothing to scroll sideways."""
        wide = self.evaluate("""(() => {
          const beyond = [...document.querySelectorAll('body *')].filter((e) => e.getClientRects().length > 0 &&
            getComputedStyle(e).visibility === 'visible' && e.getBoundingClientRect().right > innerWidth + 0.5);
          return { scroll: document.scrollingElement.scrollWidth, width: innerWidth, beyond: beyond.map((e) => e.id || e.className) };
        })()""", frame)
        test.assertLessEqual(wide["scroll"], wide["width"], wide)
        test.assertEqual(wide["beyond"], [], wide)

    def screenshot(self, path):
        self.command("screenshot", path=str(path))

    def close(self):
        self.command("close")


class PageTest(SluiceTest):
    """A test that looks at pages; its class has one browser."""

    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def open(self, url, **options):
        page = self.browser.open(url, **options)
        self.addCleanup(page.close)
        return page
