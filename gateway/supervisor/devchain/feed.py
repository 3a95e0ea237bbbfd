"""A local stand-in for the outside price. It is simulated, and says so in each answer.

``python -m gateway.supervisor.devchain.feed --port 8547 --seed 7`` serves ``GET /prices``:

    {"source": "local-feed (simulated)",
     "prices": {"ETH/USD": "3001.25000000", ...},
     "at": 1800000000000}

``at`` is when the prices were drawn, in Unix milliseconds. With ``--write FILE`` the same goes to
a file, replaced in one step.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

import orjson

from gateway.supervisor.devchain.anvil import LOOPBACK

SOURCE = "local-feed (simulated)"
PRICE_DECIMALS = 8
MILLION = 1_000_000
REVERSION_PPM = 4_000
"""How much of the distance to its home a price makes good in one step, in millionths."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a price lives, and how far one step may take it.

    ``home`` in 10^-8 of the quoted currency, ``step_ppm`` in millionths.
    """

    home: int
    step_ppm: int


WALKS: Mapping[str, Walk] = MappingProxyType(
    {
        "ETH/USD": Walk(home=3_000 * 10**8, step_ppm=400),
        "BTC/USD": Walk(home=60_000 * 10**8, step_ppm=300),
        "EUR/USD": Walk(home=108 * 10**6, step_ppm=40),
        "DAI/USD": Walk(home=10**8, step_ppm=10),
        "USDC/USD": Walk(home=10**8, step_ppm=5),
    }
)

FEED_PAIR = {
    "WETH": "ETH/USD",
    "WBTC": "BTC/USD",
    "EURC": "EUR/USD",
    "DAI": "DAI/USD",
    "USDC": "USDC/USD",
}
"""Which outside price a token follows."""


def next_price(*, price: int, walk: Walk, noise_ppm: int) -> int:
    """One step of a walk that is drawn back to its home; everything in 10^-8."""
    drawn = price + (walk.home - price) * REVERSION_PPM // MILLION
    return max(1, drawn + drawn * noise_ppm // MILLION)


def price_text(price: int) -> str:
    """A price in 10^-8 as a decimal number, exactly."""
    return f"{price // 10**PRICE_DECIMALS}.{price % 10**PRICE_DECIMALS:0{PRICE_DECIMALS}}"


class PriceWalks:
    """All prices, walking in step from a seed. The same seed walks the same way."""

    def __init__(self, *, seed: int, walks: Mapping[str, Walk] = WALKS) -> None:
        self._walks = walks
        self._random = random.Random(seed)  # noqa: S311  a simulation, no secret
        self.prices = {pair: walk.home for pair, walk in walks.items()}

    def step(self) -> None:
        for pair, walk in self._walks.items():
            noise = self._random.randint(-walk.step_ppm, walk.step_ppm)
            self.prices[pair] = next_price(price=self.prices[pair], walk=walk, noise_ppm=noise)


class LocalFeed:
    """Prices that walk every ``interval_seconds`` and are served on loopback; a context manager.

    For tests: ``pin`` holds a price where it is put, ``freeze`` lets all prices grow old.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        seed: int = 1,
        interval_seconds: float = 1.0,
        write_path: Path | None = None,
    ) -> None:
        self._walks = PriceWalks(seed=seed)
        self._interval = interval_seconds
        self._write_path = write_path
        self._pinned: dict[str, int] = {}
        self._frozen = False
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._body = b""
        self._publish()
        self._server = ThreadingHTTPServer((LOOPBACK, port), _handler(self))
        self._server.daemon_threads = True
        self._threads = (
            threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True),
            threading.Thread(target=self._walk, daemon=True),
        )

    @property
    def url(self) -> str:
        """Where the prices are."""
        return f"http://{LOOPBACK}:{self._server.server_address[1]}/prices"

    @property
    def body(self) -> bytes:
        """What ``GET /prices`` answers just now."""
        return self._body

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join()

    def pin(self, *, pair: str, price: int | None) -> None:
        """Hold a pair at ``price`` (in 10^-8), or with None let it walk again."""
        with self._lock:
            if price is None:
                self._pinned.pop(pair, None)
            else:
                self._pinned[pair] = price
        self._publish()

    def freeze(self, *, frozen: bool = True) -> None:
        """Stop drawing prices: they stay, with the time at which they were drawn."""
        self._frozen = frozen

    def _walk(self) -> None:
        while not self._ended.wait(self._interval):
            if not self._frozen:
                self._walks.step()
                self._publish()

    def _publish(self) -> None:
        with self._lock:
            prices = self._walks.prices | self._pinned
        self._body = orjson.dumps(
            {
                "source": SOURCE,
                "prices": {pair: price_text(price) for pair, price in prices.items()},
                "at": time.time_ns() // MILLION,
            }
        )
        if self._write_path is not None:
            partial = self._write_path.with_suffix(self._write_path.suffix + ".part")
            partial.write_bytes(self._body)
            partial.replace(self._write_path)


def _handler(feed: LocalFeed) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            known = self.path.partition("?")[0] == "/prices"
            body = feed.body if known else b'{"error":"there is only /prices"}'
            self.send_response(200 if known else 404)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: a line for each poll would drown the other processes' logs."""

    return Handler


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--interval", type=float, default=1.0, help="seconds between steps")
    parser.add_argument("--write", type=Path, help="keep the prices in this file too")
    chosen = parser.parse_args(arguments)
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    with LocalFeed(
        port=chosen.port,
        seed=chosen.seed,
        interval_seconds=chosen.interval,
        write_path=chosen.write,
    ) as feed:
        sys.stdout.write(f"{SOURCE} on {feed.url}\n")
        sys.stdout.flush()
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
