#!/usr/bin/env python3
"""Holds the sources against the layers: who may include whom, and who may touch the outside world.

The table of layers is read from the sluice_layer() lines of CMakeLists.txt, so that it exists once. Prints a line for
each violation and exits 1 when there is any.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# What stands outside, and the only layers that may name it in an #include.
ALLOWED_INCLUDES = [
    # (what it is, pattern of the included file, layers)
    ("FFmpeg", r"libav|libsw", {"mux"}),
    ("sockets", r"boost/asio/(ip/|local/|.*socket|.*acceptor|connect|ssl)|boost/beast|(sys/socket|netdb|sys/epoll)\.h"
                r"|netinet/", {"net"}),
    ("Asio", r"boost/asio", {"io", "net", "store", "app"}),
    ("YAML", r"yaml-cpp/", {"app"}),
    ("the command line", r"CLI/", {"app"}),
    ("the log library", r"spdlog/", {"io"}),
    ("metrics", r"prometheus/", {"io"}),
    ("files", r"(fcntl|unistd|sys/stat|sys/mman|sys/statvfs|sys/uio|dirent)\.h$|fstream$|filesystem$",
     {"io", "net", "store", "app"}),
    ("threads", r"(thread|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier|pthread\.h)$",
     {"io", "store", "mux", "app"}),
    ("terminal streams", r"iostream$", {"io", "app"}),
]

# What code of the pure layers must not say: they are told the time and given their randomness.
FORBIDDEN_IN_CORE = [
    ("reads a clock", r"(system_clock|steady_clock|high_resolution_clock)::|\bclock_gettime\(|\bgettimeofday\("
                      r"|\bstd::time\(|\bio::(mono|wall)_now\("),
    ("draws random numbers", r"\brandom_device\b|\bgetrandom\("),
    ("reads the environment", r"\bgetenv\("),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def read_layers():
    """{layer: layers it may include}, in the order of CMakeLists.txt."""
    text = (ROOT / "CMakeLists.txt").read_text()
    lines = re.findall(r"^sluice_layer\((\w+)(?:\s+USES\s+([\w\s]+))?\)", text, re.MULTILINE)
    return {name: set(uses.split()) for name, uses in lines}


def core_layers(layers):
    """The pure ones: those that cannot see io, and are not io."""
    return {name for name, uses in layers.items() if name != "io" and "io" not in uses}


def code_of(line):
    """The line without its comment, so that prose may name what code may not."""
    return line.split("//", 1)[0]


def check_file(path, layer, layers, core):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        where = f"{path.relative_to(ROOT)}:{number}"
        match = INCLUDE.match(line)
        if match:
            yield from (f"{where}: {fault}" for fault in check_include(match.group(1), layer, layers))
        elif layer in core:
            for what, pattern in FORBIDDEN_IN_CORE:
                if re.search(pattern, code_of(line)):
                    yield f"{where}: {layer} is a pure layer and {what}"


def check_include(included, layer, layers):
    own = re.match(r"sluice/(\w+)/", included)
    if own:
        other = own.group(1)
        if other not in layers:
            yield f"includes {included}, which is in no layer"
        elif other != layer and other not in layers[layer]:
            yield f"{layer} must not include {other} ({included})"
        return
    for what, pattern, allowed in ALLOWED_INCLUDES:
        if re.match(pattern, included) and layer not in allowed:
            yield f"{layer} must not see {what} ({included}): only {', '.join(sorted(allowed))}"
            return


def main():
    layers = read_layers()
    core = core_layers(layers)
    faults = []
    for folder in (ROOT / "include" / "sluice", ROOT / "src"):
        for path in sorted(folder.rglob("*.?pp")):
            layer = path.relative_to(folder).parts[0]
            if layer not in layers:
                faults.append(f"{path.relative_to(ROOT)}: no sluice_layer({layer}) in CMakeLists.txt")
                continue
            faults += check_file(path, layer, layers, core)
    print("\n".join(faults) if faults else f"{len(layers)} layers, nothing points back")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
