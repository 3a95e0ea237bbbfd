"""Questions about cases: the queue, one case with all of it, and how many there are."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db.models import Count, Q, QuerySet

from gateway.compliance.alerts.models import Alert
from gateway.compliance.alerts.severities import SEVERITIES
from gateway.compliance.cases.errors import CaseUnknown
from gateway.compliance.cases.life import STATES
from gateway.compliance.cases.models import Case, CaseDecision, CaseSnapshot
from gateway.compliance.cases.record_models import RecordEntry, RecordOpening
from gateway.compliance.sealed.sealing import opened
from gateway.events.cursors import PAGE_SIZE, Page
from gateway.events.errors import BadCursor

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which cases a queue shows.

    Attributes:
        state: one state; '' for all that are not closed.
        severity: '' for any.
        assignee: somebody's; None for anybody's.
        unassigned: nobody's only.
        overdue: whose deadline has passed only.
    """

    state: str = ""
    severity: str = ""
    assignee: UUID | None = None
    unassigned: bool = False
    overdue: bool = False

    def __post_init__(self) -> None:
        if self.state not in ("", *STATES) or self.severity not in ("", *SEVERITIES):
            raise ValueError(self)


def cases_page(
    wanted: CaseFilter, *, now: datetime, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[Case]:
    """What waits, escalated first and then by what is due next; what is closed, newest first. One
    query.

    Raises:
        BadCursor
    """
    cases = _wanted(wanted, now=now)
    if wanted.state == "closed":
        cases = cases.order_by("-closed_at", "-id")
        if cursor:
            _, at, last = _read(cursor)
            cases = cases.filter(Q(closed_at__lt=at) | Q(closed_at=at, id__lt=last))
    else:
        cases = cases.order_by("-is_escalated", "due_at", "id")
        if cursor:
            escalated, at, last = _read(cursor)
            after = Q(due_at__gt=at) | Q(due_at=at, id__gt=last)
            after = after & Q(is_escalated=escalated)
            cases = cases.filter(after | Q(is_escalated=False) if escalated else after)
    rows = list(cases[: size + 1])
    more = _written(rows[size - 1]) if len(rows) > size else None
    return Page(items=rows[:size], next_cursor=more)


def _wanted(wanted: CaseFilter, *, now: datetime) -> QuerySet[Case]:
    cases = Case.objects.filter(state=wanted.state) if wanted.state else _not_closed()
    if wanted.severity:
        cases = cases.filter(severity=wanted.severity)
    if wanted.unassigned:
        cases = cases.filter(assignee__isnull=True)
    elif wanted.assignee is not None:
        cases = cases.filter(assignee=wanted.assignee)
    if wanted.overdue:
        cases = cases.exclude(state="closed").filter(due_at__lt=now)
    return cases


def _not_closed() -> QuerySet[Case]:
    return Case.objects.exclude(state="closed")


def _written(case: Case) -> str:
    at = case.closed_at or case.due_at
    packed = bytes([case.is_escalated]) + ((at - EPOCH) // MICROSECOND).to_bytes(8) + case.id.bytes
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def _read(cursor: str) -> tuple[bool, datetime, UUID]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        packed = base64.b64decode(padded, altchars=b"-_", validate=True)
        at = EPOCH + MICROSECOND * int.from_bytes(packed[1:9])
        return bool(packed[0]), at, UUID(bytes=packed[9:])
    except (binascii.Error, ValueError, IndexError, OverflowError) as error:
        raise BadCursor from error


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """How many cases there are.

    Attributes:
        by_state: of each state, closed ones of the last 30 days.
        overdue: of those that are not closed.
        mine: that somebody works on.
    """

    by_state: dict[str, int]
    overdue: int
    mine: int


def case_counts(*, person: UUID, now: datetime) -> CaseCounts:
    """One query."""
    is_open = ~Q(state="closed")
    told = Case.objects.filter(is_open | Q(closed_at__gte=now - timedelta(days=30))).aggregate(
        **{state: Count("id", filter=Q(state=state)) for state in STATES},
        late=Count("id", filter=is_open & Q(due_at__lt=now)),
        own=Count("id", filter=is_open & Q(assignee=person)),
    )
    return CaseCounts(
        by_state={state: told[state] for state in STATES}, overdue=told["late"], mine=told["own"]
    )


def case_get(case_id: UUID) -> Case:
    """One case. One query.

    Raises:
        CaseUnknown
    """
    case = Case.objects.select_related("follows").filter(id=case_id).first()
    if case is None:
        raise CaseUnknown
    return case


def alerts_of(case: Case) -> list[Alert]:
    """What it looks at, oldest first. One query."""
    return list(Alert.objects.filter(in_case__case=case).order_by("id"))


def kinds_of(cases: Sequence[Case]) -> dict[UUID, list[tuple[str, int]]]:
    """What was noticed, of each case: kinds with how many alerts. One query, none for no case."""
    if not cases:
        return {}
    rows = (
        Alert.objects.filter(in_case__case_id__in=[case.id for case in cases])
        .values_list("in_case__case_id", "kind")
        .annotate(count=Count("id"))
        .order_by("kind")
    )
    found: dict[UUID, list[tuple[str, int]]] = {}
    for case_id, kind, count in rows:
        found.setdefault(case_id, []).append((kind, count))
    return found


@dataclass(frozen=True, slots=True)
class Note:
    """What an officer wrote down; None for what was erased with its case."""

    author: UUID
    text: str | None
    written_at: datetime


def notes_of(case: Case) -> list[Note]:
    """What officers wrote down, oldest first. Two queries, one where there is none."""
    rows = list(case.notes.order_by("id"))
    texts = opened([msgspec.json.decode(row.text) for row in rows])
    return [
        Note(
            author=row.author,
            text=text if isinstance(text, str) else None,
            written_at=row.written_at,
        )
        for row, text in zip(rows, texts, strict=True)
    ]


def facts_of(alerts: Sequence[Alert]) -> dict[UUID, dict[str, Any]]:
    """What each alert was raised on, opened; what was erased says so. One query, none where nothing
    is sealed."""
    facts: list[dict[str, Any]] = opened([alert.facts for alert in alerts])
    return {alert.id: told for alert, told in zip(alerts, facts, strict=True)}


def snapshots_of(case: Case) -> list[CaseSnapshot]:
    """What was known of it, at each moment that counts, oldest first. One query."""
    return list(case.snapshots.order_by("id"))


def decisions_of(case: Case) -> list[CaseDecision]:
    """How it was ended, each time, with the evidence, oldest first. One query."""
    return list(case.decisions.select_related("snapshot").order_by("id"))


def later_cases(case: Case) -> list[Case]:
    """Those that follow it. One query."""
    return list(case.later.order_by("id"))


def record_of(case: Case) -> list[tuple[RecordEntry, dict[str, Any]]]:
    """What was done about it, oldest first, with the values of its commitments as far as they are
    kept. Two queries."""
    entries = list(RecordEntry.objects.filter(about=str(case.id)).order_by("number"))
    values: dict[int, dict[str, Any]] = {}
    numbers = [entry.number for entry in entries]
    for opening in RecordOpening.objects.filter(number__in=numbers):
        values.setdefault(opening.number, {})[opening.name] = msgspec.json.decode(opening.value)
    return [(entry, values.get(entry.number, {})) for entry in entries]
