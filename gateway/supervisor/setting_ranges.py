"""Settings that are whole numbers within bounds, checked before anything starts."""

from collections.abc import Iterator, Mapping

from django.conf import settings
from django.core.checks import CheckMessage, Error

Ranges = Mapping[str, tuple[int, int, str]]
"""By a setting's name: the least, the most, and why."""


def out_of_range(ranges: Ranges, *, id: str) -> Iterator[CheckMessage]:
    """An error under this id for each that is none."""
    for name, (least, most, why) in ranges.items():
        value = getattr(settings, name)
        if isinstance(value, int) and least <= value <= most:
            continue
        yield Error(
            f"{name} is {value!r}, which is no whole number from {least} to {most}.",
            hint=f"Set another or unset it: {why} (docs/reference/settings.md).",
            id=id,
        )
