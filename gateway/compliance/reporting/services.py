"""The room's verbs in one place; each subject has a file of its own."""

from gateway.compliance.reporting.filing import (
    report_acknowledge,
    report_approve,
    report_file,
    report_refused,
    report_write_again,
)
from gateway.compliance.reporting.reading import (
    report_file_read,
    report_read,
    report_table_read,
)
from gateway.compliance.reporting.watching import reports_tell_due, year_begin
from gateway.compliance.reporting.working import (
    report_amend,
    report_begin,
    report_begin_year,
    report_fill,
    report_propose,
    report_send_back,
)

__all__ = [
    "report_acknowledge",
    "report_amend",
    "report_approve",
    "report_begin",
    "report_begin_year",
    "report_file",
    "report_file_read",
    "report_fill",
    "report_propose",
    "report_read",
    "report_refused",
    "report_send_back",
    "report_table_read",
    "report_write_again",
    "reports_tell_due",
    "year_begin",
]
