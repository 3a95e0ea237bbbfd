"""A token's rate, part by part."""

from dataclasses import dataclass

from gateway.market.desk.fair_value import FairValue
from gateway.market.desk.lock import lock_premium_ppm
from gateway.market.desk.skew import lots
from gateway.market.desk.spread import SpreadParts, spread_parts
from gateway.market.quoting.contexts import Context, check_peg, currency_price
from gateway.market.quoting.costs import fill_cost_ppm, gas_cost_units
from gateway.market.quoting.permits import permitted_state
from gateway.market.quoting.values import agreed_value
from gateway.market.risk.states import RiskState
from gateway.market.snapshots import E18, AssetState, ChainState, DeskPolicy, MarketSnapshot
from gateway.money.rates import PPM


@dataclass(frozen=True, slots=True)
class Priced:
    """A token's rate before gas, and its parts."""

    state: AssetState
    chain: ChainState
    value: FairValue
    buy_usd: int
    spread: SpreadParts
    permitted: RiskState
    lock_premium_ppm: int
    fill_ppm: int
    gas_units: int

    @property
    def keep_ppm(self) -> int:
        return PPM - self.spread.total_ppm - self.lock_premium_ppm - self.fill_ppm


def volatility_of(policy: DeskPolicy, state: AssetState) -> int:
    """A year's volatility with the long memory, or what is assumed before one was measured."""
    return state.volatility_ppm or (
        policy.initial_stable_volatility_ppm if state.peg else policy.initial_volatility_ppm
    )


def value_of(snapshot: MarketSnapshot, state: AssetState, *, now_ms: int) -> tuple[FairValue, int]:
    """The fair value and the age of its oldest witness in milliseconds.

    Raises:
        QuoteRefused: there is none.
    """
    policy = snapshot.policy
    return agreed_value(
        snapshot,
        key=state.code,
        sources=state.sources,
        now_ms=now_ms,
        min_sources=policy.min_stable_sources if state.peg else policy.min_sources,
        volatility_ppm=volatility_of(policy, state),
    )


def buy_price(context: Context, state: AssetState, value: FairValue) -> int:
    """What we buy at: a pegged asset never above its peg, and not at all away from it."""
    if not state.peg:
        return value.buy
    peg_usd, _ = currency_price(context.snapshot, state.peg, context.now_ms)
    check_peg(state, peg_usd, now_ms=context.now_ms, policy=context.policy)
    return min(value.buy, peg_usd)


def price(
    context: Context,
    state: AssetState,
    chain: ChainState,
    *,
    units: int,
    locked: bool,
    buy_usd: int | None = None,
) -> Priced:
    """The parts of a rate for about ``units`` of a token; 0 means as many as the demand is."""
    value, age_ms = value_of(context.snapshot, state, now_ms=context.now_ms)
    today_usd = buy_price(context, state, value)
    buy_usd = buy_usd or today_usd
    policy = context.policy
    permitted = permitted_state(context, state)
    volatility = volatility_of(policy, state)
    wide = permitted is not RiskState.NORMAL
    lot_units = max(1, policy.lot_usd_cents * E18 * 10**state.decimals // (100 * buy_usd))
    if not units:
        units = (
            context.demand.units
            * context.pricing_usd
            * 10**state.decimals
            // (buy_usd * context.demand.asset.one)
        )
    premium = 0
    if locked:
        premium = lock_premium_ppm(
            # A promise is priced at the rougher of the two memories.
            volatility_ppm=max(volatility, state.fast_volatility_ppm),
            seconds=(
                context.lock_seconds
                + chain.grace_seconds
                + chain.confirm_seconds
                + policy.hedge_seconds
            ),
            strategic_share_ppm=context.strategic_share_ppm,
            completion_ppm=policy.completion_ppm,
            max_ppm=policy.max_lock_premium_ppm,
        )
        if wide:
            premium = min(premium * policy.wide_factor_ppm // PPM, policy.max_lock_premium_ppm)
    return Priced(
        state=state,
        chain=chain,
        value=value,
        buy_usd=buy_usd,
        spread=spread_parts(
            value=value,
            volatility_ppm=volatility,
            policy=policy,
            age_ms=age_ms,
            inventory_lots=lots(
                inventory_units=state.inventory_units, target_units=0, lot_units=lot_units
            ),
            imbalance_ppm=state.imbalance_ppm,
            toxicity_ppm=state.toxicity_ppm,
            wide=wide,
        ),
        permitted=permitted,
        lock_premium_ppm=premium,
        fill_ppm=fill_cost_ppm(context, state, chain, units=max(units, 1), buy_usd=buy_usd),
        gas_units=gas_cost_units(context, state, chain, buy_usd=buy_usd),
    )
