"""A shop sets its opening hours; its till outside them is told the officers."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from gateway.compliance.alerts.severities import Severity
from gateway.compliance.behaviour.configuration import rules_in_force
from gateway.compliance.behaviour.hours import (
    HoursJudgement,
    Slot,
    Span,
    TillDay,
    hours_judge,
    spans_from,
)
from gateway.compliance.behaviour.models import OpeningHours
from gateway.compliance.behaviour.models import TillDay as TillDayRow
from gateway.compliance.behaviour.raising import behaviour_alert
from gateway.events.ids import uuid7
from gateway.events.services import emit
from gateway.shops.selectors import shop_view

KEPT_DAYS: Final = 90
LOCK_SQL: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
USE_SQL: Final = """
INSERT INTO compliance_behaviour_tillday AS d (id, shop_id, day, slots) VALUES (%s, %s, %s, %s)
ON CONFLICT (shop_id, day) DO UPDATE SET slots = d.slots | EXCLUDED.slots
"""


@transaction.atomic
def opening_hours_set(
    *, shop_id: UUID, spans: Sequence[Span] | None, by: UUID, now: datetime
) -> OpeningHours:
    """When a shop is open from now on: a new version. The same again is the same version.

    Args:
        spans: none of them: never; None: it says nothing, and its sales tell.
    """
    shop = shop_view(shop_id=shop_id)
    with connection.cursor() as cursor:
        cursor.execute(LOCK_SQL, [f"behaviour:hours:{shop_id}"])
    before = _current(shop_id)
    told = None if spans is None else [span.as_plain() for span in sorted(spans, key=_order)]
    if before is not None and before.spans == told:
        return before
    number = OpeningHours.objects.filter(shop_id=shop_id).aggregate(last=Max("number"))["last"]
    version = OpeningHours.objects.create(
        shop_id=shop_id, number=(number or 0) + 1, spans=told, set_by=f"user:{by}", set_at=now
    )
    emit(
        type="shop.hours_changed",
        subject=f"shop:{shop_id}",
        body={"shop_id": str(shop_id), "number": version.number, "by": f"user:{by}"},
        mode=shop.mode,
        shop_id=shop_id,
        now=now,
    )
    return version


def opening_hours_of(*, shop_id: UUID) -> tuple[Span, ...] | None:
    """As the shop set them; None if it says nothing. One query."""
    current = _current(shop_id)
    return None if current is None or current.spans is None else spans_from(current.spans)


@transaction.atomic
def till_use(
    *, shop_id: UUID, mode: str, slot: Slot, who: str, act: str, at: datetime
) -> HoursJudgement:
    """Keep that a till was used in a half hour; outside the shop's hours the officers are told,
    once a day. Safe to call again."""
    rules = rules_in_force()
    spans = opening_hours_of(shop_id=shop_id)
    past = [] if spans is not None else _past(shop_id, before=slot.day, weeks=rules.habit_weeks)
    judgement = hours_judge(slot=slot, spans=spans, past=past, rules=rules)
    with connection.cursor() as cursor:
        cursor.execute(USE_SQL, [uuid7(), shop_id, slot.day, 1 << slot.number])
    if judgement.answer == "outside":
        severity: Severity = "medium" if judgement.by == "set" else "low"
        behaviour_alert(
            "till_outside_hours",
            about=f"shop:{shop_id}",
            fingerprint=f"{judgement.by}:{slot.day}",
            mode=mode,
            shop_id=shop_id,
            severity=severity,
            facts={"who": who, "act": act, "day": slot.day, "slot": slot.number, "at": at},
            judged_by="behaviour_hours",
            judged={
                "day": slot.day.isoformat(),
                "slot": slot.number,
                "spans": None if spans is None else [span.as_plain() for span in spans],
                "past": [one.as_plain() for one in past],
            },
            rules=rules,
            now=at,
        )
    return judgement


@transaction.atomic
def till_days_forget(*, now: datetime) -> int:
    """Delete days that nothing is learnt of any more; how many. One statement."""
    days = max(KEPT_DAYS, rules_in_force().habit_weeks * 7 + 1)
    deleted, _ = TillDayRow.objects.filter(day__lt=now.date() - timedelta(days=days)).delete()
    return deleted


def _past(shop_id: UUID, *, before: date, weeks: int) -> list[TillDay]:
    rows = TillDayRow.objects.filter(
        shop_id=shop_id, day__lt=before, day__gte=before - timedelta(weeks=weeks)
    ).order_by("day")
    return [TillDay(row.day, row.slots) for row in rows]


def _current(shop_id: UUID) -> OpeningHours | None:
    return OpeningHours.objects.filter(shop_id=shop_id).order_by("-number").first()


def _order(span: Span) -> tuple[int, int]:
    return span.weekday, span.opens
