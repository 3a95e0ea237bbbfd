"""Ports of this machine that are free."""

import socket


def free_port(*, preferred: int) -> int:
    """``preferred`` if nothing listens there, else one of the next hundred, else any."""
    for port in [*range(preferred, preferred + 100), 0]:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no port is free")
