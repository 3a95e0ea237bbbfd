"""What must hold of this room's settings before anything starts: no database, no network."""

from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

TAG: Final = "tillway"
LEAST_MINUTES, MOST_MINUTES = 15, 60


@register(TAG)
def exchange_locks_are_bounded(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """A price is held for who pays from an exchange for at most as long as any price may be."""
    value = settings.EXCHANGE_LOCK_MINUTES
    if isinstance(value, int) and (value == 0 or LEAST_MINUTES <= value <= MOST_MINUTES):
        return []
    return [
        Error(
            f"EXCHANGE_LOCK_MINUTES is {value!r}, which is neither 0 nor a whole number from"
            f" {LEAST_MINUTES} to {MOST_MINUTES}.",
            hint="Set another or unset it (docs/reference/settings.md).",
            id="invoices.E001",
        )
    ]
