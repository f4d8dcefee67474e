"""python3 -m matrix [FILTER…]: runs the matrix, or the cells that the filters leave.

Prints a line a cell as it is done and `N passed, N failed` at the end. A run of the whole matrix writes its table into
docs/compatibility.md.
"""

import sys
import threading
import time

from matrix import plan, reconnect, run, table


def main(filters):
    try:
        cells, with_reconnect = plan.choose(filters)
    except ValueError as error:
        print(f"matrix: {error}", file=sys.stderr)
        return 2
    started = time.monotonic()
    checked = run_cells(cells)
    extra = reconnect.check() if with_reconnect else []
    for name, fault, seen in [*((c.name, c.fault, c.seen) for c in checked), *extra]:
        print(f"{'FAIL' if fault else 'ok  '} {name}: {fault or seen}", flush=True)
    failed = [f"{c.name}: {c.outcome or c.fault}, expected: {c.expected}" for c in cells if not c.passed]
    failed += [f"{c.name}: {c.fault}" for c in checked if c.fault]
    failed += [f"{name}: {fault}" for name, fault, _ in extra if fault]
    if not filters:
        table.write(cells, checked, extra)
    print()
    for line in failed:
        print(f"failed: {line}")
    seconds = round(time.monotonic() - started)
    print(f"took {seconds // 60} min {seconds % 60:02} s")
    print(f"{len(cells) + len(checked) + len(extra) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


def run_cells(cells):
    """Returns what `sluice check` said of their sources."""
    done, lock = 0, threading.Lock()

    def tell(cell):
        nonlocal done
        with lock:
            done += 1
            seen = cell.fault or cell.sight.describe()
            print(f"{done:4}/{len(cells)} {'ok  ' if cell.passed else 'FAIL'} {cell.name}: {cell.outcome}"
                  f"{'' if cell.passed else f', expected: {cell.expected}'} ({seen})", flush=True)

    if not cells:
        return []
    with run.server() as server:
        runner = run.Runner(server, tell)
        runner.run(cells)
    return sorted(runner.checked, key=lambda checked: checked.name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
