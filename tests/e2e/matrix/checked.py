"""`sluice check` on what sluice makes of each source, in both containers, while it publishes."""

import dataclasses

from harness import check, web
from matrix.encoders import Source
from matrix.expected import is_served


@dataclasses.dataclass
class Checked:
    source: Source
    container: str
    served: bool  # there is a playlist
    fault: str  # why it is not as it should be; empty when it is
    seen: str

    @property
    def name(self):
        return f"{self.source.name} `sluice check` {self.container}"


def watch(server, source, container):
    """Never raises: what went wrong is the fault."""
    url = server.http_url(f"/live/{source.name}/{container}/index.m3u8")
    try:
        if not is_served(source, container):
            status = web.get(url).status
            return Checked(source, container, False, "" if status == 404 else f"answered {status}, not 404", "404")
        found = check.check(url)
    except Exception as error:  # noqa: told with the other results
        return Checked(source, container, True, f"{type(error).__name__}: {error}", "")
    fault = "" if found["passed"] else found.get("failure", "") + check.describe(found).replace("\n", " ")
    seen = f"{found['segments']} segments, {found['parts']} parts, {found['versions']} versions of the playlists"
    return Checked(source, container, True, fault, seen)
