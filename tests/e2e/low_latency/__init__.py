"""Low-latency playback in headless Chromium, measured by a clock in the picture.

`python3 -m low_latency [SECONDS] [--write]` measures; `./dev test low-latency` does so with all that it needs.
"""
