"""python3 -m matrix [--write FILE] [FILTER…]: runs the matrix, or the cells that the filters leave.

Prints a line a cell as it is done and `N passed, N failed` at the end. --write puts the table into FILE, which only a
whole run may do.
"""

import sys
import threading
import time

from matrix import plan, run


def main(arguments):
    page = None
    if arguments[:1] == ["--write"]:
        page, arguments = arguments[1], arguments[2:]
    try:
        cells = plan.choose(arguments)
    except ValueError as error:
        print(f"matrix: {error}", file=sys.stderr)
        return 2
    started, done, lock = time.monotonic(), [], threading.Lock()

    def tell(cell):
        with lock:
            done.append(cell)
            seen = cell.fault or cell.sight.describe()
            print(f"{len(done):4}/{len(cells)} {'ok  ' if cell.passed else 'FAIL'} {cell.name}: {cell.outcome}"
                  f"{'' if cell.passed else f', expected: {cell.expected}'} ({seen})", flush=True)

    with run.server() as server:
        run.Runner(server, tell).run(cells)
    failed = [cell for cell in cells if not cell.passed]
    for cell in failed:
        print(f"failed: {cell.name}: {cell.outcome}, expected: {cell.expected}")
    print(f"took {(time.monotonic() - started) / 60:.1f} min")
    print(f"{len(cells) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
