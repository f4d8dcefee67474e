"""Waiting for something to be seen, instead of for time to pass."""

import os
import time

# Deadlines are for a release build on two cores; E2E_PATIENCE stretches them for slower ones.
PATIENCE = float(os.environ.get("E2E_PATIENCE", "1"))
POLL_SECONDS = 0.05


def wait_until(condition, what, seconds=20, poll_seconds=POLL_SECONDS):
    """Calls `condition` until it returns something true, and returns that; fails when `seconds` have passed."""
    deadline = time.monotonic() + seconds * PATIENCE
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds * PATIENCE:.0f} s in vain: {what} (last seen: {value!r})")
        time.sleep(poll_seconds)
