"""`./dev bench` with a few streams for a few seconds: that it works, not how fast anything is."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from harness.server import BINARY
from harness.waiting import PATIENCE, wait_until

PROJECT = pathlib.Path(__file__).resolve().parents[2]
MEDIA = PROJECT / "build" / "bench" / "media"
sys.path.insert(0, str(PROJECT / "bench"))
import clips  # noqa: E402


def processes_naming(text):
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().decode(errors="replace")
            cwd = os.readlink(entry / "cwd")
        except OSError:
            continue
        if int(entry.name) != os.getpid() and (text in command or cwd.startswith(text)):
            found.append(f"{entry.name}: {command}")
    return found


class Bench(unittest.TestCase):
    """The benchmarks run beside each other here: they mostly wait, and nobody looks at the figures."""

    @classmethod
    def setUpClass(cls):
        cls.clip = clips.make(clips.QUICK, MEDIA).path

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="sluice-bench-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def start(self, *arguments, sluice=BINARY):
        """A quick run with a work folder of its own."""
        work = self.directory / arguments[0]
        (work / "media").mkdir(parents=True)
        shutil.copy(self.clip, work / "media")
        process = subprocess.Popen(
            [sys.executable, str(PROJECT / "bench/bench.py"), *arguments, "--quick", "--sluice", str(sluice),
             "--tools", os.environ["BENCH_TOOLS"], "--work", str(work)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self._end, process)
        return process

    def _end(self, process):
        # Told to end, it ends what it has started.
        process.terminate()
        try:
            process.communicate(timeout=30 * PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()

    def finish(self, process):
        """(the table's lines, the document of the last line)."""
        output, errors = process.communicate(timeout=120 * PATIENCE)
        self.assertEqual(process.returncode, 0, f"{errors}\n{output}")
        lines = output.strip().splitlines()
        return lines[:-2], json.loads(lines[-1])

    def medians(self, document):
        return {row["key"]: row["median"] for row in document["rows"]}

    def test_each_benchmark_gives_a_table_and_a_document_with_figures_of_every_server(self):
        servers = ["--servers", "nginx,sluice,floor"]
        ingest = self.start("ingest", *servers, "--cases", "quick-viewed,unpaced")
        serve = self.start("serve", *servers, "--cases", "playlist,segments,viewers")
        latency = self.start("latency", *servers)
        record = self.start("record")
        low_latency = self.start("low-latency")

        table, document = self.finish(ingest)
        self.assertIn("| nginx ", table[0])
        self.assertIn("| floor ", table[0])
        figures = self.medians(document)
        self.assertEqual(set(figures["quick-viewed.cpu"]), {"nginx", "sluice"})
        self.assertEqual(figures["quick-viewed.errors"], {"nginx": 0, "sluice": 0})
        self.assertEqual(set(figures["unpaced.rate"]), {"nginx", "sluice", "floor"})
        for server, rate in figures["unpaced.rate"].items():
            self.assertGreater(rate, 0.001, server)
        self.assertTrue(all(goal["reached"] is None for row in document["rows"] for goal in row["goals"]))

        _, document = self.finish(serve)
        figures = self.medians(document)
        for server in ("nginx", "sluice"):
            self.assertGreater(figures["playlist.rate"][server], 10)
            self.assertGreater(figures["segment-small.size"][server], 20)
            self.assertEqual(figures["viewers.errors"][server], 0)
            self.assertEqual(figures["viewers.connections"][server], 1, "connections are reused")

        _, document = self.finish(latency)
        figures = self.medians(document)
        for server in ("nginx", "sluice"):
            # A clip with segments of one second: a frame waits for half of one in the middle.
            self.assertGreater(figures["listed.p50"][server], 300)
            self.assertLess(figures["newest.p50"][server], figures["listed.p95"][server])

        _, document = self.finish(record)
        figures = self.medians(document)
        self.assertEqual(set(figures["write"]), {"nginx", "ffmpeg", "sluice"})
        self.assertGreater(min(figures["write"].values()), 1)
        self.assertGreater(figures["sync.1s"]["sluice"], 0)
        self.assertGreater(figures["recovery.warm"]["sluice"], 0)
        self.assertEqual(set(figures["seek.p50"]), {"nginx", "ffmpeg", "sluice"})
        self.assertGreater(figures["range.p50"]["sluice"], 0)

        _, document = self.finish(low_latency)
        figures = self.medians(document)
        self.assertEqual(figures["held.errors"], {"plain": 0, "sluice": 0})
        self.assertGreater(figures["held.p99"]["sluice"], 0)
        for cache in ("nginx", "varnish"):
            self.assertEqual(figures["cached.errors"][cache], 0)
            self.assertGreater(figures["cached.hits"][cache], 50)
        self.assertEqual(processes_naming(str(self.directory)), [])

    def test_a_server_that_does_not_start_is_told_with_what_it_said(self):
        output, errors = self.start("latency", "--servers", "sluice", sluice="/bin/false").communicate(timeout=60)
        self.assertIn("bench: sluice did not start (ended with 1)", errors)
        self.assertEqual(output, "")

    def test_an_interrupt_ends_the_servers_and_the_loads(self):
        process = self.start("ingest", "--servers", "sluice", "--cases", "quick")
        wait_until(lambda: any("rtmp-publish" in line for line in processes_naming(str(self.directory))),
                   "a load is running", 60)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30 * PATIENCE)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(processes_naming(str(self.directory)), [])

    def test_unknown_names_are_refused_with_those_there_are(self):
        errors = self.start("speed").communicate(timeout=60)[1]
        self.assertIn("no benchmark 'speed'; there are: ingest, serve, latency, low-latency, record", errors)


if __name__ == "__main__":
    unittest.main()
