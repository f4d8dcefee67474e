"""What can be seen of a connection, and having many of them."""

import resource

MEGABYTE = 1 << 20


def is_closed(connection):
    """Whether the peer has closed a connection on which it had nothing to say."""
    connection.setblocking(False)
    try:
        return connection.recv(65536) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def allow_many_files():
    """Raises this process' limit, and that of servers it starts, as far as it goes; returns it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
