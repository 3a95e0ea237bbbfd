"""Write down what was done: an entry of the chain and an event, with the rows that it changed."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from gateway.compliance.alerts.canonical import canonical
from gateway.compliance.cases import locks
from gateway.compliance.cases.chaining import (
    ChainEntry,
    entry_hash,
    merkle_root,
)
from gateway.compliance.cases.models import Case
from gateway.compliance.cases.record_models import (
    RecordDay,
    RecordEntry,
    RecordHead,
    RecordOpening,
)
from gateway.compliance.sealed.committing import SALT_BYTES, commitment
from gateway.events.points import point
from gateway.events.services import emit


def person(user_id: UUID) -> str:
    """How the record names somebody of the house."""
    return f"user:{user_id}"


def record(
    case: Case,
    verb: str,
    *,
    actor: str,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
) -> RecordEntry:
    """Record what was done about a case and tell of it (``case.<verb>``), in the caller's
    transaction, which holds the case's row. Five queries and an event.

    Args:
        facts: JSON without a word about a person outside the house.
        personal: what only a salted commitment of is chained; the value can be erased.
    """
    entry = _append(
        about=str(case.id),
        verb=verb,
        actor=actor,
        now=now,
        facts=facts or {},
        personal=personal or {},
    )
    point("case.recorded")
    emit(
        type=f"case.{verb}",
        subject=f"case:{case.id}",
        body={
            "case_id": str(case.id),
            "about": case.about,
            "state": case.state,
            "severity": case.severity,
            "assignee": str(case.assignee) if case.assignee else None,
            "entry": entry.number,
        },
        mode=case.mode,
        now=now,
    )
    return entry


def record_apart(
    verb: str,
    *,
    actor: str,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
) -> RecordEntry:
    """Record what was done about no case: a yearly report, a legal hold, an erasing. As ``record``,
    without an event. Four queries."""
    return _append(
        about="", verb=verb, actor=actor, now=now, facts=facts or {}, personal=personal or {}
    )


def _append(
    *,
    about: str,
    verb: str,
    actor: str,
    now: datetime,
    facts: Mapping[str, Any],
    personal: Mapping[str, Any],
) -> RecordEntry:
    head = locks.record_head()
    salts = {name: os.urandom(SALT_BYTES) for name in personal}
    line = ChainEntry(
        number=head.number + 1,
        previous=head.hash,
        at=_moment(head, now),
        about=about,
        actor=actor,
        verb=verb,
        facts=facts,
        commitments={name: commitment(value, salt=salts[name]) for name, value in personal.items()},
    )
    entry = RecordEntry.objects.create(
        number=line.number,
        previous=line.previous,
        hash=entry_hash(line),
        at=line.at,
        day=line.at.date(),
        about=about,
        actor=actor,
        verb=verb,
        facts=canonical(line.facts),
        commitments=canonical(line.commitments),
    )
    RecordOpening.objects.bulk_create(
        [
            RecordOpening(number=entry.number, name=name, salt=salts[name], value=canonical(value))
            for name, value in personal.items()
        ]
    )
    head.number, head.hash, head.at = entry.number, entry.hash, entry.at
    head.save(update_fields=["number", "hash", "at"])
    return entry


def _moment(head: RecordHead, now: datetime) -> datetime:
    """Never before the last entry, nor within a day that is sealed: a clock may run behind."""
    moment = now.astimezone(UTC)
    if head.at is not None:
        moment = max(moment, head.at.astimezone(UTC))
    if head.sealed_through is not None:
        morrow = head.sealed_through + timedelta(days=1)
        moment = max(moment, datetime.combine(morrow, time(), tzinfo=UTC))
    return moment


def line_of(entry: RecordEntry) -> ChainEntry:
    """The row as it was hashed."""
    return ChainEntry(
        number=entry.number,
        previous=entry.previous,
        at=entry.at.astimezone(UTC),
        about=entry.about,
        actor=entry.actor,
        verb=entry.verb,
        facts=msgspec.json.decode(entry.facts),
        commitments=msgspec.json.decode(entry.commitments),
    )


@transaction.atomic
def days_seal(*, now: datetime) -> list[RecordDay]:
    """Put each day that is over, and has entries, under its root; the new ones. Safe to repeat."""
    head = locks.record_head()
    today = now.astimezone(UTC).date()
    unsealed = RecordEntry.objects.filter(day__lt=today)
    if head.sealed_through is not None:
        unsealed = unsealed.filter(day__gt=head.sealed_through)
    sealed = []
    for day in unsealed.order_by("day").values_list("day", flat=True).distinct():
        entries = list(
            RecordEntry.objects.filter(day=day).order_by("number").values_list("number", "hash")
        )
        root = merkle_root([bytes.fromhex(text) for _, text in entries]).hex()
        sealed.append(
            RecordDay.objects.create(
                day=day, first=entries[0][0], last=entries[-1][0], root=root, sealed_at=now
            )
        )
    yesterday = today - timedelta(days=1)
    head.sealed_through = max(head.sealed_through or yesterday, yesterday)
    head.save(update_fields=["sealed_through"])
    return sealed
