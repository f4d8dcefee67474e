"""What the image is made of: its size, its labels, its files and their notices, and every codec it claims to carry."""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tarfile
import tempfile
import unittest

from engine import ENGINE, IMAGE, ROOT, engine, inspect

SIZE_MAX = int(os.environ["IMAGE_SIZE_MAX"])


class Content(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.config = inspect(IMAGE, "image")["Config"]
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="sluice-image-"))
        cls.addClassCleanup(shutil.rmtree, cls.root, ignore_errors=True)
        container = engine("create", IMAGE).stdout.strip()
        cls.addClassCleanup(engine, "rm", "--volumes", container)
        with subprocess.Popen([ENGINE, "export", container], stdout=subprocess.PIPE) as export:
            with tarfile.open(fileobj=export.stdout, mode="r|") as archive:
                cls.members = []
                for member in archive:
                    cls.members.append(member)
                    if not member.isdev():
                        archive.extract(member, cls.root)
        assert export.returncode == 0, "export"

    def path(self, name):
        return self.root / name

    def packages(self):
        return sorted(p.name for p in self.path("var/lib/dpkg/status.d").iterdir())

    def components(self):
        lines = self.path("usr/share/doc/sluice/components").read_text().splitlines()
        return [line.split("\t") for line in lines]

    def test_it_is_no_larger_than_the_limit(self):
        size = inspect(IMAGE, "image")["Size"]
        self.assertLessEqual(size, SIZE_MAX)
        self.assertLessEqual(sum(m.size for m in self.members), SIZE_MAX)

    def test_labels_say_what_it_is(self):
        labels = {k.removeprefix("org.opencontainers.image."): v for k, v in self.config["Labels"].items()
                  if k.startswith("org.opencontainers.image.")}
        self.assertEqual(labels["title"], "sluice")
        self.assertEqual(labels["licenses"], "Apache-2.0")
        self.assertRegex(labels["version"], r"^\d+\.\d+\.\d+$")
        self.assertRegex(labels["revision"], r"^[0-9a-f]{40}(-dirty)?$")
        self.assertLessEqual({"description", "source"}, labels.keys())

    def test_it_starts_sluice_itself_as_a_plain_user(self):
        self.assertEqual(self.config["Entrypoint"], ["/usr/bin/sluice"])
        self.assertEqual(self.config["Cmd"][0], "serve")
        self.assertRegex(self.config["User"], r"^[1-9]\d*:[1-9]\d*$")
        self.assertEqual(self.config.get("StopSignal", "SIGTERM") or "SIGTERM", "SIGTERM")
        self.assertEqual(set(self.config["ExposedPorts"]), {"1935/tcp", "8080/tcp", "8081/tcp"})
        self.assertEqual(set(self.config["Volumes"]), {"/recordings"})

    def test_sluice_is_the_only_programme_in_it(self):
        # Shared libraries and the dynamic linker apart.
        programmes = [m.name for m in self.members if m.isfile() and m.mode & 0o111 and "/lib" not in "/" + m.name]
        self.assertEqual(programmes, ["usr/bin/sluice"])
        self.assertEqual([m.name for m in self.members if m.mode & 0o6000], [])

    def test_only_recordings_and_tmp_can_be_written_by_others(self):
        # The engine adds the directories it mounts things on.
        open_to_all = {m.name.strip("/") for m in self.members if m.isdir() and m.mode & 0o002}
        self.assertLessEqual(open_to_all, {"recordings", "tmp", "run", "dev", "dev/shm"})

    def test_every_package_keeps_its_record_and_its_copyright(self):
        self.assertLessEqual({"base-files", "libc6", "libssl3", "libstdc++6", "sluice-libav"}, set(self.packages()))
        for package in self.packages():
            record = self.path(f"var/lib/dpkg/status.d/{package}").read_text()
            self.assertIn(f"Package: {package}\n", record)
            self.assertRegex(record, r"(?m)^Version: \S+$")
            documents = "ffmpeg" if package == "sluice-libav" else package
            self.assertTrue(self.path(f"usr/share/doc/{documents}/copyright").stat().st_size, package)

    def test_scanners_learn_which_debian_it_is(self):
        self.assertIn("ID=debian\n", self.path("usr/lib/os-release").read_text())

    def test_every_licence_a_copyright_file_refers_to_is_there(self):
        for document in self.path("usr/share/doc").glob("*/copyright"):
            for name in re.findall(r"/usr/share/common-licenses/([A-Za-z0-9.-]*[A-Za-z0-9])", document.read_text()):
                self.assertTrue(self.path(f"usr/share/common-licenses/{name}").exists(), f"{document}: {name}")

    def test_notices_page_names_what_it_carries(self):
        page = (ROOT / "docs" / "notices.md").read_text()
        named = {tuple(cells[:2]) for cells in re.findall(r"(?m)^\| `([^`]+)` \| (library|built in) \|", page)}
        self.assertEqual(named, {(name, how) for name, _, how in self.components()})

    def test_own_licence_and_that_of_hls_js_are_there(self):
        self.assertEqual(self.path("usr/share/doc/sluice/LICENSE").read_bytes(), (ROOT / "LICENSE").read_bytes())
        self.assertIn("Copyright", self.path("usr/share/doc/sluice/hls.js-license.txt").read_text())

    def test_default_configuration_is_that_of_the_project(self):
        self.assertEqual(self.path("etc/sluice/sluice.yaml").read_bytes(),
                         (ROOT / "config" / "sluice.yaml").read_bytes())

    def test_its_ffmpeg_packages_every_codec(self):
        """The end-to-end tests of the codecs, run by the image's programme with the image's libraries."""
        loader = next(self.path("usr/lib").glob("**/ld-linux-*.so.*")).resolve()
        libraries = [str(p) for p in (*self.path("usr/lib").glob("*-linux-gnu"), self.path("usr/lib"))]
        command = [str(loader), "--library-path", ":".join(libraries), str(self.path("usr/bin/sluice"))]
        wrapper = self.path("run-sluice")
        wrapper.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
        wrapper.chmod(0o755)
        done = subprocess.run(["python3", "-m", "unittest", "test_enhanced"], cwd=ROOT / "tests" / "e2e", text=True,
                              capture_output=True, check=False, env={**os.environ, "SLUICE_BINARY": str(wrapper)})
        self.assertEqual(done.returncode, 0, done.stderr[-6000:])
        self.assertRegex(done.stderr, r"Ran [1-9]\d* tests")


if __name__ == "__main__":
    unittest.main()
