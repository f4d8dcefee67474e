"""`./dev bench record`: what recording costs, and what a recording gives back: starts and seeks."""

import os
import shutil
import time

import clips
import loads
import recorders
import seeks
import usage
from ingest import cpu_during
from report import Goal

WRITE, SYNC, RECOVERY, SEEK = "write", "sync", "recovery", "seek"
COLUMNS = ["nginx", "ffmpeg", "sluice"]
STARTS = 5


def case_names():
    return [WRITE, SYNC, RECOVERY, SEEK]


def run(setup, report):
    for number in range(setup.rounds):
        for case, measure in [(WRITE, measure_write), (SYNC, measure_sync), (RECOVERY, measure_recovery),
                              (SEEK, measure_seeks)]:
            if setup.wants(case):
                setup.say(f"round {number + 1}: {case}")
                measure(setup, report)
    for name in (RECOVERY, SEEK):
        shutil.rmtree(setup.work / name, ignore_errors=True)


def recorder(setup, name):
    if name == "sluice":
        return recorders.RecordingSluice(setup, {})
    kind = recorders.FlvRecorder if name == "nginx" else recorders.SegmentRecorder
    return setup.server(kind)


def measure_write(setup, report):
    """One publisher that sends as fast as it is read."""
    clip = setup.clip(clips.QUICK if setup.quick else clips.HD)
    row = report.row("write", f"1 × {clip.name}, unpaced: published media recorded", "MB per CPU second",
                     [Goal(1, per="nginx", at_least=True), Goal(1, per="ffmpeg", at_least=True)])
    for name in setup.columns(COLUMNS):
        with recorder(setup, name) as server:
            cpu = usage.cpu_seconds(server.pid)
            with loads.publishers(setup, server, clip, 1, setup.seconds(quick=1, full=6), speed=0) as publishing:
                result = publishing.result()
            time.sleep(0.5)  # what is still in its buffers
            cpu = usage.cpu_seconds(server.pid) - cpu
            if name == "sluice":
                report.row("write.lost", "unpaced: entries not recorded", "entries", [Goal(0)]).add(
                    name, server.metric("sluice_record_lost_entries_total"))
        loads.require_all_published(result, 1)
        row.add(name, result["bytes"] / 1e6 / cpu)


def measure_sync(setup, report):
    if "sluice" not in setup.columns(COLUMNS):
        return
    clip, count = (setup.clip(clips.QUICK), 3) if setup.quick else (setup.clip(clips.SD), 100)
    for interval, text in [("1s", "each second"), ("1m", "each minute")]:
        with recorders.RecordingSluice(setup, {"record.sync_interval": interval}) as server:
            seconds = setup.seconds(quick=2, full=12)
            with loads.publishers(setup, server, clip, count, 3600) as publishing:
                time.sleep(2 + loads.ramp_seconds(count))
                before = synced(server)
                cpu = cpu_during(server, seconds)
                syncs, spent = (now - then for now, then in zip(synced(server), before))
                publishing.stop()
                loads.require_all_published(publishing.result(), count)
        report.row(f"sync.{interval}", f"{count} × {clip.name}, synced {text}: CPU", "ms per stream-second").add(
            "sluice", 1000 * cpu / count)
        if interval == "1s":
            report.row("sync.time", f"{count} × {clip.name}, synced {text}: one sync takes", "ms").add(
                "sluice", 1000 * spent / max(1, syncs))


def synced(server):
    return [server.metric("sluice_record_syncs_total"), server.metric("sluice_record_sync_seconds_total")]


def measure_recovery(setup, report):
    if "sluice" not in setup.columns(COLUMNS):
        return
    directory = setup.work / RECOVERY
    streams, hours = (2, 0.5) if setup.quick else (10, 100)
    if not directory.exists():
        template = recorders.make_template(setup, setup.clip(clips.QUICK if setup.quick else clips.SD))
        recorders.make_recordings(setup, template, directory, hours, streams, thin=True)
    # What was just made or deleted must not be written meanwhile.
    os.sync()
    text = f"start with {streams * hours:g} h of {streams} streams: until ready"
    # A start is short, and one alone says little.
    for _ in range(1 if setup.quick else STARTS):
        with recorders.RecordingSluice(setup, {}) as server:
            report.row("start", "start without recordings: until ready", "s").add("sluice", server.ready_seconds)
        for state in ("warm", "cold"):
            if state == "cold" and not recorders.forget_cached_files(setup):
                continue
            with recorders.RecordingSluice(setup, {"record.directory": directory}) as server:
                report.row(f"recovery.{state}", f"{text}, page cache {state}", "s", [Goal(5)]).add(
                    "sluice", server.ready_seconds)


def measure_seeks(setup, report):
    seeks.measure(setup, report, COLUMNS)
