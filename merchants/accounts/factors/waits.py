"""How long wrong codes hold a person's second step back. Pure."""

from datetime import timedelta
from typing import Final

FREE: Final = 4
"""Wrong codes in a row that cost nothing: a clock that turned over, a mistyped digit."""
LONGEST: Final = timedelta(minutes=15)


def wait_after(failed: int) -> timedelta | None:
    """How long the next try waits after so many wrong ones in a row: half a minute, doubled each
    time. At 15 minutes a try a million codes take 28 years."""
    if failed <= FREE:
        return None
    doublings = min(failed - FREE - 1, 10)
    return min(timedelta(seconds=30 * 2**doublings), LONGEST)
