"""Whether a new rate may be promised in the state that risk is in."""

from gateway.market.errors import DeskHalted, DeskReducesOnly, LockTooLong
from gateway.market.quoting.contexts import Context
from gateway.market.risk.states import RiskState
from gateway.market.snapshots import AssetState, RiskMark


def marked_state(mark: RiskMark | None, *, now_ms: int, max_silence_ms: int) -> RiskState:
    """The state that a mark says; one that nobody confirmed for too long is at best REDUCE_ONLY."""
    if mark is None:
        return RiskState.NORMAL
    judged = RiskState(mark.state)
    if now_ms - mark.seen_ms > max_silence_ms:
        return max(judged, RiskState.REDUCE_ONLY)
    return judged


def risk_state(context: Context, state: AssetState) -> RiskState:
    """The asset's state now."""
    return marked_state(
        state.risk, now_ms=context.now_ms, max_silence_ms=context.policy.max_silence_ms
    )


def permitted_state(context: Context, state: AssetState) -> RiskState:
    """The state in which the asset may be bought: NORMAL, WIDE, or REDUCE_ONLY while we are short.

    Raises:
        DeskHalted: it, or what the shop is settled in, is in HALT.
        DeskReducesOnly: it would enlarge the position.
    """
    found = risk_state(context, state)
    if RiskState.HALT in (found, risk_state(context, context.settlement)):
        raise DeskHalted
    if found is RiskState.REDUCE_ONLY and state.inventory_units >= 0:
        raise DeskReducesOnly
    return found


def check_lock(context: Context, found: RiskState) -> None:
    """Refuse a promise that is longer than one may be in this state.

    Raises:
        LockTooLong: ask again for ``wide_lock_seconds``.
    """
    if found is not RiskState.NORMAL and context.lock_seconds > context.policy.wide_lock_seconds:
        raise LockTooLong
