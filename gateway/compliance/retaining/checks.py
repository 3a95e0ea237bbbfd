"""What must hold of RETAINING before anything starts."""

from typing import Any, Final

from django.core.checks import CheckMessage, Error, register

from gateway.compliance.retaining.configuration import schedules_known
from gateway.compliance.retaining.errors import SchedulesUnreadable

TAG: Final = "tillway"


@register(TAG)
def schedules_are_sane(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Every version can be read, and none keeps less than the law says."""
    try:
        schedules_known()
    except SchedulesUnreadable as error:
        return [Error(error.message, hint=error.hint, id="compliance_retaining.E001")]
    return []
