"""The project's Markdown as the tests read it: fenced blocks with how to run them, links, headings, names.

A comment before a block says how it is run; docs/development.md lists what it may say.
"""

import dataclasses
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[3]

FENCE = re.compile(r"^```(\w*)\s*$")
COMMENT = re.compile(r"^<!-- test: (.*?) -->$")
LINK = re.compile(r"\]\(([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"|srcset=\"([^\"]+)\"")
CODE = re.compile(r"`([^`\n]+)`")


@dataclasses.dataclass
class Block:
    document: "Document"
    line: int
    language: str  # "" for a comment that stands alone
    text: str
    how: str  # what the comment before it says; "" without one
    expected: str = ""  # the text or json block that follows directly

    @property
    def place(self):
        return f"{self.document.name}:{self.line}"


class Document:
    def __init__(self, path):
        self.path = path
        self.name = str(path.relative_to(ROOT))
        self.text = path.read_text()
        self.blocks = list(self._read_blocks())
        self.prose = re.sub(r"(?ms)^```.*?^```", "", self.text)

    def _read_blocks(self):
        lines = self.text.splitlines()
        how, last, at = "", None, 0
        while at < len(lines):
            line = lines[at]
            if comment := COMMENT.match(line):
                how, last = comment.group(1), None
                if not (at + 1 < len(lines) and FENCE.match(lines[at + 1])):
                    yield Block(self, at + 1, "", "", how)
                    how = ""
            elif fence := FENCE.match(line):
                end = lines.index("```", at + 1)
                block = Block(self, at + 1, fence.group(1), "\n".join(lines[at + 1:end]), how)
                if last is not None and block.language in ("text", "json") and not how:
                    last.expected = block.text
                yield block
                last, how, at = (block if block.language == "sh" else None), "", end
            elif line.strip():
                how, last = "", None
            at += 1

    def code_spans(self):
        """What stands between backticks in the prose, and the lines of shell blocks."""
        return CODE.findall(self.prose) + [line for b in self.blocks if b.language == "sh"
                                           for line in b.text.splitlines()]

    def links(self):
        return [next(filter(None, found)) for found in LINK.findall(self.prose)]

    def anchors(self):
        """The fragments that lead to its headings, as GitHub makes them."""
        headings = re.findall(r"(?m)^#+ (.*)$", self.prose)
        return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}

    def table(self, first_column):
        """The rows, as lists of cells, of the table whose first column has this heading."""
        rows, inside = [], False
        for line in self.text.splitlines():
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] if line.startswith("|") else []
            if not cells:
                inside = False
            elif cells[0] == first_column:
                inside = True
            elif inside and not set(cells[0]) <= set("-: "):
                rows.append(cells)
        assert rows, f"{self.name} has no table with the column '{first_column}'"
        return rows


def documents():
    """README.md and its like, and everything below docs/."""
    return [Document(path) for path in [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))]]


def document(name):
    return Document(ROOT / name)


def names_in(cell):
    """What stands between backticks in a table's cell."""
    return CODE.findall(cell)


ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}|[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z|\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT")
NUMBER = re.compile(r"\d+\.\d+|\d{2,}")
UNIT = re.compile(r"[\d.]+ [KMG]iB")
KEPT = re.compile(r"HTTP/1\.1 \d{3}|localhost:\d+|:\d{4}\b")


def line_pattern(line):
    """What a line of an expected output stands for: numbers of more than one digit, times and ids may differ."""
    kinds = [(KEPT, None), (UNIT, r"[\d.]+ [KMG]?i?B"), (ID, ID.pattern), (TIME, TIME.pattern), (NUMBER, r"[\d.]+"), (re.compile("…"), ".*"),
             (re.compile(r"\s+"), r"\s+")]
    pattern, at = "", 0
    while at < len(line):
        for regex, stands_for in kinds:
            if found := regex.match(line, at):
                pattern += re.escape(found.group()) if stands_for is None else f"(?:{stands_for})"
                at = found.end()
                break
        else:
            pattern += re.escape(line[at])
            at += 1
    return pattern


def output_pattern(expected):
    """The whole expected output; a line with nothing but … stands for any lines, none included."""
    lines = [line.rstrip() for line in expected.splitlines()]
    pattern = "".join(r"(?:.*\n)*?" if line == "…" else line_pattern(line) + r"[ \t\r]*\n" for line in lines)
    return re.compile(pattern)
