"""Write down what was done about a report: in the record of its case, and as an event."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from gateway.compliance.cases.models import Case
from gateway.compliance.cases.recording import record, record_apart
from gateway.compliance.reporting.life import ReportLife, State
from gateway.compliance.reporting.models import Report
from gateway.events.services import emit


def life_of(report: Report) -> ReportLife:
    """The row as the pure core sees it."""
    return ReportLife(state=cast(State, report.state), maker=report.maker, checker=report.checker)


def keep_life(report: Report, then: ReportLife) -> None:
    """Set how far a locked report is now; the caller saves it."""
    report.state, report.maker, report.checker = then.state, then.maker, then.checker


def tell(
    report: Report,
    case: Case | None,
    verb: str,
    *,
    actor: str,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
) -> None:
    """``case.report_<verb>`` with an entry of the record, and ``report.<verb>`` for the notices; in
    the caller's transaction, which holds both rows.

    Args:
        personal: what only a salted commitment of is chained: hashes of files, reasons, numbers.
    """
    told = {"report": report.id, "kind": report.kind, **(facts or {})}
    if case is None:
        record_apart(f"report_{verb}", actor=actor, now=now, facts=told, personal=personal)
    else:
        record(case, f"report_{verb}", actor=actor, now=now, facts=told, personal=personal)
    emit(
        type=f"report.{verb}",
        subject=report.about,
        body={
            "report_id": str(report.id),
            "kind": report.kind,
            "state": report.state,
            "due_at": report.due_at.isoformat(),
        },
        mode=report.mode,
        now=now,
    )
