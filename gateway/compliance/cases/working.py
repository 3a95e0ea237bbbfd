"""What one officer does with a case: take it, hand it over, look longer, escalate, note, reopen."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.compliance.alerts.canonical import canonical
from gateway.compliance.cases import life, locks
from gateway.compliance.cases.configuration import deadlines_in_force
from gateway.compliance.cases.deadlines import due_of
from gateway.compliance.cases.errors import CaseNoteEmpty, CaseReasonMissing
from gateway.compliance.cases.gathering import snapshot_take
from gateway.compliance.cases.models import Case, CaseNote
from gateway.compliance.cases.opening import snapshot_named
from gateway.compliance.cases.recording import person, record
from gateway.compliance.cases.states import keep_life, life_of
from gateway.compliance.sealed.sealing import sealed_value

MAX_NOTE: Final = 4_000
MAX_REASON: Final = 500


@transaction.atomic
def case_assign(
    *, case_id: UUID, by: UUID, expected: UUID | None, to: UUID | None, now: datetime
) -> Case:
    """Take a case (``to`` oneself), hand it over, or lay it down (``to`` nobody).

    Args:
        expected: in whose hands the officer saw it: of two who reach for it at once, one wins.

    Raises:
        CaseUnknown, CaseClosed, CaseMoved
    """
    case = locks.case_for_update(case_id)
    before = case.assignee
    keep_life(case, life.assigned(life_of(case), expected=expected, to=to))
    record(
        case,
        "assigned",
        actor=person(by),
        now=now,
        facts={"from": before, "to": to, "state": case.state},
    )
    return case


@transaction.atomic
def case_investigate(*, case_id: UUID, by: UUID, now: datetime) -> Case:
    """It is worth a longer look. Raises CaseUnknown, CaseClosed, CaseNotYours, CaseNotReady."""
    case = locks.case_for_update(case_id)
    keep_life(case, life.investigated(life_of(case), by=by))
    record(case, "investigated", actor=person(by), now=now)
    return case


@transaction.atomic
def case_escalate(*, case_id: UUID, by: UUID, reason: str, now: datetime) -> Case:
    """Everybody should look at it first.

    Raises:
        CaseReasonMissing, CaseUnknown, CaseClosed, CaseEscalatedAlready
    """
    why = reason_of(reason)
    case = locks.case_for_update(case_id)
    keep_life(case, life.escalated(life_of(case)))
    record(case, "escalated", actor=person(by), now=now, personal={"reason": why})
    return case


@transaction.atomic
def case_note(*, case_id: UUID, by: UUID, text: str, now: datetime) -> CaseNote:
    """Write something down, also on a closed case. Raises CaseUnknown, CaseNoteEmpty."""
    said = text.replace("\r\n", "\n").strip()
    if not said or len(said) > MAX_NOTE or "\0" in said:
        raise CaseNoteEmpty
    case = locks.case_for_update(case_id)
    sealed = canonical(sealed_value(said, about=case_key(case), now=now))
    note = CaseNote.objects.create(case=case, author=by, text=sealed, written_at=now)
    record(
        case, "noted", actor=person(by), now=now, facts={"note": note.id}, personal={"text": said}
    )
    return note


@transaction.atomic
def case_reopen(*, case_id: UUID, by: UUID, reason: str, now: datetime) -> Case:
    """There is more to decide; its deadlines run anew, by the rules of today.

    Raises:
        CaseReasonMissing, CaseUnknown, CaseNotClosed
    """
    why = reason_of(reason)
    case = locks.case_for_update(case_id)
    then = life.reopened(life_of(case), by=by)
    rules = deadlines_in_force()
    due = due_of(rules, opened_at=now, severity=case.severity)
    case.counted_from, case.deadlines, case.closed_at = now, rules.version, None
    case.first_look_due, case.decide_due = due.first_look, due.decide
    later = Case.objects.filter(mode=case.mode, about=case.about, gathers=True)
    case.gathers = not later.exists()
    keep_life(case, then)
    snapshot = snapshot_take(case, "reopened", now=now)
    record(
        case,
        "reopened",
        actor=person(by),
        now=now,
        facts={"deadlines": rules.version},
        personal={"reason": why, "snapshot": snapshot_named(snapshot)},
    )
    return case


@transaction.atomic
def cases_tell_overdue(*, now: datetime, at_once: int = 100) -> int:
    """Tell once of each deadline that passed (``case.overdue``); how many were told."""
    due = Case.objects.exclude(state="closed").filter(due_at__lt=now, overdue_told_at=None)
    cases = list(due.select_for_update(skip_locked=True).order_by("due_at", "id")[:at_once])
    for case in cases:
        case.overdue_told_at = now
        case.save(update_fields=["overdue_told_at"])
        record(case, "overdue", actor="system:clock", now=now, facts={"due_at": case.due_at})
    return len(cases)


def case_key(case: Case) -> str:
    """Whose key seals what was written about a case."""
    return f"case:{case.id}"


def reason_of(text: str) -> str:
    """Why somebody does something. Raises CaseReasonMissing."""
    why = text.strip()
    if not why or len(why) > MAX_REASON or "\0" in why:
        raise CaseReasonMissing
    return why
