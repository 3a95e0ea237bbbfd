"""Shops' receivers for the webhooks bench: an HTTP server in a process of its own.

``/hooks/<n>`` is endpoint ``n``: it answers 200, answers 500, or takes the request and never
answers, as ``/behave`` said. All that came is remembered, with when it came, and told at ``/told``.
"""

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request that a receiver got."""

    endpoint: int
    subject: str
    sequence: int
    at: float
    """Unix time."""


@dataclass(slots=True)
class Receivers:
    """The server process, and the doors to it."""

    port: int
    http: httpx.Client

    def url_of(self, endpoint: int) -> str:
        return f"http://127.0.0.1:{self.port}/hooks/{endpoint}"

    def behave(self, *, hanging: Collection[int] = (), failing: Collection[int] = ()) -> None:
        """Have these hang or fail from now on, all others accept; what came is forgotten."""
        said = {"hanging": sorted(hanging), "failing": sorted(failing)}
        self.http.post("/behave", content=orjson.dumps(said)).raise_for_status()

    def accepted(self) -> int:
        """Requests that were answered with 200."""
        return int(self.http.get("/accepted").json())

    def hanging(self) -> int:
        """Requests that wait for an answer now."""
        return int(self.http.get("/hanging").json())

    def told(self) -> list[Arrival]:
        """All that came, in the order in which it did."""
        return [Arrival(*one) for one in self.http.get("/told").json()]


@contextmanager
def receivers() -> Iterator[Receivers]:
    """A server for any number of endpoints, gone at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.webhooks_receivers"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        port = int(process.stdout.readline())
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as http:
            yield Receivers(port=port, http=http)
    finally:
        process.kill()
        process.wait()


@dataclass(slots=True)
class _Server:
    hanging: frozenset[int] = frozenset()
    failing: frozenset[int] = frozenset()
    accepted: int = 0
    waiting: int = 0
    told: list[tuple[int, str, int, float]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(HEAD_END)
                found = LENGTH.search(head)
                body = await reader.readexactly(int(found[1])) if found else b""
                path = head.split(b" ", 2)[1].decode()
                status, answer = await self.answer(path, body, reader)
                writer.write(
                    b"HTTP/1.1 %d .\r\ncontent-length: %d\r\n\r\n%s" % (status, len(answer), answer)
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answer(
        self, path: str, body: bytes, reader: asyncio.StreamReader
    ) -> tuple[int, bytes]:
        match path.strip("/").split("/"):
            case ["hooks", number]:
                return await self.take(int(number), orjson.loads(body), reader)
            case ["behave"]:
                said = orjson.loads(body)
                self.hanging, self.failing = frozenset(said["hanging"]), frozenset(said["failing"])
                self.accepted = 0
                self.told.clear()
                return 200, b""
            case [name]:
                told: dict[str, Any] = {
                    "accepted": self.accepted,
                    "hanging": self.waiting,
                    "told": self.told,
                }
                return 200, orjson.dumps(told[name])
            case _:
                return 404, b""

    async def take(
        self, endpoint: int, message: dict[str, Any], reader: asyncio.StreamReader
    ) -> tuple[int, bytes]:
        self.told.append((endpoint, message["subject"], message["sequence"], time.time()))
        if endpoint in self.hanging:
            self.waiting += 1
            try:
                await reader.read(1)  # until the caller is tired of it
            finally:
                self.waiting -= 1
            raise ConnectionResetError
        if endpoint in self.failing:
            return 500, b"no"
        self.accepted += 1
        return 200, b"ok"


async def _main() -> None:
    server = await asyncio.start_server(_Server().serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
