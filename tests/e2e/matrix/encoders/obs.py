"""OBS Studio on a screen of Xvfb, with a profile of its own: a coloured picture, a tone of silence, H.264 and AAC.

It is steered by its settings only: it begins to publish when it starts, and comes back by itself when it was cut off.
"""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import urllib.parse

from harness.encoders import Encoder
from matrix.encoders import Source
from matrix.players.commands import first_version

FRAME_RATE = 30

GLOBAL = """[General]
FirstRun=true
LastVersion=486539266
Pre19Defaults=false
Pre21Defaults=false
Pre23Defaults=false
Pre24.1Defaults=false
EnableAutoUpdates=false
[Basic]
Profile=Matrix
ProfileDir=Matrix
SceneCollection=Matrix
SceneCollectionFile=Matrix
ConfigOnNewProfile=true
[BasicWindow]
SysTrayEnabled=false
WarnBeforeStartingStream=false
WarnBeforeStoppingStream=false
"""

PROFILE = f"""[General]
Name=Matrix
[Video]
BaseCX=320
BaseCY=180
OutputCX=320
OutputCY=180
FPSType=0
FPSCommon={FRAME_RATE}
[Output]
Mode=Advanced
Reconnect=true
RetryDelay=2
MaxRetries=25
[AdvOut]
TrackIndex=1
ApplyServiceSettings=true
Encoder=obs_x264
[Audio]
SampleRate=48000
ChannelSetup=Stereo
"""

ENCODER = {"bitrate": 400, "rate_control": "CBR", "keyint_sec": 1, "preset": "ultrafast", "profile": "main",
           "tune": "zerolatency"}

COLOUR = {"id": "color_source_v3", "versioned_id": "color_source_v3", "name": "Colour",
          "settings": {"color": 0xFF00AA7F, "width": 320, "height": 180}, "enabled": True, "volume": 1.0, "mixers": 0,
          "sync": 0, "flags": 0}
ITEM = {"name": "Colour", "id": 1, "visible": True, "locked": False, "pos": {"x": 0.0, "y": 0.0},
        "scale": {"x": 1.0, "y": 1.0}, "rot": 0.0, "align": 5, "bounds_type": 0, "bounds_align": 0,
        "bounds": {"x": 0.0, "y": 0.0}, "crop_left": 0, "crop_top": 0, "crop_right": 0, "crop_bottom": 0}
SCENES = {"name": "Matrix", "current_scene": "Scene", "current_program_scene": "Scene",
          "scene_order": [{"name": "Scene"}],
          "sources": [COLOUR, {"id": "scene", "versioned_id": "scene", "name": "Scene", "enabled": True,
                               "settings": {"custom_size": False, "id_counter": 1, "items": [ITEM]}}]}


def write_settings(home, url):
    server, _, key = url.rpartition("/")
    config = home / ".config" / "obs-studio"
    profile = config / "basic" / "profiles" / "Matrix"
    scenes = config / "basic" / "scenes"
    for folder in (profile, scenes):
        folder.mkdir(parents=True)
    (config / "global.ini").write_text(GLOBAL)
    (profile / "basic.ini").write_text(PROFILE)
    (profile / "streamEncoder.json").write_text(json.dumps(ENCODER))
    (profile / "service.json").write_text(json.dumps(
        {"type": "rtmp_custom", "settings": {"server": server, "key": urllib.parse.unquote(key), "use_auth": False}}))
    (scenes / "Matrix.json").write_text(json.dumps(SCENES))


class Obs(Encoder):
    """A shell starts the bus, the screen and OBS, so they are one process group, which ends as one."""

    def __init__(self, site, url):
        self._home = tempfile.TemporaryDirectory(prefix="sluice-obs-", ignore_cleanup_errors=True)
        site.addCleanup(self._home.cleanup)
        home = pathlib.Path(self._home.name)
        write_settings(home, url)
        super().__init__(site, [
            "env", f"HOME={home}", f"XDG_RUNTIME_DIR={home}", "LIBGL_ALWAYS_SOFTWARE=1", "QT_QPA_PLATFORM=xcb",
            "dbus-run-session", "--", "xvfb-run", "-a", "-s", "-screen 0 800x600x24", "obs", "--startstreaming",
            "--disable-shutdown-check", "--disable-updater", "--multi", "--verbose", "--profile", "Matrix",
            "--collection", "Matrix"], start_new_session=True)

    def kill(self):
        """First the polite way, because the screen leaves a lock behind otherwise."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(self.process.pid, number)
                self.process.wait(5)


def version():
    return first_version("env", "QT_QPA_PLATFORM=offscreen", "obs", "--version")


def start(site, url):
    return Obs(site, url)


SOURCES = [Source("obs-h264-aac", "obs", ("h264", "aac"), start, frame_rate=FRAME_RATE)]
