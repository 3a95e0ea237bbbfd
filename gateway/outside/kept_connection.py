"""One HTTP/1.1 connection that is kept between requests, for one thread.

It is ``http.client``'s, which takes a fifth of the processor's time that httpx takes for a request:
those who follow a chain ask several times a second whether there is a new block.
"""

import time
import zlib
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import (
    HTTPConnection,
    HTTPException,
    HTTPResponse,
    HTTPSConnection,
    IncompleteRead,
    InvalidURL,
)
from select import POLLIN, poll
from urllib.parse import unquote_to_bytes, urlsplit

from gateway.outside.trust import trusted

KEEP_SECONDS = 5.0
"""Longer without a request, and what lies between may have forgotten the connection silently."""
PART_BYTES = 256 * 1024
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS

Failure = (OSError, HTTPException, zlib.error)
"""What is raised when the other side can't be reached, or what it says is no HTTP."""


class KeptConnection:
    """A connection to the server of one URL, made when it is first needed.

    Args:
        url: with http or https; a user and a password in it are sent as basic authorisation.
        timeout_seconds: of silence.
    """

    def __init__(self, url: str, *, timeout_seconds: float, headers: dict[str, str]) -> None:
        self._url = url
        self._timeout_seconds = timeout_seconds
        self._headers = {"accept-encoding": "gzip", "user-agent": "Tillway/1", **headers}
        self._path = "/"
        self._connection: HTTPConnection | None = None
        self._used = 0.0

    @contextmanager
    def posted(self, body: bytes) -> Iterator[HTTPResponse]:
        """The answer to one POST; read by ``parts`` or thrown away with the connection.

        Raises:
            Failure: there is none.
        """
        try:
            connection = self._ready()
            connection.request("POST", self._path, body=body, headers=self._headers)
            response = connection.getresponse()
            yield response
        except BaseException:
            self.close()
            raise
        if not response.isclosed():
            self.close()
        self._used = time.monotonic()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _ready(self) -> HTTPConnection:
        """The connection; closed, so that it opens anew, where the other side may have left it."""
        connection = self._connection
        if connection is None:
            connection = self._connection = self._made()
        elif connection.sock is not None:
            is_old = time.monotonic() - self._used > KEEP_SECONDS
            # Nothing was asked: what can be read now is the other side's farewell.
            if is_old or _can_be_read(connection.sock.fileno()):
                connection.close()
        return connection

    def _made(self) -> HTTPConnection:
        parts = urlsplit(self._url)
        try:
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise InvalidURL("a port that is no number") from error
        if not host or parts.scheme not in ("http", "https"):
            raise InvalidURL("no http or https URL")
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if parts.username is not None:
            user = unquote_to_bytes(parts.username) + b":" + unquote_to_bytes(parts.password or "")
            self._headers["authorization"] = f"Basic {b64encode(user).decode()}"
        if parts.scheme == "http":
            return HTTPConnection(host, port, timeout=self._timeout_seconds)
        return HTTPSConnection(host, port, timeout=self._timeout_seconds, context=trusted())


def _can_be_read(descriptor: int) -> bool:
    waiting = poll()
    waiting.register(descriptor, POLLIN)
    return bool(waiting.poll(0))


def parts(response: HTTPResponse) -> Iterator[bytes]:
    """The body as it comes, unpacked: each part is there as soon as any of it is.

    Raises:
        Failure: it ends before its end.
    """
    packed = response.getheader("content-encoding", "identity").strip().lower() != "identity"
    unpacking = zlib.decompressobj(_GZIP_OR_ZLIB) if packed else None
    while part := response.read1(PART_BYTES):
        yield unpacking.decompress(part) if unpacking else part
    if response.length:
        raise IncompleteRead(b"", response.length)
    if unpacking is not None:
        yield unpacking.flush()
        if not unpacking.eof:
            raise IncompleteRead(b"")
    response.close()
