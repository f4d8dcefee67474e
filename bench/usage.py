"""What a server has used: CPU time and memory of all processes of its session, read from /proc."""

import os
import pathlib
import re

TICK = os.sysconf("SC_CLK_TCK")
# Fields of /proc/PID/stat (proc(5)), counted from the one after the name.
SESSION, UTIME, STIME, CUTIME, CSTIME = 3, 11, 12, 13, 14


def stat_fields(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def session_pids(leader):
    """The processes started with `start_on`, their children included."""
    found = []
    for entry in os.listdir("/proc"):
        fields = stat_fields(entry) if entry.isdigit() else None
        if fields and int(fields[SESSION]) == leader:
            found.append(int(entry))
    return found


def cpu_seconds(leader):
    """User and system time so far, reaped children's included."""
    total = 0
    for pid in session_pids(leader):
        fields = stat_fields(pid)
        if fields:
            total += sum(int(fields[i]) for i in (UTIME, STIME, CUTIME, CSTIME))
    return total / TICK


def waiting_seconds(leader):
    """How long its threads were ready and had no core: by each other, or by what else the machine does."""
    total = 0
    for pid in session_pids(leader):
        for task in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"):
            try:
                total += int(task.read_text().split()[1])
            except OSError:
                continue  # a thread that has just ended
    return total / 1e9


def status_kib(leader, field):
    total = 0
    for pid in session_pids(leader):
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
        total += int(re.search(rf"^{field}:\s+(\d+) kB", text, re.MULTILINE).group(1))
    return total


def resident_kib(leader):
    return status_kib(leader, "VmRSS")


def peak_resident_kib(leader):
    return status_kib(leader, "VmHWM")
