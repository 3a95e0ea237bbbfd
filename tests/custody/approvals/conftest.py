"""A kind of act of the tests' own, whose verb writes down that it was done."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from gateway.custody.approvals import kinds
from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.kinds import ActKind
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_propose
from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.events.services import emit

ADA, BEA, CLEO = uuid7(), uuid7(), uuid7()


def delay_passed(act_id: UUID) -> None:
    """As if the delay were over. Only a superuser can: the triggers are not heard meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE approvals_act SET not_before = clock_timestamp() - interval '1 second'"
            " WHERE id = %s",
            [act_id],
        )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def lifetime_passed(act_id: UUID) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE approvals_act SET expires_at = clock_timestamp() - interval '1 second'"
            " WHERE id = %s",
            [act_id],
        )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def told_of(act: Act) -> list[str]:
    rows = Event.objects.filter(subject=f"approval:{act.id}").order_by("sequence")
    return [event.type.removeprefix("approval.") for event in rows]


@dataclass
class Notary:
    """Where acts of the kind ``tested`` are carried out: an event says that it was done."""

    refuse: Exception | None = None
    called_off: list[UUID] = field(default_factory=list)

    def carry_out(self, act: Act, now: datetime) -> None:
        emit(type="notary.done", subject=f"notary:{act.id}", body={}, mode=act.mode, now=now)
        if self.refuse is not None:
            raise self.refuse

    def call_off(self, act: Act, now: datetime) -> None:
        emit(type="notary.undone", subject=f"notary:{act.id}", body={}, mode=act.mode, now=now)

    def count(self, type: str = "notary.done") -> int:
        return Event.objects.filter(type=type).count()

    def propose(self, **changes: Any) -> Act:
        return act_propose(
            **{
                "kind": "tested",
                "subject": f"thing:{uuid7()}",
                "payload": {"units": "12"},
                "reason": "because",
                "maker": ADA,
                **changes,
            }
        )

    def due(self, act: Act) -> int:
        delay_passed(act.id)
        return acts_carry_out_due()


@pytest.fixture
def notary() -> Iterator[Notary]:
    notary = Notary()
    kinds.register(ActKind(name="tested", carry_out=notary.carry_out, call_off=notary.call_off))
    yield notary
    del kinds._kinds["tested"]
