"""`./dev bench latency`: how long after a frame was sent the playlist names its segment."""

import clips
import loads
from machine import BenchError
from report import Goal


def case_names():
    return []


def run(setup, report):
    clip = setup.clip(clips.QUICK if setup.quick else clips.SD)
    for number in range(setup.rounds):
        for kind in setup.servers(with_hls=True):
            setup.say(f"round {number + 1}: {kind.name}")
            with setup.server(kind) as server:
                with loads.latency(setup, server, clip, setup.seconds(quick=8, full=26)) as load:
                    result = load.result()
                server.assert_running()
            if result["errors"] or not result["newest_frame"]["n"]:
                raise BenchError(f"{kind.name}: no latency measured: {result}")
            add(report, kind.name, result)


def add(report, server, result):
    newest, listed = result["newest_frame"], result["listed"]
    report.row("newest.p50", "newest frame of a segment, sent → listed: p50", "ms", [Goal(5, above="nginx")]).add(
        server, newest["p50_ms"])
    report.row("newest.max", "newest frame of a segment, sent → listed: max", "ms").add(server, newest["max_ms"])
    report.row("listed.p50", "every frame, sent → listed: p50", "ms").add(server, listed["p50_ms"])
    report.row("listed.p95", "every frame, sent → listed: p95", "ms").add(server, listed["p95_ms"])
