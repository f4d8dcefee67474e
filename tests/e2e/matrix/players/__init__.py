"""The players. Each has a `name`, a `title` and a `version()`, and plays a URL when told to `watch` it; those
`in_browser` are watched together instead. One that is `late` joins when the stream has left its beginning behind.
"""

from matrix.players import browser, commands, vlc

CONTAINERS = ("fmp4", "ts")
PLAYERS = [*browser.PLAYERS, vlc.Vlc(), *commands.PLAYERS]
