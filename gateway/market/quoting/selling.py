"""What the desk asks for a token that it sells. Pure: the mirror image of what it pays for one.

A token is sold at the dearest of what its witnesses say, last price or average, plus the desk's
spread of the other side, plus what buying it back on its chain costs.
"""

from datetime import datetime

from gateway.market.desk.skew import lots
from gateway.market.desk.spread import spread_parts
from gateway.market.errors import DeskHalted, DeskReducesOnly
from gateway.market.quoting.answers import asset_of
from gateway.market.quoting.contexts import (
    DOLLAR,
    Context,
    asset_in,
    check_peg,
    context_of,
    currency_price,
)
from gateway.market.quoting.costs import fill_cost_ppm
from gateway.market.quoting.permits import risk_state
from gateway.market.quoting.pricing import value_of, volatility_of
from gateway.market.risk.states import RiskState
from gateway.market.snapshots import E18, AssetState, MarketSnapshot
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.money.rates import PPM, Rate, Rounding


def sale_rate(*, snapshot: MarketSnapshot, token: str, settlement: str, now: datetime) -> Rate:
    """What the desk asks now, from the token to the settlement asset. It promises nothing.

    Raises:
        QuoteRefused: no fresh price, no depth, or the desk may not be shorter of it.
    """
    context = _context(snapshot, Amount(1, FIAT[DOLLAR]), settlement, now)
    state, chain = asset_in(context, token)
    found = risk_state(context, state)
    if RiskState.HALT in (found, risk_state(context, context.settlement)):
        raise DeskHalted
    if found is RiskState.REDUCE_ONLY and state.inventory_units <= 0:
        raise DeskReducesOnly
    value, age_ms = value_of(snapshot, state, now_ms=context.now_ms)
    dearest = max(max(source.price, source.average) for source in value.sources)
    sell_usd = max(dearest, _peg_usd(context, state))
    policy = context.policy
    lot_units = max(1, policy.lot_usd_cents * E18 * 10**state.decimals // (100 * sell_usd))
    spread = spread_parts(
        value=value,
        volatility_ppm=volatility_of(policy, state),
        policy=policy,
        age_ms=age_ms,
        # What it holds too much of it sells more readily: the other side of the same skew.
        inventory_lots=-lots(
            inventory_units=state.inventory_units, target_units=0, lot_units=lot_units
        ),
        imbalance_ppm=state.imbalance_ppm,
        toxicity_ppm=state.toxicity_ppm,
        wide=found is not RiskState.NORMAL,
    )
    fill_ppm = fill_cost_ppm(context, state, chain, units=lot_units, buy_usd=sell_usd)
    dollar, rate = FIAT[DOLLAR], context.settlement_rate
    return Rate(
        sell_usd * (PPM + spread.total_ppm + fill_ppm) * dollar.one * rate.numerator,
        E18 * PPM * 10**state.decimals * rate.denominator,
        asset_of(state.code, state.decimals),
        rate.quote,
    )


def settlement_worth(
    *, snapshot: MarketSnapshot, pricing: Amount, settlement: str, now: datetime
) -> int:
    """Settlement units that an amount of a currency is worth today, rounded down.

    Raises:
        QuoteRefused: there is no fresh price.
    """
    context = _context(snapshot, pricing, settlement, now)
    return context.settlement_rate.convert_units(pricing.units, rounding=Rounding.DOWN)


def _context(snapshot: MarketSnapshot, demand: Amount, settlement: str, now: datetime) -> Context:
    return context_of(
        snapshot=snapshot,
        demand=demand,
        settlement_code=settlement,
        lock_seconds=0,
        fee_bps=0,
        now=now,
    )


def _peg_usd(context: Context, state: AssetState) -> int:
    """A pegged token is never sold below its peg, and not at all away from it; 0 without one."""
    if not state.peg:
        return 0
    peg_usd, _ = currency_price(context.snapshot, state.peg, context.now_ms)
    check_peg(state, peg_usd, now_ms=context.now_ms, policy=context.policy)
    return peg_usd
