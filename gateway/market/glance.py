"""The desk at a glance: what a page must be drawn again for."""

from datetime import datetime
from typing import Any, Final

from gateway.market.errors import MarketUnavailable
from gateway.market.hedges.models import (
    ExchangeOrder,
    ExchangeStanding,
    Hedge,
    HedgeStep,
    InventoryMove,
)
from gateway.market.models import DeskHalt
from gateway.market.quoting.permits import marked_state
from gateway.market.snapshot_store import current_snapshot

PACE_MS: Final = 5_000
"""Prices move all the time; a page is drawn again for them this often."""
FOLLOWED: Final = 20


def desk_glance(*, now: datetime) -> dict[str, Any]:
    """States of risk, halts, where the latest hedges, their steps and moves stand, and the time in
    steps of ``PACE_MS``. Six queries."""
    hedges = Hedge.objects.order_by("-id").values_list("id", "status", "slice_number")
    steps = HedgeStep.objects.order_by("-id").values_list("id", "status")
    moves = InventoryMove.objects.order_by("-id").values_list("id", "state", "overdue")
    orders = ExchangeOrder.objects.order_by("-id").values_list("id", "status")
    stopped = ExchangeStanding.objects.exclude(stopped_at=None).order_by("exchange")
    halts = DeskHalt.objects.order_by("scope").values_list("scope", "reason")
    return {
        **_market(now_ms=int(now.timestamp() * 1000)),
        "halts": list(halts),
        "hedges": list(hedges[:FOLLOWED]),
        "steps": list(steps[:FOLLOWED]),
        "moves": list(moves[:FOLLOWED]),
        "orders": list(orders[:FOLLOWED]),
        "stopped": list(stopped.values_list("exchange", flat=True)),
    }


def _market(*, now_ms: int) -> dict[str, Any]:
    try:
        snapshot = current_snapshot()
    except MarketUnavailable:
        return {"states": {}, "pace": now_ms // PACE_MS}
    silence = snapshot.policy.max_silence_ms
    return {
        "states": {
            code: int(marked_state(state.risk, now_ms=now_ms, max_silence_ms=silence))
            for code, state in sorted(snapshot.assets.items())
        },
        "pace": now_ms // PACE_MS,
    }
