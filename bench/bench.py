#!/usr/bin/env python3
"""sluice beside nginx with its RTMP module, under the same load, in alternating runs. `./dev bench` starts it.

Server and load have a core each. Every run has a fresh server in fresh directories; figures are medians over the
rounds, and only ratios of figures of one report mean anything.
"""

import argparse
import datetime
import json
import pathlib
import signal
import subprocess
import sys
import time

import clips
import ingest
import latency
import low_latency
import machine
import record
import serve
import servers
from document import write_into
from report import Report

SOURCE = pathlib.Path(__file__).resolve().parent
PROJECT = SOURCE.parent
BENCHES = {"ingest": ingest, "serve": serve, "latency": latency, "low-latency": low_latency,
           "record": record}
# What a benchmark compares; these have others than the rest.
COLUMNS = {"record": record.COLUMNS, "low-latency": low_latency.COLUMNS}
SERVERS = list(dict.fromkeys([*servers.ALL, *(name for names in COLUMNS.values() for name in names)]))


class Setup:
    """What the benchmarks are run with."""

    def __init__(self, arguments):
        self.source = SOURCE
        self.sluice, self.tools = arguments.sluice.resolve(), arguments.tools.resolve()
        self.work = arguments.work.resolve()
        self.quick = arguments.quick
        self.rounds = arguments.rounds or (1 if arguments.quick else 3)
        self.segment_seconds, self.window_seconds = (1, 3) if arguments.quick else (2, 12)
        self._seconds, self._cases, self._servers = arguments.seconds, arguments.cases, arguments.servers
        self._started = time.monotonic()

    def say(self, text):
        print(f"    {time.monotonic() - self._started:5.0f} s  {text}", file=sys.stderr, flush=True)

    def seconds(self, quick, full):
        """How long to measure."""
        return quick if self.quick else self._seconds or full

    def wants(self, case):
        return not self._cases or case in self._cases

    def servers(self, with_hls=False):
        """The kinds to run, in turn. Only viewers tell sluice's containers apart, and the floor has none."""
        return [kind for name, kind in servers.ALL.items() if name in self._servers
                and (kind is not servers.Floor if with_hls else kind is not servers.SluiceFmp4)]

    def columns(self, names):
        return [name for name in names if name in self._servers]

    def server(self, kind):
        return kind(self, self.segment_seconds, self.window_seconds)

    def clip(self, clip):
        path = self.work / "media" / f"{clip.name}.flv"
        if not path.exists():
            self.say(f"making {path.name}")
        return clips.make(clip, path.parent)


def parse(arguments):
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHES)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="seconds and few streams: only that it works; no goals")
    parser.add_argument("--rounds", type=int, help="how often each server is run (default: 3)")
    parser.add_argument("--seconds", type=int, help="how long each thing is measured (default: 3 to 26)")
    parser.add_argument("--cases", type=lambda text: text.split(","), default=[], help="some of: " + " ".join(
        f"{name}: {','.join(bench.case_names())};" for name, bench in BENCHES.items() if bench.case_names()))
    parser.add_argument("--servers", type=lambda text: text.split(","), default=SERVERS,
                        help=f"some of: {','.join(SERVERS)}")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    parser.add_argument("--sluice", type=pathlib.Path, default=PROJECT / "build/release/sluice")
    parser.add_argument("--tools", type=pathlib.Path, default=PROJECT / "build/release/bench")
    parser.add_argument("--work", type=pathlib.Path, default=PROJECT / "build/bench")
    parsed = parser.parse_args(arguments)
    parsed.names = parsed.names or list(BENCHES)
    known_cases = [case for bench in BENCHES.values() for case in bench.case_names()] + [
        case.key for case in ingest.QUICK_CASES]
    for what, given, known in [("benchmark", parsed.names, BENCHES), ("server", parsed.servers, SERVERS),
                               ("case", parsed.cases, known_cases)]:
        for name in given:
            if name not in known:
                parser.error(f"no {what} '{name}'; there are: {', '.join(known)}")
    if parsed.write and (parsed.quick or parsed.cases or parsed.servers != SERVERS):
        parser.error("--write is for whole tables: without --quick, --cases and --servers")
    return parsed


def about(rounds):
    # Not what the program says: a build that goes on knows the commit it began with.
    commit = subprocess.run(["git", "-c", f"safe.directory={PROJECT}", "-C", PROJECT, "describe", "--always", "--dirty"],
                            capture_output=True, text=True, check=False).stdout
    return {"date": datetime.date.today().isoformat(), "machine": machine.describe(),
            "sluice": f"sluice {commit.strip() or 'of no known commit'}", "rounds": rounds, "command": " ".join(["./dev bench", *sys.argv[1:]])}


def run_bench(name, setup, arguments):
    columns = COLUMNS.get(name) or [server for server in servers.ALL if server != "floor" or name == "ingest"]
    report = Report(name, about(setup.rounds), setup.columns(columns), judged=not setup.quick)
    print(f"==> bench {name}", file=sys.stderr, flush=True)
    BENCHES[name].run(setup, report)
    document = report.document()
    (setup.work / f"{name}.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    print("\n".join(["", *report.lines(), "", json.dumps(document, ensure_ascii=False)]), flush=True)
    if arguments.write:
        write_into(PROJECT / "docs/performance.md", name, report)


def main():
    arguments = parse(sys.argv[1:])
    # So that the servers and loads are ended on it, as they are on Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    machine.leave_the_servers_core()
    setup = Setup(arguments)
    setup.work.mkdir(parents=True, exist_ok=True)
    try:
        for name in arguments.names:
            run_bench(name, setup, arguments)
    except machine.BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
