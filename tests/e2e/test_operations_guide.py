"""docs/operations.md against the program: its events, metrics, reasons, limits, alerts and the balancer it shows."""

import re
import socket
import subprocess
import unittest

from harness import documents, encoders, network, web
from harness.case import SluiceTest
from harness.media import media
from harness.rtmp import Closed, RtmpClient
from harness.waiting import wait_until

ROOT = documents.ROOT
GUIDE = documents.document("docs/operations.md")
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
UNITS = {"KiB": 1024, "MiB": 1024**2, "B": 1, "s": 1, "": 1}


def setUpModule():
    # So that nobody takes the balancer's port between choosing and opening it; without, that is merely unlikely.
    network.enter_own_network()


def sources(*folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.[ch]pp")):
            yield path.read_text()


def first_words(rows):
    return {name for row in rows for name in documents.names_in(row[0])}


class Words(unittest.TestCase):
    def test_every_log_event_is_explained_and_no_other(self):
        written = set()
        for text in sources("src"):
            # The event is the second argument: a word or a choice of two. Where it is a variable, see below.
            for event in re.findall(r"\blog_event\([^,]*,([^,]*),", text):
                written |= set(re.findall(r'"([a-z_]+)"', event))
            written |= set(re.findall(r'notices_\.push_back\(\{"([a-z_]+)"', text))
        written |= set(re.findall(r'\bfail\("([a-z_]+)"', (ROOT / "src/app/daemon.cpp").read_text()))
        self.assertGreater(len(written), 20)
        self.assertEqual(first_words(GUIDE.table("event")), written)

    def test_every_reason_of_an_end_is_explained(self):
        ends = set()
        for path in sorted((ROOT / "src" / "net").glob("rtmp_*.cpp")):
            ends |= set(re.findall(r'\breason = "([a-z_]+)"', path.read_text()))
            for call in re.findall(r"\bstop\((.*?)\);", path.read_text(), re.S):
                ends |= set(re.findall(r'"([a-z_]+)"', call))
        ends |= set(re.findall(r'return "(\w+)"', (ROOT / "src/rtmp/failure.cpp").read_text())) - {"unknown"}
        ends |= set(re.findall(r'end_publish\("(\w+)"\)', (ROOT / "src/net/rtmp_session_publish.cpp").read_text()))
        self.assertGreater(len(ends), 15)
        self.assertEqual(first_words(GUIDE.table("reason")), ends)

    def test_the_fixed_limits_are_those_of_the_source(self):
        rows = GUIDE.table("fixed limit")
        self.assertGreater(len(rows), 10)
        for row in rows:
            path, name = documents.names_in(row[2])
            shown = re.fullmatch(r"([\d,]+) ?(\w*?)(?:/s)?", row[1])
            self.assertIsNotNone(shown, row)
            found = re.search(rf"\b{name}(?: =|\{{)\s*(?:\w+\()?(\d[\d'* ]*)", (ROOT / path).read_text())
            self.assertIsNotNone(found, f"{path} has no {name} with a number")
            value = 1
            for factor in found.group(1).replace("'", "").split("*"):
                value *= int(factor)
            self.assertEqual(int(shown.group(1).replace(",", "")) * UNITS[shown.group(2)], value, row)

    def test_every_alert_is_explained_and_tested(self):
        alerts = set(re.findall(r"alert: (\w+)", ALERTS.read_text()))
        self.assertEqual(first_words(GUIDE.table("alert")), alerts)
        tests = (ALERTS.parent / "alerts_test.yml").read_text()
        self.assertEqual({name for name in alerts if name not in tests}, set())


class Metrics(SluiceTest):
    def test_every_metric_is_explained_and_no_other(self):
        server = self.start()
        text = web.get(server.admin_url("/metrics")).text()
        families = set(re.findall(r"(?m)^# TYPE (\S+)", text))
        self.assertEqual(first_words(GUIDE.table("metric")), families)
        used = set(re.findall(r"\b(?:sluice|process)_[a-z_]+\b", ALERTS.read_text()))
        self.assertLessEqual({re.sub("_(bucket|sum|count)$", "", name) for name in used}, families)
        spans = set(GUIDE.code_spans())
        reasons = set(re.findall(r'reason="(\w+)"', text))
        self.assertGreater(len(reasons), 30)
        self.assertLessEqual(reasons, spans)

    def test_alert_rules(self):
        for command in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]):
            done = subprocess.run(["promtool", *command], cwd=ALERTS.parent, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Balancer(SluiceTest):
    """deploy/haproxy/haproxy.cfg, with the addresses of two servers in it, before real encoders."""

    def start_instance(self, name, **options):
        folder = self.directory / name
        folder.mkdir()
        return self.start({"lifecycle.slots": "1", "stream.resume_window": "0s", "rtmp.proxy_protocol": "required",
                           "record.directory": str(folder), **options})

    def balance(self, servers, check="500ms"):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        text = (ROOT / "deploy" / "haproxy" / "haproxy.cfg").read_text()
        text = text.replace("inter 500ms", f"inter {check}")
        text, bound = re.subn(r"bind :1935", f"bind 127.0.0.1:{port}", text)
        self.assertEqual(bound, 1)
        for example, server in zip(("10.0.0.11", "10.0.0.12"), servers):
            text, written = re.subn(rf"{example}:1935(.*)port 8081",
                                    rf"127.0.0.1:{server.address('rtmp')[1]}\1port {server.address('admin')[1]}", text)
            self.assertEqual(written, 1)
        path = self.directory / "haproxy.cfg"
        path.write_text(text)
        log = open(self.directory / "haproxy.txt", "wb")
        self.addCleanup(log.close)
        process = subprocess.Popen(["haproxy", "-f", str(path), "-db"], stdout=log, stderr=log)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

        def connects():
            self.assertIsNone(process.poll(), (self.directory / "haproxy.txt").read_text())
            try:
                socket.create_connection(("127.0.0.1", port), timeout=5).close()
            except OSError:
                return False
            return True
        wait_until(connects, "the balancer listens")
        return port

    def publishes(self, servers):
        return [len(server.find_events("publish_started")) for server in servers]

    def test_each_encoder_gets_an_instance_of_its_own(self):
        servers = [self.start_instance("a"), self.start_instance("b")]
        port = self.balance(servers)
        checks = [lambda s=s: s.find_events("http_request", path="/readyz", status=200) for s in servers]
        for check in checks:
            wait_until(check, "the balancer asks for readiness")
        first = encoders.ffmpeg(self, media("av-long.flv"), f"rtmp://127.0.0.1:{port}/live/one", rate=1)
        wait_until(lambda: sum(self.publishes(servers)) == 1, "the first publishes")
        taken = self.publishes(servers).index(1)
        # It hears of the taken slot at its next check; that one, and no connection, is what is waited for.
        wait_until(lambda: servers[taken].find_events("http_request", path="/readyz", status=503), "it is told busy")
        second = encoders.ffmpeg(self, media("av-long.flv"), f"rtmp://127.0.0.1:{port}/live/two", rate=1)
        wait_until(lambda: self.publishes(servers) == [1, 1], "the second publishes elsewhere")
        for server in servers:
            self.assertEqual(server.find_events("publish_refused"), [])
        wait_until(lambda: servers[1 - taken].find_events("http_request", path="/readyz", status=503), "both are busy")
        self.assertEqual([e.process.poll() for e in (first, second)], [None, None])
        self.assertRaises((OSError, Closed), self.open_third, port)
        first.interrupt()
        first.wait()
        wait_until(lambda: self.returns(servers[taken], port), "the free instance is used again")

    def test_full_instance_that_closes_its_port_is_passed_over_at_once(self):
        servers = [self.start_instance(name, **{"lifecycle.when_full": "close", "rtmp.proxy_protocol": "optional"})
                   for name in ("a", "b")]
        # The balancer knows nothing of the publish that fills the first, and its next check is far off.
        port = self.balance(servers, check="10m")
        encoders.ffmpeg(self, media("av-long.flv"), servers[0].rtmp_url("one"), rate=1)
        servers[0].wait_event("publish_started")
        for name in ("two", "three"):
            encoder = encoders.ffmpeg(self, media("av.flv"), f"rtmp://127.0.0.1:{port}/live/{name}")
            encoder.finish()
        self.assertEqual(self.publishes(servers), [1, 2])

    def open_third(self, port):
        with RtmpClient(("127.0.0.1", port), seconds=5) as third:
            third.open("three")

    def returns(self, server, port):
        publisher = encoders.ffmpeg(self, media("av.flv"), f"rtmp://127.0.0.1:{port}/live/three", rate=4)
        publisher.wait()
        return server.find_events("publish_started", stream="live/three")


if __name__ == "__main__":
    unittest.main()
