"""What collecting a token and selling it costs."""

from datetime import datetime

from gateway.market.amm.errors import AmmError
from gateway.market.errors import NoDepth, PriceNotFresh, UnknownAsset
from gateway.market.quoting.book_depth import cost_with_books_ppm
from gateway.market.quoting.contexts import Context
from gateway.market.quoting.values import agreed_value
from gateway.market.routing.best import best_in
from gateway.market.snapshots import E18, AssetState, ChainState, MarketSnapshot
from gateway.money.rates import PPM


def fill_cost_ppm(
    context: Context, state: AssetState, chain: ChainState, *, units: int, buy_usd: int
) -> int:
    """Fee and impact of selling ``units`` on the token's own chain, in millionths.

    Measured against the way's own spot, so that a pool below the other witnesses is not charged
    for twice; and never more than what is missing to the value, when the way sells above it. Less
    part of what our own order book saves.
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
    pools_ppm = min(route.cost_ppm, missing_ppm)
    return cost_with_books_ppm(
        context, state, route, target=target, buy_usd=buy_usd, pools_ppm=pools_ppm
    )


def gas_cost_units(context: Context, state: AssetState, chain: ChainState, *, buy_usd: int) -> int:
    """Base units of the token that collecting and swapping it costs, rounded up."""
    policy = context.policy
    return _gas_in_token(
        context.snapshot,
        state,
        chain,
        gas=policy.collect_gas + policy.swap_gas_share,
        buy_usd=buy_usd,
        now_ms=context.now_ms,
    )


def collect_cost_units(*, snapshot: MarketSnapshot, code: str, now: datetime) -> int:
    """Base units of a token that sweeping one deposit of it within a batch costs, rounded up.

    By fair values and gas alone: what the desk may buy, and how much, is another matter.

    Raises:
        UnknownAsset: the market does not follow it.
        PriceNotFresh, SourcesDisagree: it, or its chain's coin, has no price just now.
    """
    state = snapshot.assets.get(code)
    chain = None if state is None else snapshot.chains.get(state.chain_id)
    if state is None or chain is None:
        raise UnknownAsset
    now_ms = int(now.timestamp() * 1000)
    return _gas_in_token(
        snapshot,
        state,
        chain,
        gas=snapshot.policy.collect_gas,
        buy_usd=_fair_buy(snapshot, state, now_ms=now_ms),
        now_ms=now_ms,
    )


def _gas_in_token(
    snapshot: MarketSnapshot,
    state: AssetState,
    chain: ChainState,
    *,
    gas: int,
    buy_usd: int,
    now_ms: int,
) -> int:
    native = snapshot.assets.get(chain.native)
    if native is None:
        raise PriceNotFresh
    # A pushed pool must not make collecting look dear either.
    native_usd = (
        buy_usd if state.code == native.code else _fair_buy(snapshot, native, now_ms=now_ms)
    )
    worth = chain.gas_price_wei * gas * native_usd * int(10**state.decimals)
    return -(-worth // (int(10**native.decimals) * buy_usd))


def _fair_buy(snapshot: MarketSnapshot, state: AssetState, *, now_ms: int) -> int:
    """What a whole token is worth when we buy it, e18 dollars."""
    policy = snapshot.policy
    value, _ = agreed_value(
        snapshot,
        key=state.code,
        sources=state.sources,
        now_ms=now_ms,
        min_sources=policy.min_stable_sources if state.peg else policy.min_sources,
        volatility_ppm=state.volatility_ppm
        or (policy.initial_stable_volatility_ppm if state.peg else policy.initial_volatility_ppm),
    )
    return value.buy
