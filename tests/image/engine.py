"""The container engine, docker or podman, and containers of the image under trial."""

import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from harness import web  # noqa: E402
from harness.waiting import PATIENCE, wait_until  # noqa: E402

ENGINE = os.environ["IMAGE_ENGINE"]
IMAGE = os.environ["IMAGE_NAME"]

# Neither the rights nor the memory that a careless server would need; the limit is generous for eight publishers.
RESTRICTIONS = ["--read-only", "--cap-drop=all", "--security-opt=no-new-privileges", "--memory=128m", "--pids-limit=64"]
# Everything stays on loopback and leaves no rule of a firewall behind.
NETWORK = ["--network=host"]
ADDRESSES = {"SLUICE_RTMP__LISTEN": "127.0.0.1:0", "SLUICE_HTTP__LISTEN": "127.0.0.1:0",
             "SLUICE_ADMIN__LISTEN": "127.0.0.1:0"}


def engine(*arguments, check=True, seconds=60):
    """`docker ARGUMENTS…` to its end: a CompletedProcess with text."""
    done = subprocess.run([ENGINE, *map(str, arguments)], capture_output=True, text=True, check=False,
                          timeout=seconds * PATIENCE)
    if check and done.returncode != 0:
        raise AssertionError(f"{ENGINE} {' '.join(map(str, arguments))}: {done.returncode}: {done.stderr[-2000:]}")
    return done


def inspect(what, kind="container"):
    return json.loads(engine(kind, "inspect", what).stdout)[0]


def run_once(*arguments, options=()):
    """`sluice ARGUMENTS…` in a container of its own, to its end."""
    return engine("run", "--rm", "--network=none", *RESTRICTIONS, *options, IMAGE, *arguments, check=False)


class Container:
    """A running `sluice serve`, which listens on free ports of loopback; it is removed when `test` is over."""

    def __init__(self, test, options=(), environment=None):
        variables = {**ADDRESSES, "SLUICE_LOG__FORMAT": "json", **(environment or {})}
        arguments = [f"--env={key}={value}" for key, value in variables.items()]
        self.name = engine("run", "-d", *NETWORK, *options, *arguments, IMAGE).stdout.strip()
        remove = getattr(test, "addClassCleanup" if isinstance(test, type) else "addCleanup")
        remove(engine, "rm", "--force", "--volumes", self.name)
        self._addresses = wait_until(self._find_listeners, "the listeners are open")

    def events(self):
        """What it has logged."""
        done = engine("logs", self.name)
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def _find_listeners(self):
        found = {e["listener"]: e["address"] for e in self.events() if e.get("event") == "listening"}
        if len(found) < 3 and not inspect(self.name)["State"]["Running"]:
            raise AssertionError(f"sluice ended at once: {self.transcript()}")
        return found if len(found) == 3 else None

    def transcript(self):
        done = engine("logs", self.name)
        return f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"

    @property
    def pid(self):
        """Its process as seen from outside."""
        return inspect(self.name)["State"]["Pid"]

    def rtmp_url(self, name):
        return f"rtmp://{self._addresses['rtmp']}/live/{name}"

    def http_url(self, path):
        return f"http://{self._addresses['http']}{path}"

    def admin_url(self, path):
        return f"http://{self._addresses['admin']}{path}"

    def probe(self, path="/readyz"):
        """(HTTP status, "status" of the body)."""
        answer = web.get(self.admin_url(path))
        return answer.status, answer.json()["status"]

    def wait_status(self, status, seconds=20):
        wait_until(lambda: self.probe()[1] == status, f"/readyz says {status}", seconds)

    def wait_exit(self, seconds=60):
        return int(engine("wait", self.name, seconds=seconds).stdout)
