"""What an amount is worth in currencies by the market's latest snapshot: to hold it against a
figure of the law, never to pay anybody by it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Final

from gateway.market.errors import MarketUnavailable, QuoteRefused
from gateway.market.quoting.contexts import currency_price
from gateway.market.quoting.pricing import value_of
from gateway.market.snapshot_store import current_snapshot
from gateway.market.snapshots import E18, MarketSnapshot
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT

DOLLAR: Final = FIAT["USD"]


@dataclass(frozen=True, slots=True)
class Worth:
    """An amount in dollars, rounded up to the cent, and what a dollar is in other currencies: those
    that have a fresh price."""

    dollars: Amount
    per_dollar: dict[str, Fraction]


def worth_of(amount: Amount, *, into: Collection[str], now: datetime) -> Worth | None:
    """What an amount is worth; None if nobody can say. No query.

    A token that promises to be worth a currency is taken at its word.
    """
    try:
        snapshot = current_snapshot()
    except MarketUnavailable:
        return None
    return worth_by(snapshot, amount, into=into, now_ms=int(now.timestamp() * 1_000))


def worth_by(
    snapshot: MarketSnapshot, amount: Amount, *, into: Collection[str], now_ms: int
) -> Worth | None:
    """As ``worth_of``, by a snapshot at hand. Pure."""
    price = _price(snapshot, amount.asset.code, now_ms=now_ms)
    if price is None:
        return None
    cents = Fraction(amount.units, amount.asset.one) * price * DOLLAR.one
    rates = {code: _price(snapshot, code, now_ms=now_ms) for code in into}
    return Worth(
        dollars=Amount(-(-cents.numerator // cents.denominator), DOLLAR),
        per_dollar={
            code: Fraction(rate.denominator, rate.numerator) for code, rate in rates.items() if rate
        },
    )


def _price(snapshot: MarketSnapshot, code: str, *, now_ms: int) -> Fraction | None:
    """Dollars for a whole unit."""
    state = snapshot.assets.get(code)
    try:
        if state is not None and not state.peg:
            return Fraction(value_of(snapshot, state, now_ms=now_ms)[0].price, E18)
        price, _ = currency_price(snapshot, state.peg if state else code, now_ms)
    except QuoteRefused:
        return None
    return Fraction(price, E18)
