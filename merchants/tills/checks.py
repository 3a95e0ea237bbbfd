"""What must hold of the tills' settings before anything starts: no database, no network."""

from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from gateway.supervisor.checks import TAG

LEAST_MINUTES: Final = 1
MOST_MINUTES: Final = 480


@register(TAG)
def tills_lock_themselves(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """A till that nobody touches asks for a PIN again, within a working day."""
    value = settings.TILL_LOCK_MINUTES
    if isinstance(value, int) and LEAST_MINUTES <= value <= MOST_MINUTES:
        return []
    return [
        Error(
            f"TILL_LOCK_MINUTES is {value!r}, which is no whole number from {LEAST_MINUTES} to"
            f" {MOST_MINUTES}.",
            hint="Set another or unset it (docs/reference/settings.md).",
            id="tillway.E078",
        )
    ]
