"""Open a market, and say what may be done in it."""

from datetime import datetime

from django.db import IntegrityError, transaction

from gateway.chains.models import Token
from gateway.events.services import emit
from gateway.market.orders import locks
from gateway.market.orders.errors import BadMarketTerms, MarketConflict, MarketUnknown
from gateway.market.orders.models import MARKET_STATUSES, BookMarket

DEFAULT_BOUND_PPM = 100_000
DEFAULT_TAKER_FEE_PPM = 500


def market_of(name: str) -> BookMarket:
    """The market of this name. One query.

    Raises:
        MarketUnknown
    """
    market = BookMarket.objects.filter(name=name).first()
    if market is None:
        raise MarketUnknown
    return market


@transaction.atomic
def market_open(
    *,
    name: str,
    base: str,
    quote: str,
    lot_units: int,
    tick_units: int,
    now: datetime,
    maker_fee_ppm: int = 0,
    taker_fee_ppm: int = DEFAULT_TAKER_FEE_PPM,
    bound_ppm: int = DEFAULT_BOUND_PPM,
) -> BookMarket:
    """Open a market of a base token in a settlement stablecoin. The same again is the same one.

    Args:
        lot_units: base units in a lot, a power of ten.
        tick_units: base units of the quote that a tick adds to the price of a lot.
        bound_ppm: millionths that a price may be away from our fair value.

    Raises:
        BadMarketTerms: tokens that we don't know, don't offer for their conduct, or that are of
            chains of two modes; a quote that is pegged to nothing; lots, ticks or fees that make
            no market.
        MarketConflict: a market of this name has other terms.
    """
    tokens = {
        t.code: t for t in Token.objects.filter(code__in=(base, quote)).select_related("chain")
    }
    if len(tokens) != 2 or not tokens[quote].peg or not name or bound_ppm <= 0:
        raise BadMarketTerms
    if tokens[base].chain.mode != tokens[quote].chain.mode:
        raise BadMarketTerms
    if tokens[base].refused or tokens[quote].refused:
        raise BadMarketTerms
    market = BookMarket(
        name=name,
        mode=tokens[base].chain.mode,
        base=base,
        base_decimals=tokens[base].decimals,
        quote=quote,
        quote_decimals=tokens[quote].decimals,
        lot_units=lot_units,
        tick_units=tick_units,
        maker_fee_ppm=maker_fee_ppm,
        taker_fee_ppm=taker_fee_ppm,
        bound_ppm=bound_ppm,
        opened_at=now,
    )
    asked = market.terms
    try:
        with transaction.atomic():
            market.save(force_insert=True)
    except IntegrityError:
        known = market_of(name)
        if known.terms != asked or known.bound_ppm != bound_ppm:
            raise MarketConflict from None
        return known
    _say(market, "book.opened", now=now)
    return market


@transaction.atomic
def market_status_set(*, name: str, status: str, by: str, now: datetime) -> BookMarket:
    """Let a market trade (``open``), only cancel (``cancel_only``), or be over (``closed``).

    Raises:
        MarketUnknown
        BadMarketTerms: there is no such status, or a market that still has orders is to close.
    """
    market = locks.market_for_update(market_of(name).id)
    if status not in MARKET_STATUSES:
        raise BadMarketTerms(f"A market is one of {', '.join(MARKET_STATUSES)}.", field="status")
    if status == "closed" and market.orders.filter(status="open").exists():
        raise BadMarketTerms("Orders rest in this market.", hint="Cancel them first.")
    if market.status != status:
        market.status = status
        market.save(update_fields=["status"])
        _say(market, "book.status_changed", now=now, by=by)
    return market


def _say(market: BookMarket, type: str, *, now: datetime, by: str = "") -> None:
    emit(
        type=type,
        subject=f"book:{market.id}",
        body={
            "market": market.name,
            "base": market.base,
            "quote": market.quote,
            "status": market.status,
            "by": by,
        },
        mode=market.mode,
        now=now,
    )
