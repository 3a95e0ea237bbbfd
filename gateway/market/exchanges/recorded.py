"""An exchange that is a JSON file: a recording, made up, for tests and dry runs. Never for money.

What it "says" is written by a person or a test; what it is asked for is appended to the same file::

    {"addresses": {"USDC@31337": "0x…"},
     "deposits": {"0x<transaction>": {"progress": "done", "units": "1000000"}},
     "withdrawals": {"<client id>": {"progress": "done", "units": "1000000", "tx_hash": "0x…"}},
     "asked": {"<client id>": {"asset": "USDC@31337", "units": "1000000", "to": "0x…"}},
     "markets": {"ETH/USDC": {"lot": "0.0001", "tick": "0.01", "least_size": "0.0001",
                              "least_cost": "5", "taker_fee_ppm": 1000}},
     "books": {"ETH/USDC": {"bids": [["2999.5", "4.2"]], "asks": [["3000.5", "3"]], "at": <ms>}},
     "balances": {"USDC": "1000.5"},
     "placed": {"<client id>": {"market": "ETH/USDC", "side": "sell", "size": …, "price": …}},
     "orders": {"<client id>": {"progress": "over", "order_id": "7", "filled": "1.5"}},
     "trades": {"7": [{"id": "1", "side": "sell", "size": "1.5", "price": "2999.5",
                       "cost": "4499.25", "fee": "4.5", "fee_currency": "USDC", "at": <ms>}]}}

A book without ``at`` was taken as it is read.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import orjson

from gateway.chains.addresses import checksum, parse_address
from gateway.market.exchanges.numbers import e18_of, text_of
from gateway.market.exchanges.places import (
    Depth,
    ExchangeDown,
    Level,
    LimitOrder,
    MarketRules,
    OrderProgress,
    OrderTold,
    Pair,
    Progress,
    Told,
    Trade,
)

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class RecordedExchange:
    """The recording in a file, read anew at each question.

    Attributes:
        held: its code of each of our assets that may lie there.
    """

    name: str
    path: Path
    held: Mapping[str, str] = field(default_factory=dict)

    @property
    def simulated(self) -> bool:
        return True

    # ------------------------------------------------------------------ what comes and goes

    def deposit_address(self, *, asset: str) -> bytes:
        try:
            return parse_address(self._read()["addresses"][asset])
        except (KeyError, TypeError, ValueError) as error:
            raise ExchangeDown(f"The recording has no address for {asset}.") from error

    def deposit(self, *, asset: str, tx_hash: str) -> Told:
        return _told(self._read().get("deposits", {}).get(tx_hash))

    def withdraw(self, *, client_id: str, asset: str, units: int, to: bytes) -> None:
        self._keep("asked", client_id, {"asset": asset, "units": str(units), "to": checksum(to)})

    def withdrawal(self, *, client_id: str, asset: str) -> Told:
        content = self._read()
        told = content.get("withdrawals", {}).get(client_id)
        if told is None and client_id in content.get("asked", {}):
            return Told(Progress.PENDING)
        return _told(told)

    def currencies(self) -> Mapping[str, str]:
        return self.held

    # ------------------------------------------------------------------ its markets

    def rules(self, pair: Pair) -> MarketRules | None:
        told = self._read().get("markets", {}).get(self._symbol(pair))
        if told is None:
            return None
        names = ("lot", "tick", "least_size", "least_cost")
        return _reading(
            lambda: MarketRules(
                **{name: e18_of(told.get(name, "0")) for name in names},
                taker_fee_ppm=int(told["taker_fee_ppm"]),
            )
        )

    def depth(self, pair: Pair) -> Depth:
        content = self._read()
        return _reading(lambda: _depth(content["books"][self._symbol(pair)]))

    def balances(self) -> Mapping[str, int]:
        content = self._read()
        return _reading(lambda: {c: e18_of(held) for c, held in content["balances"].items()})

    # ------------------------------------------------------------------ orders

    def place(self, order: LimitOrder) -> None:
        asked = {
            "market": self._symbol(order.pair),
            "side": "sell" if order.sells else "buy",
            "size": text_of(order.size),
            "price": text_of(order.price),
        }
        self._keep("placed", order.client_id, asked)

    def cancel(self, *, client_id: str, pair: Pair) -> None:
        self._keep("cancelled", client_id, True)

    def order(self, *, client_id: str, pair: Pair) -> OrderTold:
        content = self._read()
        told = content.get("orders", {}).get(client_id)
        if told is None:
            placed = client_id in content.get("placed", {})
            return OrderTold(OrderProgress.OPEN if placed else OrderProgress.UNKNOWN)
        return _reading(
            lambda: OrderTold(
                OrderProgress(told["progress"]), str(told["order_id"]), e18_of(told["filled"])
            )
        )

    def trades(self, *, order_id: str, pair: Pair, since_ms: int) -> Sequence[Trade]:
        rows = self._read().get("trades", {}).get(order_id, [])
        return _reading(lambda: [_trade(row) for row in rows])

    # ------------------------------------------------------------------ the file

    def _symbol(self, pair: Pair) -> str:
        return f"{self.held.get(pair.base, '')}/{self.held.get(pair.quote, '')}"

    def _keep(self, kind: str, key: str, asked: object) -> None:
        """Append what it is asked for; what was asked before stays as it was."""
        content = self._read()
        kept = content.setdefault(kind, {})
        if key in kept:
            return
        kept[key] = asked
        draft = self.path.with_suffix(".part")
        draft.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))
        draft.replace(self.path)

    def _read(self) -> dict[str, Any]:
        try:
            content = orjson.loads(self.path.read_bytes())
        except (OSError, orjson.JSONDecodeError) as error:
            raise ExchangeDown(f"The recording of {self.name} can't be read.") from error
        if not isinstance(content, dict):
            raise ExchangeDown(f"The recording of {self.name} is no object.")
        return content


def _depth(book: Mapping[str, Any]) -> Depth:
    bids, asks = (
        tuple(Level(e18_of(price), e18_of(size)) for price, size in book[side])
        for side in ("bids", "asks")
    )
    return Depth(bids, asks, int(book.get("at") or time.time_ns() // 1_000_000))


def _trade(row: Mapping[str, Any]) -> Trade:
    return Trade(
        id=str(row["id"]),
        sells=row["side"] == "sell",
        size=e18_of(row["size"]),
        price=e18_of(row["price"]),
        cost=e18_of(row["cost"]),
        fee=e18_of(row.get("fee", "0")),
        fee_currency=str(row.get("fee_currency", "")),
        at_ms=int(row["at"]),
    )


def _told(entry: Mapping[str, str] | None) -> Told:
    if entry is None:
        return Told(Progress.UNKNOWN)
    return _reading(
        lambda: Told(
            Progress(entry["progress"]), int(entry.get("units", "0")), entry.get("tx_hash", "")
        )
    )


def _reading(read: Callable[[], Answer]) -> Answer:
    try:
        return read()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ExchangeDown("The recording has an entry that can't be read.") from error
