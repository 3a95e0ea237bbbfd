"""What collecting a token and selling it costs."""

from gateway.market.amm.errors import AmmError
from gateway.market.errors import NoDepth, PriceNotFresh
from gateway.market.quoting.contexts import Context
from gateway.market.quoting.values import agreed_value
from gateway.market.routing.best import best_in
from gateway.market.snapshots import E18, AssetState, ChainState
from gateway.money.rates import PPM


def fill_cost_ppm(
    context: Context, state: AssetState, chain: ChainState, *, units: int, buy_usd: int
) -> int:
    """Fee and impact of selling ``units`` on the token's own chain, in millionths.

    Measured against the way's own spot, so that a pool below the other witnesses is not charged
    for twice; and never more than what is missing to the value, when the way sells above it.
    """
    settlement = context.settlement
    target = settlement.code if settlement.chain_id == state.chain_id else chain.anchor
    token = chain.wrapped if state.code == chain.native else state.code
    if token == target:
        return 0
    if state.depth_units <= 0 or target not in context.snapshot.assets:
        raise NoDepth
    try:
        route = best_in(
            context.venues,
            token_in=token,
            token_out=target,
            # An amount beyond the depth is refused by the maximum, with the maximum told.
            amount_in=min(units, state.depth_units),
        )
    except AmmError:
        # Too small for the venue to give anything: its fee on the depth stands for it.
        try:
            route = best_in(
                context.venues, token_in=token, token_out=target, amount_in=state.depth_units
            )
        except AmmError:
            raise NoDepth from None
    ideal = route.amount_in * buy_usd * int(10 ** context.snapshot.assets[target].decimals)
    brings = route.amount_out * E18 * int(10**state.decimals)
    missing_ppm = max(0, -(-(ideal - brings) * PPM // ideal))
    return min(route.cost_ppm, missing_ppm)


def gas_cost_units(context: Context, state: AssetState, chain: ChainState, *, buy_usd: int) -> int:
    """Base units of the token that collecting and swapping it costs, rounded up."""
    policy = context.policy
    native = context.snapshot.assets.get(chain.native)
    if native is None:
        raise PriceNotFresh
    if state.code == native.code:
        native_usd = buy_usd
    else:
        value, _ = agreed_value(
            context.snapshot,
            key=native.code,
            sources=native.sources,
            now_ms=context.now_ms,
            min_sources=policy.min_sources,
            volatility_ppm=native.volatility_ppm or policy.initial_volatility_ppm,
        )
        native_usd = value.buy  # a pushed pool must not make collecting look dear either
    wei = chain.gas_price_wei * (policy.collect_gas + policy.swap_gas_share)
    worth = wei * native_usd * int(10**state.decimals)
    return -(-worth // (int(10**native.decimals) * buy_usd))
