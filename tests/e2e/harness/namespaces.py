"""Namespaces of one's own, with root's rights or without."""

import ctypes
import os
import pathlib
import subprocess

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000


def enter(flags):
    """Moves this process, and whatever it starts, into new namespaces; false where that is not allowed.

    To be called while the process has one thread only.
    """
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags) == 0:
        return True
    # Without root it takes a user namespace, in which we stay who we are.
    # Where that is forbidden, it may only show when the maps are written: a child tries first.
    if subprocess.run(["unshare", "--user", "--net", "--map-current-user", "true"], check=False,
                      stderr=subprocess.DEVNULL).returncode != 0:
        return False
    if libc.unshare(CLONE_NEWUSER | flags) != 0:
        return False
    own = pathlib.Path("/proc/self")
    (own / "setgroups").write_text("deny")
    (own / "uid_map").write_text(f"{user} {user} 1")
    (own / "gid_map").write_text(f"{group} {group} 1")
    return True
