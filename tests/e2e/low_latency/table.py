"""The table of docs/performance.md: what a run has seen, between two markers; the words around are written by hand."""

import datetime
import pathlib

from low_latency.players import PLAYERS

PAGE = pathlib.Path(__file__).resolve().parents[3] / "docs" / "performance.md"
BEGIN, END = "<!-- made by ./dev test low-latency: begin -->", "<!-- made by ./dev test low-latency: end -->"
HEAD = ["parts", "player", "behind: median", "worst", "stalls", "errors", "frames dropped",
        "at another speed"]


def render(rows, seconds, today=None):
    lines = [f"Seen on {today or datetime.date.today()}, {seconds} s, all players at once.", "",
             "| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
    return "\n".join(lines + ["| " + " | ".join(cells(row)) + " |" for row in rows])


def cells(row):
    sight = row.sight
    seen = bool(sight.latencies())
    return [f"{row.part_ms} ms", f"{PLAYERS[sight.player]} {sight.version}",
            f"{sight.median():.2f} s" if seen else "–", f"{sight.worst():.2f} s" if seen else "–",
            str(len(sight.stalls())), str(len(sight.errors())), str(sight.dropped()),
            f"{sight.other_rate_seconds():.0f} s"]


def write(text):
    """Puts the table between the markers of the page."""
    before, begin, rest = PAGE.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE}: no place for the table: it needs the lines {BEGIN} and {END}")
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")
