"""What must hold of the shifts' settings before anything starts: no database, no network."""

from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from gateway.supervisor.checks import TAG

LEAST_HOURS: Final = 1
MOST_HOURS: Final = 168


@register(TAG)
def shifts_end(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """A shift that nobody closes is told of, within a week."""
    value = settings.SHIFT_OPEN_HOURS
    if isinstance(value, int) and LEAST_HOURS <= value <= MOST_HOURS:
        return []
    return [
        Error(
            f"SHIFT_OPEN_HOURS is {value!r}, which is no whole number from {LEAST_HOURS} to"
            f" {MOST_HOURS}.",
            hint="Set another or unset it (docs/reference/settings.md).",
            id="tillway.E079",
        )
    ]
