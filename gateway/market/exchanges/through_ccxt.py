"""Real exchanges, through ccxt.

Only exchanges whose formats are tested here are spoken: ccxt's one interface hides that some have
no order of our naming, and without that an order that was not answered could be neither found nor
safely left alone.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import Any, TypeVar

from gateway.chains.addresses import checksum, parse_address
from gateway.chains.models import Token
from gateway.events.errors import TillwayError
from gateway.market.exchanges import readings
from gateway.market.exchanges.guarded import ccxt_client
from gateway.market.exchanges.numbers import E18, text_of
from gateway.market.exchanges.places import (
    Depth,
    ExchangeDown,
    LimitOrder,
    MarketRules,
    OrderProgress,
    OrderRefused,
    OrderTold,
    Pair,
    Progress,
    Told,
    Trade,
)

Answer = TypeVar("Answer")

SPOKEN: Mapping[str, Mapping[str, Any]] = {
    # Spot alone: its lists of futures, of margin and of what networks cost are not ours to load.
    "binance": {
        "fetchMarkets": {"types": ["spot"]},
        "fetchMargins": False,
        "fetchCurrencies": False,
        "defaultType": "spot",
    },
}
"""ccxt's options for each exchange that is spoken."""
UNREADABLE = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError)
"""What ccxt's parsers, which take an exchange's format for granted, make of nonsense."""
LEVELS = 100
MARKETS_SECONDS = 3_600.0
WITHDRAWAL_NAME = {"binance": "withdrawOrderId"}
"""What each calls our name for a withdrawal, as it is asked for and listed."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whoever prints it prints nothing of it."""

    key: str = field(repr=False)
    secret: str = field(repr=False)
    word: str = field(default="", repr=False)


@dataclass(frozen=True)
class CcxtExchange:
    """
    Attributes:
        exchange: ccxt's name of it.
        url: where its sandbox is instead.
        held: (its code, its network) of each of our assets that may lie there.
        taker_fee_ppm: instead of what it publishes.
    """

    name: str
    exchange: str
    sandbox: bool
    url: str
    held: Mapping[str, tuple[str, str]]
    taker_fee_ppm: int | None
    credentials: Credentials
    allow_loopback: bool = False
    lock: Lock = field(default_factory=Lock, repr=False)
    client: list[Any] = field(default_factory=list, repr=False)
    loaded: list[float] = field(default_factory=list, repr=False)

    @property
    def simulated(self) -> bool:
        return self.sandbox

    # ------------------------------------------------------------------ what comes and goes

    def deposit_address(self, *, asset: str) -> bytes:
        currency, network = self._held(asset)
        return self._ask(
            lambda api: api.fetch_deposit_address(currency, _network(network)),
            lambda told: parse_address(told["address"]),
        )

    def deposit(self, *, asset: str, tx_hash: str) -> Told:
        currency, _ = self._held(asset)
        return self._ask(
            lambda api: api.fetch_deposits(currency),
            lambda rows: self._transfer(
                [row for row in rows if str(row.get("txid") or "").lower() == tx_hash.lower()],
                asset,
                with_fee=False,
            ),
        )

    def withdraw(self, *, client_id: str, asset: str, units: int, to: bytes) -> None:
        currency, network = self._held(asset)
        amount = text_of(units * E18 // int(10 ** _decimals(asset)))
        words = _network(network) | {WITHDRAWAL_NAME[self.exchange]: client_id}
        self._ask(lambda api: api.withdraw(currency, amount, checksum(to), None, words), _nothing)

    def withdrawal(self, *, client_id: str, asset: str) -> Told:
        currency, _ = self._held(asset)
        name = WITHDRAWAL_NAME[self.exchange]
        return self._ask(
            lambda api: api.fetch_withdrawals(currency),
            lambda rows: self._transfer(
                [row for row in rows if row["info"].get(name) == client_id], asset, with_fee=True
            ),
        )

    def currencies(self) -> Mapping[str, str]:
        return {code: currency for code, (currency, _) in self.held.items()}

    # ------------------------------------------------------------------ its markets

    def rules(self, pair: Pair) -> MarketRules | None:
        symbol = self._symbol(pair)
        if symbol is None:
            return None
        return self._ask(lambda api: api.markets.get(symbol), self._rules)

    def depth(self, pair: Pair) -> Depth:
        asked_ms = time.time_ns() // 1_000_000
        return self._ask(
            lambda api: api.fetch_order_book(self._symbol(pair), LEVELS),
            lambda book: readings.depth_read(
                book, asked_ms=asked_ms, now_ms=time.time_ns() // 1_000_000
            ),
        )

    def balances(self) -> Mapping[str, int]:
        return self._ask(lambda api: api.fetch_balance(), readings.balances_read)

    # ------------------------------------------------------------------ orders

    def place(self, order: LimitOrder) -> None:
        symbol, side = self._symbol(order.pair), "sell" if order.sells else "buy"
        words = {"clientOrderId": order.client_id, "timeInForce": "IOC"}
        size, price = text_of(order.size), text_of(order.price)
        self._ask(
            lambda api: api.create_order(symbol, "limit", side, size, price, words),
            _nothing,
            refusal=OrderRefused,
        )

    def cancel(self, *, client_id: str, pair: Pair) -> None:
        ask = partial(self._of_order, "cancel_order", client_id, pair)
        self._ask(ask, _nothing)

    def order(self, *, client_id: str, pair: Pair) -> OrderTold:
        ask = partial(self._of_order, "fetch_order", client_id, pair)
        return self._ask(
            ask,
            lambda told: (
                OrderTold(OrderProgress.UNKNOWN) if told is None else readings.order_read(told)
            ),
        )

    def trades(self, *, order_id: str, pair: Pair, since_ms: int) -> Sequence[Trade]:
        return self._ask(
            lambda api: api.fetch_order_trades(order_id, self._symbol(pair)),
            lambda rows: [
                readings.trade_read(row) for row in rows if str(row.get("order")) == order_id
            ],
        )

    # ------------------------------------------------------------------ parts

    def _ask(
        self,
        question: Callable[[Any], Any],
        reading: Callable[[Any], Answer],
        *,
        refusal: type[TillwayError] = ExchangeDown,
    ) -> Answer:
        """What the exchange answers, read. One question at a time: ccxt counts requests on its
        object.

        Args:
            refusal: what a plain no is; it changes something only where something was asked for.
        """
        import ccxt

        refusals = (
            ccxt.InvalidOrder,
            ccxt.InsufficientFunds,
            ccxt.OperationRejected,
            ccxt.BadRequest,
            ccxt.AuthenticationError,
        )
        with self.lock:
            try:
                self._load()
                return reading(question(self.client[0]))
            except ccxt.DuplicateOrderId as again:
                # It has an order of this name: no refusal of that one.
                raise ExchangeDown(_said(again)) from again
            except refusals as refused:
                raise refusal(_said(refused)) from refused
            except ccxt.BaseError as trouble:
                raise ExchangeDown(_said(trouble)) from trouble
            except (
                LookupError,
                TypeError,
                ValueError,
                ArithmeticError,
                AttributeError,
            ) as nonsense:
                # ccxt's parsers take an exchange's format for granted.
                raise ExchangeDown(f"{self.name} answers nonsense: {_said(nonsense)}") from nonsense

    def _of_order(self, verb: str, client_id: str, pair: Pair, api: Any) -> Any:
        """About an order by our name for it; None if the exchange has no such order."""
        import ccxt

        try:
            return getattr(api, verb)("", self._symbol(pair), {"clientOrderId": client_id})
        except (ccxt.OrderNotFound, ccxt.OperationRejected):
            return None

    def _load(self) -> None:
        """Its markets, once an hour."""
        if not self.client:
            words = {
                "apiKey": self.credentials.key,
                "secret": self.credentials.secret,
                "password": self.credentials.word,
                "options": dict(SPOKEN[self.exchange]),
            }
            self.client.append(
                ccxt_client(
                    self.exchange,
                    words,
                    sandbox=self.sandbox,
                    url=self.url,
                    allow_loopback=self.allow_loopback,
                )
            )
        now = time.monotonic()
        if not self.loaded or now - self.loaded[0] > MARKETS_SECONDS:
            self.client[0].load_markets(bool(self.loaded))
            self.loaded[:] = [now]

    def _rules(self, market: Mapping[str, Any] | None) -> MarketRules | None:
        if market is None or not market["spot"] or market["active"] is False:
            return None
        return readings.rules_read(market, taker_fee_ppm=self.taker_fee_ppm)

    def _transfer(self, rows: Sequence[Mapping[str, Any]], asset: str, *, with_fee: bool) -> Told:
        if not rows:
            return Told(Progress.UNKNOWN)
        return readings.transfer_read(rows[0], decimals=_decimals(asset), with_fee=with_fee)

    def _symbol(self, pair: Pair) -> str | None:
        base, quote = self.held.get(pair.base), self.held.get(pair.quote)
        return None if base is None or quote is None else f"{base[0]}/{quote[0]}"

    def _held(self, asset: str) -> tuple[str, str]:
        if asset not in self.held:
            raise ExchangeDown(f"The settings let no {asset} lie at {self.name}.")
        return self.held[asset]


def _network(network: str) -> dict[str, str]:
    return {"network": network} if network else {}


def _decimals(asset: str) -> int:
    return int(Token.objects.values_list("decimals", flat=True).get(code=asset))


def _nothing(_told: Any) -> None:
    """What is asked for is told of by asking after it."""


def _said(error: Exception) -> str:
    return str(error)[:300]
