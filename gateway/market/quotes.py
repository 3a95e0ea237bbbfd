"""What each asset would have to pay for an invoice. Pure: a snapshot and a time in, answers out."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from gateway.market.errors import (
    AboveMaximum,
    BelowMinimum,
    LockCapReached,
    LockTooLong,
    NoDepth,
    QuoteRefused,
)
from gateway.market.quoting.answers import (
    Bounded,
    Quote,
    QuoteParts,
    QuoteRefusal,
    SourceUsed,
    asset_of,
    decode_quotes,
    encode_quotes,
    refusal_of,
)
from gateway.market.quoting.building import at_par, bounds, built, par_quote, shown
from gateway.market.quoting.caps import lock_caps
from gateway.market.quoting.contexts import Context, asset_in, context_of
from gateway.market.quoting.permits import check_lock
from gateway.market.quoting.pricing import price
from gateway.market.quoting.raising import no_better
from gateway.market.snapshots import MarketSnapshot
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.money.errors import NotPositive
from gateway.money.rates import PPM, Rounding

__all__ = [
    "Quote",
    "QuoteParts",
    "QuoteRefusal",
    "SourceUsed",
    "appraise",
    "decode_quotes",
    "encode_quotes",
    "lock_caps",
    "no_better",
    "quote_assets",
]


def quote_assets(
    *,
    snapshot: MarketSnapshot,
    demand: Amount,
    settlement_asset: str | Asset,
    assets: Iterable[str | Asset],
    lock_seconds: int,
    fee_bps: int,
    now: datetime,
    strategic_share_ppm: int | None = None,
    shorten_lock: bool = False,
) -> list[Quote | QuoteRefusal]:
    """A quote or a refusal for each asset, in their order, all with one lock end.

    The settlement asset is taken at par, without spread, premium, gas or bounds; it too is
    refused when the pricing currency has no fresh price or it is known to be off its peg.

    Args:
        strategic_share_ppm: share of the shop's payers taken to use the lock as an option; the
            policy's if unset.
        shorten_lock: where an asset could only be promised for a shorter time (WIDE), promise all
            for that time, rather than refuse that one (``lock_too_long``).

    Raises:
        NotPositive: the demand is zero or less.
        UnknownCurrency: the demand is not in a currency.
    """
    if demand.units <= 0:
        raise NotPositive("The amount must be more than zero.")
    codes = [asset if isinstance(asset, str) else asset.code for asset in assets]
    try:
        context = context_of(
            snapshot=snapshot,
            demand=demand,
            settlement_code=(
                settlement_asset if isinstance(settlement_asset, str) else settlement_asset.code
            ),
            lock_seconds=lock_seconds,
            fee_bps=fee_bps,
            now=now,
            strategic_share_ppm=strategic_share_ppm,
        )
    except QuoteRefused as refused:
        return [refusal_of(code, refused) for code in codes]
    answers = [_answer(context, code) for code in codes]
    if shorten_lock and any(_is_too_long(answer) for answer in answers):
        seconds = snapshot.policy.wide_lock_seconds
        shorter = replace(context, lock_seconds=seconds, lock_end=now + timedelta(seconds=seconds))
        answers = [_answer(shorter, code) for code in codes]
    return answers


def appraise(
    *,
    snapshot: MarketSnapshot,
    token: Amount,
    pricing: Asset,
    settlement_asset: str | Asset,
    fee_bps: int,
    now: datetime,
    buy_usd_e18: int | None = None,
) -> Quote:
    """What a token amount is worth: for late money, which no lock covers.

    The quote's ``units`` are the token's, its ``pricing_units`` and ``settlement_units`` their
    worth after today's spread and gas; it locks nothing (``lock_end`` is ``now``).

    Args:
        buy_usd_e18: what a whole token was worth at its first block
            (``selectors.buy_price_at``); without it, today's value.

    Raises:
        QuoteRefused: no fresh price, no depth, or less than collecting it costs.
        NotPositive: no tokens.
    """
    if token.units <= 0:
        raise NotPositive("The amount must be more than zero.")
    context = context_of(
        snapshot=snapshot,
        demand=Amount(1, pricing),
        settlement_code=(
            settlement_asset if isinstance(settlement_asset, str) else settlement_asset.code
        ),
        lock_seconds=0,
        fee_bps=fee_bps,
        now=now,
    )
    code = token.asset.code
    if code == context.settlement.code:
        worth = context.settlement_rate.inverse().convert_units(token.units, rounding=Rounding.DOWN)
        if worth <= 0:
            raise BelowMinimum
        return par_quote(context, units=token.units, pricing_units=worth)
    state, chain = asset_in(context, code)
    priced = price(context, state, chain, units=token.units, locked=False, buy_usd=buy_usd_e18)
    units = token.units - priced.gas_units
    net = units * priced.keep_ppm * priced.buy_usd * pricing.one
    worth = net // (PPM * context.pricing_usd * 10**state.decimals)
    if units <= 0 or worth <= 0:
        raise BelowMinimum
    return built(
        context,
        priced,
        units=token.units,
        places=state.decimals,
        pricing_units=worth,
        minimum=0,
        maximum=0,
    )


def _answer(context: Context, code: str) -> Quote | QuoteRefusal:
    try:
        return at_par(context) if code == context.settlement.code else _quote(context, code)
    except QuoteRefused as refused:
        return refusal_of(code, refused)


def _is_too_long(answer: Quote | QuoteRefusal) -> bool:
    return isinstance(answer, QuoteRefusal) and answer.code == LockTooLong.code


def _quote(context: Context, code: str) -> Quote:
    state, chain = asset_in(context, code)
    priced = price(context, state, chain, units=0, locked=True)
    demand, keep = context.demand, priced.keep_ppm
    if keep <= 0:
        raise NoDepth
    whole = demand.units * context.pricing_usd * 10**state.decimals
    unit = priced.buy_usd * demand.asset.one
    units = -(-whole * PPM // (keep * unit)) + priced.gas_units
    units, places = shown(units, asset_of(state.code, state.decimals))
    minimum, maximum = bounds(context, priced)
    if demand.units < minimum:
        raise Bounded(BelowMinimum(), minimum, maximum)
    if demand.units > maximum:
        error = AboveMaximum() if maximum > 0 else LockCapReached()
        raise Bounded(error, minimum, maximum)
    check_lock(context, priced.permitted)
    return built(
        context,
        priced,
        units=units,
        places=places,
        pricing_units=demand.units,
        minimum=minimum,
        maximum=maximum,
    )
