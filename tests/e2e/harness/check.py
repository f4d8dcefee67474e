"""`sluice check` on what a test serves."""

import json
import re
import urllib.parse

from harness.server import run_sluice

# What the tests do on purpose: HTTP/1.1 is what there is, and a machine that runs two tests at once is late.
IGNORED = ("HT-21", "SU-12", "SU-13")
PATIENCE = "10"  # seconds, of what is answered at once where nothing else runs


def check(url, *arguments, ignore=IGNORED, seconds=60):
    """The JSON document of `sluice check`, whatever it says."""
    skipped = [argument for rule in ignore for argument in ("--ignore", rule)]
    done = run_sluice("check", "--json", "--patience", PATIENCE, *skipped, *arguments, url, seconds=seconds)
    assert done.returncode in (0, 1), done.stderr
    document = json.loads(done.stdout)
    assert document["passed"] == (done.returncode == 0), done.stdout
    return document


def describe(document):
    """Its findings, a line each."""
    return "".join(f"\n{broken['rule']} {broken['text']} {finding['url']}: {finding['what']}"
                   for broken in document["broken"] for finding in broken["findings"])


def rules(document):
    return sorted(broken["rule"] for broken in document["broken"])


def assert_clean(test, url, *arguments, ignore=IGNORED):
    """Neither a rule nor a recommendation is broken; returns the document."""
    document = check(url, "--strict", *arguments, ignore=ignore)
    test.assertTrue(document["passed"], document.get("failure", "") + describe(document))
    return document


def copy_of(fetch, url):
    """{path: (content type, bytes)} of a presentation that has ended, everything its playlists name."""
    found = {}

    def take(path):
        if path not in found:
            answer = fetch(path)
            assert answer.status == 200, f"{path}: {answer.status}"
            found[path] = (answer.headers["content-type"], answer.body)
            if path.endswith(".m3u8"):
                text = answer.text()
                names = re.findall(r"^[^#\n]+$", text, re.MULTILINE) + re.findall(r'URI="([^"]+)"', text)
                for name in names:
                    take(urllib.parse.urljoin(path, name))
        return found

    return take(url)
