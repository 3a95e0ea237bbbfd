"""What is kept until when: cases, reports, and the evidence that is sealed for somebody.

Evidence about somebody is kept as long as any case or alert about them is, and as long as they are
a subject of a shop's: of several terms the last one counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Max, Q

from gateway.compliance.alerts.models import Alert
from gateway.compliance.cases.models import Case
from gateway.compliance.knowing.legal_holds import held_among
from gateway.compliance.knowing.models import Subject
from gateway.compliance.naming.sealed_names import LOOKS, NAMES
from gateway.compliance.reporting.kinds import KINDS
from gateway.compliance.reporting.models import Report
from gateway.compliance.retaining.models import Erasure
from gateway.compliance.retaining.schedules import Schedule
from gateway.compliance.sealed.models import SealingKey

AT_ONCE: Final = 500
OF_OTHERS: Final = ("case", "report", NAMES, LOOKS)
"""Kinds of keys that seal no evidence, and go with what they are of."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that is kept, and until when.

    Attributes:
        about: ``case:<id>``, ``report:<id>``, ``subject:<id>`` …
        term: the class of the schedule that decides.
        until: None while nobody can say: a case is open, a report not filed.
        held_by: what a legal hold stands on that keeps it; empty if none does.
    """

    about: str
    term: str
    until: datetime | None
    held_by: tuple[str, ...] = ()


def cases_kept(schedule: Schedule, *, before: datetime) -> list[Kept]:
    """Closed cases whose time is over before a moment, oldest first; at most 500. Four queries."""
    done = Erasure.objects.filter(about__startswith="case:").values_list("about", flat=True)
    erased = {UUID(about.partition(":")[2]) for about in done}
    cases = Case.objects.filter(state="closed", closed_at__lt=before).order_by("closed_at", "id")
    found = []
    chunk = list(cases.exclude(id__in=erased)[:AT_ONCE])
    reports = _reports_of([case.id for case in chunk])
    alerts = _alerts_of([case.id for case in chunk])
    held = held_among(
        [
            *(f"case:{case.id}" for case in chunk),
            *(case.about for case in chunk),
            *(about for abouts in alerts.values() for about in abouts),
            *(report.about for several in reports.values() for report in several),
        ]
    )
    for case in chunk:
        ours = reports.get(case.id, [])
        kept = case_kept(schedule, case, reports=ours)
        if kept.until is None or kept.until >= before:
            continue
        names = {kept.about, case.about, *alerts.get(case.id, ()), *(one.about for one in ours)}
        found.append(Kept(kept.about, kept.term, kept.until, held_by=tuple(sorted(names & held))))
    return found


def case_kept(schedule: Schedule, case: Case, *, reports: list[Report]) -> Kept:
    """Until when a case is kept: by its own term, and as long as any of its reports."""
    about = f"case:{case.id}"
    is_sanctions = case.disposition == "block" or any(
        KINDS[report.kind].retention == "sanctions" for report in reports
    )
    term = "sanctions" if is_sanctions else "case"
    if case.closed_at is None:
        return Kept(about, term, None)
    ends = [schedule.ends(term, since=case.closed_at)]
    for report in reports:
        until = report_kept(schedule, report).until
        if until is None:
            return Kept(about, term, None)
        ends.append(until)
    return Kept(about, term, max(ends))


def report_kept(schedule: Schedule, report: Report) -> Kept:
    """Until when a report is kept: from its filing, or from the authority's answer."""
    term = KINDS[report.kind].retention
    since = report.acknowledged_at or report.filed_at
    until = None if since is None else schedule.ends(term, since=since)
    return Kept(report.about, term, until)


def reports_kept(schedule: Schedule, *, before: datetime) -> list[Kept]:
    """Filed reports whose time is over before a moment; at most 500. Two queries."""
    reports = Report.objects.filter(filed_at__lt=before, erased_at=None).order_by("filed_at", "id")
    chunk = list(reports[:AT_ONCE])
    held = held_among(
        [
            *(report.about for report in chunk),
            *(f"case:{report.case_id}" for report in chunk if report.case_id),
        ]
    )
    found = []
    for report in chunk:
        kept = report_kept(schedule, report)
        if kept.until is not None and kept.until < before:
            names = {report.about, f"case:{report.case_id}"}
            found.append(
                Kept(kept.about, kept.term, kept.until, held_by=tuple(sorted(names & held)))
            )
    return found


def evidence_kept(schedule: Schedule, *, before: datetime) -> list[Kept]:
    """Whose sealed evidence has been kept for its time before a moment. A few queries for each of
    at most 500 keys."""
    others = Q()
    for kind in OF_OTHERS:
        others |= Q(about__startswith=f"{kind}:")
    keys = SealingKey.objects.exclude(others)
    found = []
    for about in (
        keys.filter(made_at__lt=before)
        .order_by("made_at")[:AT_ONCE]
        .values_list("about", flat=True)
    ):
        kept = about_kept(schedule, about)
        if kept.until is not None and kept.until < before:
            found.append(kept)
    return found


def about_kept(schedule: Schedule, about: str) -> Kept:
    """Until when what is sealed for somebody is kept. Five queries."""
    ends: list[datetime] = []
    names, term = {about}, "alert"
    for case in Case.objects.filter(about=about).prefetch_related("reports"):
        kept = case_kept(schedule, case, reports=list(case.reports.all()))
        if kept.until is None:
            return Kept(about, kept.term, None)
        ends.append(kept.until)
        term = kept.term
        names |= {f"case:{case.id}", *(report.about for report in case.reports.all())}
    if Alert.objects.filter(about=about, closed_at=None).exists():
        return Kept(about, term, None)
    last = Alert.objects.filter(about=about).aggregate(last=Max("last_at"))["last"]
    if last is not None:
        ends.append(schedule.ends("alert", since=last))
    names |= {
        f"alert:{one}" for one in Alert.objects.filter(about=about).values_list("id", flat=True)
    }
    kind, _, named = about.partition(":")
    if kind == "subject":
        subject = Subject.objects.filter(id=named).first()
        if subject is not None and subject.erased_at is None:
            if subject.retain_until is None:
                return Kept(about, term, None)
            ends.append(subject.retain_until)
    held = tuple(sorted(held_among(names)))
    return Kept(about, term, max(ends, default=None), held_by=held)


def subjects_coming(*, before: datetime) -> Iterator[Kept]:
    """Subjects whose own term is over before a moment, and who are not erased. Two queries."""
    due = Subject.objects.filter(retain_until__lt=before, erased_at=None).order_by("retain_until")
    chunk = list(due.values_list("id", "retain_until")[:AT_ONCE])
    held = held_among([f"subject:{subject_id}" for subject_id, _ in chunk])
    for subject_id, until in chunk:
        about = f"subject:{subject_id}"
        yield Kept(about, "subject", until, held_by=(about,) if about in held else ())


def _reports_of(case_ids: list[UUID]) -> dict[UUID, list[Report]]:
    found: dict[UUID, list[Report]] = {}
    for report in Report.objects.filter(case_id__in=case_ids):
        assert report.case_id is not None
        found.setdefault(report.case_id, []).append(report)
    return found


def _alerts_of(case_ids: list[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    rows = Alert.objects.filter(in_case__case_id__in=case_ids)
    for alert_id, case_id in rows.values_list("id", "in_case__case_id"):
        found.setdefault(case_id, []).append(f"alert:{alert_id}")
    return found
