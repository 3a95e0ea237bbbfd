"""Tills that ask for one invoice after the other, each on a connection of its own.

One thread serves them all and reads as little of an answer as it needs: the load generator shares
the machine with what it measures, and should take none of it.
"""

import selectors
import socket
import time
from collections.abc import Iterator

STATUS_201 = b" 201 "
LENGTH = b"content-length:"
HEAD_END = b"\r\n\r\n"
MOST_BYTES = 1 << 16


class Till:
    """A connection that is kept, and requests as plain bytes."""

    def __init__(self, *, port: int, key: str, names: Iterator[str]) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = (
            b"POST /v1/invoices HTTP/1.1\r\nHost: localhost\r\n"
            b"Authorization: Bearer %s\r\nContent-Type: application/json\r\n" % key.encode()
        )
        self._names = names
        self._answer = b""
        self._asked_at = 0.0
        self.latencies_ms: list[float] = []

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def ask(self) -> None:
        name = next(self._names).encode()
        body = b'{"amount":"12.50","currency":"EUR","order_id":"%s"}' % name
        request = b"%sIdempotency-Key: %s\r\nContent-Length: %d\r\n\r\n%s" % (
            *(self._head, name, len(body)),
            body,
        )
        self._asked_at = time.perf_counter()
        self._socket.sendall(request)

    def hear(self) -> bool:
        """Take what has come; whether the answer is whole.

        Raises:
            RuntimeError: it is no invoice.
        """
        part = self._socket.recv(MOST_BYTES)
        if not part:
            raise RuntimeError("the web process closed the connection")
        self._answer += part
        head, separator, body = self._answer.partition(HEAD_END)
        if not separator or len(body) < _length_in(head):
            return False
        self.latencies_ms.append((time.perf_counter() - self._asked_at) * 1000)
        if STATUS_201 not in head[:32]:
            raise RuntimeError(f"{head[:32]!r} {body[:400]!r}")
        self._answer = b""
        return True


def _length_in(head: bytes) -> int:
    lowered = head.lower()
    start = lowered.index(LENGTH) + len(LENGTH)
    end = lowered.find(b"\r\n", start)
    return int(lowered[start:end] if end >= 0 else lowered[start:])


def sell(tills: list[Till], *, seconds: float) -> None:
    """Let all of them ask, each again as soon as it is answered, for so long.

    What is under way at the end is waited for.
    """
    with selectors.DefaultSelector() as waiting:
        for till in tills:
            waiting.register(till, selectors.EVENT_READ, till)
            till.ask()
        until = time.perf_counter() + seconds
        asking = len(tills)
        while asking:
            for key, _ in waiting.select():
                till = key.data
                if not till.hear():
                    continue
                if time.perf_counter() < until:
                    till.ask()
                else:
                    waiting.unregister(till)
                    asking -= 1
