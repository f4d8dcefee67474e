"""A network of one's own: loopback only, every port free, out of the way of other tests."""

import ctypes
import fcntl
import os
import pathlib
import socket
import struct
import subprocess

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS = 0x8914
IFF_UP = 1


def enter_own_network():
    """Moves this process, and whatever it starts, into a new network namespace; false where that is not allowed.

    To be called while the process has one thread only.
    """
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        # Without root it takes a user namespace, in which we stay who we are.
        # Where that is forbidden, it may only show when the maps are written: a child tries first.
        if subprocess.run(["unshare", "--user", "--net", "--map-current-user", "true"], check=False,
                          stderr=subprocess.DEVNULL).returncode != 0:
            return False
        if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
            return False
        own = pathlib.Path("/proc/self")
        (own / "setgroups").write_text("deny")
        (own / "uid_map").write_text(f"{user} {user} 1")
        (own / "gid_map").write_text(f"{group} {group} 1")
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", IFF_UP))
    return True
