"""From a mined block to the row, to the page, to the shop's credit; on the running house.

A block's moment is when the node first answers with the payment's receipt, asked every 2 ms.
"""

import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import redis

from demo.shop import OpenShop, open_shop
from gateway.events.waking import EVENTS, SEPARATOR
from gateway.outside.rpc import JsonRpc

PAYMENTS = 40
PRICE = "4.20"
WAIT_SECONDS = 30.0


class Commits:
    """When it was told that which subject's event committed, and when an invoice first read as
    paid."""

    def __init__(self, *, state: Path) -> None:
        self.first_of: dict[str, float] = {}
        self.paid: dict[str, float] = {}
        self._state = state
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    def _listen(self) -> None:
        valkey = redis.Redis(unix_socket_path=str(self._state / "valkey.sock"))
        with (
            valkey.pubsub(ignore_subscribe_messages=True) as listening,
            psycopg.connect(
                host=str(self._state / "postgres"),
                user="postgres",
                dbname="tillway",
                autocommit=True,
            ) as asking,
        ):
            listening.subscribe(f"{EVENTS}@tillway")
            while not self._stop.is_set():
                message = listening.get_message(timeout=0.5)
                if message is None:
                    continue
                now = time.time()
                for subject in message["data"].decode().split(SEPARATOR):
                    self.first_of.setdefault(subject, now)
                    kind, _, identity = subject.partition(":")
                    if kind == "invoice" and identity not in self.paid:
                        row = asking.execute(
                            "SELECT 1 FROM invoices_invoice WHERE id = %s AND status = 'paid'",
                            [identity],
                        ).fetchone()
                        if row:
                            self.paid[identity] = now


@contextmanager
def page_of(url: str, arrivals: list[float]) -> Iterator[None]:
    """An open page's live stream; notes when each message arrives."""
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname or "", parts.port or 80))
    connection.sendall(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())

    def read() -> None:
        with connection.makefile("rb") as lines:
            for line in lines:
                if line.startswith(b"data:"):
                    arrivals.append(time.time())

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        yield
    finally:
        connection.shutdown(socket.SHUT_RDWR)
        reader.join(timeout=5)
        connection.close()


def run(*, seed: int) -> dict[str, Any]:
    seen: list[float] = []
    shown: list[float] = []
    credited: list[float] = []
    with open_shop(purpose="bench", say=lambda line: None) as shop:
        commits = Commits(state=shop.house.state)
        wallet = shop.wallet(ETH=10**18, USDC=PAYMENTS * 10 * 10**6)
        for _ in range(PAYMENTS):
            sample = _pay_once(shop, commits, wallet)
            for figure, value in zip((seen, shown, credited), sample, strict=True):
                figure.append(value)
        commits.close()
    return {
        "figures": {
            "seen_ms_median": _median(seen),
            "seen_ms_p95": _p95(seen),
            "page_ms_median": _median(shown),
            "page_ms_p95": _p95(shown),
            "credited_ms_median": _median(credited),
        },
        "conditions": {"payments": len(seen), "chain": "anvil", "confirmations": 1},
    }


def _pay_once(shop: OpenShop, commits: Commits, wallet: Any) -> tuple[float, float, float]:
    invoice = shop.api.post("/v1/invoices", {"amount": PRICE, "currency": "EUR"})
    uri = next(due["uri"] for due in invoice["due"] if due["symbol"] == "USDC")
    arrivals: list[float] = []
    with page_of(f"{shop.house.live_url}/live/i/{invoice['id']}", arrivals):
        _wait(lambda: bool(arrivals))
        before = len(arrivals)
        with JsonRpc(shop.rpc_url) as rpc:
            transaction = wallet.pay(uri)
            _wait(lambda: rpc.call("eth_getTransactionReceipt", [transaction]) is not None)
            mined_at = time.time()
        _wait(lambda: len(arrivals) > before)
        _wait(lambda: invoice["id"] in commits.paid)
    deposit = shop.api.get(f"/v1/invoices/{invoice['id']}")["received"][0]["deposit_id"]
    return (
        (commits.first_of[f"deposit:{deposit}"] - mined_at) * 1000,
        (arrivals[before] - mined_at) * 1000,
        (commits.paid[invoice["id"]] - mined_at) * 1000,
    )


def _wait(condition: Any) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the house did not react")
        time.sleep(0.002)


def _median(values: list[float]) -> float:
    return round(statistics.median(values), 1)


def _p95(values: list[float]) -> float:
    return round(statistics.quantiles(values, n=20)[-1], 1)
