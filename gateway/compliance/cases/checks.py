"""What must hold of CASES before anything starts."""

from typing import Any, Final

from django.core.checks import CheckMessage, Error, register

from gateway.compliance.cases.configuration import deadlines_known
from gateway.compliance.cases.errors import DeadlinesUnreadable

TAG: Final = "tillway"


@register(TAG)
def deadlines_are_sane(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Every version can be read, and none gives a case longer than the law gives a report."""
    try:
        deadlines_known()
    except DeadlinesUnreadable as error:
        return [Error(error.message, hint=error.hint, id="compliance_cases.E001")]
    return []
