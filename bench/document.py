"""The tables in docs/performance.md: each stands between two markers, and only that part is rewritten."""

import re

from machine import BenchError


def write_into(path, name, report):
    begin, end = f"<!-- bench {name} -->", f"<!-- end of bench {name} -->"
    text = path.read_text()
    pattern = re.compile(f"{re.escape(begin)}\n.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(text):
        raise BenchError(f"{path} has no lines '{begin}' and '{end}'")
    about = report.about
    rounds = "one round" if about["rounds"] == 1 else f"median (least..most) of {about['rounds']} rounds"
    block = "\n".join([
        begin,
        f"`{about['command']}`, {about['date']}, {about['sluice']}, {rounds}.",
        f"{about['machine']}.", "", *report.lines(), end])
    path.write_text(pattern.sub(lambda _: block, text))
