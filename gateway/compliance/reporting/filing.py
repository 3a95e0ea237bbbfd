"""What happens to a complete report: another person agrees, its file is written and handed in by a
person, and the authority answers.

Nothing is sent from here: neither FinCEN's, nor a unit's, nor OFAC's system takes reports from a
program without an account of the filer's own.
"""

import re
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.compliance.cases.models import Case
from gateway.compliance.cases.recording import person
from gateway.compliance.reporting import life, locks
from gateway.compliance.reporting.errors import (
    ReportAcknowledgementWrong,
    ReportChanged,
    ReportNotApproved,
)
from gateway.compliance.reporting.kinds import KINDS
from gateway.compliance.reporting.models import Report, ReportFile
from gateway.compliance.reporting.recorded import keep_life, life_of, tell
from gateway.compliance.reporting.sealed_content import content_of, file_seal
from gateway.compliance.reporting.working import draft_again, reason_of
from gateway.compliance.reporting.writing import file_name, report_written
from gateway.events.points import point

BSA_ID: Final = re.compile(r"\d{14}", re.ASCII)
OTHER_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./_-]{0,63}", re.ASCII)


@transaction.atomic
def report_approve(*, report_id: UUID, by: UUID, version: int, now: datetime) -> Report:
    """Agree to a proposed report as the second person; its file is written.

    Args:
        version: of the content that they read.

    Raises:
        ReportUnknown, ReportNotProposed
        ReportSamePerson: the database says so too.
        ReportChanged, ReportIncomplete, ReportInvalid, SchemaUnusable
    """
    report, case = locks.report_for_update(report_id)
    then = life.approved(life_of(report), by=by)
    if report.version != version:
        raise ReportChanged
    keep_life(report, then)
    report.approved_at = now
    report.save()
    point("report.approved")
    _write(report, case, by=by, verb="approved", now=now)
    return report


@transaction.atomic
def report_write_again(*, report_id: UUID, by: UUID, now: datetime) -> ReportFile:
    """Write an approved report's file anew, dated today. What is in it stays what two people read.

    Raises:
        ReportUnknown, ReportNotApproved, ReportInvalid, ReportIncomplete, SchemaUnusable
    """
    report, case = locks.report_for_update(report_id)
    if report.state != "approved":
        raise ReportNotApproved
    return _write(report, case, by=by, verb="written", now=now)


@transaction.atomic
def report_file(*, report_id: UUID, by: UUID, now: datetime) -> Report:
    """Write down that a person handed the file in.

    Raises:
        ReportUnknown, ReportNotApproved
    """
    report, case = locks.report_for_update(report_id)
    keep_life(report, life.filed(life_of(report)))
    report.filed_by, report.filed_at = by, now
    report.save()
    in_time = now <= report.due_at
    tell(report, case, "filed", actor=person(by), now=now, facts={"in_time": in_time})
    return report


@transaction.atomic
def report_refused(*, report_id: UUID, by: UUID, reason: str, now: datetime) -> Report:
    """The authority did not take it: a draft again, and its term runs on.

    Raises:
        ReportUnknown, ReportNotFiled, ReportReasonMissing
    """
    why = reason_of(reason)
    report, case = locks.report_for_update(report_id)
    draft_again(report, life.refused(life_of(report)))
    tell(report, case, "refused", actor=person(by), now=now, personal={"reason": why})
    return report


@transaction.atomic
def report_acknowledge(*, report_id: UUID, by: UUID, number: str, now: datetime) -> Report:
    """Write down the number under which the authority took it; what it amends is corrected.

    Args:
        number: FinCEN's BSA identifier, 14 digits; elsewhere whatever the authority gives.

    Raises:
        ReportUnknown, ReportNotFiled, ReportAcknowledgementWrong
    """
    told = number.strip()
    report, case = locks.report_for_update(report_id)
    then = life.acknowledged(life_of(report))
    shape = BSA_ID if report.kind == "fincen_sar" else OTHER_ID
    if shape.fullmatch(told) is None:
        raise ReportAcknowledgementWrong
    keep_life(report, then)
    report.acknowledgement, report.acknowledged_at = told, now
    report.save()
    tell(report, case, "acknowledged", actor=person(by), now=now, personal={"number": told})
    if report.amends_id is not None:
        prior = Report.objects.select_for_update().get(id=report.amends_id)
        keep_life(prior, life.corrected(life_of(prior)))
        prior.save()
        tell(prior, case, "corrected", actor=person(by), now=now, facts={"by": report.id})
    return report


def _write(report: Report, case: Case | None, *, by: UUID, verb: str, now: datetime) -> ReportFile:
    written = report_written(report, content_of(report), now=now)
    name = file_name(report, dated=written.dated)
    file = ReportFile.objects.create(
        report=report,
        name=name,
        media=KINDS[report.kind].media,
        size_bytes=len(written.content),
        box=file_seal(report, written.content, name=name, now=now),
        checked_by=written.checked_by,
        dated=written.dated,
        written_at=now,
    )
    for beside in written.beside:
        ReportFile.objects.create(
            report=report,
            part=beside.part,
            name=beside.name,
            media=beside.media,
            size_bytes=len(beside.content),
            box=file_seal(report, beside.content, name=beside.name, now=now),
            checked_by=written.checked_by,
            dated=written.dated,
            written_at=now,
        )
    hashes = {f"{one.part}_sha256": sha256(one.content).hexdigest() for one in written.beside}
    tell(
        report,
        case,
        verb,
        actor=person(by),
        now=now,
        facts={"file": file.id, "checked_by": file.checked_by, "version": report.version},
        personal={"file_sha256": sha256(written.content).hexdigest(), **hashes},
    )
    return file
