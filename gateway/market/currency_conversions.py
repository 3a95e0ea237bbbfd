"""What a stablecoin gives in a currency, for a payout to a bank. Pure: a snapshot and a time in, a
conversion or a refusal out.

What is taken counts at the lesser of its value and its peg, the currency at its price: the rule by
which payments are credited. Both need a fresh price, and the coin may not be away from its peg.
"""

from datetime import datetime, timedelta

from gateway.market.conversions import Conversion
from gateway.market.desk.lock import lock_premium_ppm
from gateway.market.desk.skew import lots
from gateway.market.desk.spread import spread_parts
from gateway.market.errors import BelowMinimum, UnknownAsset
from gateway.market.quoting.answers import SourceUsed
from gateway.market.quoting.contexts import asset_in, context_of, currency_price
from gateway.market.quoting.permits import check_lock, permitted_state
from gateway.market.quoting.pricing import buy_price, value_of, volatility_of
from gateway.market.risk.states import RiskState
from gateway.market.snapshots import E18, MarketSnapshot
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.money.rates import PPM, Rate, Rounding


def convert_to_currency(
    *,
    snapshot: MarketSnapshot,
    taken: Amount,
    into: Asset,
    buying_ppm: int,
    promise_seconds: int,
    now: datetime,
) -> Conversion:
    """What ``taken`` of a stablecoin gives of a currency, promised for ``promise_seconds``.

    Args:
        into: a currency.
        buying_ppm: millionths that it costs the house to buy the currency: the ``fill_ppm`` of the
            conversion.

    Raises:
        QuoteRefused: no fresh price of either, away from its peg, the desk doesn't trade it now, or
            nothing is left of it.
    """
    known = snapshot.assets.get(taken.asset.code)
    if known is None or not known.peg:
        raise UnknownAsset("Only stablecoins are converted for a payout.")
    context = context_of(
        snapshot=snapshot,
        demand=Amount(1, into),
        settlement_code=taken.asset.code,
        lock_seconds=promise_seconds,
        fee_bps=0,
        now=now,
    )
    state, _ = asset_in(context, taken.asset.code)
    value, age_ms = value_of(snapshot, state, now_ms=context.now_ms)
    currency_usd, currency_sources = currency_price(snapshot, into.code, context.now_ms)
    permitted = permitted_state(context, state)
    check_lock(context, permitted)
    policy = snapshot.policy
    buy_usd, volatility = buy_price(context, state, value), volatility_of(policy, state)
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
        wide=permitted is not RiskState.NORMAL,
    )
    promise_ppm = lock_premium_ppm(
        volatility_ppm=max(volatility, state.fast_volatility_ppm),
        seconds=promise_seconds,
        strategic_share_ppm=context.strategic_share_ppm,
        completion_ppm=policy.completion_ppm,
        max_ppm=policy.max_lock_premium_ppm,
    )
    fair = Rate(buy_usd * into.one, currency_usd * taken.asset.one, taken.asset, into)
    kept = fair.worsened_ppm(min(spread.total_ppm + promise_ppm + buying_ppm, PPM - 1))
    paid = kept.convert(taken, rounding=Rounding.DOWN)
    if not paid.is_positive:
        raise BelowMinimum("This is less than the currency's smallest coin.")
    sources = {source.name: source for source in (*value.sources, *currency_sources)}
    return Conversion(
        taken=taken,
        paid=paid,
        fair=fair.price_text(8),
        fair_units=fair.convert_units(taken.units, rounding=Rounding.DOWN),
        spread_ppm=spread.total_ppm,
        promise_ppm=promise_ppm,
        fill_ppm=buying_ppm,
        gas_units=0,
        sources=tuple(
            SourceUsed(source.name, max(0, context.now_ms - source.at_ms), source.simulated)
            for source in sources.values()
        ),
        snapshot_version=snapshot.version,
        valid_until=now + timedelta(seconds=promise_seconds),
    )
