"""A pool as the decision about ranges sees it, read from a snapshot. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from gateway.market.errors import QuoteRefused
from gateway.market.hedges.viewing import value_of
from gateway.market.liquidity.ranges.amounts import sqrt_of_ratio
from gateway.market.liquidity.ranges.deciding import RangePolicy, RangeView
from gateway.market.quoting.permits import marked_state
from gateway.market.ranges.configuration import RangesSettings
from gateway.market.risk.states import RiskState
from gateway.market.risk.watch import EVERYTHING
from gateway.market.snapshots import E18, ChainState, MarketSnapshot, V3State

CENTS = 100
RANGE_GAS = 1_000_000
"""Two approvals, mint, decrease, collect and burn: some 0.9 million; measured on the contracts."""


@dataclass(frozen=True, slots=True)
class PoolSight:
    """A pool with its view and the policy in its own units."""

    state: V3State
    chain: ChainState
    view: RangeView
    policy: RangePolicy


def sight_of(
    snapshot: MarketSnapshot,
    *,
    pool: str,
    told: RangesSettings,
    earned_e18: tuple[int, int],
    halts: Collection[str],
    now_ms: int,
) -> PoolSight | None:
    """The pool now; None without it in the snapshot, or without an agreed price of both tokens.

    Args:
        earned_e18: base units of token0 and token1, times 1e18, that a unit of liquidity in range
            earned in a day.
    """
    state = next(
        (
            each
            for each in snapshot.pools
            if isinstance(each, V3State) and each.address.lower() == pool.lower()
        ),
        None,
    )
    if state is None:
        return None
    chain = snapshot.chains[state.chain_id]
    asset0, asset1 = snapshot.assets[state.token0], snapshot.assets[state.token1]
    try:
        usd0 = value_of(snapshot, asset0, now_ms=now_ms)
        usd1 = value_of(snapshot, asset1, now_ms=now_ms)
        native = value_of(snapshot, snapshot.assets[chain.native], now_ms=now_ms)
    except (QuoteRefused, KeyError):
        return None
    one0, one1 = int(10**asset0.decimals), int(10**asset1.decimals)
    initial = snapshot.policy.initial_volatility_ppm
    fair = sqrt_of_ratio(usd0 * one1, usd1 * one0)
    silence = snapshot.policy.max_silence_ms
    states = [marked_state(a.risk, now_ms=now_ms, max_silence_ms=silence) for a in (asset0, asset1)]
    gas_usd = RANGE_GAS * chain.gas_price_wei * native // E18
    view = RangeView(
        sqrt_price=state.sqrt_price,
        tick=state.tick,
        sqrt_fair=fair,
        spacing=state.tick_spacing,
        volatility_ppm=max(a.volatility_ppm or (0 if a.peg else initial) for a in (asset0, asset1)),
        fees_per_liquidity_e18=earned_e18[1] + earned_e18[0] * usd0 * one1 // (usd1 * one0),
        gas_units1=gas_usd * one1 // usd1,
        allowed=told.enabled
        and (chain.simulated or told.live)
        and not {EVERYTHING, state.token0, state.token1} & set(halts)
        and RiskState.HALT not in states,
    )
    policy = RangePolicy(
        horizon_seconds=told.horizon_seconds,
        width_sigmas_ppm=told.width_sigmas_ppm,
        band_ppm=told.band_ppm,
        max_gap_ppm=told.max_gap_ppm,
        margin_ppm=told.margin_ppm,
        least_units1=told.least_usd_cents * E18 * one1 // (CENTS * usd1),
        most_units1=told.most_usd_cents * E18 * one1 // (CENTS * usd1),
    )
    return PoolSight(state, chain, view, policy)
