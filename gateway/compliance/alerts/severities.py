"""How urgent an alert or a case is. Pure."""

from typing import Final, Literal

Severity = Literal["low", "medium", "high"]
SEVERITIES: Final[tuple[Severity, ...]] = ("low", "medium", "high")
"""From the least to the most urgent."""


def is_more_severe(one: str, other: str) -> bool:
    """Whether ``one`` is more urgent than ``other``."""
    return SEVERITIES.index(one) > SEVERITIES.index(other)  # type: ignore[arg-type]
