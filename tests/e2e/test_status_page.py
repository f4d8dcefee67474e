"""The status page on the admin port, looked at with a browser, and the API below it."""

import json
import pathlib
import re
import unittest

from harness import encoders, enhanced, flv, web
from harness.browser import PageTest
from harness.case import SluiceTest
from harness.media import media
from harness.rtmp import RtmpClient

API_DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "admin-api.md"
LONG = "a" * 64
# How many colours a picture has, to the nearest sixteenth: a blank one has one or two.
COLOURS = """(() => {
  const canvas = document.querySelector('.picture canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Set();
  for (let i = 0; i < data.length; i += 4) colours.add(data[i] >> 4 << 8 | data[i + 1] >> 4 << 4 | data[i + 2] >> 4);
  return colours.size;
})()"""
SHOWN = "document.querySelectorAll('.picture[data-shown=true]').length"


class StatusPage(PageTest):
    def open_status(self, server, **options):
        page = self.open(server.admin_url("/"), **options)
        page.wait("document.querySelector('#state').textContent !== '…'")
        return page

    def test_from_nothing_to_a_stream_with_a_picture_to_its_end(self):
        server = self.start({"stream.resume_window": "2s"})
        policy = web.get(server.admin_url("/")).headers["content-security-policy"]
        for word in ("default-src 'none'", "frame-ancestors 'none'", "connect-src 'self'"):
            self.assertIn(word, policy)
        page = self.open_status(server)
        self.assertIn(server.rtmp_url("NAME"), page.text("#empty"))
        self.assertEqual(page.text("#slots"), "8 of 8 free")
        self.assertFalse(page.evaluate("document.querySelector('#no-ends').hidden"))

        encoder = encoders.ffmpeg(self, media("av-long.flv"), server.rtmp_url("x"), rate=1, loop=True)
        page.wait(f"{SHOWN} === 1", 30)
        self.assertGreater(page.evaluate(COLOURS), 20, "the picture is blank")
        page.wait("document.querySelector('#slots').textContent === '7 of 8 free'")
        self.assertEqual(page.text(".pill:not(#state)"), "publishing")
        self.assertIn("h264 320×180 30 fps · aac 48 kHz stereo", page.text(".tracks"))
        links = page.evaluate("Object.fromEntries([...document.querySelectorAll('.links a')].map((a) => [a.textContent, a.href]))")
        self.assertEqual(links["player"], server.http_url("/live/x/"))
        self.assertEqual(links["playlist"], server.http_url("/live/x/index.m3u8"))
        self.assertEqual(web.get(links["details"]).json()["stream"], "x")
        for address in page.evaluate("[...document.querySelectorAll('nav a')].map((a) => a.href)"):
            self.assertIn(web.get(address).status, (200, 503), address)

        encoder.kill()
        page.wait("document.querySelectorAll('#ends tr').length === 1", 30)
        logged = server.wait_event("publish_ended")
        self.assertEqual(page.text("#ends .pill"), logged["reason"])
        self.assertEqual(page.text("#ends .why"), logged["message"])
        self.assertEqual(page.text("#ends .name"), "live/x")
        page.wait("document.querySelector('.stream').dataset.state === 'ended'", 20)
        self.assertEqual(page.evaluate(SHOWN), 1, "its last picture stays")

        encoders.ffmpeg(self, media("av-long.flv"), server.rtmp_url("x"), rate=1, loop=True)
        page.wait("document.querySelector('.stream').dataset.state === 'publishing'", 20)
        self.assertEqual(page.evaluate("document.querySelectorAll('.stream').length"), 1)
        page.assert_clean(self)

    def test_fifty_streams_with_long_names_on_a_phone(self):
        server = self.start({"lifecycle.slots": "50", "rtmp.idle_timeout": "10m"})
        tags = [tag for tag in flv.read(media("av.flv")) if tag.timestamp < 4500]
        clients = []
        for number in range(50):
            client = RtmpClient(server.address("rtmp"))
            self.addCleanup(client.close)
            client.open_publishing(f"{number:02}{LONG}"[:64], app=LONG)
            client.send_tags(tags)
            clients.append(client)
        page = self.open_status(server, width=390, height=844, mobile=True, dark=False)
        page.wait("document.querySelectorAll('.stream').length === 50")
        page.wait("document.querySelector('#state').textContent === 'busy'")
        page.wait(f"{SHOWN} >= 2", 30)
        page.assert_fits(self)
        in_view = page.evaluate("[...document.querySelectorAll('.stream')].filter((e) => e.getBoundingClientRect().top < innerHeight + 100).length")
        self.assertLess(in_view, 20)
        self.assertLessEqual(len(set(page.requests("/picture"))), in_view, "pictures of rows nobody sees")
        page.command("resize", width=844, height=390)
        page.assert_fits(self)
        for client in clients:
            client.close()
        page.wait("document.querySelectorAll('#ends tr').length === 50", 30)
        page.assert_fits(self)
        page.assert_clean(self)

    def test_what_has_no_picture_here_says_why(self):
        server = self.start()
        encoders.ffmpeg(self, media("audio.flv"), server.rtmp_url("sound"), rate=1)
        with RtmpClient(server.address("rtmp")) as client:
            client.open_publishing("hevc")
            for tag in enhanced.interleave(enhanced.read_track(media("hevc.mp4"))):
                client.send_tag(tag)
            page = self.open_status(server)
            page.wait("[...document.querySelectorAll('.picture')].map((e) => e.textContent).join() === "
                      "'hevc: not in this browser,sound only'", 30)
            self.assertEqual(page.requests("/picture"), [], "fetched what it cannot show")
            self.assertEqual(web.get(server.admin_url("/api/v1/streams/live/hevc/picture")).status, 200)
            self.assertEqual(web.get(server.admin_url("/api/v1/streams/live/sound/picture")).status, 404)
            client.end_publish()
        page.assert_clean(self)

    def test_a_server_that_goes_and_comes_back(self):
        server = self.start()
        addresses = {f"{name}.listen": "{}:{}".format(*server.address(name)) for name in ("rtmp", "http", "admin")}
        page = self.open_status(server)
        server.kill()
        page.wait("!document.querySelector('#problem').hidden")
        self.assertRegex(page.text("#problem"), r"not answered since \d\d:\d\d:\d\d, 0:\d\d ago")
        self.start(addresses)
        page.wait("document.querySelector('#problem').hidden")
        self.assertEqual(page.evaluate("document.body.dataset.stale"), "false")
        page.assert_clean(self)

    def test_words_of_a_later_version_break_nothing(self):
        server = self.start()
        page = self.open_status(server)
        stream = {"app": "<b>live</b>", "stream": "x", "state": "asleep", "player": "/live/x/", "playlist": "/live/x/index.m3u8",
                  "tracks": [{"kind": "smell", "codec": "rose"}], "mood": {"good": True}}
        end = {"app": "live", "stream": "y", "reason": "whim", "ended": "some day", "seconds": None}
        page.command("answer", part="api/v1/ends", body=json.dumps({"ends": [end], "more": 1}))
        page.command("answer", part="api/v1/streams", body=json.dumps({"streams": [stream], "more": 1}))
        page.wait("document.querySelectorAll('.stream').length === 1")
        self.assertEqual(page.text(".title a"), "<b>live</b>/x")
        self.assertEqual(page.text(".title .pill"), "asleep")
        self.assertEqual(page.text("#ends .pill"), "whim")
        self.assertEqual(page.text("#ends .when"), "some day")
        page.command("answer", part="api/v1/streams", body="<html>")
        page.wait("document.querySelector('#problem').textContent.includes('cannot be understood')")
        page.assert_clean(self)


class AdminApi(SluiceTest):
    def shape(self, value):
        """A document without its values: keys, and what is in the first entry of a list."""
        if isinstance(value, dict):
            return {key: self.shape(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.shape(inner) for inner in value[:1]]
        return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value).__name__

    def test_answers_look_like_the_examples_in_the_document(self):
        server = self.start({"stream.resume_window": "60s"})
        encoders.ffmpeg(self, media("av.flv"), server.rtmp_url("demo")).finish()
        self.wait_playable(server, "demo", segments=3)
        server.wait_event("publish_ended")
        examples = re.findall(r"^### `(GET|POST|DELETE) (\S+)`\n(.*?)(?=^##|\Z)", API_DOCUMENT.read_text(), re.M | re.S)
        compared = 0
        for method, path, text in examples:
            example = re.search(r"```json\n(.*?)```", text, re.S)
            if method != "GET" or example is None:
                continue
            answer = web.get(server.admin_url(path.replace("APP/STREAM", "live/demo")))
            with self.subTest(path):
                self.assertEqual(self.shape(answer.json()), self.shape(json.loads(example.group(1))))
                compared += 1
        self.assertGreaterEqual(compared, 7)


if __name__ == "__main__":
    unittest.main()
