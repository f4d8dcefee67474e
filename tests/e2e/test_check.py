"""`sluice check` on what sluice serves, which is clean, and on copies that were broken on purpose."""

import concurrent.futures
import http.server
import ssl
import subprocess
import threading
import unittest
import urllib.parse

from harness import check, encoders, web
from harness.case import SluiceTest
from harness.media import media
from harness.waiting import wait_until

STREAMS = {"both": "av-long.flv", "sound": "audio.flv", "picture": "video.flv"}


class CheckTest(SluiceTest):
    def session_of(self, server, name):
        """The only session of live/`name`, once its playlists have their end."""
        def sealed():
            sessions = web.get(server.admin_url("/api/v1/sessions")).json()["sessions"]
            return [s["session"] for s in sessions if s["stream"] == name and s["state"] == "sealed"]
        session = wait_until(sealed, f"the session of {name} is sealed")[0]
        self.wait_ended(server, name, f"sessions/{session}/index.m3u8")
        return session

    def all_clean(self, server, paths):
        """Checks all of them at the same time; {path: document}."""
        with concurrent.futures.ThreadPoolExecutor(len(paths)) as pool:
            found = list(pool.map(lambda path: check.check(server.http_url(path), "--strict"), paths))
        for path, document in zip(paths, found):
            with self.subTest(path):
                self.assertTrue(document["passed"], document.get("failure", "") + check.describe(document))
                self.assertGreater(document["segments"], 2)
        return dict(zip(paths, found))


class OurOwn(CheckTest):
    def test_everything_that_is_served_of_a_stream_is_clean(self):
        server = self.start()
        publishers = [encoders.ffmpeg(self, media(file), server.rtmp_url(name), rate=1, loop=True)
                      for name, file in STREAMS.items()]
        for name in STREAMS:
            self.wait_playable(server, name, segments=6)
        live = [f"/live/{name}/{container}/index.m3u8" for name in STREAMS for container in ("fmp4", "ts")]
        live += ["/live/both/dvr/index.m3u8", "/live/both/range/20000101T000000Z/now/ts/index.m3u8"]
        found = self.all_clean(server, live)
        self.assertTrue(all(document["live"] for document in found.values()))
        for path, document in found.items():
            self.assertEqual(document["low_latency"], path.split("/")[3] == "fmp4", path)
            self.assertEqual(document["parts"] > 4, document["low_latency"], path)
            self.assertGreater(document["versions"], 2, path)

        for publisher in publishers:
            publisher.interrupt()
        ended = []
        for name in STREAMS:
            self.wait_ended(server, name)
            session = self.session_of(server, name)
            ended += [f"/live/{name}/sessions/{session}/{container}/index.m3u8" for container in ("fmp4", "ts")]
            ended.append(f"/live/{name}/index.m3u8")
        for path, document in self.all_clean(server, ended).items():
            self.assertFalse(document["live"], path)

    def test_a_publisher_that_returns_while_it_is_watched(self):
        server = self.start({"stream.resume_window": "20s"})
        first = encoders.ffmpeg(self, media("av-long.flv"), server.rtmp_url("x"), rate=1)
        self.wait_playable(server, "x", segments=6)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            watches = [pool.submit(check.check, server.http_url(f"/live/x/{container}/index.m3u8"), "--watch", "6",
                                   "--strict") for container in ("fmp4", "ts")]
            first.kill()
            server.wait_event("publish_ended")
            encoders.ffmpeg(self, media("av-other.flv"), server.rtmp_url("x"), rate=1)
            for watch in watches:
                document = watch.result()
                # Nothing is hinted until the new period has a part.
                faults = [rule for rule in check.rules(document) if rule != "LL-17"]
                self.assertEqual(faults, [], check.describe(document))
                self.assertGreater(document["segments"], 6)


class Copy:
    """A presentation that has ended, served by something else and changed before; `host` is closed by the test."""

    def __init__(self, test, files, tls=None):
        self.files = files
        copy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                kind, body = copy.files.get(urllib.parse.urlsplit(self.path).path, ("text/plain", None))
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_):
                pass

        self.host = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host.daemon_threads = True
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.host.socket = context.wrap_socket(self.host.socket, server_side=True)
        thread = threading.Thread(target=self.host.serve_forever, daemon=True)
        thread.start()
        test.addCleanup(lambda: (self.host.shutdown(), thread.join(), self.host.server_close()))
        self.scheme = "https" if tls else "http"

    def url(self, path):
        return f"{self.scheme}://127.0.0.1:{self.host.server_port}{path}"

    def names(self, ending):
        return sorted(path for path in self.files if path.endswith(ending))

    def edit(self, path, change):
        kind, body = self.files[path]
        self.files[path] = (kind, change(body))


class Broken(CheckTest):
    """One server and its copies for all: each test breaks a copy of its own."""

    def setUp(self):
        super().setUp()
        server = self.start()
        encoders.ffmpeg(self, media("av.flv"), server.rtmp_url("x"), rate=8).finish()
        self.wait_ended(server, "x")
        session = self.session_of(server, "x")
        self.paths = {container: f"/live/x/sessions/{session}/{container}/index.m3u8" for container in ("fmp4", "ts")}
        self.files = {}
        for path in self.paths.values():
            self.files |= check.copy_of(lambda name: web.get(server.http_url(name)), path)

    def broken_rules(self, copy, container):
        document = check.check(copy.url(self.paths[container]))
        return [broken["rule"] for broken in document["broken"] if broken["severity"] == "must"]

    def test_each_fault_is_found_and_named(self):
        playlist = [name for name in self.files if name.endswith(".m3u8")]
        media_playlist = {container: [p for p in playlist if b"#EXTINF" in self.files[p][1] and
                                      ((b"#EXT-X-MAP" in self.files[p][1]) == (container == "fmp4"))][0]
                          for container in ("fmp4", "ts")}
        segments = {"fmp4": sorted(n for n in self.files if n.endswith(".m4s")),
                    "ts": sorted(n for n in self.files if n.endswith(".ts"))}

        def twice_as_long(body):
            return body.replace(b"#EXT-X-TARGETDURATION:1", b"#EXT-X-TARGETDURATION:2").replace(
                b"#EXTINF:1.0", b"#EXTINF:2.0")

        cases = [
            # (rule, container, file, what is done to it)
            ("PL-08", "ts", media_playlist["ts"], lambda b: b.replace(b"DURATION:1", b"DURATION:0", 1)),
            ("MD-01", "fmp4", media_playlist["fmp4"], twice_as_long),
            ("MD-01", "ts", media_playlist["ts"], twice_as_long),
            ("MD-03", "fmp4", self.paths["fmp4"], lambda b: b.replace(b"mp4a.40.2", b"opus")),
            ("MD-04", "ts", self.paths["ts"], lambda b: b.replace(b"320x180", b"320x240")),
            ("MD-06", "fmp4", self.paths["fmp4"], lambda b: b.replace(b":BANDWIDTH=", b":BANDWIDTH=1,WAS=")),
            ("HT-01", "ts", segments["ts"][3], lambda b: None),
            # A packet in the middle is lost.
            ("TS-08", "ts", segments["ts"][3], lambda b: b[:188 * 40] + b[188 * 41:]),
            ("TS-01", "ts", segments["ts"][3], lambda b: b[:-100]),
            # A byte of the media, and then a segment in the place of another.
            ("MF-", "fmp4", segments["fmp4"][3], lambda b: b[:-100]),
            ("MF-", "fmp4", segments["fmp4"][3], lambda b: self.files[segments["fmp4"][5]][1]),
        ]
        for container in self.paths:
            self.assertEqual(self.broken_rules(Copy(self, self.files), container), [])
        for rule, container, name, change in cases:
            with self.subTest(rule=rule, container=container):
                copy = Copy(self, dict(self.files))
                copy.edit(name, change)
                found = self.broken_rules(copy, container)
                self.assertTrue(any(broken.startswith(rule) for broken in found), found)

    def test_what_it_says_in_a_terminal(self):
        copy = Copy(self, dict(self.files))
        done = self.run_sluice("check", copy.url(self.paths["ts"]))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, r"HT-08 should http://\S+: Pages of any origin may read it\S* .*\(the Fetch standard\)")
        self.assertRegex(done.stdout.splitlines()[-1], r": no rule is broken, \d+ recommendations are not followed; ended; 1 "
                                                       r"playlist in 1 version, 8 segments; \d+ requests")
        self.assertEqual(self.run_sluice("check", "--strict", copy.url(self.paths["ts"])).returncode, 1)
        copy.edit(self.paths["ts"], lambda b: b.replace(b"320x180", b"320x240"))
        done = self.run_sluice("check", copy.url(self.paths["ts"]))
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertRegex(done.stdout, r"(?m)^MD-04 must http://\S+: RESOLUTION is that of the video: 320x240 of \S+, and 320x180 in ")
        self.assertEqual(self.run_sluice("check", "--ignore", "MD-04", copy.url(self.paths["ts"])).returncode, 0)

    def test_https_with_a_certificate_that_nobody_vouches_for(self):
        key, certificate = self.directory / "key.pem", self.directory / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                        "-days", "2", "-subj", "/CN=localhost"], check=True, capture_output=True)
        copy = Copy(self, self.files, (certificate, key))
        refused = check.check(copy.url(self.paths["fmp4"]))
        self.assertFalse(refused["passed"])
        self.assertIn("certificate verify failed", refused["failure"])
        taken = check.check(copy.url(self.paths["fmp4"]), "--insecure")
        self.assertTrue(taken["passed"], check.describe(taken))


class WhatCannotBeJudged(SluiceTest):
    def test_it_says_why(self):
        server = self.start()
        done = self.run_sluice("check", server.http_url("/live/nobody/index.m3u8"))
        self.assertEqual((done.returncode, done.stdout.count("\n")), (1, 1), done.stdout)
        self.assertIn("could not be judged: status 404", done.stdout)
        self.assertIn("it is no playlist", self.run_sluice("check", server.http_url("/live/x/")).stdout)
        self.assertIn("refused", check.check("http://127.0.0.1:1/x.m3u8")["failure"])
        for wrong in (["ftp://host/x"], ["--ignore", "PL-99", "http://host/x"], ["--segments", "few", "http://host/x"],
                      ["--watch", "0", "http://host/x"], []):
            self.assertEqual(self.run_sluice("check", *wrong).returncode, 2, wrong)


if __name__ == "__main__":
    unittest.main()
