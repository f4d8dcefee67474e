"""Time-shift and VOD: what was recorded is played again, under the same names and with the same bytes."""

import datetime
import hashlib
import re
import socket
import unittest
import urllib.parse

from harness import encoders, playlist, probe, slog, web
from harness.media import media
from harness.players import PlayerTest
from harness.waiting import PATIENCE, wait_until
from harness.watch import Succession

FRAMES_A_SEGMENT = 30  # of all media here: a key frame a second, 30 pictures


def path_of(url):
    return urllib.parse.urlsplit(url).path


def moment(date_time):
    return datetime.datetime.fromisoformat(date_time.replace("Z", "+00:00"))


def compact(time):
    return time.strftime("%Y%m%dT%H%M%SZ")


def count_frames(url):
    """Video frames that FFmpeg finds behind a playlist."""
    found, complaints = probe.run_ffprobe(url, "-count_packets", "-select_streams", "v:0", "-show_entries",
                                          "stream=nb_read_packets")
    assert not complaints, complaints
    return int(found["streams"][0]["nb_read_packets"])


class Fetched:
    """Everything a live playlist named, as it was fetched: {path: (digest, entity tag)}."""

    def __init__(self, server, name):
        self._server, self._name = server, name
        self.seen = {}

    def look(self):
        for container in ("fmp4", "ts"):
            found = playlist.open_media(self._server, f"/live/{self._name}/{container}/index.m3u8")
            if not found:
                continue
            urls = [url for segment in found.media_segments() for url in (segment.url, segment.map_url) if url]
            parts = re.findall(r'^#EXT-X-PART:.*URI="([^"]*)"', found.text, re.MULTILINE)
            for url in urls + [urllib.parse.urljoin(found.url, part) for part in parts]:
                if path_of(url) not in self.seen:
                    self.seen[path_of(url)] = self.fetch(self._server, path_of(url))
        return sum("/part-" not in path for path in self.seen)

    @staticmethod
    def fetch(server, path):
        answer = web.get(server.http_url(path), seconds=20)
        assert answer.status == 200, f"{path}: {answer.status} {answer.body[:200]}"
        return hashlib.sha256(answer.body).hexdigest(), answer.headers["etag"]

    def again(self, server):
        return {path: self.fetch(server, path) for path in self.seen}


class TimeShiftTest(PlayerTest):
    def metric(self, server, name):
        text = web.get(server.admin_url("/metrics")).text()
        return float(re.search(rf"(?m)^{re.escape(name)} (\S+)$", text).group(1))

    def publish(self, server, name="x", source="av.flv", rate=4):
        """The session it was."""
        encoders.ffmpeg(self, media(source), server.rtmp_url(name), rate=rate).finish()
        return server.wait_event("publish_ended", stream=f"live/{name}")["session"]

    def record(self, options, segments=8):
        """What a drained process has recorded of live/x: (the next process, the session). No live window is restored."""
        server = self.start(options)
        encoder = encoders.ffmpeg(self, media("av-long.flv"), server.rtmp_url("x"), rate=4)
        session = server.wait_event("publish_started", stream="live/x")["session"]

        def recorded():
            found = playlist.open_media(server, "/live/x/dvr/index.m3u8")
            return found and len(found.segments) >= segments
        wait_until(recorded, f"{segments} segments are recorded")
        server.stop()
        encoder.kill()
        return self.start(options), session

    def open(self, server, path):
        found = playlist.open_media(server, path)
        self.assertIsNotNone(found, path)
        return found

    def wait_recorded(self, server, path, ended=True):
        """The media playlist at `path`, once it has ended."""
        def look():
            found = playlist.open_media(server, path)
            return found if found and found.ended == ended else None
        return wait_until(look, f"{path} has ended", 30)

    def status(self, server, path):
        return web.get(server.http_url(path)).status


class Identity(TimeShiftTest):
    def test_live_media_is_the_same_behind_its_window_and_after_restarts(self):
        for end, resume in (("kill", "30s"), ("stop", "1s")):
            options = {"hls.window": "3s", "record.rotate": "2s", "stream.resume_window": resume}
            server = self.start(options)
            encoder = encoders.ffmpeg(self, media("av-long.flv"), server.rtmp_url(end), rate=2)
            fetched = Fetched(server, end)
            wait_until(lambda: fetched.look() >= 20, "twenty names", 30)

            def recording_answers():
                self.assertEqual(fetched.again(server), fetched.seen)
                return all(self.metric(server, f'sluice_archive_made_total{{kind="{kind}"}}') > 0
                           for kind in ("segment", "part"))
            wait_until(recording_answers, "a segment and its parts are no longer in memory", 30)
            getattr(server, end)()
            encoder.kill()
            server = self.start(options)
            self.assertEqual(fetched.again(server), fetched.seen)
            self.assertGreater(self.metric(server, 'sluice_archive_made_total{kind="segment"}'), 0)
            server.stop()

    def test_many_who_ask_for_one_old_segment_have_it_made_once(self):
        server, session = self.record({})
        segment = self.wait_recorded(server, f"/live/x/sessions/{session}/ts/index.m3u8").segments[3]
        request = f"GET {path_of(segment.url)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
        viewers = [socket.create_connection(server.address("http"), timeout=20 * PATIENCE) for _ in range(200)]
        for viewer in viewers:
            viewer.sendall(request)
        bodies = set()
        for viewer in viewers:
            with viewer, viewer.makefile("rb") as answer:
                head, _, body = answer.read().partition(b"\r\n\r\n")
                self.assertIn(b" 200 ", head.splitlines()[0])
                bodies.add(hashlib.sha256(body).digest())
        self.assertEqual(len(bodies), 1)
        self.assertEqual(self.metric(server, 'sluice_archive_made_total{kind="segment"}'), 1)


class Vod(TimeShiftTest):
    def test_a_session_is_played_after_it_ended(self):
        server = self.start({"record.rotate": "2s"})
        session = self.publish(server)
        for container in ("fmp4", "ts"):
            path = f"/live/x/sessions/{session}/{container}/index.m3u8"
            found = self.wait_recorded(server, path)
            self.assertIn("#EXT-X-PLAYLIST-TYPE:VOD\n", found.text)
            self.assertEqual(len(found.media_segments()), 8)
            self.check_media(found)
            self.assertEqual(count_frames(server.http_url(path)), 8 * FRAMES_A_SEGMENT)
            self.assertEqual(probe.decode(server.http_url(path)), "")
        self.browse("hls", server.http_url(f"/live/x/sessions/{session}/index.m3u8"))

    def test_a_range_holds_what_was_published_in_it(self):
        server = self.start({"record.rotate": "3s"})
        session = self.publish(server)
        whole = self.wait_recorded(server, f"/live/x/sessions/{session}/index.m3u8").segments
        first = moment(whole[0].date_time).replace(microsecond=0)
        # What lies behind the end of the recording shows no more than there is.
        for from_second, to_second in ((-5, 30), (2, 5), (4, 5), (6, 1000)):
            begin, end = (first + datetime.timedelta(seconds=s) for s in (from_second, to_second))
            due = [s for s in whole if moment(s.date_time) < end
                   and moment(s.date_time) + datetime.timedelta(seconds=s.duration) > begin]
            for container in ("fmp4", "ts"):
                path = f"/live/x/range/{compact(begin)}/{compact(end)}/{container}/index.m3u8"
                found = self.wait_recorded(server, path)
                self.assertEqual([s.msn for s in found.segments], [s.msn for s in due])
                self.assertEqual(count_frames(server.http_url(path)), len(due) * FRAMES_A_SEGMENT)
            self.check_media(found)
        until_now = self.wait_recorded(server, f"/live/x/range/{compact(first)}/now/index.m3u8")
        self.assertEqual([s.msn for s in until_now.segments], [s.msn for s in whole])


class Dvr(TimeShiftTest):
    def follow(self, server, path, done, succession=None):
        """Reloads a media playlist until `done(playlist)`; each version must be a legal successor."""
        succession = succession or Succession()

        def look():
            found = playlist.open_media(server, path)
            if found is None:
                return None
            if succession.add(found):
                self.assertEqual(succession.faults, [])
            return found if done(found) else None
        return wait_until(look, f"{path} as wanted", 40)

    def epoch_path(self, server, container="fmp4"):
        index = f"/live/x/dvr/{container}/index.m3u8"
        wait_until(lambda: self.status(server, index) == 200, "something is recorded")
        return path_of(playlist.open_media(server, index).url)

    def test_the_playlist_grows_over_files_and_publishers_and_ends(self):
        server = self.start({"record.rotate": "2s", "stream.resume_window": "4s", "hls.window": "4s"})
        encoder = encoders.ffmpeg(self, media("av.flv"), server.rtmp_url("x"), rate=3)
        path, succession = self.epoch_path(server), Succession()
        self.follow(server, path, lambda found: len(found.media_segments()) == 8, succession)
        encoder.finish()
        encoders.ffmpeg(self, media("av-other.flv"), server.rtmp_url("x"), rate=3).finish()
        first = self.follow(server, path, lambda found: found.ended, succession)
        self.assertEqual(len(first.media_segments()), 13)
        self.assertEqual(len(first.periods()), 2)
        self.assertEqual(len({s.map_url for s in first.segments}), 2)
        self.check_media(first)
        self.assertNotIn("PLAYLIST-TYPE", first.text)

        # The next publish has a playlist of its own, which reaches back over the one before.
        session = self.publish(server, source="av.flv")
        second = self.follow(server, path.replace(path.split("/")[-1], f"{session}.m3u8"),
                             lambda found: len(found.media_segments()) == 21)
        self.check_media(second)
        self.assertEqual([path_of(s.url) for s in second.media_segments()][:13],
                         [path_of(s.url) for s in first.media_segments()])
        self.assertEqual(len(second.periods()), 3)
        self.assertEqual(self.open(server, path).text, first.text)

    def test_the_window_slides(self):
        server = self.start({"hls.window": "3s", "hls.dvr_window": "8s"})
        encoders.ffmpeg(self, media("av-long.flv"), server.rtmp_url("x"), rate=4)
        path = self.epoch_path(server)
        begun = self.open(server, path).media_sequence
        last = self.follow(server, path, lambda found: found.media_sequence > begun + 20)
        self.assertEqual(len(last.segments), 8)

    def test_a_killed_process_and_the_next_tell_one_story(self):
        options = {"record.rotate": "2s", "stream.resume_window": "30s"}
        server = self.start(options)
        encoders.ffmpeg(self, media("av-long.flv"), server.rtmp_url("x"), rate=3)
        path, succession = self.epoch_path(server), Succession()
        self.follow(server, path, lambda found: len(found.segments) >= 7, succession)
        server.kill()
        server = self.start(options)
        found = self.follow(server, path, lambda found: True, succession)
        self.assertFalse(found.ended)
        encoders.ffmpeg(self, media("av-long.flv"), server.rtmp_url("x"), rate=3)
        grown = len(found.media_segments()) + 4
        self.follow(server, path, lambda found: len(found.media_segments()) >= grown, succession)


class Deleted(TimeShiftTest):
    def test_a_file_that_was_taken_away_leaves_a_gap(self):
        server, session = self.record({"record.rotate": "2s"})
        session_path, dvr_path = f"/live/x/sessions/{session}/index.m3u8", "/live/x/dvr/index.m3u8"
        whole = self.wait_recorded(server, session_path)
        names = [path_of(s.url) for s in whole.segments]
        files = slog.files(server.recordings)
        self.assertGreaterEqual(len(files), 4)
        taken = [n - whole.media_sequence for n in slog.segment_numbers([files[1]])]
        files[1].unlink()

        def has_gaps():
            found = playlist.open_media(server, session_path)
            return found if found and any(s.gap for s in found.segments) else None
        holed = wait_until(has_gaps, "the gap is listed")
        self.assertEqual([i for i, s in enumerate(holed.segments) if s.gap], taken)
        self.assertEqual((holed.media_sequence, holed.ended), (whole.media_sequence, True))
        self.assertEqual([path_of(s.url) for s in holed.segments], names)
        self.check_media(holed)
        for i, name in enumerate(names):
            self.assertEqual(self.status(server, name), 410 if i in taken else 200, name)

        # Its first file: the playlist begins later.
        gone = len(list(slog.segment_numbers([files[0]])))
        files[0].unlink()
        wait_until(lambda: self.open(server, dvr_path).media_sequence > whole.media_sequence, "it begins later")
        rest = self.open(server, dvr_path)
        self.assertEqual([path_of(s.url) for s in rest.media_segments()], names[gone + len(taken):])
        for file in files[2:]:
            file.unlink()
        wait_until(lambda: self.status(server, session_path) in (404, 410), "nothing is left")
        self.assertEqual(self.status(server, names[-1].replace(".m4s", ".ts").replace("/fmp4/", "/ts/")), 404)


class Answers(TimeShiftTest):
    def test_what_there_is_not(self):
        server = self.start()
        for path, status in (("/live/x/dvr/index.m3u8", 404),
                             ("/live/x/sessions/20261121T035512Z-3f9a2c/index.m3u8", 404),
                             ("/live/x/range/20261121T035512Z/now/ts/index.m3u8", 404),
                             ("/live/x/range/20261121T035512Z/20261121T035511Z/index.m3u8", 400),
                             ("/live/x/range/20260230T035512Z/now/index.m3u8", 400),
                             ("/live/x/range/20260101T000000Z/20260102T000001Z/index.m3u8", 400),
                             ("/live/x/range/29990101T000000Z/now/index.m3u8", 404)):
            answer = web.get(server.http_url(path))
            self.assertEqual(answer.status, status, path)
            self.assertEqual(answer.headers["access-control-allow-origin"], "*")

    def test_head_and_gzip(self):
        server = self.start()
        session = self.publish(server)
        found = self.wait_recorded(server, f"/live/x/sessions/{session}/index.m3u8")
        for url in (found.url, found.segments[0].url, found.segments[0].map_url):
            whole, head = web.get(url), web.request("HEAD", url)
            self.assertEqual((head.status, head.body), (200, b""))
            for field in ("content-length", "content-type", "etag", "cache-control"):
                self.assertEqual(head.headers[field], whole.headers[field])
        zipped = web.get(found.url, {"Accept-Encoding": "gzip"})
        self.assertEqual(zipped.headers["content-encoding"], "gzip")
        self.assertLess(len(zipped.body), len(found.text))

    def test_nothing_is_recorded_and_it_says_so(self):
        server = self.start({"record.enabled": "false"})
        answer = web.get(server.http_url("/live/x/dvr/index.m3u8"))
        self.assertEqual(answer.status, 404)
        self.assertIn("recordings are off", answer.text())


if __name__ == "__main__":
    unittest.main()
