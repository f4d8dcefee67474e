"""`./dev bench ingest`: what receiving, segmenting and recording a stream costs, with and without a viewer of each."""

import time
from dataclasses import dataclass

import clips
import loads
import usage
from machine import BenchError
from report import Goal

# What a playlist lists may be fetched for a window's length after it was taken out: then servers delete as much as they
# add.
WARM_WINDOWS = 2.25
# The share of time a server may wait for its core before a figure is doubted.
WAITING_MAX = 0.3


@dataclass(frozen=True)
class Case:
    key: str
    clip: clips.Clip
    count: int
    nginx_goal: float
    viewers: bool

    @property
    def text(self):
        return f"{self.count} × {self.clip.name}, {'one viewer each' if self.viewers else 'no viewers'}"

    def goals(self):
        goals = [Goal(self.nginx_goal, per="nginx")]
        if self.clip.name == "sd" and not self.viewers:
            goals.append(Goal(2.0, per="floor"))
        return goals


LOADS = [("sd100", clips.SD, 100, 0.7), ("sd400", clips.SD, 400, 0.7), ("hd50", clips.HD, 50, 0.5)]
CASES = [Case(key + ("-viewed" if viewed else ""), clip, count, goal, viewed)
         for viewed in (False, True) for key, clip, count, goal in LOADS]
QUICK_CASES = [Case("quick", clips.QUICK, 3, 0.7, False), Case("quick-viewed", clips.QUICK, 3, 0.7, True)]
UNPACED = "unpaced"


def case_names():
    return [case.key for case in CASES] + [UNPACED]


def run(setup, report):
    wanted = [case for case in (QUICK_CASES if setup.quick else CASES) if setup.wants(case.key)]
    for number in range(setup.rounds):
        for case in wanted:
            for kind in setup.servers(with_hls=case.viewers):
                setup.say(f"round {number + 1}: {case.text}: {kind.name}")
                measure(setup, report, case, kind)
        if setup.wants(UNPACED):
            for kind in setup.servers():
                setup.say(f"round {number + 1}: unpaced: {kind.name}")
                measure_unpaced(setup, report, kind)


def measure(setup, report, case, kind):
    clip = setup.clip(case.clip)
    seconds = setup.seconds(quick=2, full=12)
    warm = WARM_WINDOWS * setup.window_seconds + loads.ramp_seconds(case.count)
    # The viewers join, and fetch what is listed already, before measuring begins.
    joining = setup.segment_seconds if case.viewers else 0
    with setup.server(kind) as server:
        memory_before = usage.resident_kib(server.pid)
        spent = warm + joining + seconds
        with loads.publishers(setup, server, clip, case.count, spent + 1) as publishing:
            time.sleep(warm)
            if case.viewers:
                with loads.viewers(setup, server, case.count, case.count, joining + seconds, joining) as viewing:
                    time.sleep(joining)
                    cpu = cpu_during(server, seconds)
                    viewed = viewing.result()
            else:
                cpu = cpu_during(server, seconds)
            memory = usage.peak_resident_kib(server.pid) - memory_before
            held = server.live_memory_bytes()
            published = publishing.result()
    loads.require_all_published(published, case.count)
    report.row(f"{case.key}.cpu", f"{case.text}: CPU", "ms per stream-second", case.goals()).add(
        kind.name, 1000 * cpu / case.count)
    if case.viewers:
        report.row(f"{case.key}.errors", f"{case.text}: failed requests", "requests", [Goal(0)]).add(
            kind.name, viewed["errors"])
    else:
        add_memory(report, case, kind, memory, held)
    note_lateness(setup, kind, published)


def cpu_during(server, seconds):
    """CPU seconds a second."""
    cpu, waited, started = usage.cpu_seconds(server.pid), usage.waiting_seconds(server.pid), time.monotonic()
    time.sleep(seconds)
    cpu, passed = usage.cpu_seconds(server.pid) - cpu, time.monotonic() - started
    waited = (usage.waiting_seconds(server.pid) - waited) / passed
    server.assert_running()
    if waited > WAITING_MAX:
        # Its socket buffers then hold what it did not get to, and that is missing from the figure.
        server.setup.say(f"  note: {server.name} was kept from its core {waited:.0%} of the time; is the machine busy?")
    return cpu / passed


def add_memory(report, case, kind, memory_kib, held):
    """Resident memory a stream. nginx keeps its window in files; what sluice holds of it is told apart."""
    row = report.row(f"{case.key}.memory", f"{case.text}: memory", "KiB per stream")
    row.add(kind.name, memory_kib / case.count)
    if held is not None:
        report.row(f"{case.key}.held", f"{case.text}: of that, media that can be fetched", "KiB per stream").add(
            kind.name, held / 1024 / case.count)
        report.row(f"{case.key}.rest", f"{case.text}: the rest of it", "KiB per stream", [Goal(80)]).add(
            kind.name, (memory_kib - held / 1024) / case.count)


def note_lateness(setup, kind, published):
    """A load that could not keep its pace measures less than it says."""
    late = published["lateness"]["p99_ms"]
    if late > 100:
        setup.say(f"  note: 1 % of frames left the load more than {late:.0f} ms late, beside {kind.name}")


def measure_unpaced(setup, report, kind):
    """Four publishers that send as fast as they are read; the server's core is all it has."""
    seconds = setup.seconds(quick=2, full=6)
    clip = setup.clip(clips.QUICK if setup.quick else clips.HD)
    with setup.server(kind) as server:
        with loads.publishers(setup, server, clip, 4, seconds, speed=0) as publishing:
            result = publishing.result()
        server.assert_running()
        lost = server.metric("sluice_record_lost_entries_total") if kind.name == "sluice" else 0
    if result["failed"] or result["dropped"]:
        raise BenchError(f"{kind.name}: an unpaced publisher failed: {result['errors']}")
    report.row("unpaced.rate", "4 publishers of hd, unpaced", "Gb/s", [Goal(4, at_least=True)]).add(
        kind.name, result["bytes"] * 8e-9 / result["wall_s"])
    if kind.name == "sluice":
        report.row("unpaced.lost", "unpaced: entries not recorded", "entries", [Goal(0)]).add(kind.name, lost)
