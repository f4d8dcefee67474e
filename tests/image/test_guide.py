"""The commands of docs/container.md, on the ports and with the volume that they name."""

import os
import re
import shlex
import signal
import subprocess
import unittest

from engine import ENGINE, ROOT, engine

from harness import encoders, web
from harness.media import media
from harness.waiting import wait_until


def commands():
    """Those of the section on running, with the engine that is here."""
    text = (ROOT / "docs" / "container.md").read_text().partition("## Run it")[2]
    blocks = re.findall(r"(?ms)^```sh\n(.*?)^```", text)
    return [[ENGINE, *shlex.split(block.replace("\\\n", " "))[1:]] for block in blocks]


class Guide(unittest.TestCase):
    def test_server_starts_drains_and_leaves_recordings_that_can_be_verified(self):
        serve, verify = commands()
        # They may be somebody's, who has read the guide before.
        self.assertNotEqual(engine("container", "inspect", "sluice", check=False).returncode, 0,
                            "there is a container named sluice already")
        self.assertNotEqual(engine("volume", "inspect", "recordings", check=False).returncode, 0,
                            "there is a volume named recordings already")
        self.addCleanup(engine, "volume", "rm", "--force", "recordings")
        server = subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(engine, "rm", "--force", "sluice", check=False)
        wait_until(lambda: self.is_ready(server), "http://localhost:8081/readyz answers 200", 60)
        encoders.ffmpeg(self, media("av.flv"), "rtmp://localhost:1935/live/x").finish()
        os.kill(server.pid, signal.SIGTERM)
        output = server.communicate(timeout=120)[0]
        self.assertEqual(server.returncode, 0, output)
        verified = subprocess.run(verify, capture_output=True, text=True, check=False, timeout=120)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def is_ready(self, server):
        if server.poll() is not None:
            raise AssertionError(f"it ended with {server.returncode}: {server.stdout.read()}")
        try:
            return web.get("http://localhost:8081/readyz").status == 200
        except OSError:
            return False


if __name__ == "__main__":
    unittest.main()
