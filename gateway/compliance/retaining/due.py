"""What is kept until when: cases, reports, and the evidence that is sealed for somebody.

Evidence about somebody is kept as long as any case or alert about them is, and as long as they are
a subject of a shop's: of several terms the last one counts.

All are looked at that are older than the shortest term, by pages: what is kept longer, or held,
keeps nobody from being found behind it.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from gateway.compliance.alerts.models import Alert
from gateway.compliance.cases.models import Case
from gateway.compliance.knowing.legal_holds import held_among
from gateway.compliance.knowing.models import Subject
from gateway.compliance.naming.sealed_names import LOOKS, NAMES
from gateway.compliance.reporting.kinds import KINDS
from gateway.compliance.reporting.models import Report
from gateway.compliance.retaining.models import Erasure
from gateway.compliance.retaining.schedules import Class, Schedule
from gateway.compliance.sealed.models import SealingKey
from gateway.events.moments import years_after

AT_ONCE: Final = 500
"""Rows of a page; and how many of a kind are due at once: the rest is the next round's."""
M = TypeVar("M", bound=Model)
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
    """Closed cases whose time is over before a moment, in the order they were opened. A query, and
    four for each 500 that are older than the shortest term."""
    about = Concat(Value("case:"), Cast(OuterRef("id"), TextField()))
    last = _older(schedule, "case", "sanctions", before=before)
    cases = Case.objects.filter(
        ~Exists(Erasure.objects.filter(about=about)), state="closed", closed_at__lt=last
    )
    return _due(cases, lambda chunk: _cases_due(schedule, chunk, before=before))


def _older(schedule: Schedule, *terms: Class, before: datetime) -> datetime:
    """What is younger than this is due by none of these terms."""
    return years_after(before, -min(schedule.terms[name].years for name in terms))


def _due(rows: QuerySet[M], due_among: Callable[[list[M]], list[Kept]]) -> list[Kept]:
    found: list[Kept] = []
    for chunk in _pages(rows):
        found += due_among(chunk)
        if sum(not kept.held_by for kept in found) >= AT_ONCE:
            break
    return found


def _pages(rows: QuerySet[M]) -> Iterator[list[M]]:
    left = rows.order_by("pk")
    while chunk := list(left[:AT_ONCE]):
        yield chunk
        left = rows.filter(pk__gt=chunk[-1].pk).order_by("pk")


def _cases_due(schedule: Schedule, chunk: list[Case], *, before: datetime) -> list[Kept]:
    found = []
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
    """Filed reports whose time is over before a moment, in the order they were begun. Two queries
    for each 500 that are older than the shortest term."""
    last = _older(schedule, "report", "sanctions", before=before)
    reports = Report.objects.filter(filed_at__lt=last, erased_at=None)
    return _due(reports, lambda chunk: _reports_due(schedule, chunk, before=before))


def _reports_due(schedule: Schedule, chunk: list[Report], *, before: datetime) -> list[Kept]:
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
    """Whose sealed evidence has been kept for its time before a moment. A query, and six for each
    500 keys that are older than the shortest term that may decide."""
    others = Q()
    for kind in OF_OTHERS:
        others |= Q(about__startswith=f"{kind}:")
    last = _older(schedule, "alert", "case", "report", "sanctions", before=before)
    keys = SealingKey.objects.exclude(others).filter(made_at__lt=last).only("about")
    return _due(keys, lambda chunk: _evidence_due(schedule, chunk, before=before))


def _evidence_due(schedule: Schedule, chunk: list[SealingKey], *, before: datetime) -> list[Kept]:
    judged = _abouts_kept(schedule, [key.about for key in chunk])
    return [kept for kept in judged if kept.until is not None and kept.until < before]


def about_kept(schedule: Schedule, about: str) -> Kept:
    """Until when what is sealed for somebody is kept. Five queries."""
    (kept,) = _abouts_kept(schedule, [about])
    return kept


@dataclass(slots=True)
class _Concerning:
    """What there is about somebody that decides until when their evidence is kept."""

    cases: list[Case] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    subject: Subject | None = None


def _abouts_kept(schedule: Schedule, abouts: Collection[str]) -> list[Kept]:
    """Of each, in their order. Five queries, however many there are."""
    concerning = _concerning(abouts)
    judged = [_evidence_kept(schedule, about, concerning[about]) for about in abouts]
    held = held_among({name for _kept, names in judged for name in names})
    return [replace(kept, held_by=tuple(sorted(names & held))) for kept, names in judged]


def _concerning(abouts: Collection[str]) -> dict[str, _Concerning]:
    found = {about: _Concerning() for about in abouts}
    for case in Case.objects.filter(about__in=abouts).order_by("id").prefetch_related("reports"):
        found[case.about].cases.append(case)
    for alert in Alert.objects.filter(about__in=abouts).only("about", "last_at", "closed_at"):
        found[alert.about].alerts.append(alert)
    ids = [about.partition(":")[2] for about in abouts if about.startswith("subject:")]
    for subject in Subject.objects.filter(id__in=ids, erased_at=None):
        found[f"subject:{subject.id}"].subject = subject
    return found


def _evidence_kept(
    schedule: Schedule, about: str, concerning: _Concerning
) -> tuple[Kept, set[str]]:
    """Until when it is kept by its terms, and the names on any of which a legal hold keeps it."""
    ends: list[datetime] = []
    term = "alert"
    for case in concerning.cases:
        kept = case_kept(schedule, case, reports=list(case.reports.all()))
        term = kept.term
        if kept.until is None:
            return Kept(about, term, None), set()
        ends.append(kept.until)
    if any(alert.closed_at is None for alert in concerning.alerts):
        return Kept(about, term, None), set()
    if concerning.alerts:
        last = max(alert.last_at for alert in concerning.alerts)
        ends.append(schedule.ends("alert", since=last))
    if concerning.subject is not None:
        if concerning.subject.retain_until is None:
            return Kept(about, term, None), set()
        ends.append(concerning.subject.retain_until)
    names = {
        about,
        *(f"case:{case.id}" for case in concerning.cases),
        *(report.about for case in concerning.cases for report in case.reports.all()),
        *(f"alert:{alert.id}" for alert in concerning.alerts),
    }
    return Kept(about, term, max(ends, default=None)), names


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
