"""Look at exchanges' books before a turn, outside of any transaction.

What can't be believed is left out: the pools are there without it.
"""

import time
from collections.abc import Iterator

import structlog

from gateway.events.errors import TillwayError
from gateway.market.exchanges.configured import (
    ExchangeSettings,
    configured_exchange,
    exchange_settings,
)
from gateway.market.exchanges.places import Pair
from gateway.market.hedges.configuration import hedging_settings
from gateway.market.hedges.exchange_selectors import stopped_exchanges
from gateway.market.hedges.models import ACTIVE, Hedge
from gateway.market.hedges.outside import Seen
from gateway.market.hedges.viewing import Subject, subjects_of
from gateway.market.hedging.exchange_books import Belief, fault_of
from gateway.market.selectors import desk_inventory
from gateway.market.snapshots import MarketSnapshot

log = structlog.get_logger(__name__)

LOOK_SECONDS = 20.0
"""A turn waits no longer than this for exchanges, all of them together."""
FINEST = 18
"""Decimals of an asset that exchanges' numbers can count."""


def exchanges_seen(*, snapshot: MarketSnapshot, now_ms: int) -> list[Seen]:
    """The markets that could close a position the desk has, as they are now.

    A sandbox is looked at for a test chain only, a real exchange for a live one only.
    """
    entries = _tradeable()
    if not entries:
        return []
    until = time.monotonic() + LOOK_SECONDS
    seen = []
    for subject in _wanted(snapshot, now_ms=now_ms):
        for entry in entries:
            if entry.simulated is not subject.chain.simulated or time.monotonic() > until:
                continue
            try:
                market = _look(entry, subject)
            except TillwayError as trouble:
                log.warning("exchange_not_seen", exchange=entry.name, detail=str(trouble)[:300])
                continue
            if market is not None:
                seen.append(market)
    return seen


def _tradeable() -> list[ExchangeSettings]:
    if not hedging_settings().enabled:
        return []
    entries = [entry for entry in exchange_settings() if entry.trade]
    stopped = stopped_exchanges() if entries else set()
    return [entry for entry in entries if entry.name not in stopped]


def _wanted(snapshot: MarketSnapshot, *, now_ms: int) -> Iterator[Subject]:
    """What the desk holds, owes or is hedging; a book that nobody needs is not asked for."""
    held = {code for code, units in desk_inventory().items() if units}
    held |= set(Hedge.objects.filter(status__in=ACTIVE).values_list("asset", flat=True))
    for subject in subjects_of(snapshot, now_ms=now_ms):
        if (
            isinstance(subject, Subject)
            and held & set(subject.aliases)
            and max(subject.asset.decimals, subject.anchor.decimals) <= FINEST
        ):
            yield subject


def _look(entry: ExchangeSettings, subject: Subject) -> Seen | None:
    exchange = configured_exchange(entry.name)
    pair = Pair(subject.asset.code, subject.anchor.code)
    if not {pair.base, pair.quote} <= set(exchange.currencies()):
        return None
    rules = exchange.rules(pair)
    if rules is None:
        return None
    depth = exchange.depth(pair)
    belief = Belief(max_age_ms=entry.max_book_age_ms, max_gap_ppm=entry.max_price_gap_ppm)
    fault = fault_of(depth, belief, fair=subject.fair, now_ms=time.time_ns() // 1_000_000)
    if fault is not None:
        log.warning("exchange_not_believed", exchange=entry.name, reason=fault.value)
        return None
    return Seen(
        exchange=entry.name,
        pair=pair,
        rules=rules,
        depth=depth,
        fixed_cost_cents=entry.fixed_cost_usd_cents,
        max_order_cents=entry.max_order_usd_cents,
        max_daily_cents=entry.max_daily_usd_cents,
    )
