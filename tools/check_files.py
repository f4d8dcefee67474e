#!/usr/bin/env python3
"""What every file of the project must keep to, beside its formatting: short, finished, and standing alone.

Reads the files git knows or would add. Prints a line for each violation and exits 1 when there is any.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

LINES_MAX = 400
SOURCE = {".cpp", ".hpp", ".py", ".sh", ".js", ".mjs", ".cmake"}

# Spelled in pieces, so that this file does not find itself.
FORBIDDEN = [
    ("names a place outside the project", r"/wo" r"rk/|\.\./sha" r"red|\bsha" r"red/(protocol|interface|env)"),
    ("leaves work undone without saying what", r"\b(FIX" r"ME|XX" r"X)\b"),
    ("switches a test off", r"\bDISA" r"BLED_|GTEST_" r"SKIP"),
    ("names a package registry", r"registry\.npm" r"js|pypi\." r"org"),
]


def project_files():
    # A clone that belongs to somebody else (sudo) would make git refuse.
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def check(path):
    try:
        lines = path.read_text().splitlines()
    except UnicodeDecodeError:
        return  # golden media and fuzz seeds
    name = path.relative_to(ROOT)
    if path.suffix in SOURCE and len(lines) > LINES_MAX:
        yield f"{name}: {len(lines)} lines, more than {LINES_MAX}: it is time for a second file"
    for number, line in enumerate(lines, 1):
        for what, pattern in FORBIDDEN:
            if re.search(pattern, line):
                yield f"{name}:{number}: {what}: {line.strip()[:80]}"
        if path.suffix in SOURCE and line != line.rstrip():
            yield f"{name}:{number}: blanks at the end of the line"


def main():
    files = project_files()
    faults = [fault for path in files for fault in check(path)]
    print("\n".join(faults) if faults else f"{len(files)} files, nothing to say")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
