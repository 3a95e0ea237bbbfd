"""Erase each day what has been kept for its time, and say what was erased, what a legal hold keeps
and what is next.

Each thing is one transaction: its key is thrown away, what opens its commitments is deleted, and
the record says so. A crash in between loses nothing: what is left is erased the next day.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction

from gateway.compliance.alerts.models import Alert
from gateway.compliance.cases.locks import case_for_update
from gateway.compliance.cases.models import Case
from gateway.compliance.cases.record_models import RecordEntry, RecordOpening
from gateway.compliance.cases.recording import record, record_apart
from gateway.compliance.knowing.legal_holds import is_held
from gateway.compliance.knowing.models import Subject
from gateway.compliance.naming.models import NameVerdict
from gateway.compliance.naming.sealed_names import LOOKS
from gateway.compliance.reporting.models import Report
from gateway.compliance.retaining import due
from gateway.compliance.retaining.configuration import schedule_in_force
from gateway.compliance.retaining.due import Kept
from gateway.compliance.retaining.models import Erasure, Sweep
from gateway.compliance.retaining.schedules import Schedule
from gateway.compliance.sealed.keys import day_keys_throw_away, key_throw_away
from gateway.custody.approvals.configuration import house_mode
from gateway.events.moments import years_after
from gateway.events.points import point
from gateway.events.services import emit

log = structlog.get_logger(__name__)

AHEAD: Final = timedelta(days=90)
ACTOR: Final = "system:retention"
TOLD: Final = 200
"""Lines of each kind in a day's report."""


def sweep(*, now: datetime) -> Sweep:
    """One day's round. Safe to repeat: what is erased is not erased twice."""
    schedule = schedule_in_force()
    waiting = everything_due(schedule, before=now)
    erased, held = [], [kept for kept in waiting if kept.held_by]
    for kept in waiting:
        if kept.held_by:
            continue
        try:
            if _erase(kept, schedule, now=now):
                erased.append(kept)
        except IntegrityError as refused:
            # A hold was placed in this moment; the database keeps what it stands on.
            log.warning("retention.kept", about=kept.about, error=str(refused)[:200])
            held.append(kept)
    looks_forget(schedule, now=now)
    coming = [
        kept
        for kept in [*everything_due(schedule, before=now + AHEAD), *_subjects(now + AHEAD)]
        if kept.about not in {one.about for one in held}
    ]
    return _told(schedule, erased=erased, held=held, coming=coming, now=now)


def everything_due(schedule: Schedule, *, before: datetime) -> list[Kept]:
    """What has been kept for its time before a moment: reports, then cases, then evidence."""
    return [
        *due.reports_kept(schedule, before=before),
        *due.cases_kept(schedule, before=before),
        *due.evidence_kept(schedule, before=before),
    ]


@transaction.atomic
def looks_forget(schedule: Schedule, *, now: datetime) -> int:
    """Delete what was asked of the lists about nobody in particular, and the keys of whole days:
    whom officers looked up then is readable no more. How many questions."""
    before = years_after(now, -schedule.terms["look"].years)
    count = NameVerdict.objects.filter(about="", given_at__lt=before).delete()[0]
    day_keys_throw_away(LOOKS, before=before.date())
    return count


def _erase(kept: Kept, schedule: Schedule, *, now: datetime) -> bool:
    kind = kept.about.partition(":")[0]
    erase: Callable[[Kept, Schedule, datetime], bool] = {
        "report": _erase_report,
        "case": _erase_case,
    }.get(kind, _erase_evidence)
    return erase(kept, schedule, now)


@transaction.atomic
def _erase_report(kept: Kept, schedule: Schedule, now: datetime) -> bool:
    report = Report.objects.select_for_update().get(id=UUID(kept.about.partition(":")[2]))
    if report.erased_at is not None or is_held(kept.about, f"case:{report.case_id}"):
        return False
    key_throw_away(kept.about)
    report.erased_at = now
    report.save(update_fields=["erased_at"])
    _written_down(kept, schedule, now=now)
    record_apart("erased", actor=ACTOR, now=now, facts=_facts(kept, schedule))
    return True


@transaction.atomic
def _erase_case(kept: Kept, schedule: Schedule, now: datetime) -> bool:
    """Its notes by their key; of its record what opens the commitments. The chain stands."""
    case = case_for_update(UUID(kept.about.partition(":")[2]))
    alerts = Alert.objects.select_for_update().filter(in_case__case=case).order_by("id")
    reports = Report.objects.select_for_update().filter(case=case).order_by("id")
    names = {
        *(kept.about, case.about),
        *(f"alert:{alert.id}" for alert in alerts),
        *(report.about for report in reports),
    }
    if case.state != "closed" or is_held(*names):
        return False
    key_throw_away(kept.about)
    point("retention.key_thrown_away")
    numbers = RecordEntry.objects.filter(about=str(case.id)).values("number")
    RecordOpening.objects.filter(number__in=numbers).delete()
    _written_down(kept, schedule, now=now)
    record(case, "erased", actor=ACTOR, now=now, facts=_facts(kept, schedule))
    return True


@transaction.atomic
def _erase_evidence(kept: Kept, schedule: Schedule, now: datetime) -> bool:
    """Whoever places a hold locks what it stands on: with all of that locked, look again."""
    list(Case.objects.select_for_update().filter(about=kept.about).order_by("id"))
    list(Report.objects.select_for_update().filter(case__about=kept.about).order_by("id"))
    list(Alert.objects.select_for_update().filter(about=kept.about).order_by("id"))
    kind, _, named = kept.about.partition(":")
    if kind == "subject":
        list(Subject.objects.select_for_update().filter(id=named))
    now_kept = due.about_kept(schedule, kept.about)
    if now_kept.held_by or now_kept.until is None or now_kept.until > now:
        return False
    if not key_throw_away(kept.about):
        return False
    _written_down(kept, schedule, now=now)
    record_apart(
        "erased",
        actor=ACTOR,
        now=now,
        facts={"term": kept.term, "schedule": schedule.version},
        personal={"about": kept.about},
    )
    return True


def _written_down(kept: Kept, schedule: Schedule, *, now: datetime) -> None:
    assert kept.until is not None
    Erasure.objects.create(
        about=kept.about,
        term=kept.term,
        schedule=schedule.version,
        kept_until=kept.until,
        erased_at=now,
    )


def _facts(kept: Kept, schedule: Schedule) -> dict[str, Any]:
    return {
        "about": kept.about,
        "term": kept.term,
        "schedule": schedule.version,
        "kept_until": kept.until,
    }


def _subjects(before: datetime) -> list[Kept]:
    return list(due.subjects_coming(before=before))


@transaction.atomic
def _told(
    schedule: Schedule,
    *,
    erased: list[Kept],
    held: list[Kept],
    coming: list[Kept],
    now: datetime,
) -> Sweep:
    row = Sweep.objects.create(
        schedule=schedule.version,
        erased=len(erased),
        held=len(held),
        coming=len(coming),
        report={
            name: [_line(kept) for kept in several[:TOLD]]
            for name, several in (("erased", erased), ("held", held), ("coming", coming))
        },
        swept_at=now,
    )
    emit(
        type="retention.swept",
        subject=f"sweep:{row.id}",
        body={"erased": row.erased, "held": row.held, "coming": row.coming},
        mode=house_mode(),
        now=now,
    )
    return row


def _line(kept: Kept) -> dict[str, Any]:
    return {
        "about": kept.about,
        "term": kept.term,
        "until": kept.until.isoformat() if kept.until else None,
        "held_by": list(kept.held_by),
    }
