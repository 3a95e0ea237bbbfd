"""A report's content and files, sealed under the report's own key."""

from datetime import datetime

from gateway.compliance.reporting.content import Content, content_bytes, content_read
from gateway.compliance.reporting.errors import ReportChanged, ReportErased
from gateway.compliance.reporting.models import Report, ReportContent, ReportFile
from gateway.compliance.sealed.errors import KeyGone
from gateway.compliance.sealed.sealing import opened_bytes, sealed_bytes


def content_keep(report: Report, content: Content, *, by: str, now: datetime) -> None:
    """Write the next version; the caller saves the report's row, which it holds."""
    report.version += 1
    box = sealed_bytes(
        content_bytes(content), about=report.about, name=f"content:{report.version}", now=now
    )
    ReportContent.objects.create(
        report=report, version=report.version, box=box, written_by=by, written_at=now
    )


def content_of(report: Report) -> Content:
    """The version that counts. Two queries.

    Raises:
        ReportErased, SealedWrong, KeyUnknown
    """
    row = ReportContent.objects.filter(report=report, version=report.version).first()
    if row is None:
        raise ReportChanged
    try:
        plain = opened_bytes(bytes(row.box), about=report.about, name=f"content:{row.version}")
    except KeyGone as gone:
        raise ReportErased from gone
    return content_read(plain)


def file_seal(report: Report, content: bytes, *, name: str, now: datetime) -> bytes:
    return sealed_bytes(content, about=report.about, name=f"file:{name}", now=now)


def file_open(file: ReportFile) -> bytes:
    """Its bytes. One query. Raises ReportErased, SealedWrong, KeyUnknown."""
    try:
        return opened_bytes(
            bytes(file.box), about=f"report:{file.report_id}", name=f"file:{file.name}"
        )
    except KeyGone as gone:
        raise ReportErased from gone
