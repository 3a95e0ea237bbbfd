"""From a snapshot to each asset's state of risk. Pure: the market process feeds it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import msgspec

from gateway.market.desk.fair_value import FairValue, fair_value, fresh_sources
from gateway.market.errors import QuoteRefused
from gateway.market.risk.states import (
    PPM,
    Observation,
    Risk,
    RiskPolicy,
    RiskState,
    Transition,
    Trigger,
)
from gateway.market.snapshots import E18, AssetState, MarketSnapshot, RiskMark, ValueMark

# The whole desk, as a scope of a halt.
EVERYTHING = ""
WATCHED = RiskPolicy(missing_calm_ms=10_000, jump_least_ms=60_000)
# A stablecoin is judged by its distance from its peg, not by its own small steps.
PEGGED = replace(WATCHED, jump_milli_sigma=(None, None, None))
CENTS = 100


@dataclass(frozen=True, slots=True)
class Watched:
    """A snapshot judged: its marks, what is remembered, and what changed."""

    snapshot: MarketSnapshot
    risks: Mapping[str, Risk]
    transitions: Mapping[str, Transition]


def judged(
    snapshot: MarketSnapshot,
    *,
    risks: Mapping[str, Risk],
    halts: Collection[str],
    loss_cents: Mapping[bool, int],
    loss_bound_cents: int,
) -> Watched:
    """The snapshot with each asset's value and state of risk.

    Args:
        risks: what is remembered, by asset code.
        halts: scopes that someone halted: asset codes, or ``EVERYTHING``.
        loss_cents: what the desk lost today, by whether the chains are simulated.
    """
    marked: dict[str, AssetState] = {}
    remembered: dict[str, Risk] = {}
    transitions: dict[str, Transition] = {}
    for code, state in snapshot.assets.items():
        value = agreed(snapshot, state)
        simulated = snapshot.chains[state.chain_id].simulated
        seen = _observation(
            snapshot,
            state,
            value,
            halted=EVERYTHING in halts or code in halts,
            loss_cents=loss_cents.get(simulated, 0),
            loss_bound_cents=loss_bound_cents,
        )
        policy = _policy(snapshot, state)
        known = risks.get(code)
        if known is None and value is None and not seen.halted:
            mark = RiskMark(
                RiskState.REDUCE_ONLY, Trigger.TOO_FEW_SOURCES.value, seen.at_ms, seen.at_ms
            )
        else:
            if known is None:
                risk = Risk.opening(seen, policy=policy)
            else:
                risk, made = known.after(seen, policy=policy)
                if made:
                    transitions[code] = made[-1]
            remembered[code] = risk
            mark = mark_of(risk)
        marked[code] = msgspec.structs.replace(state, risk=mark, value=_value_mark(value))
    return Watched(
        msgspec.structs.replace(snapshot, assets=marked), {**risks, **remembered}, transitions
    )


def mark_of(risk: Risk) -> RiskMark:
    return RiskMark(int(risk.state), risk.trigger.value, risk.since_ms, risk.seen_ms)


def agreed(snapshot: MarketSnapshot, state: AssetState) -> FairValue | None:
    """The asset's fair value at the snapshot's time; None without one."""
    policy = snapshot.policy
    try:
        return fair_value(
            state.sources,
            now_ms=snapshot.at_ms,
            policy=policy,
            min_sources=policy.min_stable_sources if state.peg else policy.min_sources,
            volatility_ppm=state.volatility_ppm,
        )
    except QuoteRefused:
        return None


def resumed(
    *,
    state: RiskState,
    trigger: Trigger,
    since_ms: int,
    last: RiskMark | None,
    value: ValueMark | None,
    at_ms: int,
) -> Risk:
    """What another process knew of an asset: its stored state and its last published value."""
    seen_ms = min(last.seen_ms, at_ms) if last else at_ms
    values = ((seen_ms, value.price),) if value else ()
    return Risk(state, min(since_ms, seen_ms), trigger, seen_ms, values)


def _policy(snapshot: MarketSnapshot, state: AssetState) -> RiskPolicy:
    least = snapshot.policy.min_stable_sources if state.peg else snapshot.policy.min_sources
    policy = PEGGED if state.peg else WATCHED
    return policy if policy.least_sources == least else replace(policy, least_sources=least)


def _observation(
    snapshot: MarketSnapshot,
    state: AssetState,
    value: FairValue | None,
    *,
    halted: bool,
    loss_cents: int,
    loss_bound_cents: int,
) -> Observation:
    policy = snapshot.policy
    fresh = fresh_sources(
        state.sources, now_ms=snapshot.at_ms, future_tolerance_ms=policy.future_tolerance_ms
    )
    worst = sorted(min(source.price, source.average) for source in fresh)
    apart_ppm = (worst[-1] - worst[0]) * PPM // worst[0] if worst else 0
    bound, inventory = 0, 0
    if value is not None and state.inventory_units:
        bound = policy.inventory_bound_usd_cents * E18 * 10**state.decimals // (CENTS * value.buy)
        # What the desk owes of a stablecoin is the other side of what it holds of all the rest.
        inventory = max(0, state.inventory_units) if state.peg else state.inventory_units
    return Observation(
        at_ms=snapshot.at_ms,
        fair=value.price if value else 0,
        volatility_ppm=state.volatility_ppm or policy.initial_volatility_ppm,
        disagreement_ppm=value.apart_ppm if value else apart_ppm,
        sources=len(fresh),
        inventory=inventory,
        inventory_bound=bound,
        loss=loss_cents,
        loss_bound=loss_bound_cents,
        peg=_peg_usd(snapshot, state),
        halted=halted,
    )


def _peg_usd(snapshot: MarketSnapshot, state: AssetState) -> int:
    """What a stablecoin promises to be worth, in e18 dollars; 0 if nobody knows."""
    if not state.peg or state.peg == "USD":
        return E18 if state.peg else 0
    try:
        return fair_value(
            snapshot.currencies.get(state.peg, ()),
            now_ms=snapshot.at_ms,
            policy=snapshot.policy,
            min_sources=snapshot.policy.min_currency_sources,
        ).price
    except QuoteRefused:
        return 0


def _value_mark(value: FairValue | None) -> ValueMark | None:
    if value is None:
        return None
    return ValueMark(
        value.price, value.buy, value.deviation_ppm, value.error_ppm, len(value.sources)
    )


def equity_cents(snapshot: MarketSnapshot) -> dict[bool, int]:
    """Dollar cents that the desk's positions are worth, by whether their chains are simulated.

    Its cash is a position too, so this is its result since the books began. Nothing for a side
    where some position has no value now: half a sum is no sum.
    """
    sums: dict[bool, int] = {}
    unknown: set[bool] = set()
    for state in snapshot.assets.values():
        simulated = snapshot.chains[state.chain_id].simulated
        sums.setdefault(simulated, 0)
        if not state.inventory_units:
            continue
        if state.value is None:
            unknown.add(simulated)
        else:
            worth = state.inventory_units * state.value.price * CENTS
            sums[simulated] += worth // (E18 * int(10**state.decimals))
    return {simulated: cents for simulated, cents in sums.items() if simulated not in unknown}
