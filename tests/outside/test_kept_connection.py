"""A connection that is kept is used again, and left as soon as the other side may have left it."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pytest

from gateway.outside import kept_connection
from gateway.outside.errors import NodeDown
from gateway.outside.kept_connection import Failure, KeptConnection, parts
from gateway.outside.rpc import JsonRpc

OK = b"HTTP/1.1 200 OK\r\n"


class Wire:
    """A server that answers each request by raw bytes, and remembers requests and connections."""

    def __init__(self, answer: Callable[[], bytes], *, then_close: bool) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._answer, self._then_close = answer, then_close
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, client.makefile("rb") as lines:
            while head := _head(lines):
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                self.requests.append(head + lines.read(length))
                client.sendall(self._answer())
                if self._then_close:
                    return

    def close(self) -> None:
        self._server.close()


def _head(lines: BinaryIO) -> bytes:
    """A request's head without its blank line; nothing where the client has hung up."""
    head = b""
    while (line := lines.readline()) not in (b"\r\n", b""):
        head += line
    return head


@contextmanager
def wire(answer: bytes, *, then_close: bool = False) -> Iterator[Wire]:
    server = Wire(lambda: answer, then_close=then_close)
    try:
        yield server
    finally:
        server.close()


def connected(url: str) -> KeptConnection:
    return KeptConnection(url, timeout_seconds=2, headers={})


def body_of(connection: KeptConnection) -> bytes:
    with connection.posted(b"asked") as response:
        return b"".join(parts(response))


def sized(body: bytes, headers: bytes = b"") -> bytes:
    return OK + headers + b"content-length: %d\r\n\r\n" % len(body) + body


@pytest.mark.parametrize(
    "answer",
    [
        sized(b"told"),
        sized(gzip.compress(b"told"), b"content-encoding: gzip\r\n"),
        OK + b"transfer-encoding: chunked\r\n\r\n2\r\nto\r\n2\r\nld\r\n0\r\n\r\n",
    ],
    ids=["sized", "gzip", "chunked"],
)
def test_one_connection_serves_many_requests(answer: bytes) -> None:
    with wire(answer) as server:
        connection = connected(server.url)
        assert [body_of(connection) for _ in range(3)] == [b"told"] * 3
        connection.close()
        assert (server.connections, len(server.requests)) == (1, 3)


def test_a_connection_that_the_server_closed_is_made_anew() -> None:
    with wire(sized(b"told"), then_close=True) as server:
        connection = connected(server.url)
        for _ in range(3):
            assert body_of(connection) == b"told"
            time.sleep(0.05)
        assert server.connections == 3


def test_a_connection_that_was_long_idle_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    with wire(sized(b"told")) as server:
        connection = connected(server.url)
        body_of(connection)
        monkeypatch.setattr(kept_connection, "KEEP_SECONDS", -1.0)
        assert body_of(connection) == b"told"
        assert server.connections == 2


def test_an_answer_that_was_not_read_is_never_taken_for_the_next_one() -> None:
    with wire(sized(b"told")) as server:
        connection = connected(server.url)
        with connection.posted(b"asked"):
            pass
        assert body_of(connection) == b"told"
        assert server.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"content-length: 10\r\n\r\ntold",
        sized(gzip.compress(b"told")[:-4], b"content-encoding: gzip\r\n"),
        sized(b"told", b"content-encoding: gzip\r\n"),
        OK + b"transfer-encoding: chunked\r\n\r\n9\r\ntold",
        b"not HTTP\r\n\r\n",
        b"",
    ],
    ids=["short", "short gzip", "no gzip", "short chunk", "no http", "silent"],
)
def test_an_answer_that_ends_early_or_is_none_is_a_failure(answer: bytes) -> None:
    with wire(answer, then_close=True) as server:
        with pytest.raises(Failure):
            body_of(connected(server.url))
        with JsonRpc(server.url) as rpc, pytest.raises(NodeDown):
            rpc.call("eth_blockNumber")


def test_path_query_and_password_go_along() -> None:
    with wire(sized(b"told")) as server:
        body_of(connected(server.url.replace("//", "//me:p%40ss@") + "/v3/key?a=b"))
        head = server.requests[0]
        assert head.startswith(b"POST /v3/key?a=b HTTP/1.1\r\n")
        assert b"authorization: Basic bWU6cEBzcw==\r\n" in head
        assert head.endswith(b"asked")


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "http://127.0.0.1:many", "http://", "node"])
def test_a_url_that_leads_nowhere_is_a_node_that_is_down(url: str) -> None:
    with JsonRpc(url) as rpc, pytest.raises(NodeDown):
        rpc.call("eth_blockNumber")
