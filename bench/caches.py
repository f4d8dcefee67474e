"""The caches of deploy/, with other addresses in their configuration: for `./dev bench low-latency` and for the tests."""

import os
import pathlib
import re
import shutil

DEPLOY = pathlib.Path(__file__).resolve().parents[1] / "deploy"
# Debian keeps servers where not everybody's PATH leads.
PATH = os.environ["PATH"] + ":/usr/sbin"
NAMES = ["nginx", "varnish"]


def replaced(text, old, new):
    """Every `old`, of which there must be one."""
    if old not in text:
        raise ValueError(f"the configuration has no '{old}'")
    return text.replace(old, new)


def program(name):
    found = shutil.which(name, path=PATH)
    if not found:
        raise ValueError(f"there is no {name} on the PATH")
    return found


def command(name, folder, port, origin):
    """Runs a cache on 127.0.0.1:`port` before `origin` (host, port), all its files in `folder`, until it is ended."""
    return {"nginx": nginx, "varnish": varnish}[name](pathlib.Path(folder), port, *origin)


def nginx(folder, port, host, origin_port):
    text = (DEPLOY / "nginx" / "nginx.conf").read_text()
    text = replaced(text, "listen 80;", f"listen 127.0.0.1:{port};")
    text = replaced(text, "server 127.0.0.1:8080;", f"server {host}:{origin_port};")
    text = replaced(text, "/var/cache/nginx/sluice", f"{folder}/cache")
    temporary = "".join(f"    {kind}_temp_path {folder}/{kind};\n"
                        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    text = replaced(text, "http {\n", "http {\n" + temporary)
    user = "user root;\n" if os.geteuid() == 0 else ""
    path = folder / "nginx.conf"
    path.write_text(f"daemon off; pid {folder}/pid; error_log stderr;\n{user}{text}")
    return [program("nginx"), "-e", "stderr", "-p", str(folder), "-c", str(path)]


def varnish(folder, port, host, origin_port):
    text = (DEPLOY / "varnish" / "sluice.vcl").read_text()
    text = replaced(text, '.host = "127.0.0.1";', f'.host = "{host}";')
    text = replaced(text, '.port = "8080";', f'.port = "{origin_port}";')
    path = folder / "sluice.vcl"
    path.write_text(text)
    # Without its jail it needs no users of its own.
    return [program("varnishd"), "-F", "-j", "none", "-a", f"127.0.0.1:{port}", "-n", str(folder / "work"),
            "-s", "malloc,256m", "-f", str(path)]


def origin_requests(metrics):
    """{kind: requests} that sluice's media port has answered, from the text of /metrics."""
    counts = {}
    for kind, count in re.findall(r'^sluice_http_requests_total\{listener="http",kind="(\w+)".*\} (\d+)', metrics, re.M):
        counts[kind] = counts.get(kind, 0) + int(count)
    return counts
