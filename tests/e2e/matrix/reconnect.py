"""OBS is cut off, comes back by itself, and goes on in the same playlist, while players play through it."""

import concurrent.futures

from harness import playlist
from harness.relay import Relay
from harness.waiting import wait_until
from harness.watch import PlaylistWatch
from matrix import run
from matrix.encoders import obs
from matrix.players import CONTAINERS, PLAYERS, browser

NAME = "obs-reconnect"
PLAYED_BY = ("hls.js", "mpv")

# OBS waits two seconds before it tries again. Players stall while there is nothing; then they go on.
PLAYED_SECONDS = 35
# The frames that have to be decoded meanwhile: all but those of a stall.
PLAYED_FRAMES = (PLAYED_SECONDS - 12) * obs.FRAME_RATE


def check():
    """[(what was checked, fault or None, what was seen)]"""
    with run.server({"stream.resume_window": "30s"}) as server, run.Site() as site:
        relay = Relay(site, server.address("rtmp"))
        encoder = obs.start(site, f"rtmp://127.0.0.1:{relay.address[1]}/live/{NAME}")
        watch = PlaylistWatch(site, server, f"/live/{NAME}/index.m3u8")
        wait_until(lambda: playlist.open_media(server, f"/live/{NAME}/index.m3u8"), "OBS is playable", 60)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            jobs = start_players(pool, server)
            before = playlist.open_media(server, f"/live/{NAME}/index.m3u8")
            wait_until(lambda: last_msn(server) >= before.segments[-1].msn + 3, "players have had time to begin")
            relay.cut()
            seen = [("playlist", *explain(lambda: check_playlist(server, relay, encoder)))]
            for name, job in jobs:
                for container, sight in zip(CONTAINERS, job.result()):
                    seen.append((f"{name} {container}", judge(sight), sight.describe()))
        watch.stop()
        seen.append(("every reload", "; ".join(watch.faults) or None, f"{len(watch.snapshots)} different playlists"))
        return [(f"{NAME} {what}", fault, text) for what, fault, text in seen]


def start_players(pool, server):
    """[(player, future of its sights, one a container)]"""
    urls = [server.http_url(f"/live/{NAME}/{container}/index.m3u8") for container in CONTAINERS]
    jobs = []
    for player in PLAYERS:
        if player.name not in PLAYED_BY:
            continue
        if player.in_browser:
            job = pool.submit(browser.watch_all, [(player, url) for url in urls], PLAYED_SECONDS, PLAYED_SECONDS + 25)
        else:
            job = pool.submit(watch_each, player, urls)
        jobs.append((player.name, job))
    return jobs


def watch_each(player, urls):
    with concurrent.futures.ThreadPoolExecutor(len(urls)) as pool:
        return list(pool.map(lambda url: player.watch(url, PLAYED_SECONDS, PLAYED_SECONDS + 25), urls))


def last_msn(server):
    return playlist.open_media(server, f"/live/{NAME}/index.m3u8").segments[-1].msn


def explain(attempt):
    """(fault, what was seen)"""
    try:
        return None, attempt()
    except AssertionError as error:
        return str(error), ""


def check_playlist(server, relay, encoder):
    """The same playlist goes on behind one DISCONTINUITY, with media that was published after the cut."""
    before = playlist.open_media(server, f"/live/{NAME}/index.m3u8")
    wait_until(lambda: relay.accepted == 2, "OBS connects again", 30)

    def resumed():
        found = playlist.open_media(server, f"/live/{NAME}/index.m3u8")
        behind = [s for s in found.segments if s.discontinuity]
        return found if behind and len(found.media_segments()) >= 3 and not found.segments[-1].discontinuity else None
    after = wait_until(resumed, "segments behind the discontinuity", 30)
    first = next(s for s in after.segments if s.discontinuity)
    assert encoder.fault() is None, f"OBS has ended: {encoder.fault()}"
    assert after.url == before.url, f"{before.url} became {after.url}"
    assert first.msn > before.segments[-1].msn, f"segment {first.msn} was listed before the cut already"
    assert after.media_sequence >= before.media_sequence, f"{before.media_sequence}, then {after.media_sequence}"
    assert sum(s.discontinuity for s in after.segments) == 1, after.text
    assert not after.ended, after.text
    return f"segment {first.msn} begins anew, {first.msn - after.media_sequence} of before it are listed still"


def judge(sight):
    """Why a player did not play through; None when it did."""
    frames = sight.samples[-1].frames - sight.samples[0].frames if sight.samples else 0
    if sight.fatal:
        return "gave up"
    if frames < PLAYED_FRAMES:
        return f"{frames} frames of at least {PLAYED_FRAMES}"
    if sight.progress() < PLAYED_SECONDS:
        return f"{sight.progress():.1f} s of {PLAYED_SECONDS}"
    return None
