"""Which cells are run: all of them, or those that filters leave."""

import dataclasses

from matrix import reconnect
from matrix.encoders import Source
from matrix.encoders.all import SOURCES
from matrix.expected import expect
from matrix.players import CONTAINERS, PLAYERS


@dataclasses.dataclass
class Cell:
    source: Source
    player: object
    container: str
    sight: object = None
    fault: str = ""  # why it could not be tried at all

    @property
    def name(self):
        return f"{self.source.name} {self.player.name} {self.container}"

    @property
    def expected(self):
        return expect(self.source, self.player, self.container)[0]

    @property
    def outcome(self):
        return self.sight.outcome(self.source.pictures) if self.sight else None

    @property
    def passed(self):
        return self.outcome == self.expected


def choose(filters):
    """(cells, whether OBS is to be cut off too). Each filter is part of the name of sources, of players, or of a
    container. Of each kind one has to fit; a kind without a filter is whole. Raises ValueError for a filter that names
    nothing."""
    kinds = ([*(s.name for s in SOURCES), reconnect.NAME], [p.name for p in PLAYERS], list(CONTAINERS))
    kept = [set(), set(), set()]
    for text in filters:
        fits = [[name for name in names if text in name] for names in kinds]
        found = next((index for index, names in enumerate(fits) if names), None)
        if found is None:
            raise ValueError(f"no encoder, player or container is called '{text}'; there are: "
                             + ", ".join(name for names in kinds for name in names))
        kept[found].update(fits[found])
    with_reconnect = not filters or reconnect.NAME in kept[0]
    sources, players, containers = (set(names) if not chosen else chosen for names, chosen in zip(kinds, kept))
    return [Cell(source, player, container) for source in SOURCES if source.name in sources
            for player in PLAYERS if player.name in players
            for container in CONTAINERS if container in containers], with_reconnect
