"""One run: everything is asked without a transaction, and written in one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import connection, transaction

from gateway.chains.models import Chain
from gateway.events.points import point
from gateway.ledger.outside_balances import balance_sources
from gateway.settlement.reconciling.chain_side import compare_chain
from gateway.settlement.reconciling.chain_view import View
from gateway.settlement.reconciling.configuration import reconciliation_settings
from gateway.settlement.reconciling.differing import difference_follow, explained_items, kept
from gateway.settlement.reconciling.holding import remember_held
from gateway.settlement.reconciling.lines import Line
from gateway.settlement.reconciling.models import (
    Progress,
    ReconciliationLine,
    ReconciliationRun,
)
from gateway.settlement.reconciling.outside_side import compare_source

log = structlog.get_logger(__name__)

VERSION = 1
"""Of the rules by which a run judges; raised when they change."""
LOOK_AGAIN = timedelta(hours=1)
"""Before the last agreement: whatever was booked or seen later than that is looked at again."""


def reconcile(
    *, asked_by: str, now: datetime, chain_id: int | None = None, with_outside: bool = True
) -> ReconciliationRun:
    """Compare everything, or one chain, and follow up what differs.

    Args:
        asked_by: "beat", or who asked.
        with_outside: also exchanges, ramps and banks.
    """
    told = reconciliation_settings()
    explained = explained_items()
    chains = Chain.objects.filter(enabled=True).order_by("id")
    if chain_id is not None:
        chains = chains.filter(id=chain_id)
    lines: list[Line] = []
    views: list[tuple[View, Sequence[Line]]] = []
    for chain in chains:
        found, view = compare_chain(chain, told=told, explained=explained, now=now)
        lines += found
        if view is not None:
            views.append((view, found))
    if with_outside and chain_id is None:
        for source in balance_sources():
            lines += compare_source(source, explained=explained, now=now)
    return _write(lines, views, asked_by=asked_by, now=now)


@transaction.atomic
def _write(
    lines: Sequence[Line],
    views: Sequence[tuple[View, Sequence[Line]]],
    *,
    asked_by: str,
    now: datetime,
) -> ReconciliationRun:
    with connection.cursor() as cursor:  # one writer at a time: runs on demand meet beat's
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('settlement.reconciling'))")
    run = ReconciliationRun.objects.create(
        asked_by=asked_by, version=VERSION, started_at=now, ended_at=now
    )
    for line in lines:
        row = ReconciliationLine.objects.create(
            run=run,
            mode=line.mode,
            account=line.account,
            asset=line.asset,
            decimals=line.decimals,
            state=line.state,
            reason=line.reason,
            booked_units=line.booked,
            told_units=line.told,
            difference_units=line.difference,
            items=kept(line.items),
            block_number=line.block_number,
            block_hash=line.block_hash,
            source=line.source,
            read=line.read,
            held=line.held,
            at=now,
        )
        difference_follow(line, row, now=now)
    for view, found in views:
        _remember(view, found, now=now)
    point("reconciliation.written")
    return run


def _remember(view: View, lines: Sequence[Line], *, now: datetime) -> None:
    """Where the next run may begin: only what agreed is settled."""
    chain_id = view.house.chain.id
    asked = set(view.kept.asked)
    remember_held(
        chain_id=chain_id,
        asked=asked,
        with_money=[
            *(address for (address, _), units in view.told_at.items() if units),
            *(address for address, _ in view.kept.expected),
        ],
        now=now,
    )
    progress, _ = Progress.objects.get_or_create(
        chain_id=chain_id,
        defaults={"settled_at": datetime(2000, 1, 1, tzinfo=now.tzinfo), "settled_block": 0},
    )
    progress.sampled_after = view.kept.sampled_through
    if all(line.state in ("agrees", "under_way") for line in lines):
        progress.settled_at = max(progress.settled_at, now - LOOK_AGAIN)
        progress.settled_block = max(progress.settled_block, view.at.number)
    progress.save()


def run_lines(run_id: UUID) -> list[ReconciliationLine]:
    """A run's lines: what differs first. One query."""
    rows = list(ReconciliationLine.objects.filter(run_id=run_id).order_by("account", "asset"))
    order = {"differs": 0, "not_compared": 1, "under_way": 2, "agrees": 3}
    return sorted(rows, key=lambda row: order[row.state])
