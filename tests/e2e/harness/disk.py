"""Small disks in memory that a test may fill, take away and give back."""

import errno
import os
import subprocess

from harness import namespaces


def enter_own_mounts():
    """From now on what is mounted is seen by this process and what it starts only; false where that is not allowed."""
    if not namespaces.enter(namespaces.CLONE_NEWNS):
        return False
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    return True


class SmallDisk:
    """A disk of `mebibytes` mounted on `path`, until the test is over."""

    def __init__(self, test, path, mebibytes):
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=755", "sluice-test", str(path)],
                       check=True)
        test.addCleanup(subprocess.run, ["umount", "--lazy", str(path)], check=False,
                        stderr=subprocess.DEVNULL)
        self._ballast = path / "ballast"

    def fill(self, leaving=0):
        """Until no more than `leaving` bytes are free."""
        block = b"\0" * 16384
        with open(self._ballast, "ab", buffering=0) as file:
            try:
                while self.free_bytes() > leaving:
                    file.write(block)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def free_bytes(self):
        found = os.statvfs(self.path)
        return found.f_bavail * found.f_frsize

    def empty(self):
        self._ballast.unlink()

    def remount(self, options):
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.path)], check=True)
