"""What must hold of the sign-in's settings before anything starts: no database, no network."""

from collections.abc import Iterator
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from gateway.supervisor.checks import TAG

RANGES: Final = {
    "SIGN_IN_BURST": (1, 1_000, "0 would let nobody sign in; more than 1000 is no brake"),
    "SIGN_IN_REFILL_SECONDS": (1, 86_400, "0 would hold nobody back; more than a day locks out"),
}
"""The least, the most, and why."""


@register(TAG)
def sign_in_brake_is_sane(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """The brake on failed sign-ins holds people back, and lets them in again."""
    return list(_out_of_range())


def _out_of_range() -> Iterator[CheckMessage]:
    for name, (least, most, why) in RANGES.items():
        value = getattr(settings, name)
        if isinstance(value, int) and least <= value <= most:
            continue
        yield Error(
            f"{name} is {value!r}, which is no whole number from {least} to {most}.",
            hint=f"Set another or unset it: {why} (docs/reference/settings.md).",
            id="accounts.E001",
        )
