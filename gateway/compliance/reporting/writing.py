"""Make a report's file from its answers, and check that the authority would take it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from gateway.compliance.reporting.answers import answers_check, value_of
from gateway.compliance.reporting.attaching import attachable, is_attached
from gateway.compliance.reporting.attachments import (
    CSV,
    ZIP,
    Attachment,
    attachment_flaws,
    zipped,
)
from gateway.compliance.reporting.blocked_property import blocked_check, blocked_report
from gateway.compliance.reporting.configuration import reporting_settings
from gateway.compliance.reporting.content import Content
from gateway.compliance.reporting.due import WASHINGTON, annual_as_of
from gateway.compliance.reporting.errors import ReportIncomplete, ReportInvalid
from gateway.compliance.reporting.fincen_sar import fincen_sar
from gateway.compliance.reporting.fincen_structure import fincen_check
from gateway.compliance.reporting.goaml_report import goaml_report
from gateway.compliance.reporting.goaml_structure import goaml_check
from gateway.compliance.reporting.kinds import KINDS
from gateway.compliance.reporting.models import Report
from gateway.compliance.reporting.questions import QUESTIONS
from gateway.compliance.reporting.schema_files import schema_check, schema_named

STRUCTURE = "structure"


@dataclass(frozen=True, slots=True)
class Beside:
    """A file that is handed in with the report, or instead of it as all of it in one."""

    part: Literal["attachment", "package"]
    name: str
    media: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Written:
    """Attributes:
    checked_by: ``structure``, and the SHA-256 of the authority's schema where there is one.
    dated: the day that the file says it is handed in on.
    """

    content: bytes
    checked_by: str
    dated: date
    beside: tuple[Beside, ...] = ()


def report_problems(report: Report, content: Content) -> list[str]:
    """Names of what is missing or wrong, as ``<answer>:<code>``, and of what REPORTING must say, as
    ``setting:<path>``. Nothing is read."""
    problems = [
        f"{problem.name}:{problem.code}"
        for problem in answers_check(QUESTIONS[report.kind], content.answers)
    ]
    with_transactions = value_of(content.answers, "filing.with") == "transactions"
    missing = reporting_settings().filer.missing(report.kind, with_transactions=with_transactions)
    return problems + [f"setting:{path}" for path in missing]


def report_written(report: Report, content: Content, *, now: datetime) -> Written:
    """The file, if the authority would take it.

    Raises:
        ReportIncomplete: answers, or what REPORTING says of the house, are missing or wrong.
        ReportInvalid: the file does not fit the authority's form; says where.
        SchemaUnusable
    """
    problems = report_problems(report, content)
    if problems:
        raise ReportIncomplete(hint=", ".join(problems[:10]))
    dated = now.astimezone(WASHINGTON).date()
    told = reporting_settings()
    filer, kind = told.filer, report.kind
    attachment = attachable(report, content) if is_attached(content) else None
    flaws: list[str]
    if kind == "fincen_sar":
        file = fincen_sar(
            content.answers,
            house=filer.institution,
            filed_on=dated,
            attachment=attachment.name if attachment else "",
        )
        flaws = fincen_check(file) + (attachment_flaws(attachment) if attachment else [])
    elif kind == "goaml":
        file = goaml_report(
            content.answers, office=filer.goaml, reference=report.reference, reported_on=dated
        )
        flaws = goaml_check(file)
    else:
        on = annual_as_of(report.year).astimezone(WASHINGTON).date() if report.year else dated
        file = blocked_report(
            content.answers,
            kind=kind,
            house=filer.institution,
            reference=report.reference,
            on=on,
        )
        flaws = blocked_check(content.answers)
    checked_by, schema = STRUCTURE, told.schemas.get(kind)
    if not flaws and schema is not None:
        flaws = schema_check(file, schema=schema)
        checked_by = f"{STRUCTURE}, schema {schema_named(schema)}"
    if flaws:
        raise ReportInvalid(hint="; ".join(flaws[:10]))
    beside = _beside(report, file, attachment, dated=dated) if attachment else ()
    return Written(content=file, checked_by=checked_by, dated=dated, beside=beside)


def _beside(
    report: Report, file: bytes, attachment: Attachment, *, dated: date
) -> tuple[Beside, ...]:
    """What goes along; for goAML also all of it as the one zip that its web takes."""
    table = Beside("attachment", attachment.name, CSV, attachment.content)
    if report.kind != "goaml":
        return (table,)
    name = file_name(report, dated=dated)
    package = zipped([(name, file), (table.name, table.content)], dated=dated)
    whole = f"{name.removesuffix(KINDS[report.kind].suffix)}zip"
    return table, Beside("package", whole, ZIP, package)


def file_name(report: Report, *, dated: date) -> str:
    return f"{report.kind}-{report.reference}-{dated:%Y%m%d}.{KINDS[report.kind].suffix}"
