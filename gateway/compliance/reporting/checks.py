"""What must hold of REPORTING before anything starts."""

from typing import Any, Final

from django.core.checks import CheckMessage, Error, register

from gateway.compliance.reporting.configuration import reporting_settings
from gateway.compliance.reporting.errors import ReportError
from gateway.compliance.reporting.schema_files import schema_bytes

TAG: Final = "tillway"


@register(TAG)
def reporting_is_sane(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """It can be read, and the schema files that it names are there."""
    try:
        for schema in reporting_settings().schemas.values():
            schema_bytes(schema)
    except ReportError as error:
        return [Error(error.message, hint=error.hint, id="compliance_reporting.E001")]
    return []
