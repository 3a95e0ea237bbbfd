"""What officers do with a report: begin it, fill it in, propose it, agree, file, amend."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import IntegrityError, transaction

from gateway.compliance.cases.models import Case, CaseDecision
from gateway.compliance.cases.recording import person
from gateway.compliance.reporting import life, locks
from gateway.compliance.reporting.answers import Answer, typed_over
from gateway.compliance.reporting.configuration import reporting_settings, suspicion_days
from gateway.compliance.reporting.content import Content, content_bytes
from gateway.compliance.reporting.drafting import case_content, year_content
from gateway.compliance.reporting.due import annual_as_of, due_at
from gateway.compliance.reporting.errors import (
    ReportBegunAlready,
    ReportCaseUndecided,
    ReportChanged,
    ReportIncomplete,
    ReportKindUnknown,
    ReportNotAcknowledged,
    ReportReasonMissing,
)
from gateway.compliance.reporting.kinds import KINDS
from gateway.compliance.reporting.models import Report
from gateway.compliance.reporting.questions import QUESTIONS
from gateway.compliance.reporting.recorded import keep_life, life_of, tell
from gateway.compliance.reporting.sealed_content import content_keep, content_of
from gateway.compliance.reporting.writing import report_problems
from gateway.custody.approvals.configuration import house_mode

MAX_REASON = 500


@transaction.atomic
def report_begin(*, case_id: UUID, kind: str, by: str, now: datetime) -> Report:
    """Draft a report about a closed case from its evidence and the books.

    Its term counts from the case's first alert, or from the day its money was held.

    Args:
        by: ``user:<id>`` or ``system:<what>``.

    Raises:
        ReportKindUnknown
        ReportCaseUndecided: two people decided otherwise, or not yet.
        ReportBegunAlready
        CaseUnknown, ReportingUnreadable
    """
    if kind not in KINDS or KINDS[kind].term == "annual":
        raise ReportKindUnknown
    case = locks.case_for_update(case_id)
    decision = CaseDecision.objects.filter(case=case).order_by("-id").first()
    is_decided = case.state == "closed" and decision is not None
    if not is_decided or case.disposition not in KINDS[kind].dispositions:
        raise ReportCaseUndecided
    assert decision is not None
    snapshot = decision.snapshot
    content = case_content(kind, case=case, snapshot=snapshot, currency=_currency(kind))
    since = _since(kind, case, snapshot.evidence)
    report = Report(
        kind=kind,
        mode=case.mode,
        case=case,
        decision=decision,
        since=since,
        due_at=due_at(KINDS[kind].term, since=since, suspicion_days=suspicion_days(kind)),
        begun_at=now,
        begun_by=by,
    )
    return _begun(report, case, content, by=by, now=now)


@transaction.atomic
def report_begin_year(*, year: int, by: str, now: datetime) -> Report:
    """Draft the yearly report of what was kept on 30 June. Raises ReportBegunAlready."""
    as_of, mode = annual_as_of(year), house_mode()
    report = Report(
        kind="ofac_annual",
        mode=mode,
        year=year,
        since=as_of,
        due_at=due_at("annual", since=as_of),
        begun_at=now,
        begun_by=by,
    )
    content = year_content(mode=mode, as_of=as_of, currency="USD")
    return _begun(report, None, content, by=by, now=now)


@transaction.atomic
def report_fill(
    *, report_id: UUID, by: UUID, told: Mapping[str, str], version: int, now: datetime
) -> Report:
    """Keep what an officer wrote into the form; what they left keeps its source.

    Args:
        version: of the content that they saw.

    Raises:
        ReportUnknown, ReportNotDraft
        ReportChanged: somebody else saved it in the meantime.
    """
    report, case = locks.report_for_update(report_id)
    life.changeable(life_of(report))
    if report.version != version:
        raise ReportChanged
    before = content_of(report)
    answers = typed_over(before.answers, told=told, groups=QUESTIONS[report.kind], by=str(by))
    if dict(before.answers) == answers:
        return report
    content = Content(answers=answers, money=before.money, snapshot=before.snapshot)
    content_keep(report, content, by=person(by), now=now)
    report.save(update_fields=["version"])
    typed = sorted(name for name, answer in answers.items() if _is_new(answer, name, before))
    tell(
        report,
        case,
        "filled",
        actor=person(by),
        now=now,
        facts={"version": report.version, "answers": typed},
    )
    return report


@transaction.atomic
def report_propose(*, report_id: UUID, by: UUID, version: int, now: datetime) -> Report:
    """Say that a draft is complete: another person reads it and agrees.

    Raises:
        ReportUnknown, ReportNotDraft, ReportChanged
        ReportIncomplete: names what is missing.
    """
    report, case = locks.report_for_update(report_id)
    then = life.proposed(life_of(report), by=by)
    if report.version != version:
        raise ReportChanged
    content = content_of(report)
    problems = report_problems(report, content)
    if problems:
        raise ReportIncomplete(hint=", ".join(problems[:10]))
    keep_life(report, then)
    report.proposed_at = now
    report.save()
    tell(
        report,
        case,
        "proposed",
        actor=person(by),
        now=now,
        facts={"version": report.version},
        personal={"content_sha256": sha256(content_bytes(content)).hexdigest()},
    )
    return report


@transaction.atomic
def report_send_back(*, report_id: UUID, by: UUID, reason: str, now: datetime) -> Report:
    """Not so: it is a draft again.

    Raises:
        ReportUnknown, ReportNotProposed, ReportReasonMissing
    """
    why = reason_of(reason)
    report, case = locks.report_for_update(report_id)
    draft_again(report, life.sent_back(life_of(report)))
    tell(report, case, "sent_back", actor=person(by), now=now, personal={"reason": why})
    return report


@transaction.atomic
def report_amend(*, report_id: UUID, by: UUID, now: datetime) -> Report:
    """Begin the report that corrects an acknowledged one, and names it by the authority's number.

    Raises:
        ReportUnknown, ReportNotAcknowledged, ReportBegunAlready, ReportErased
    """
    prior, case = locks.report_for_update(report_id)
    if prior.state != "acknowledged":
        raise ReportNotAcknowledged
    before = content_of(prior)
    answers = dict(before.answers)
    asked = {f"{g.name}.{q.name}" for g in QUESTIONS[prior.kind] for q in g.questions}
    source = f"report:{prior.id}"
    if "filing.type" in asked:
        answers["filing.type"] = Answer("correction", source)
    if "filing.prior" in asked:
        answers["filing.prior"] = Answer(prior.acknowledgement, source)
    report = Report(
        kind=prior.kind,
        mode=prior.mode,
        case=case,
        decision=prior.decision,
        year=prior.year,
        amends=prior,
        since=now,
        due_at=due_at("suspicion", since=now),
        begun_at=now,
        begun_by=person(by),
    )
    content = Content(answers=answers, money=before.money, snapshot=before.snapshot)
    return _begun(report, case, content, by=person(by), now=now)


def reason_of(text: str) -> str:
    """Raises ReportReasonMissing."""
    why = text.strip()
    if not why or len(why) > MAX_REASON or "\0" in why:
        raise ReportReasonMissing
    return why


def _begun(
    report: Report, case: Case | None, content: Content, *, by: str, now: datetime
) -> Report:
    try:
        with transaction.atomic():
            report.save(force_insert=True)
    except IntegrityError as error:
        if "compliance_report_" not in str(error) or "once" not in str(error):
            raise
        raise ReportBegunAlready from error
    content_keep(report, content, by=by, now=now)
    report.save(update_fields=["version"])
    tell(
        report,
        case,
        "begun",
        actor=by,
        now=now,
        facts={"due_at": report.due_at, "amends": report.amends_id},
    )
    return report


def draft_again(report: Report, then: life.ReportLife) -> None:
    """Write a locked report as a draft: what was agreed to counts no more."""
    keep_life(report, then)
    report.proposed_at = report.approved_at = None
    report.filed_by = report.filed_at = None
    report.save()


def _is_new(answer: Answer, name: str, before: Content) -> bool:
    return before.answers.get(name) != answer


def _since(kind: str, case: Case, evidence: Mapping[str, object]) -> datetime:
    if KINDS[kind].term != "blocking":
        return case.opened_at
    holds = evidence["holds"]
    assert isinstance(holds, list)
    opened = [
        datetime.fromisoformat(hold["opened_at"]) for hold in holds if hold["state"] == "blocked"
    ]
    if not opened:
        raise ReportCaseUndecided
    return min(opened)


def _currency(kind: str) -> str:
    return reporting_settings().filer.goaml.currency if kind == "goaml" else "USD"
