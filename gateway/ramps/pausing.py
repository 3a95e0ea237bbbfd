"""What a ramp may fail with while something waits for it, and how long to leave it alone then."""

from datetime import timedelta
from typing import Final

from gateway.ramps.errors import (
    RampDown,
    RampKeyTaken,
    RampNotOffered,
    RampRefused,
    RampsUnreadable,
)

TROUBLE: Final = (RampDown, RampRefused, RampKeyTaken, RampNotOffered, RampsUnreadable)
"""None of them says what became of what was asked: it stays where it is, and is looked at again."""


def pause(trouble: Exception, *, asks: int, first_seconds: int, most_seconds: int) -> timedelta:
    """Twice as long each time, up to ``most_seconds``; no sooner than the ramp says.

    Args:
        asks: how often it was asked before.
    """
    told: int = getattr(trouble, "retry_after_seconds", 0)
    doubled = first_seconds * 2 ** min(asks, most_seconds.bit_length())
    return timedelta(seconds=max(told, min(most_seconds, doubled)))
