"""The player page of a stream, looked at with a browser: as a page, on a phone, in an iframe, and in every state."""

import http.server
import threading
import unittest

from harness import encoders, enhanced, web
from harness.browser import PageTest
from harness.media import media
from harness.rtmp import RtmpClient

STATE = "document.body.dataset.state"
PLAYING = f"{STATE} === 'playing' && document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames > 30"
BEHIND = "parseFloat(document.querySelector('#latency').textContent)"
CLOCK_AN_HOUR_AHEAD = "{ const now = Date.now; Date.now = () => now() + 3600000; }"
NO_PLAY_WITHOUT_A_CLICK = """{
  const play = HTMLMediaElement.prototype.play;
  let clicked = false;
  addEventListener('click', () => { clicked = true; }, { capture: true });
  HTMLMediaElement.prototype.play = function () {
    if (clicked) return play.call(this);
    this.pause();
    return Promise.reject(new DOMException('not allowed', 'NotAllowedError'));
  };
}"""
NO_MEDIA_SOURCE = "for (const name of ['MediaSource', 'ManagedMediaSource', 'WebKitMediaSource']) delete window[name];"


class Playing(PageTest):
    """A stream that goes on, watched in every way."""

    def setUp(self):
        super().setUp()
        self.server = self.start()
        encoders.ffmpeg(self, media("av-long.flv"), self.server.rtmp_url("x"), rate=1, loop=True)
        self.url = self.server.http_url("/live/x/")

    def open_playing(self, query="", **options):
        page = self.open(self.url + query, **options)
        page.wait(PLAYING, 30)
        return page

    def assert_true_latency(self, page):
        # A segment takes a second, and playback begins three before the end.
        behind = page.wait(f"{BEHIND} > 0 && {BEHIND}")
        self.assertGreater(behind, 1)
        self.assertLess(behind, 30)

    def test_figures_keys_and_buttons(self):
        page = self.open_playing()
        self.assert_true_latency(page)
        page.wait("/^[\\d.]+ [kM]b\\/s$/.test(document.querySelector('#rate').textContent)")
        self.assertEqual(page.evaluate("document.title"), "live/x")
        self.assertEqual(page.text("#live"), "LIVE")

        page.press("i")
        page.wait("document.querySelector('#panel').textContent.includes('320×180')")
        for name in ("Behind live", "Bit rate", "Frames dropped", "Buffer", "Codecs", "hls.js, fMP4, low latency"):
            self.assertIn(name, page.text("#panel"))
        self.assertNotIn("Clock", page.text("#panel"))
        page.click("#figures")
        self.assertTrue(page.evaluate("document.querySelector('#panel').hidden"))

        page.press(" ")
        page.wait(f"{STATE} === 'paused'")
        page.wait("document.querySelector('#live').textContent === 'GO LIVE'")
        page.press("m")
        self.assertFalse(page.evaluate("document.querySelector('video').muted"))
        page.click("#live")
        page.wait(PLAYING)
        page.wait("document.querySelector('#live').textContent === 'LIVE'")
        page.press("m")
        page.click("#unmute")
        self.assertFalse(page.evaluate("document.querySelector('video').muted"))

        page.press("f")
        page.wait("document.fullscreenElement?.id === 'player'")
        page.press("f")
        page.wait("document.fullscreenElement === null")
        page.wait("document.body.dataset.idle === 'true'")
        page.assert_clean(self)

    def test_every_control_is_reached_by_the_keyboard_and_has_a_name(self):
        page = self.open_playing()
        seen = []
        for _ in range(8):
            page.press("Tab")
            seen.append(page.evaluate("document.activeElement.id"))
            self.assertTrue(page.evaluate("document.activeElement.getAttribute('aria-label') ?? "
                                          "document.activeElement.textContent.trim()"), seen)
        for button in ("play", "mute", "volume", "live", "figures", "fullscreen"):
            self.assertIn(button, seen)
        page.evaluate("document.querySelector('#play').focus()")
        page.press(" ")
        page.wait("document.querySelector('video').paused")

    def test_a_wrong_clock_does_not_make_a_wrong_latency(self):
        page = self.open_playing("?figures=1", init=CLOCK_AN_HOUR_AHEAD)
        self.assert_true_latency(page)
        page.wait("document.querySelector('#panel').textContent.includes('s ahead')")
        page.assert_clean(self)

    def test_transport_stream_and_the_browsers_own_player(self):
        page = self.open_playing("?container=ts&figures=1")
        page.wait("document.querySelector('#panel').textContent.includes('MPEG-TS')")
        self.assertNotIn("low latency", page.text("#panel"))
        page.assert_clean(self)
        native = self.open_playing("?figures=1", init=NO_MEDIA_SOURCE)
        native.wait("document.querySelector('#panel').textContent.includes('the browser')")
        native.assert_clean(self)

    def test_a_phone_upright_and_on_its_side(self):
        page = self.open_playing("?figures=1", width=390, height=844, mobile=True)
        self.assertTrue(page.evaluate("document.querySelector('video').playsInline"))
        for width, height in ((390, 844), (844, 390), (320, 568)):
            page.command("resize", width=width, height=height)
            page.assert_fits(self)
            small = page.evaluate("""[...document.querySelectorAll('button')].filter((b) => b.offsetParent).map(
                (b) => [b.id, b.offsetWidth, b.offsetHeight]).filter(([id, w, h]) => w < 40 || (h < 40 && id !== 'live'))""")
            self.assertEqual(small, [], "too small for a finger")
        page.assert_clean(self)

    def test_where_nothing_plays_without_a_click_it_waits_for_one(self):
        page = self.open(self.url, init=NO_PLAY_WITHOUT_A_CLICK)
        page.wait(f"{STATE} === 'blocked'", 30)
        page.wait("!document.querySelector('#start').hidden")
        page.click("#start")
        page.wait(PLAYING, 30)
        page.wait("document.querySelector('#start').hidden")
        page.assert_clean(self)

    def test_any_page_may_frame_it_at_any_size(self):
        headers = web.get(self.url).headers
        self.assertNotIn("x-frame-options", headers)
        self.assertIn("default-src 'none'", headers["content-security-policy"])
        self.assertNotIn("frame-ancestors", headers["content-security-policy"])
        sizes = ((640, 360), (320, 180), (200, 112))
        frames = "".join(f'<iframe src="{self.url}" width={w} height={h} {"allow=fullscreen" if w == 640 else ""}></iframe>'
                         for w, h in sizes)
        page = self.open(self.serve(f"<!doctype html><link rel=icon href=data:,>{frames}"))
        for frame, (width, _) in enumerate(sizes):
            page.wait(PLAYING, 30, frame)
            page.assert_fits(self, frame)
            self.assertEqual(page.evaluate("innerWidth", frame), width)
            self.assertEqual(page.evaluate("document.querySelector('#fullscreen').hidden", frame), width != 640)
        page.assert_clean(self)

    def serve(self, text):
        """The address of a page on another origin."""
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        host = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=host.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(lambda: (host.shutdown(), thread.join(), host.server_close()))
        return f"http://127.0.0.1:{host.server_port}/"


class States(PageTest):
    def test_before_after_and_between(self):
        options = {"stream.resume_window": "3s"}
        server = self.start(options)
        addresses = {f"{name}.listen": "{}:{}".format(*server.address(name)) for name in ("rtmp", "http", "admin")}
        page = self.open(server.http_url("/live/x/"))
        page.wait(f"{STATE} === 'waiting'")
        self.assertIn("not started", page.text("#message"))

        encoders.ffmpeg(self, media("av.flv"), server.rtmp_url("x"), rate=2)
        page.wait(PLAYING, 30)
        page.wait(f"{STATE} === 'ended'", 40)
        self.assertIn("ended", page.text("#message"))
        encoder = encoders.ffmpeg(self, media("av-long.flv"), server.rtmp_url("x"), rate=1, loop=True)
        page.wait(PLAYING, 40)

        encoder.kill()
        server.kill()
        page.wait(f"['stalled', 'connecting'].includes({STATE})", 40)
        server = self.start({**options, **addresses})
        encoders.ffmpeg(self, media("av-long.flv"), server.rtmp_url("x"), rate=1, loop=True)
        page.wait(PLAYING, 60)
        page.assert_clean(self)

    def test_who_has_paused_stays_paused_over_a_restart(self):
        server = self.start()
        addresses = {f"{name}.listen": "{}:{}".format(*server.address(name)) for name in ("rtmp", "http", "admin")}
        encoder = encoders.ffmpeg(self, media("av-long.flv"), server.rtmp_url("x"), rate=1, loop=True)
        page = self.open(server.http_url("/live/x/"))
        page.wait(PLAYING, 30)
        page.press(" ")
        page.wait(f"{STATE} === 'paused'")
        encoder.kill()
        server.kill()
        page.wait(f"{STATE} === 'connecting'", 60)
        server = self.start(addresses)
        encoders.ffmpeg(self, media("av-long.flv"), server.rtmp_url("x"), rate=1, loop=True)
        page.wait(f"{STATE} === 'paused'", 60)
        self.assertTrue(page.evaluate("document.querySelector('video').paused"))
        page.press(" ")
        page.wait(PLAYING, 30)
        page.assert_clean(self)

    def test_a_codec_the_browser_cannot_decode_is_named(self):
        server = self.start()
        page = self.open(server.http_url("/live/hevc/"))
        with RtmpClient(server.address("rtmp")) as client:
            client.open_publishing("hevc")
            for tag in enhanced.interleave(enhanced.read_track(media("hevc.mp4"))):
                client.send_tag(tag)
            page.wait(f"{STATE} === 'unsupported'", 40)
            self.assertIn("no decoder for hvc1", page.text("#detail"))
            client.end_publish()
        page.assert_clean(self)

    def test_a_stream_of_sound_alone_plays(self):
        server = self.start()
        encoders.ffmpeg(self, media("audio.flv"), server.rtmp_url("sound"), rate=1)
        page = self.open(server.http_url("/live/sound/?figures=1"))
        started = page.wait(f"{STATE} === 'playing' && document.querySelector('video').currentTime", 30)
        page.wait(f"document.querySelector('video').currentTime > {started + 1}")
        page.wait("document.querySelector('#panel').textContent.includes('Picturenone')")
        page.assert_clean(self)



class Recorded(PageTest):
    """What was recorded, with a slider."""

    SEEK = "document.querySelector('#seek')"
    POSITION = "document.querySelector('video').currentTime"

    def seek_to_the_beginning(self, page):
        page.evaluate(f"{self.SEEK}.value = {self.SEEK}.min; {self.SEEK}.dispatchEvent(new Event('change'))")
        page.wait(f"{self.POSITION} - {self.SEEK}.min < 3 && {STATE} === 'playing'")

    def test_time_shift_goes_back_beyond_the_live_window(self):
        server = self.start({"hls.window": "3s"})
        encoders.ffmpeg(self, media("av-long.flv"), server.rtmp_url("x"), rate=2)
        page = self.open(server.http_url("/live/x/?view=dvr"))
        page.wait(PLAYING, 30)
        page.wait(f"{self.SEEK}.max - {self.SEEK}.min > 15", 40)
        self.seek_to_the_beginning(page)
        page.wait("document.querySelector('#live').textContent === 'GO LIVE'")
        page.press("l")
        page.wait(f"{self.POSITION} - {self.SEEK}.min > 8")
        page.assert_clean(self)

    def test_a_session_is_played_to_its_end_and_again(self):
        server = self.start()
        encoders.ffmpeg(self, media("av-other.flv"), server.rtmp_url("x"), rate=4).finish()
        session = server.wait_event("publish_ended")["session"]
        page = self.open(server.http_url(f"/live/x/?view=sessions/{session}"), width=320, height=180)
        page.wait(PLAYING, 30)
        page.assert_fits(self)
        page.wait("document.querySelector('#live').hidden")
        page.wait(f"document.querySelector('video').ended && {STATE} === 'paused'", 30)
        page.press(" ")
        page.wait(f"{self.POSITION} < 3 && {STATE} === 'playing'")
        page.assert_clean(self)
        native = self.open(server.http_url(f"/live/x/?view=sessions/{session}"), init=NO_MEDIA_SOURCE)
        native.wait(PLAYING, 30)
        native.wait("document.querySelector('#live').hidden")
        native.wait(f"document.querySelector('video').ended && {STATE} === 'paused'", 30)

    def test_a_view_that_is_none_is_not_asked_for(self):
        server = self.start()
        page = self.open(server.http_url("/live/x/?view=../../secret"))
        page.wait(f"{STATE} === 'waiting'")
        self.assertEqual(page.requests("secret/"), [])
        page.assert_clean(self)


if __name__ == "__main__":
    unittest.main()
