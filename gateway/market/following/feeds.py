"""Outside prices. Kind ``tillway`` is our own plain JSON, which any adapter can serve::

{"source": "of whom (simulated)", "at": 1764000000000,
 "prices": {"ETH/USD": "3000.12", "EUR/USD": "1.08",
            "BTC/USD": {"bid": "60012", "ask": "60013", "bid_size": "1.5", "ask_size": "0.2"}}}
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.market.building import FeedReading
from gateway.market.desk.micro_price import BookTop, BookUnusable, micro_price
from gateway.market.snapshots import E18
from gateway.money.assets import FIAT, Asset
from gateway.money.errors import MoneyError
from gateway.money.rates import Rate
from gateway.outside import http
from gateway.outside.errors import OutsideFailed

KINDS = ("tillway",)
TIMEOUT_SECONDS = 3.0
MAX_AGE_MS = 30_000
MAX_PRICES = 1_000
# One whole unit as 1e-18 of itself: a price in words becomes its e18 integer through a Rate.
_WHOLE = Asset("X", 0)
_E18_DOLLAR = Asset("USD", 18)


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed of the settings."""

    name: str
    url: str
    kind: str
    max_age_ms: int = MAX_AGE_MS


def feed_of(entry: Mapping[str, Any]) -> Feed:
    """A feed from its settings.

    Raises:
        ValueError: a field is missing, or we don't speak its kind.
    """
    try:
        feed = Feed(
            name=str(entry["name"]),
            url=str(entry["url"]),
            kind=str(entry["kind"]),
            max_age_ms=int(entry.get("max_age_seconds", MAX_AGE_MS // 1000)) * 1000,
        )
    except KeyError as error:
        raise ValueError(f"a market feed without {error}") from error
    if feed.kind not in KINDS:
        raise ValueError(f"a market feed of unknown kind {feed.kind!r}")
    return feed


def read_feed(feed: Feed, *, allow_loopback: bool) -> FeedReading:
    """Ask a feed once.

    Raises:
        OutsideRefused: it lies where we may not go.
        OutsideFailed: it doesn't answer, or not with prices.
    """
    answer = http.request(
        method="GET",
        url=feed.url,
        timeout_seconds=TIMEOUT_SECONDS,
        allow_loopback=allow_loopback,
    )
    if answer.status != 200 or answer.truncated:
        raise OutsideFailed(f"{feed.name} answers with status {answer.status}.")
    return parse_reading(feed, answer.body, received_ms=time.time_ns() // 1_000_000)


def parse_reading(feed: Feed, body: bytes, *, received_ms: int) -> FeedReading:
    """What a feed said; a price that can't be read is left out and so refused. Pure.

    Args:
        received_ms: when it arrived; a feed can't make its prices younger than that.

    Raises:
        OutsideFailed: it isn't the feed's format at all.
    """
    try:
        told = orjson.loads(body)
        prices, at_ms, source = told["prices"], told["at"], str(told.get("source", ""))
        if type(at_ms) is not int or not isinstance(prices, dict) or len(prices) > MAX_PRICES:
            raise TypeError
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise OutsideFailed(f"{feed.name} answers with something else than prices.") from error
    read: dict[str, int] = {}
    half_spreads: dict[str, int] = {}
    for pair, text in prices.items():
        symbol, _, quote = pair.partition("/")
        price, half_spread_ppm = _price(text) if quote == "USD" else (0, 0)
        if price:
            read[symbol], half_spreads[symbol] = price, half_spread_ppm
    return FeedReading(
        name=feed.name,
        at_ms=min(at_ms, received_ms),
        max_age_ms=feed.max_age_ms,
        prices=read,
        simulated="simulated" in source.lower(),
        half_spreads_ppm=half_spreads,
    )


def _price(told: object) -> tuple[int, int]:
    """(e18 price, half of its book's spread in millionths); zeros for none, or a crossed book."""
    if not isinstance(told, dict):
        return _e18(told), 0
    sides = [_e18(told.get(side)) for side in ("bid", "ask", "bid_size", "ask_size")]
    try:
        return micro_price(BookTop(*sides))
    except BookUnusable:
        return 0, 0


def _e18(text: object) -> int:
    """A price in words as an e18 integer; 0 if it is none."""
    try:
        rate = Rate.from_price(text, base=_WHOLE, quote=_E18_DOLLAR)  # type: ignore[arg-type]
    except MoneyError:
        return 0
    price = rate.numerator // rate.denominator
    return price if price < E18 * E18 else 0


def currencies_of(readings: Mapping[str, FeedReading]) -> set[str]:
    """Fiat currencies that some feed prices."""
    return {code for reading in readings.values() for code in reading.prices if code in FIAT}
