"""Every encoder and codec against every player and container: what really plays.

`python3 -m matrix [FILTER…]` runs it; `./dev test matrix` does so with all that it needs. An encoder publishes once,
and while it is live all players play it, each in both containers. What each of them has to do is in expected.py.
"""
