"""python3 -m low_latency [SECONDS] [--write]: how far behind players are, ten minutes long unless told otherwise.

Prints a table and what was wrong; --write puts the table into docs/performance.md.
"""

import sys
import tempfile

from low_latency import measure, table
from matrix.run import Site

SECONDS = 600


def main(arguments):
    seconds = next((int(argument) for argument in arguments if argument != "--write"), SECONDS)
    with tempfile.TemporaryDirectory(prefix="sluice-low-latency-") as folder, Site() as site:
        rows = measure.measure(site, folder, seconds)
    text = table.render(rows, seconds)
    print(text)
    faults = [f"{row.sight.player}, parts of {row.part_ms} ms: {fault}" for row in rows for fault in row.faults()]
    for fault in faults:
        print(f"failed: {fault}")
    if "--write" in arguments:
        table.write(text)
    print(f"{len(rows)} players, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
