"""Ask a virus scanner about an upload, if the house has one: clamd's INSTREAM over its Unix socket
(clamd(8)). Without one a paper says ``not_scanned``."""

import socket
import struct
from typing import Final, Literal

from gateway.compliance.knowing.configuration import knowing_settings
from gateway.compliance.knowing.errors import PaperRefused, ScannerSilent

Scan = Literal["not_scanned", "clean"]
TIMEOUT_SECONDS: Final = 20.0
CHUNK_BYTES: Final = 64 * 1024
MAX_ANSWER_BYTES: Final = 4_096


def scanned(content: bytes) -> Scan:
    """What the scanner says. Never in a transaction: it may take seconds.

    Raises:
        PaperRefused: it found something.
        ScannerSilent: it is configured and doesn't answer; nothing is taken unseen then.
    """
    address = knowing_settings().clamd
    if not address:
        return "not_scanned"
    try:
        answer = _asked(address, content)
    except OSError as error:
        raise ScannerSilent from error
    if answer == "stream: OK":
        return "clean"
    if answer.endswith(" FOUND"):
        raise PaperRefused(
            "The virus scanner refuses this file.",
            code="paper_infected",
            hint="Print it to PDF anew, or send a photo.",
        )
    raise ScannerSilent


def _asked(address: str, content: bytes) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as scanner:
        scanner.settimeout(TIMEOUT_SECONDS)
        scanner.connect(address)
        scanner.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), CHUNK_BYTES):
            chunk = content[start : start + CHUNK_BYTES]
            scanner.sendall(struct.pack(">I", len(chunk)) + chunk)
        scanner.sendall(struct.pack(">I", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < MAX_ANSWER_BYTES:
            more = scanner.recv(MAX_ANSWER_BYTES)
            if not more:
                break
            answer += more
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()
