"""The machine the benchmarks run on: which core is whose, free ports, and what to say about it in a report."""

import functools
import os
import pathlib
import platform
import resource
import socket
import subprocess


class BenchError(Exception):
    """Why a benchmark cannot go on, told without a traceback."""


@functools.cache
def cores():
    """(server's core, load's core): the first two this process may use, or the only one twice."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[0], usable[min(1, len(usable) - 1)]


def leave_the_servers_core():
    """What this process does itself must not disturb what is measured."""
    os.sched_setaffinity(0, {cores()[1]})


def start_on(core, command, **keywords):
    """A process in a session of its own, on one core, with all the descriptors it may have."""
    def prepare():
        os.sched_setaffinity(0, {core})
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return subprocess.Popen([str(word) for word in command], start_new_session=True, preexec_fn=prepare, **keywords)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def describe():
    """What a figure depends on beside the code."""
    server, load = cores()
    control = pathlib.Path("/proc/sys/net/ipv4/tcp_congestion_control").read_text().strip()
    return (f"{os.cpu_count()} × {processor()}, Linux {platform.release()}, TCP {control}, loopback; "
            f"server on core {server}, load on core {load}")
