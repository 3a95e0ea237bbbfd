"""Ports of this machine that are free, and stay ours until somebody listens on them.

Between choosing a port and listening on it lie seconds. Two houses that start in the same moment
would choose alike, so a choice is a file lock that other houses of this machine respect, held as
long as the process that chose lives.
"""

import fcntl
import os
import socket
import tempfile
from pathlib import Path
from typing import IO

LOCK_FOLDER = Path(tempfile.gettempdir())
TRIES = 200

_claims: dict[int, IO[str]] = {}


def claim_port(*, preferred: int) -> int:
    """``preferred``, or the next port that neither listens nor is claimed; ours from now on.

    Raises:
        OSError: none of the next ``TRIES`` is free.
    """
    for port in range(preferred, preferred + TRIES):
        if port not in _claims and _is_silent(port) and _claim(port):
            return port
    raise OSError(f"no port from {preferred} on is free")


def _is_silent(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _claim(port: int) -> bool:
    path = LOCK_FOLDER / f"tillway-port-{port}.lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except PermissionError:  # another user's house claimed it once
        return False
    lock = os.fdopen(descriptor, "r+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return False
    _claims[port] = lock
    return True
