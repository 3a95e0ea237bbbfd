"""From a rate to the quote that is promised: rounded for a wallet, bounded, with its witnesses."""

from collections.abc import Iterable

from gateway.market.errors import InventoryFull
from gateway.market.quoting.answers import MODEL, Quote, QuoteParts, SourceUsed, asset_of
from gateway.market.quoting.caps import lock_cap_units
from gateway.market.quoting.contexts import Context
from gateway.market.quoting.pricing import Priced
from gateway.market.risk.states import RiskState
from gateway.market.snapshots import E18, Source
from gateway.money.assets import WALLET_PLACES_MAX, Asset, wallet_places
from gateway.money.rates import BPS, PPM, Rate, Rounding

# A wallet's last digit may cost the shopper this share of the amount before we show one more.
_LAST_DIGIT_SHARE = 5_000


def shown(units: int, asset: Asset) -> tuple[int, int]:
    """``units`` rounded up to as few decimals as a wallet shows without costing the shopper."""
    places = wallet_places(asset)
    while (
        places < min(asset.decimals, WALLET_PLACES_MAX)
        and 10 ** (asset.decimals - places) * _LAST_DIGIT_SHARE > units
    ):
        places += 1
    step = int(10 ** (asset.decimals - places))
    return -(-units // step) * step, places


def bounds(context: Context, priced: Priced) -> tuple[int, int]:
    """The least and the most pricing units that one invoice may be of in this asset."""
    policy, state, demand = context.policy, priced.state, context.demand
    # Pricing units per token unit at the value we buy at.
    numerator = priced.buy_usd * demand.asset.one
    denominator = context.pricing_usd * 10**state.decimals
    minimum = -(-priced.gas_units * numerator * BPS // (denominator * policy.max_gas_share_bps))
    whole_unit = E18 * 10**state.decimals
    cap = lock_cap_units(policy, state, usd_e18=priced.buy_usd)
    lockable = max(0, cap - state.open_units)
    bound = policy.inventory_bound_usd_cents * whole_unit // (100 * priced.buy_usd)
    room = bound - state.inventory_units
    if priced.permitted is RiskState.REDUCE_ONLY:
        room = -state.inventory_units  # to its target and no further
    if room <= 0:
        raise InventoryFull
    lockable = min(lockable, room)
    if priced.fill_ppm:
        lockable = min(lockable, state.depth_units * policy.depth_share_bps // BPS)
    return minimum, lockable * numerator * priced.keep_ppm // (denominator * PPM)


def _used(context: Context, sources: Iterable[Source]) -> tuple[SourceUsed, ...]:
    used = {source.name: source for source in sources}
    return tuple(
        SourceUsed(source.name, max(0, context.now_ms - source.at_ms), source.simulated)
        for source in used.values()
    )


def built(
    context: Context,
    priced: Priced,
    *,
    units: int,
    places: int,
    pricing_units: int,
    minimum: int,
    maximum: int,
) -> Quote:
    state = priced.state
    pricing, rate = context.demand.asset, context.settlement_rate
    fair = Rate(
        priced.buy_usd * pricing.one,
        context.pricing_usd * 10**state.decimals,
        asset_of(state.code, state.decimals),
        pricing,
    )
    return Quote(
        asset=state.code,
        decimals=state.decimals,
        units=units,
        places=places,
        pricing=pricing.code,
        pricing_units=pricing_units,
        settlement=context.settlement.code,
        settlement_decimals=context.settlement.decimals,
        settlement_units=rate.convert_units(pricing_units, rounding=Rounding.DOWN),
        token_pricing=(pricing_units, units),
        pricing_settlement=(rate.numerator, rate.denominator),
        parts=QuoteParts(
            fair=fair.price_text(8),
            spread_ppm=priced.spread.total_ppm,
            lock_premium_ppm=priced.lock_premium_ppm,
            fill_ppm=priced.fill_ppm,
            gas_units=priced.gas_units,
            fee_bps=context.fee_bps,
            base_ppm=priced.spread.base_ppm,
            skew_ppm=priced.spread.skew_ppm,
            age_ppm=priced.spread.age_ppm,
            flow_ppm=priced.spread.flow_ppm,
            toxicity_ppm=priced.spread.toxicity_ppm,
            deviation_ppm=priced.spread.deviation_ppm,
            widened_ppm=priced.spread.widened_ppm,
            strategic_share_ppm=context.strategic_share_ppm,
        ),
        sources=_used(
            context,
            (*priced.value.sources, *context.pricing_sources, *context.settlement_sources),
        ),
        minimum=minimum,
        maximum=maximum,
        snapshot_version=context.snapshot.version,
        model=MODEL,
        priced_at=context.now,
        lock_end=context.lock_end,
        grace_seconds=priced.chain.grace_seconds,
    )


def at_par(context: Context) -> Quote:
    units = context.settlement_rate.convert_units(context.demand.units, rounding=Rounding.UP)
    return par_quote(context, units=units, pricing_units=context.demand.units)


def par_quote(context: Context, *, units: int, pricing_units: int) -> Quote:
    """The settlement asset itself: what comes in is what is credited, unit for unit."""
    state, pricing, rate = context.settlement, context.demand.asset, context.settlement_rate
    chain = context.snapshot.chains.get(state.chain_id)
    return Quote(
        asset=state.code,
        decimals=state.decimals,
        units=units,
        places=state.decimals,
        pricing=pricing.code,
        pricing_units=pricing_units,
        settlement=state.code,
        settlement_decimals=state.decimals,
        settlement_units=units,
        token_pricing=(pricing_units, units),
        pricing_settlement=(rate.numerator, rate.denominator),
        parts=QuoteParts(
            fair=rate.inverse().price_text(8),
            fee_bps=context.fee_bps,
            strategic_share_ppm=context.strategic_share_ppm,
        ),
        sources=_used(context, context.settlement_sources),
        snapshot_version=context.snapshot.version,
        model=MODEL,
        priced_at=context.now,
        lock_end=context.lock_end,
        grace_seconds=chain.grace_seconds if chain else 0,
    )
