"""A token's rate, part by part."""

from dataclasses import dataclass

from gateway.market.desk.fair_value import FairValue, fair_value
from gateway.market.desk.lock import lock_premium_ppm
from gateway.market.desk.spread import half_spread_ppm
from gateway.market.quoting.contexts import Context, check_peg, currency_price
from gateway.market.quoting.costs import fill_cost_ppm, gas_cost_units
from gateway.market.snapshots import AssetState, ChainState
from gateway.money.rates import PPM


@dataclass(frozen=True, slots=True)
class Priced:
    """A token's rate before gas, and its parts."""

    state: AssetState
    chain: ChainState
    value: FairValue
    buy_usd: int
    spread_ppm: int
    lock_premium_ppm: int
    fill_ppm: int
    gas_units: int

    @property
    def keep_ppm(self) -> int:
        return PPM - self.spread_ppm - self.lock_premium_ppm - self.fill_ppm


def value_of(context: Context, state: AssetState) -> tuple[FairValue, int]:
    """Fair value and what we buy at: a pegged asset never above its peg."""
    policy = context.policy
    value = fair_value(
        state.sources,
        now_ms=context.now_ms,
        policy=policy,
        min_sources=policy.min_stable_sources if state.peg else policy.min_sources,
    )
    if not state.peg:
        return value, value.buy
    peg_usd, _ = currency_price(context.snapshot, state.peg, context.now_ms)
    check_peg(state, peg_usd, now_ms=context.now_ms, policy=policy)
    return value, min(value.buy, peg_usd)


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
    value, today_usd = value_of(context, state)
    buy_usd = buy_usd or today_usd
    policy = context.policy
    volatility = state.volatility_ppm or (
        policy.initial_stable_volatility_ppm if state.peg else policy.initial_volatility_ppm
    )
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
            volatility_ppm=volatility,
            seconds=(
                context.lock_seconds
                + chain.grace_seconds
                + chain.confirm_seconds
                + policy.hedge_seconds
            ),
            strategic_share_ppm=policy.strategic_share_ppm,
            completion_ppm=policy.completion_ppm,
            max_ppm=policy.max_lock_premium_ppm,
        )
    return Priced(
        state=state,
        chain=chain,
        value=value,
        buy_usd=buy_usd,
        spread_ppm=half_spread_ppm(value=value, volatility_ppm=volatility, policy=policy),
        lock_premium_ppm=premium,
        fill_ppm=fill_cost_ppm(context, state, chain, units=max(units, 1), buy_usd=buy_usd),
        gas_units=gas_cost_units(context, state, chain, buy_usd=buy_usd),
    )
