"""Takes the pictures of docs/images with a browser: python3 screenshots.py SLUICE FOLDER. `./dev screenshots` runs it.

Some streams are published for as long as it takes; what they show is made by FFmpeg.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

CLOCK = ("drawtext=fontfile=/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf:text='%{pts\\:hms}':fontsize=h/11:"
         "x=w-tw-h/12:y=h/12:fontcolor=white:box=1:boxcolor=black@0.45:boxborderw=10")
# Name: picture, size, bit rate; without a picture there is only sound.
STREAMS = {
    "live/demo": ("mandelbrot=size={size}:rate=30:maxiter=400:inner=black:start_x=-0.6:start_y=0:start_scale=2.2:end_scale=1.9:end_pts=900,"
                  "hue=h=-75:s=0.75", "1280x720", "2500k"),
    "live/stage-2": ("testsrc2=size={size}:rate=30", "960x540", "1200k"),
    "events/town-hall": ("gradients=size={size}:rate=25:speed=0.02:n=5:seed=7", "640x360", "600k"),
    "radio/night": (None, None, None),
}
SECONDS = "12"


def make(folder, name, picture, size, rate):
    path = folder / (name.replace("/", "-") + ".flv")
    command = ["ffmpeg", "-v", "error", "-y"]
    if picture:
        command += ["-f", "lavfi", "-i", picture.format(size=size)]
    command += ["-f", "lavfi", "-i", "sine=frequency=330:sample_rate=48000"]
    if picture:
        command += ["-vf", f"{CLOCK},format=yuv420p", "-c:v", "libx264", "-preset", "veryfast", "-b:v", rate, "-g", "50"]
    subprocess.run([*command, "-c:a", "aac", "-b:a", "96k", "-ac", "2", "-t", SECONDS, str(path)], check=True)
    return path


class Screenshots(unittest.TestCase):
    def test(self):
        from harness import encoders
        from harness.browser import Browser
        from harness.rtmp import RtmpClient
        from harness.server import Sluice
        from harness.waiting import wait_until

        sluice = Sluice(self.folder, {"lifecycle.slots": "6", "stream.resume_window": "60s", "hls.segment_duration": "2s"})
        self.addCleanup(sluice.kill)
        browser = Browser()
        self.addCleanup(browser.close)
        with RtmpClient(sluice.address("rtmp")) as client:
            client.open_publishing("test")
            client.end_publish()
        for name, content in STREAMS.items():
            app, stream = name.split("/")
            encoder = encoders.ffmpeg(self, make(self.folder, name, *content), sluice.rtmp_url(stream, app), rate=1, loop=True)
            if name == "events/town-hall":
                wait_until(lambda: sluice.find_events("publish_started", stream="events/town-hall"), "it is published")
                leaving = encoder
        player = browser.open(sluice.http_url("/live/demo/"), width=1200, height=675)
        player.wait("document.body.dataset.state === 'playing' && parseFloat(document.querySelector('#rate').textContent) > 0 &&"
                    "document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames > 90", 60)
        player.press("m")
        player.press("i")
        player.wait("parseFloat(/([0-9.]+) fps/.exec(document.querySelector('#panel').textContent)?.[1]) > 28", 60)
        player.press("Shift")
        player.wait("getComputedStyle(document.querySelector('#bar')).opacity === '1'")
        player.screenshot(self.images / "player.png")
        player.close()
        leaving.kill()
        status = browser.open(sluice.admin_url("/"), width=1200, height=960, dark=False)
        status.wait("document.querySelectorAll('.picture[data-shown=true]').length === 3", 60)
        status.wait("document.querySelectorAll('#ends tr').length === 2 && document.querySelector('[data-state=away]')", 60)
        status.screenshot(self.images / "status.png")


def main():
    binary, images = map(pathlib.Path, sys.argv[1:3])
    os.environ["SLUICE_BINARY"] = str(binary.resolve())
    images.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        Screenshots.folder, Screenshots.images = pathlib.Path(folder), images.resolve()
        program = unittest.main(argv=sys.argv[:1], exit=False)
    if not program.result.wasSuccessful():
        return 1
    for name in ("player.png", "status.png"):
        subprocess.run(["pngquant", "--force", "--speed", "1", "--floyd=0.6", "--output", str(images / name), "128",
                        str(images / name)], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
