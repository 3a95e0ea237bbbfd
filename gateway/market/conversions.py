"""What one stablecoin gives of another, or of itself on another chain. Pure: a snapshot and a time
in, a conversion or a refusal out.

What is taken counts at the lesser of its value and its peg, what is paid at its peg: the rule by
which payments are credited. Both need a fresh price, and neither may be away from its peg.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.market.amm.errors import AmmError
from gateway.market.desk.lock import lock_premium_ppm
from gateway.market.desk.skew import lots
from gateway.market.desk.spread import spread_parts
from gateway.market.errors import (
    BelowMinimum,
    DeskReducesOnly,
    NoDepth,
    PriceNotFresh,
    UnknownAsset,
)
from gateway.market.quoting.answers import SourceUsed
from gateway.market.quoting.contexts import Context, asset_in, context_of, currency_price
from gateway.market.quoting.permits import check_lock, permitted_state, risk_state
from gateway.market.quoting.pricing import buy_price, value_of, volatility_of
from gateway.market.risk.states import RiskState
from gateway.market.routing.best import best_in
from gateway.market.snapshots import E18, AssetState, MarketSnapshot
from gateway.money.amounts import Amount
from gateway.money.assets import Asset, fiat
from gateway.money.rates import PPM, Rate, Rounding

TRANSFER_GAS = 65_000
"""Gas units of one token transfer to an address that holds none of the token yet."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """What ``taken`` gives, and what lies between the fair rate and that.

    Attributes:
        fair: whole units paid for a whole unit taken, in words, before any part below.
        fair_units: base units paid that the fair rate gives.
        spread_ppm, promise_ppm, fill_ppm: millionths kept for the desk, for the promise, and for
            the venue where what is paid can be bought.
        gas_units: base units paid, for the transaction that pays it, rounded up.
    """

    taken: Amount
    paid: Amount
    fair: str
    fair_units: int
    spread_ppm: int
    promise_ppm: int
    fill_ppm: int
    gas_units: int
    sources: tuple[SourceUsed, ...]
    snapshot_version: int
    valid_until: datetime


def convert(
    *, snapshot: MarketSnapshot, taken: Amount, into: Asset, promise_seconds: int, now: datetime
) -> Conversion:
    """What ``taken`` gives of another stablecoin, promised for ``promise_seconds``.

    Raises:
        QuoteRefused: no fresh price of either, away from its peg, the desk doesn't trade it now,
            no venue for so much, or less than the gas costs.
    """
    known = snapshot.assets.get(taken.asset.code)
    if known is None or not known.peg:
        raise UnknownAsset("Only stablecoins are converted for a payout.")
    context = context_of(
        snapshot=snapshot,
        demand=Amount(1, fiat(known.peg)),
        settlement_code=into.code,
        lock_seconds=promise_seconds,
        fee_bps=0,
        now=now,
    )
    state, _chain = asset_in(context, taken.asset.code)
    value, age_ms = value_of(snapshot, state, now_ms=context.now_ms)
    paid_value, _ = value_of(snapshot, context.settlement, now_ms=context.now_ms)
    permitted = _permitted(context, state)
    check_lock(context, permitted)
    policy = snapshot.policy
    buy_usd, volatility = buy_price(context, state, value), volatility_of(policy, state)
    wide = permitted is not RiskState.NORMAL
    spread = spread_parts(
        value=value,
        volatility_ppm=volatility,
        policy=policy,
        age_ms=age_ms,
        inventory_lots=lots(
            inventory_units=state.inventory_units,
            target_units=0,
            lot_units=max(1, policy.lot_usd_cents * E18 * taken.asset.one // (100 * buy_usd)),
        ),
        imbalance_ppm=state.imbalance_ppm,
        toxicity_ppm=state.toxicity_ppm,
        wide=wide,
    )
    promise_ppm = lock_premium_ppm(
        volatility_ppm=max(volatility, state.fast_volatility_ppm),
        seconds=promise_seconds,
        strategic_share_ppm=context.strategic_share_ppm,
        completion_ppm=policy.completion_ppm,
        max_ppm=policy.max_lock_premium_ppm,
    )
    fill_ppm = _fill_ppm(context, state, units=taken.units, buy_usd=buy_usd)
    fair = _fair(context, taken.asset, into, buy_usd=buy_usd)
    kept = fair.worsened_ppm(min(spread.total_ppm + promise_ppm + fill_ppm, PPM - 1))
    gas_units = transfer_gas_units(snapshot=snapshot, asset=into, now=now)
    paid = kept.convert_units(taken.units, rounding=Rounding.DOWN) - gas_units
    if paid <= 0:
        raise BelowMinimum("Sending this there costs more than it is worth.")
    sources = {source.name: source for source in (*value.sources, *paid_value.sources)}
    return Conversion(
        taken=taken,
        paid=Amount(paid, into),
        fair=fair.price_text(8),
        fair_units=fair.convert_units(taken.units, rounding=Rounding.DOWN),
        spread_ppm=spread.total_ppm,
        promise_ppm=promise_ppm,
        fill_ppm=fill_ppm,
        gas_units=gas_units,
        sources=tuple(
            SourceUsed(source.name, max(0, context.now_ms - source.at_ms), source.simulated)
            for source in sources.values()
        ),
        snapshot_version=snapshot.version,
        valid_until=now + timedelta(seconds=promise_seconds),
    )


def transfer_gas_units(*, snapshot: MarketSnapshot, asset: Asset, now: datetime) -> int:
    """Base units of a stablecoin, at its peg, that sending it on its chain costs now, rounded up.

    Raises:
        UnknownAsset: the market doesn't follow it or its chain.
        PriceNotFresh, SourcesDisagree: the chain's coin, or the peg, has no price just now.
    """
    state = snapshot.assets.get(asset.code)
    chain = snapshot.chains.get(state.chain_id) if state else None
    if state is None or chain is None or not state.peg:
        raise UnknownAsset
    native = snapshot.assets.get(chain.native)
    if native is None:
        raise PriceNotFresh
    now_ms = int(now.timestamp() * 1000)
    native_usd = value_of(snapshot, native, now_ms=now_ms)[0].price
    peg_usd, _ = currency_price(snapshot, state.peg, now_ms)
    worth = chain.gas_price_wei * TRANSFER_GAS * native_usd * asset.one
    return -(-worth // (int(10**native.decimals) * peg_usd))


def _permitted(context: Context, state: AssetState) -> RiskState:
    """The state in which one may be bought and the other sold."""
    paid = context.settlement
    if risk_state(context, paid) is RiskState.REDUCE_ONLY and paid.inventory_units <= 0:
        raise DeskReducesOnly("The desk gives no more of this asset for now.")
    return permitted_state(context, state)


def _fair(context: Context, taken: Asset, into: Asset, *, buy_usd: int) -> Rate:
    """Base units paid for one taken: its value in dollars by the peg's."""
    rate = context.settlement_rate
    pegged = Rate(
        buy_usd * context.demand.asset.one, context.pricing_usd * taken.one, taken, rate.base
    )
    return pegged.then(rate)


def _fill_ppm(context: Context, state: AssetState, *, units: int, buy_usd: int) -> int:
    """Fee and impact of buying what is paid with what is taken, on the chain that both are on.

    Between chains the house pays from what it holds there; what bringing more over costs is no
    part of the price.
    """
    paid = context.settlement
    if state.chain_id != paid.chain_id:
        return 0
    try:
        route = best_in(context.venues, token_in=state.code, token_out=paid.code, amount_in=units)
    except AmmError:
        raise NoDepth from None
    peg_usd, _ = currency_price(context.snapshot, paid.peg, context.now_ms)
    ideal = units * buy_usd * int(10**paid.decimals)
    brings = route.amount_out * peg_usd * int(10**state.decimals)
    return max(0, -(-(ideal - brings) * PPM // ideal))
