"""Figures of several rounds beside each other: medians with their spread, ratios, goals; as a table and as JSON."""

import statistics
from dataclasses import dataclass, field


@dataclass
class Goal:
    """What sluice's median must keep to: `limit` itself, or so many times (`per`) or beyond (`above`) another's."""

    limit: float
    per: str = None
    above: str = None
    at_least: bool = False


@dataclass
class Row:
    """One measured thing: samples by server, one for each round."""

    key: str
    text: str
    unit: str
    goals: list = field(default_factory=list)
    samples: dict = field(default_factory=dict)

    def add(self, server, value):
        self.samples.setdefault(server, []).append(value)

    def median(self, server):
        return statistics.median(self.samples[server]) if server in self.samples else None

    def verdicts(self, judged):
        """(text, reached) of each goal whose figures are there; `reached` is None when nothing is to be judged."""
        for goal in self.goals:
            own, other = self.median("sluice"), self.median(goal.per or goal.above or "sluice")
            if own is None or other is None or (goal.per and other == 0):
                continue
            value = own / other if goal.per else own - other if goal.above else own
            reached = value >= goal.limit if goal.at_least else value <= goal.limit
            sign = "≥" if goal.at_least else "≤"
            if goal.per:
                text = f"{value:.2f} × {goal.per} ({sign} {goal.limit:g})"
            elif goal.above:
                text = f"{goal.above} {value:+.1f} ({sign} {goal.limit:+g})"
            else:
                text = f"{number(value)} ({sign} {goal.limit:g})"
            yield text + (f" {'reached' if reached else 'MISSED'}" if judged else ""), reached if judged else None


def number(value):
    """Three digits that count."""
    if value == 0 or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


def cell(samples):
    if not samples:
        return "-"
    least, middle, most = (number(value) for value in (min(samples), statistics.median(samples), max(samples)))
    return middle if least == most else f"{middle} ({least}..{most})"


class Report:
    """The rows of one benchmark. `judged`: whether goals are decided or only shown."""

    def __init__(self, name, about, servers, judged):
        self.name, self.about, self.servers, self.judged = name, about, servers, judged
        self.rows = {}

    def row(self, key, text, unit, goals=()):
        return self.rows.setdefault(key, Row(key, text, unit, list(goals)))

    def lines(self):
        """The table as Markdown, which people can read as it is."""
        rows = [[row.text, row.unit, *(cell(row.samples.get(server)) for server in self.servers),
                 "; ".join(text for text, _ in row.verdicts(self.judged)) or "-"] for row in self.rows.values()]
        head = ["", "unit", *self.servers, "sluice against its goals"]
        widths = [max(len(line[i]) for line in [head, *rows]) for i in range(len(head))]
        rule = ["-" * width for width in widths]
        return ["| " + " | ".join(text.ljust(width) for text, width in zip(line, widths)) + " |"
                for line in [head, rule, *rows]]

    def document(self):
        """The same for programs."""
        return {
            "bench": self.name, **self.about,
            "rows": [{"key": row.key, "unit": row.unit, "samples": row.samples,
                      "median": {server: row.median(server) for server in row.samples},
                      "goals": [{"text": text, "reached": reached} for text, reached in row.verdicts(self.judged)]}
                     for row in self.rows.values()],
        }
