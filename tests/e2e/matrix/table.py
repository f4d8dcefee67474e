"""docs/compatibility.md: what a whole run has seen, between two markers; the words around are written by hand."""

import datetime
import pathlib
import re

from matrix.encoders.all import ENCODERS, SOURCES
from matrix.expected import REASONS, expect
from matrix.players import CONTAINERS, PLAYERS
from matrix.sight import NOTHING, PICTURE_ONLY, PLAYS, SOUND_ONLY

PAGE = pathlib.Path(__file__).resolve().parents[3] / "docs" / "compatibility.md"
BEGIN, END = "<!-- made by ./dev test matrix: begin -->", "<!-- made by ./dev test matrix: end -->"
MARKS = {PLAYS: "✓", PICTURE_ONLY: "picture", SOUND_ONLY: "sound", NOTHING: "–"}
CONTAINER_TITLES = {"fmp4": "fMP4", "ts": "MPEG-TS"}


def render(cells, checked, extra, today=None):
    """`checked` are checked.Checked of every source, `extra` are the results of reconnect.check()."""
    numbers = {}  # of reasons, in the order in which they are met
    parts = [f"Seen on {today or datetime.date.today()}.", versions()]
    for container in CONTAINERS:
        parts += [f"### {CONTAINER_TITLES[container]}", matrix_of(cells, container, numbers)]
    parts += ["### Why some do not play", reasons(numbers)]
    parts += ["### What `sluice check` says of it", judgements(checked)]
    parts += ["### Coming back after a cut", reconnected(extra)]
    return "\n\n".join(parts)


def versions():
    lines = ["| encoder | version | | player | version |", "|---|---|---|---|---|"]
    left = [(title, version()) for title, version in ENCODERS.values()]
    right = [(player.title, player.version()) for player in PLAYERS]
    for row in range(max(len(left), len(right))):
        a = left[row] if row < len(left) else ("", "")
        b = right[row] if row < len(right) else ("", "")
        lines.append(f"| {a[0]} | {a[1]} | | {b[0]} | {b[1]} |")
    return "\n".join(lines)


def titles():
    """Of every row and column."""
    return [*(row_title(source) for source in SOURCES), *(player.title for player in PLAYERS)]


def row_title(source):
    return f"| {ENCODERS[source.encoder][0]} | {source.title()} |"


def matrix_of(cells, container, numbers):
    seen = {(cell.source.name, cell.player.name): cell for cell in cells if cell.container == container}
    lines = ["| encoder | codecs | " + " | ".join(player.title for player in PLAYERS) + " |",
             "|---|---|" + "---|" * len(PLAYERS)]
    for source in SOURCES:
        marks = [mark(seen[source.name, player.name], numbers) for player in PLAYERS]
        lines.append(f"{row_title(source)} " + " | ".join(marks) + " |")
    return "\n".join(lines)


def mark(cell, numbers):
    """What was seen, with the number of the reason when that is less than there was to see."""
    outcome, reason = expect(cell.source, cell.player, cell.container)
    if cell.outcome != outcome:
        return f"**{cell.outcome}**"
    if reason is None:
        return MARKS[PLAYS]
    return f"{MARKS[outcome]} {numbers.setdefault(reason, len(numbers) + 1)}"


def reasons(numbers):
    return "\n".join(f"{number}. {REASONS[name]}" for name, number in numbers.items())


def judgements(checked):
    seen = {(result.source.name, result.container): result for result in checked}
    lines = ["| encoder | codecs | " + " | ".join(CONTAINER_TITLES[container] for container in CONTAINERS) + " |",
             "|---|---|" + "---|" * len(CONTAINERS)]
    for source in SOURCES:
        results = [seen[source.name, container] for container in CONTAINERS]
        marks = [broken(result.fault) or MARKS[PLAYS if result.served else NOTHING] for result in results]
        lines.append(f"{row_title(source)} " + " | ".join(marks) + " |")
    return "\n".join(lines)


def broken(fault):
    """The rules that a fault names."""
    return ", ".join(dict.fromkeys(re.findall(r"\b[A-Z]{2}-[0-9]{2}\b", fault))) or fault


def reconnected(extra):
    lines = ["| checked | result | seen |", "|---|---|---|"]
    return "\n".join(lines + [f"| {name} | {fault or '✓'} | {seen} |" for name, fault, seen in extra])


def write(cells, checked, extra):
    """Puts the table between the markers of the page."""
    before, begin, rest = PAGE.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE}: no place for the table: it needs the lines {BEGIN} and {END}")
    PAGE.write_text(f"{before}{BEGIN}\n\n{render(cells, checked, extra)}\n\n{END}{after}")
