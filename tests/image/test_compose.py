"""docker/compose.yaml as it stands: sluice, the demo publisher and Prometheus, started, looked at and stopped."""

import os
import pathlib
import shlex
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from harness import playlist, probe, web  # noqa: E402
from harness.waiting import PATIENCE, wait_until  # noqa: E402

# Not the one of a stack that somebody has started as documented.
PROJECT = "sluice-trial"
COMPOSE = [*shlex.split(os.environ["IMAGE_COMPOSE"]), "-p", PROJECT, "-f", str(ROOT / "docker" / "compose.yaml")]
ENGINE = os.environ["IMAGE_ENGINE"]
MEDIA, ADMIN, PROMETHEUS = "http://127.0.0.1:8080", "http://127.0.0.1:8081", "http://127.0.0.1:9090"


def run(*command, seconds=180):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False,
                          timeout=seconds * PATIENCE)
    assert done.returncode == 0, f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def networks():
    return set(run(ENGINE, "network", "ls", "--format", "{{.Name}}").split())


def answer(url):
    """None while nobody is there."""
    try:
        return web.get(url)
    except OSError:
        return None


def ask_prometheus(query):
    found = answer(f"{PROMETHEUS}/api/v1/query?query={query}")
    return found.json()["data"]["result"] if found and found.status == 200 else []


class Origin:
    """What playlist.open_media() asks for addresses."""

    @staticmethod
    def http_url(path):
        return MEDIA + path


class Compose(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # podman-compose leaves the network it has made.
        cls.addClassCleanup(lambda: [run(ENGINE, "network", "rm", name)
                                     for name in networks() if name.startswith(PROJECT)])
        cls.addClassCleanup(run, *COMPOSE, "down", "--volumes")
        run(*COMPOSE, "up", "-d")

    def test_1_the_demo_stream_plays_in_both_containers(self):
        for kind in ("fmp4", "ts"):
            wait_until(lambda: self.listed(kind), f"three {kind} segments of live/demo", 60)
            url = f"{MEDIA}/live/demo/{kind}/index.m3u8"
            self.assertEqual(sorted(s["codec_name"] for s in probe.streams(url)), ["aac", "h264"])
            self.assertEqual(probe.decode(url, "-t", "4"), "")

    def listed(self, kind):
        try:
            found = playlist.open_media(Origin, f"/live/demo/{kind}/index.m3u8")
        except OSError:
            return False
        return found is not None and len(found.media_segments()) >= 3

    def test_2_the_probe_says_busy(self):
        self.assertEqual(web.get(f"{ADMIN}/readyz").json()["status"], "busy")

    def test_3_prometheus_scrapes_sluice(self):
        wait_until(lambda: [r for r in ask_prometheus("up") if r["metric"]["job"] == "sluice" and r["value"][1] == "1"],
                   "up{job=sluice} is 1", 60)
        free = wait_until(lambda: ask_prometheus("sluice_publisher_slots_free"), "a sample of the free slots", 30)
        self.assertEqual(free[0]["value"][1], "0")

    def test_4_prometheus_has_the_alert_rules(self):
        groups = web.get(f"{PROMETHEUS}/api/v1/rules").json()["data"]["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        self.assertIn("SluiceDown", [rule["name"] for rule in rules])
        wait_until(lambda: all(rule["health"] == "ok" for group in
                               web.get(f"{PROMETHEUS}/api/v1/rules").json()["data"]["groups"]
                               for rule in group["rules"]), "every rule has been evaluated", 30)

    def test_5_stopping_sluice_ends_it_with_exit_code_0(self):
        name = run(ENGINE, "ps", "--filter", "ancestor=localhost/sluice", "--filter",
                   "label=com.docker.compose.service=sluice", "--format", "{{.Names}}").split()[0]
        run(*COMPOSE, "stop", "publisher")
        run(*COMPOSE, "stop", "--timeout" if ENGINE == "docker" else "-t", "60", "sluice")
        self.assertEqual(run(ENGINE, "container", "inspect", name, "--format", "{{.State.ExitCode}}").strip(), "0")


if __name__ == "__main__":
    unittest.main()
