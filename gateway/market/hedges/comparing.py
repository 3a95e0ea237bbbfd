"""What an exchange says it holds for us against the books. Asked outside of any transaction."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from gateway.chains.models import Token
from gateway.events.errors import TillwayError
from gateway.ledger.accounts import exchange as exchange_account
from gateway.ledger.selectors import balances_of
from gateway.market.exchanges.configured import configured_exchange, exchange_settings
from gateway.market.exchanges.numbers import text_of
from gateway.market.hedges.exchange_models import (
    ORDER_OPEN,
    ExchangeDust,
    ExchangeOrder,
    ExchangeStanding,
)
from gateway.market.hedges.models import InventoryMove
from gateway.market.hedges.standing import exchange_stop, say_difference
from gateway.market.hedging.exchange_fills import scale_of
from gateway.market.hedging.moving import MoveState
from gateway.money.assets import Asset

log = structlog.get_logger(__name__)

QUIET = timedelta(seconds=30)
"""After an order ended: an exchange may show its balance later than its trades."""
DIFFERS = "balance_differs"
COMING = tuple(state.value for state in (MoveState.ASKED, MoveState.LEFT, MoveState.SEEN))


@dataclass(frozen=True, slots=True)
class Booked:
    """e18 by the exchange's code: the least and the most that it may say."""

    least: dict[str, int]
    most: dict[str, int]


def balances_compare(*, now: datetime) -> int:
    """Compare every exchange that has our assets and is at rest; how many were compared.

    One that holds something else is said (``reconciliation.differed``) and traded on no more. What
    is on its way there or back may be credited or not; dust below a base unit is counted.
    """
    compared = 0
    for entry in exchange_settings():
        if not entry.assets or not is_quiet(entry.name, now=now):
            continue
        exchange = configured_exchange(entry.name)
        before = _booked(entry.name, exchange.currencies())
        try:
            told = exchange.balances()
        except TillwayError as trouble:
            log.warning("exchange_not_compared", exchange=entry.name, detail=str(trouble)[:300])
            continue
        if before == _booked(entry.name, exchange.currencies()):
            _compare(entry.name, before, dict(told), now=now)
            compared += 1
    return compared


@transaction.atomic
def _compare(exchange: str, booked: Booked, told: dict[str, int], *, now: datetime) -> None:
    wrong = [
        currency
        for currency, least in booked.least.items()
        if not least <= told.get(currency, 0) <= booked.most[currency]
    ]
    detail = ", ".join(f"{each}: {text_of(told.get(each, 0))}" for each in wrong)
    stopped = wrong and exchange_stop(exchange=exchange, reason=DIFFERS, detail=detail, now=now)
    if stopped:
        for currency in wrong:
            say_difference(
                exchange=exchange,
                currency=currency,
                booked=text_of(booked.least[currency]),
                told=text_of(told.get(currency, 0)),
                now=now,
            )
    ExchangeStanding.objects.update_or_create(
        exchange=exchange, defaults={"checked_at": now, "differing": len(wrong)}
    )


def is_quiet(exchange: str, *, now: datetime) -> bool:
    """Whether no order is open there, nor has just ended."""
    orders = ExchangeOrder.objects.filter(exchange=exchange)
    return not (
        orders.filter(status__in=ORDER_OPEN).exists()
        or orders.filter(ended_at__gt=now - QUIET).exists()
    )


def _booked(exchange: str, currencies: Mapping[str, str]) -> Booked:
    """By the books, with its dust, and with what is on its way."""
    decimals = dict(Token.objects.filter(code__in=currencies).values_list("code", "decimals"))
    dust = dict(ExchangeDust.objects.filter(exchange=exchange).values_list("asset", "e18"))
    least: dict[str, int] = defaultdict(int)
    most: dict[str, int] = defaultdict(int)
    held = balances_of(account=exchange_account(exchange))
    moves = list(InventoryMove.objects.filter(exchange=exchange, state__in=COMING))
    for code, currency in currencies.items():
        if code not in decimals:
            continue
        scale = scale_of(Asset(code, decimals[code]))
        lies = held.get(code, 0) * scale + dust.get(code, 0)
        coming = sum(m.units for m in moves if m.asset == code and m.is_deposit)
        going = sum(
            m.units for m in moves if m.asset == code and not m.is_deposit and m.state == "asked"
        )
        least[currency] += lies - going * scale
        most[currency] += lies + coming * scale
    return Booked(dict(least), dict(most))
