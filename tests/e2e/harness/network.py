"""A network of one's own: loopback only, every port free, out of the way of other tests."""

import fcntl
import socket
import struct

from harness import namespaces

SIOCSIFFLAGS = 0x8914
IFF_UP = 1


def enter_own_network():
    """Moves this process, and whatever it starts, into a new network namespace; false where that is not allowed.

    To be called while the process has one thread only.
    """
    if not namespaces.enter(namespaces.CLONE_NEWNET):
        return False
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", IFF_UP))
    return True
