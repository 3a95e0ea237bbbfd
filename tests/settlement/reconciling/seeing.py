"""A run of reconciliation that saw one place, as rows."""

from datetime import datetime
from typing import Any

from gateway.events import relay
from gateway.settlement.reconciling.differing import difference_follow
from gateway.settlement.reconciling.explaining import Cause
from gateway.settlement.reconciling.judging import Item
from gateway.settlement.reconciling.lines import Line
from gateway.settlement.reconciling.models import ReconciliationLine, ReconciliationRun


def place_seen(
    units: int,
    *causes: Cause,
    now: datetime,
    account: str,
    asset: str,
    decimals: int = 6,
    mode: str = "test",
    items: tuple[Item, ...] = (),
) -> None:
    """It is off by so many base units; none: both sides agree. Whoever waits for that hears it."""
    run = ReconciliationRun.objects.create(asked_by="test", version=1, started_at=now)
    facts: dict[str, Any] = {"mode": mode, "account": account, "asset": asset, "decimals": decimals}
    state = "differs" if units else "agrees"
    row = ReconciliationLine.objects.create(
        run=run, state=state, difference_units=units, at=now, **facts
    )
    line = Line(**facts, state=state, difference=units, causes=causes, items=items)
    difference_follow(line, row, now=now)
    relay.drain(limit=1000)
