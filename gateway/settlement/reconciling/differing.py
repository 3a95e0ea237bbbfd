"""Differences: opened once, kept in line with what runs see, closed by people or by the books."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gateway.events.services import emit
from gateway.settlement.reconciling.chain_view import Place
from gateway.settlement.reconciling.configuration import reconciliation_settings
from gateway.settlement.reconciling.errors import (
    DifferenceClosed,
    DifferenceUnknown,
    ReasonMissing,
    SamePerson,
)
from gateway.settlement.reconciling.judging import Item
from gateway.settlement.reconciling.lines import Line
from gateway.settlement.reconciling.models import Difference, DifferenceNote, ReconciliationLine

BY_THE_BOOKS = "books"
"""Who closes a difference that is gone: a later run in which both sides agree."""


def explained_items() -> dict[Place, list[Item]]:
    """What people know of, by place. One query."""
    found: dict[Place, list[Item]] = {}
    for row in Difference.objects.filter(status="explained"):
        item = Item("explained", f"difference:{row.id}", int(row.units))
        found.setdefault((row.account, row.asset), []).append(item)
    return found


def difference_follow(line: Line, row: ReconciliationLine, *, now: datetime) -> Difference | None:
    """Bring a place's differences in line with what was just seen; the open one, if it differs.

    In the caller's transaction. A new one is said once (``reconciliation.differed``).
    """
    if line.state == "not_compared":
        return None
    of_place = Difference.objects.select_for_update().filter(account=line.account, asset=line.asset)
    counted = {item.reference for item in line.items if item.kind == "explained"}
    if line.state != "differs":
        for known in of_place.exclude(status="corrected"):
            if known.status == "open" or f"difference:{known.id}" not in counted:
                _correct(known, row, now=now)
        return None
    difference = of_place.filter(status="open").first()
    causes = [cause_as_dict(cause) for cause in line.causes]
    if difference is not None:
        if difference.proposed_by and difference.units != line.difference:
            difference.proposed_status = difference.proposed_by = difference.proposed_because = ""
            difference.proposed_at = None
        difference.units, difference.causes = line.difference, causes
        difference.is_missing = is_missing(line)
        difference.last_line, difference.needs_two = row, _needs_two(line)
        difference.save()
        return difference
    difference = Difference.objects.create(
        mode=line.mode,
        account=line.account,
        asset=line.asset,
        decimals=line.decimals,
        units=line.difference,
        causes=causes,
        is_missing=is_missing(line),
        first_line=row,
        last_line=row,
        needs_two=_needs_two(line),
        opened_at=now,
    )
    _say(difference, "reconciliation.differed", now=now)
    return difference


@transaction.atomic
def difference_assign(*, difference_id: UUID, to: str, by: str, now: datetime) -> Difference:
    """Say who looks into it; nobody: ``to`` is empty.

    Raises:
        DifferenceUnknown, DifferenceClosed
    """
    difference = _open(difference_id)
    difference.assignee = to.strip()
    difference.save(update_fields=["assignee"])
    _note(difference, by=by, text=f"→ {difference.assignee or '–'}", now=now)
    return difference


@transaction.atomic
def difference_note(*, difference_id: UUID, text: str, by: str, now: datetime) -> DifferenceNote:
    """Write down what was found out.

    Raises:
        DifferenceUnknown; ReasonMissing: nothing is said.
    """
    difference = Difference.objects.select_for_update().filter(id=difference_id).first()
    if difference is None:
        raise DifferenceUnknown
    if not text.strip():
        raise ReasonMissing
    return _note(difference, by=by, text=text.strip(), now=now)


@transaction.atomic
def difference_explain(*, difference_id: UUID, because: str, by: str, now: datetime) -> Difference:
    """Close a difference whose origin is known and which stands: payouts go on.

    Above the limit it takes two: the first call proposes, the same call by another person closes
    it. What changed since it was proposed is proposed anew.

    Raises:
        DifferenceUnknown, DifferenceClosed; ReasonMissing: no reason is given.
        SamePerson: who proposed it can't confirm it.
    """
    difference = _open(difference_id)
    if not because.strip() or not by.strip():
        raise ReasonMissing
    if difference.needs_two and not difference.proposed_by:
        difference.proposed_status, difference.proposed_by = "explained", by
        difference.proposed_because, difference.proposed_at = because.strip(), now
        difference.save()
        _note(difference, by=by, text=because.strip(), now=now)
        _say(difference, "reconciliation.closing_proposed", now=now)
        return difference
    if difference.needs_two and difference.proposed_by == by:
        raise SamePerson
    difference.status, difference.closed_by, difference.closed_at = "explained", by, now
    difference.save()
    _note(difference, by=by, text=because.strip(), now=now)
    _say(difference, "reconciliation.explained", now=now)
    return difference


@transaction.atomic
def proposal_withdraw(*, difference_id: UUID, by: str, now: datetime) -> Difference:
    """Take a proposal back; either of the two may.

    Raises:
        DifferenceUnknown, DifferenceClosed
    """
    difference = _open(difference_id)
    difference.proposed_status = difference.proposed_by = difference.proposed_because = ""
    difference.proposed_at = None
    difference.save()
    _note(difference, by=by, text="↩", now=now)
    return difference


def cause_as_dict(cause: Any) -> dict[str, Any]:
    """A cause or an item as it is kept: its units as text, since JSON knows no large numbers."""
    return {**asdict(cause), "units": str(cause.units)}


def kept(several: Sequence[Any]) -> list[dict[str, Any]]:
    return [cause_as_dict(each) for each in several]


def is_missing(line: Line) -> bool:
    """Whether money that the books have is not there: in all, or hidden behind a gift. Pure."""
    return line.difference < 0 or any(cause.units < 0 for cause in line.causes)


def _needs_two(line: Line) -> bool:
    limit = reconciliation_settings().close_alone_below.get(line.asset, 0)
    return abs(line.difference) >= limit


def _open(difference_id: UUID) -> Difference:
    difference = Difference.objects.select_for_update().filter(id=difference_id).first()
    if difference is None:
        raise DifferenceUnknown
    if difference.status != "open":
        raise DifferenceClosed
    return difference


def _correct(difference: Difference, row: ReconciliationLine, *, now: datetime) -> None:
    was_open = difference.status == "open"
    difference.status, difference.last_line = "corrected", row
    if was_open:
        difference.closed_by, difference.closed_at = BY_THE_BOOKS, now
    difference.save()
    _say(difference, "reconciliation.corrected", now=now)


def _note(difference: Difference, *, by: str, text: str, now: datetime) -> DifferenceNote:
    return DifferenceNote.objects.create(difference=difference, by=by, text=text, at=now)


def _say(difference: Difference, type: str, *, now: datetime) -> None:
    line = difference.last_line
    emit(
        type=type,
        subject=f"difference:{difference.id}",
        body={
            "difference_id": str(difference.id),
            "status": difference.status,
            "account": difference.account,
            "asset": difference.asset,
            "units": str(difference.units),
            "booked_units": str(line.booked_units),
            "told_units": str(line.told_units),
            "block_number": line.block_number,
            "causes": difference.causes,
            "by": difference.closed_by or difference.proposed_by,
        },
        mode=difference.mode,
        now=now,
    )
