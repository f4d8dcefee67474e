"""README.md and docs/: every command in them is run, every link and name in them exists."""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time
import unittest
import urllib.parse

from harness import documents, network, web
from harness.case import SluiceTest
from harness.media import media
from harness.server import BINARY
from harness.waiting import PATIENCE, wait_until

ROOT = documents.ROOT
RELEASE = ROOT / "build" / "release" / "sluice"
# The documented addresses, and the ports they have here: others only where there is no network of our own.
PORTS = {"RTMP": 1935, "HTTP": 8080, "ADMIN": 8081}
# A block is skipped for a reason that stands in the document; this many have one.
SKIPS_MAX = 12
SERVER = "server"


def setUpModule():
    if network.enter_own_network():
        return
    for name in PORTS:
        with socket.create_server(("127.0.0.1", 0)) as free:
            PORTS[name] = free.getsockname()[1]


def here(text):
    """A command or URL with the ports it has here."""
    for name, documented in (("RTMP", 1935), ("HTTP", 8080), ("ADMIN", 8081)):
        text = re.sub(rf"\b(localhost|127\.0\.0\.1|HOST):{documented}\b", rf"localhost:{PORTS[name]}", text)
    return text


class Terminal:
    """A command that keeps running, as in a terminal of its own."""

    def __init__(self, test, command):
        self.path = test.directory / f"terminal-{time.monotonic_ns()}.txt"
        with open(self.path, "wb") as output:
            # A terminal sends Ctrl-C to all processes of the command, so they are a group.
            self.process = subprocess.Popen(["bash", "-c", command], stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=subprocess.STDOUT, cwd=test.directory, env=test.environment,
                                            start_new_session=True)
        test.addCleanup(self.close)

    def interrupt(self):
        os.killpg(self.process.pid, signal.SIGINT)

    def wait(self, seconds=90):
        return self.process.wait(seconds * PATIENCE)

    def close(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def output(self):
        return self.path.read_text(errors="replace")


class Commands(SluiceTest):
    def lay_out(self):
        """A folder that looks like a clone with a release build."""
        for name in ("dev", "docs", "config", "deploy", "tests", "tools"):
            (self.directory / name).symlink_to(ROOT / name)
        for program in ("build/release/sluice", "bin/sluice"):
            (self.directory / program).parent.mkdir(parents=True)
            (self.directory / program).symlink_to(BINARY)
        shutil.copy(media("av-long.flv"), self.directory / "film.mp4")
        self.environment = {**os.environ, "PATH": f"{self.directory / 'bin'}:{os.environ['PATH']}",
                            "SLUICE_RECORD__DIRECTORY": str(self.directory / "recordings")}
        for name, port in PORTS.items():
            self.environment[f"SLUICE_{name}__LISTEN"] = f"0.0.0.0:{port}"

    def test_every_command_does_what_its_document_says(self):
        for document in documents.documents():
            if not any(block.language == "sh" or block.how for block in document.blocks):
                continue
            with self.subTest(document.name):
                try:
                    self.run_document(document)
                finally:
                    self.doCleanups()
                    self.setUp()

    def run_document(self, document):
        self.lay_out()
        self.terminals = {}
        for block in document.blocks:
            verb, _, rest = block.how.partition(" ")
            if verb == "skip:" or not (block.language == "sh" or block.how):
                continue
            if verb == "terminal":
                self.open_terminal(block, *rest.split(" until "))
            elif verb == "Ctrl-C":
                self.interrupt(block, rest.removeprefix("in "))
            elif verb == "check-config":
                self.check_config(block)
            else:
                self.assertIn(verb, ("", "ends"), f"{block.place}: unknown instruction '{block.how}'")
                self.run_block(document, block)
                if verb == "ends":
                    self.assert_ended(block, rest)

    def open_terminal(self, block, name, url):
        self.terminals[name] = terminal = Terminal(self, here(self.as_built(block.text)))

        def answers():
            self.assertIsNone(terminal.process.poll(), f"{block.place} ended: {terminal.output()}")
            try:
                return web.get(here(url)).status == 200
            except OSError:
                return False
        wait_until(answers, f"{block.place}: {url} answers", 60)

    def as_built(self, text):
        """`./dev run` builds the release; where another build is tested, its parts are started with that."""
        if BINARY.resolve() == RELEASE.resolve():
            return text
        text = text.replace("./dev run --demo", "LOG_DIRECTORY=. && . tools/dev/run.sh && "
                            "run_demo build/release/sluice serve --config config/sluice.yaml")
        return text.replace("./dev run", "exec build/release/sluice serve --config config/sluice.yaml")

    def interrupt(self, block, name):
        terminal = self.terminals[name]
        terminal.interrupt()
        code = terminal.wait()
        if name == SERVER:
            self.assertEqual(code, 0, f"{block.place}: {terminal.output()[-3000:]}")

    def assert_ended(self, block, name):
        terminal = self.terminals.pop(name)
        self.assertEqual(terminal.wait(), 0, f"{block.place}: {terminal.output()[-3000:]}")

    def check_config(self, block):
        (self.directory / "checked.yaml").write_text(block.text)
        done = self.run_sluice("check-config", "checked.yaml")
        self.assertEqual((done.returncode, done.stderr), (0, ""), block.place)

    def run_block(self, document, block):
        if not any(b.how.startswith(f"terminal {SERVER} ") for b in document.blocks) and SERVER not in self.terminals:
            self.open_demo(block)
        done = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", here(block.text)], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, cwd=self.directory, env=self.environment,
                              timeout=60 * PATIENCE, check=False)
        shown = f"{block.place}\n--- stdout\n{done.stdout}--- stderr\n{done.stderr}"
        self.assertEqual(done.returncode, 0, shown)
        if block.expected:
            output = done.stdout.rstrip("\n") + "\n"
            self.assertRegex(output, rf"\A{documents.output_pattern(block.expected).pattern}\Z", shown)

    def open_demo(self, block):
        """What a document that starts no server takes for granted: one with room for another, and live/demo on it."""
        server = Terminal(self, "exec sluice serve --set lifecycle.slots=2")
        self.terminals[SERVER] = server
        wait_until(lambda: "listener=rtmp" in server.output() or '"listener":"rtmp"' in server.output(), "it listens")
        Terminal(self, here("exec ffmpeg -v error -re -stream_loop -1 -i film.mp4 -c copy -f flv "
                            "rtmp://localhost:1935/live/demo"))
        wait_until(lambda: web.get(here("http://localhost:8080/live/demo/index.m3u8")).status == 200,
                   f"{block.place}: the demo plays", 40)

    def test_skipped_commands_are_few_and_have_a_reason(self):
        skipped = [b for d in documents.documents() for b in d.blocks if b.how.startswith("skip")]
        for block in skipped:
            print(f"not run: {block.place}: {block.how}")
            self.assertRegex(block.how, r"^skip: \S.{10,}", block.place)
        self.assertLessEqual(len(skipped), SKIPS_MAX)

    def test_what_the_documents_ask_of_a_server_it_has(self):
        self.lay_out()
        self.terminals = {}
        self.open_demo(documents.document("README.md").blocks[0])
        asked = {(url, d.name) for d in documents.documents() for url in self.urls_of(d)}
        self.assertGreater(len(asked), 10)
        for url, name in sorted(asked):
            # Other methods than GET are known by their refusal.
            self.assertIn(web.get(here(url)).status, (200, 400, 405, 503), f"{name}: {url}")

    def urls_of(self, document):
        for span in document.code_spans():
            for port, path in re.findall(r"http://[\w.]+:(8080|8081)(/[\w./-]*)", span):
                yield self.example(f"http://localhost:{port}{path}")
            if path := re.fullmatch(r"(?:GET |POST |DELETE )?(/(?:livez|readyz|metrics|api/v1/)[\w./]*)", span):
                yield self.example(f"http://localhost:8081{path.group(1)}")

        for block in document.blocks:
            for path, port in re.findall(r"httpGet: \{path: (\S+), port: (\d+)\}", block.text):
                yield self.example(f"http://localhost:{port}{path}")

    def example(self, url):
        return re.sub(r"/(APP/STREAM|live/NAME|live/STREAM)", "/live/demo", url)


class Names(unittest.TestCase):
    def setUp(self):
        self.documents = documents.documents()

    def test_links_lead_somewhere(self):
        for document in self.documents:
            for link in document.links():
                target, _, fragment = link.partition("#")
                if urllib.parse.urlsplit(target).scheme:
                    continue
                path = (document.path.parent / target).resolve() if target else document.path
                self.assertTrue(path.exists(), f"{document.name}: {link}")
                if fragment:
                    self.assertIn(fragment, documents.Document(path).anchors(), f"{document.name}: {link}")

    def test_files_exist(self):
        pattern = re.compile(r"(?:^|\s)((?:src|include|tests|tools|docs|config|deploy|docker|bench|web|cmake)/[\w./*-]+\w)")
        for document in self.documents:
            for span in document.code_spans():
                for name in pattern.findall(span):
                    if not re.search(r"[A-Z]{3}|\bmy", name):
                        self.assertTrue(list(ROOT.glob(name)), f"{document.name}: {name}")

    def test_subcommands_of_dev_exist(self):
        text = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True, check=True).stdout
        known = set(re.findall(r"(?m)^  (\w+)", text))
        self.assertIn("test", known)
        for document in self.documents:
            for span in document.code_spans():
                for name in re.findall(r"\./dev (\w+)", span):
                    self.assertIn(name, known, f"{document.name}: {span}")

    def test_configuration_keys_exist(self):
        keys, section = {"auth.publish_keys"}, ""
        for line in (ROOT / "config" / "sluice.yaml").read_text().splitlines():
            if found := re.match(r"(\w+):$", line):
                section = found.group(1)
            elif found := re.match(r"  (\w+):", line):
                keys.add(f"{section}.{found.group(1)}")
        sections = {key.partition(".")[0] for key in keys}
        for document in self.documents:
            for span in document.code_spans():
                named = re.findall(rf"(?:^|--set )((?:{'|'.join(sections)})\.[a-z_]+)(?=[.=: ]|$)", span)
                named += [v.lower().replace("__", ".", 1) for v in re.findall(r"\bSLUICE_([A-Z]+__[A-Z]+(?:_[A-Z]+)*)", span)]
                for name in set(named) - {"hls.js"}:
                    name = name.partition("__")[0]
                    self.assertIn(name, keys, f"{document.name}: {span}")


if __name__ == "__main__":
    unittest.main()
