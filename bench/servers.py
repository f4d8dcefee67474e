"""The servers under load, each started afresh for every run: sluice, nginx with its RTMP module, and the floor."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time
import urllib.request

import machine
from machine import BenchError

START_SECONDS = 20
STOP_SECONDS = 10

NGINX_CONFIG = """
load_module {module};
{user}
daemon off;
worker_processes 1;
pid {directory}/nginx.pid;
error_log {directory}/error.log warn;
events {{ worker_connections 8192; }}
rtmp {{
  server {{
    listen 127.0.0.1:{rtmp};
    chunk_size 4096;
    access_log off;
    application live {{
      live on;
      hls {hls};
      hls_path {directory}/hls;
      hls_fragment {segment}s;
      hls_playlist_length {window}s;
      hls_cleanup on;
      record all;
      record_path {directory}/recordings;
      record_unique on;
    }}
  }}
}}
http {{
  types {{ application/vnd.apple.mpegurl m3u8; video/mp2t ts; }}
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 75s;
  keepalive_requests 100000000;
  client_body_temp_path {directory}/temporary;
  proxy_temp_path {directory}/temporary;
  fastcgi_temp_path {directory}/temporary;
  uwsgi_temp_path {directory}/temporary;
  scgi_temp_path {directory}/temporary;
  server {{
    listen 127.0.0.1:{http} backlog=4096;
    location /hls {{ root {directory}; add_header Cache-Control no-cache; }}
  }}
}}
"""


class Server:
    """A context manager: inside it the server accepts publishers at `rtmp_url` (`%d` is the stream's number)."""

    name = None

    def __init__(self, setup, segment_seconds, window_seconds):
        self.setup = setup
        self.segment_seconds, self.window_seconds = segment_seconds, window_seconds
        self.directory = setup.work / f"run-{self.name.replace(' ', '-')}"
        self.rtmp_port = machine.free_port()
        self.process = None

    @property
    def pid(self):
        return self.process.pid

    @property
    def rtmp_url(self):
        return f"rtmp://127.0.0.1:{self.rtmp_port}/live/s%d"

    def command(self):
        raise NotImplementedError

    def __enter__(self):
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        command = self.command()
        with open(self.directory / "output.txt", "wb") as output:
            self.process = machine.start_on(machine.cores()[0], command, stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=output, cwd=self.directory)
        try:
            self._wait_started()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _wait_started(self):
        give_up = time.monotonic() + START_SECONDS
        while self.process.poll() is None and time.monotonic() < give_up:
            try:
                socket.create_connection(("127.0.0.1", self.rtmp_port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        state = "still not listening" if self.process.poll() is None else f"ended with {self.process.returncode}"
        raise BenchError(f"{self.name} did not start ({state}): {self.output()[-2000:]}")

    def __exit__(self, *_):
        """Ends every process of the server. Its files go too, and what is to be written is, before the next run."""
        if self.process is not None:
            signal_session(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(self.stop_seconds())
            except subprocess.TimeoutExpired:
                pass
            signal_session(self.process.pid, signal.SIGKILL)
            self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)
        if not self.setup.quick:
            os.sync()

    def stop_seconds(self):
        return STOP_SECONDS

    def output(self):
        return (self.directory / "output.txt").read_text(errors="replace")

    def assert_running(self):
        if self.process.poll() is not None:
            raise BenchError(f"{self.name} ended under load with {self.process.returncode}: {self.output()[-2000:]}")

    def live_memory_bytes(self):
        """Media the server says it holds in memory; None when it does not say."""
        return None


def signal_session(leader, number):
    try:
        os.killpg(leader, number)
    except ProcessLookupError:
        pass


class Nginx(Server):
    name = "nginx"
    hls = "on"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.http_port = machine.free_port()

    @property
    def hls_url(self):
        return f"http://127.0.0.1:{self.http_port}/hls/s%d.m3u8"

    def command(self):
        binary = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
        if not binary:
            raise BenchError("there is no nginx on the PATH")
        # Debian's layout, wherever its root is: PREFIX/sbin/nginx and PREFIX/lib/nginx/modules.
        module = pathlib.Path(binary).parents[1] / "lib/nginx/modules/ngx_rtmp_module.so"
        if not module.exists():
            raise BenchError(f"nginx's RTMP module is not at {module}")
        for folder in ("hls", "recordings", "temporary"):
            (self.directory / folder).mkdir()
        config = self.directory / "nginx.conf"
        config.write_text(NGINX_CONFIG.format(
            module=module, user="user root;" if os.geteuid() == 0 else "", directory=self.directory,
            rtmp=self.rtmp_port, http=self.http_port, hls=self.hls, segment=self.segment_seconds, window=self.window_seconds))
        return [binary, "-e", self.directory / "error.log", "-p", self.directory, "-c", config]

    def output(self):
        error_log = self.directory / "error.log"
        return super().output() + (error_log.read_text(errors="replace") if error_log.exists() else "")


class Sluice(Server):
    name = "sluice"
    container = "ts"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.http_port, self.admin_port = machine.free_port(), machine.free_port()

    @property
    def hls_url(self):
        return f"http://127.0.0.1:{self.http_port}/live/s%d/{self.container}/index.m3u8"

    def settings(self):
        return {
            "rtmp.listen": f"127.0.0.1:{self.rtmp_port}", "http.listen": f"127.0.0.1:{self.http_port}",
            "admin.listen": f"127.0.0.1:{self.admin_port}", "record.directory": self.directory / "recordings",
            "hls.container": self.container, "hls.segment_duration": f"{self.segment_seconds}s",
            "hls.window": f"{self.window_seconds}s", "log.level": "warn", "lifecycle.unready_grace": "0s",
            # One address brings all the load here, at once and as fast as it can.
            "lifecycle.slots": 1000, "limits.rtmp_unpublished_per_address": 1000,
            "limits.rtmp_unpublished_connections": 1000, "limits.publish_bitrate": 0,
        }

    def command(self):
        command = [self.setup.sluice, "serve"]
        for key, value in self.settings().items():
            command += ["--set", f"{key}={value}"]
        return command

    def stop_seconds(self):
        # A drain waits for its publishers, which have gone by then; there is nothing to learn from waiting for more.
        return 1

    def metrics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin_port}/metrics", timeout=10) as response:
            return response.read().decode()

    def metric(self, name):
        lines = self.metrics().splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith((name + " ", name + "{")))

    def live_memory_bytes(self):
        return self.metric("sluice_live_memory_bytes")


class SluiceFmp4(Sluice):
    name = "sluice fMP4"
    container = "fmp4"


class Floor(Server):
    """Receives and discards: what no RTMP server can do without."""

    name = "floor"

    def command(self):
        return [self.setup.tools / "rtmp-sink", "--port", self.rtmp_port, "--duration", 3600]


ALL = {kind.name: kind for kind in (Nginx, Sluice, SluiceFmp4, Floor)}
