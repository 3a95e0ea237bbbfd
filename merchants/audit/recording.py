"""Write an act down: in the transaction that does it, or not at all."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from gateway.events.errors import NotInTransaction
from merchants.audit.acts import ACTS
from merchants.audit.models import Record
from merchants.audit.scene import scene


def record(
    *,
    act: str,
    shop_id: UUID | None,
    who: str,
    now: datetime,
    subject: str = "",
    detail: Mapping[str, Any] | None = None,
) -> Record:
    """One row for one act. One query.

    Args:
        act: of ``ACTS``.
        who: ``user:<id>``, ``key:<id>``, ``till:<id>`` or ``house``.
        detail: what changed, for people: never a secret, never a name or an address of somebody
            whose data may have to be erased.

    Raises:
        LookupError: there is no such act: a mistake of ours.
        NotInTransaction: an act that is undone must not stay written down.
    """
    (row,) = record_in_each([shop_id], act=act, who=who, now=now, subject=subject, detail=detail)
    return row


def record_in_each(
    shop_ids: Iterable[UUID | None],
    *,
    act: str,
    who: str,
    now: datetime,
    subject: str = "",
    detail: Mapping[str, Any] | None = None,
) -> list[Record]:
    """The same act in the log of each shop that it concerns: a person's own, who works in several.
    One query. As `record`."""
    if act not in ACTS:
        raise LookupError(f"no such act: {act}")
    if not connection.in_atomic_block:
        raise NotInTransaction(act)
    here = scene()
    return Record.objects.bulk_create(
        [
            Record(
                shop_id=shop_id,
                at=now,
                act=act,
                who=who,
                subject=subject,
                detail=dict(detail or {}),
                network=here.network,
                request_id=here.request_id,
            )
            for shop_id in shop_ids
        ]
    )


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What differs, by field: ``{"from": …, "to": …}`` each. Pure."""
    return {
        name: {"from": before.get(name), "to": value}
        for name, value in after.items()
        if before.get(name) != value
    }
