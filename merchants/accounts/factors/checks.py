"""What must hold of the settings of second factors before anything starts."""

from collections.abc import Iterator
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from gateway.supervisor.checks import TAG

RANGES: Final = {
    "SECOND_FACTOR_GRACE_DAYS": (0, 90, "more than 90 days asks for none"),
    "STEP_UP_MINUTES": (1, 60, "0 would let nobody act; more than an hour is no fresh proof"),
}
"""The least, the most, and why."""


@register(TAG)
def second_factors_are_sane(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """People are asked for a second factor, and have the time to show it."""
    return list(_out_of_range())


def _out_of_range() -> Iterator[CheckMessage]:
    for name, (least, most, why) in RANGES.items():
        value = getattr(settings, name)
        if isinstance(value, int) and least <= value <= most:
            continue
        yield Error(
            f"{name} is {value!r}, which is no whole number from {least} to {most}.",
            hint=f"Set another or unset it: {why} (docs/reference/settings.md).",
            id="factors.E001",
        )
