"""Count what each cashier gives back and calls off on a day, and tell of a day that stands out."""

from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from gateway.compliance.alerts.severities import Severity
from gateway.compliance.behaviour.configuration import rules_in_force
from gateway.compliance.behaviour.models import PersonDay
from gateway.compliance.behaviour.raising import Rule, behaviour_alert
from gateway.compliance.behaviour.spikes import Day, SpikeJudgement, spike_judge
from gateway.events.ids import uuid7
from gateway.shops.selectors import shop_view

Kind = Literal["refund", "void"]
NOTHING: Final = Day(0, 0)
KEPT_DAYS: Final = 90
_RULE: Final[dict[str, Rule]] = {"refund": "refund_spike", "void": "void_spike"}

COUNT_SQL: Final = """
INSERT INTO compliance_behaviour_personday AS d
       (id, shop_id, who, kind, day, currency, count, units)
VALUES (%s, %s, %s, %s, %s, %s, 1, %s)
ON CONFLICT (shop_id, kind, who, currency, day)
DO UPDATE SET count = d.count + 1, units = d.units + EXCLUDED.units
RETURNING count, units
"""


@transaction.atomic
def act_count(
    *, shop_id: UUID, who: str, kind: Kind, currency: str, units: int, at: datetime
) -> SpikeJudgement:
    """Count one act on its day of the shop's clock. Called once for each.

    Args:
        units: minor units; 0 for what nobody could put a price on.
    """
    shop, rules = shop_view(shop_id=shop_id), rules_in_force()
    day = at.astimezone(ZoneInfo(shop.time_zone)).date()
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SQL, [uuid7(), shop_id, who, kind, day, currency, units])
        today = Day(*(int(value) for value in cursor.fetchone()))
    own, others = _pasts(
        shop_id=shop_id, kind=kind, currency=currency, who=who, day=day, days=rules.past_days
    )
    judgement = spike_judge(today=today, own=own, shop=others, rules=rules)
    if judgement.is_spike:
        both = judgement.count == judgement.amount == "spike"
        severity: Severity = "high" if both else "medium"
        behaviour_alert(
            _RULE[kind],
            about=f"shop:{shop_id}",
            fingerprint=f"{who}:{currency}:{day}",
            mode=shop.mode,
            shop_id=shop_id,
            severity=severity,
            facts={
                "who": who,
                "day": day,
                "count": today.count,
                "units": str(today.units),
                "currency": currency,
            },
            judged_by="behaviour_spike",
            judged={
                "today": today.as_plain(),
                "own": [one.as_plain() for one in own],
                "shop": [one.as_plain() for one in others],
            },
            rules=rules,
            now=at,
        )
    return judgement


@transaction.atomic
def days_forget(*, now: datetime) -> int:
    """Delete days that no judgement looks at any more; how many. One statement."""
    deleted, _ = PersonDay.objects.filter(day__lt=_oldest_kept(now)).delete()
    return deleted


def _oldest_kept(now: datetime) -> date:
    return now.date() - timedelta(days=max(KEPT_DAYS, rules_in_force().past_days + 1))


def _pasts(
    *, shop_id: UUID, kind: Kind, currency: str, who: str, day: date, days: int
) -> tuple[list[Day], list[Day]]:
    """The person's own days before this one, and everybody's: from the first on which they did
    such a thing at all, days without any as nothing. One query."""
    rows = PersonDay.objects.filter(
        shop_id=shop_id,
        kind=kind,
        currency=currency,
        day__gte=day - timedelta(days=days),
        day__lt=day,
    ).order_by("who", "day")
    by_person: dict[str, dict[date, Day]] = {}
    for row in rows:
        by_person.setdefault(row.who, {})[row.day] = Day(row.count, int(row.units))
    filled = {person: _filled(told, until=day) for person, told in by_person.items()}
    return filled.get(who, []), [one for told in filled.values() for one in told]


def _filled(told: dict[date, Day], *, until: date) -> list[Day]:
    first = min(told)
    return [told.get(first + timedelta(days=n), NOTHING) for n in range((until - first).days)]
