"""Whom we ask: a maker that came late, answered nonsense or failed on chain rests. Pure.

The pauses grow: each further fault doubles the last kind's pause, to a day at most. Good answers
cost a maker nothing, so they earn it nothing; only an order that was done, or a day without a
fault, wipes the slate.
"""

from dataclasses import dataclass
from enum import StrEnum

LONGEST_PAUSE_MS = 24 * 3600 * 1000
FORGET_MS = 24 * 3600 * 1000
"""So long after its last pause without a fault, and a maker begins anew."""


class Outcome(StrEnum):
    """What came of asking a maker, or of taking its order."""

    ANSWERED = "answered"
    DECLINED = "declined"
    FILLED = "filled"
    LATE = "late"
    INVALID = "invalid"
    FAILED = "failed_on_chain"


FIRST_PAUSE_MS = {
    Outcome.LATE: 60_000,
    Outcome.INVALID: 300_000,
    Outcome.FAILED: 900_000,
}
"""Silence may be the network's; a wrong answer is the maker's; a failure on chain cost gas."""


@dataclass(frozen=True, slots=True)
class Standing:
    """
    Attributes:
        faults: since the slate was last wiped.
        excluded_until_ms: Unix; the maker is not asked, nor taken from, before.
    """

    faults: int = 0
    excluded_until_ms: int = 0

    def is_excluded(self, *, now_ms: int) -> bool:
        return now_ms < self.excluded_until_ms


def after(standing: Standing, outcome: Outcome, *, now_ms: int) -> Standing:
    """The standing after an outcome at ``now_ms``."""
    if outcome is Outcome.FILLED:
        # A pause that runs is sat out: it was earned by something else.
        return Standing(0, standing.excluded_until_ms)
    first = FIRST_PAUSE_MS.get(outcome)
    if first is None:
        return standing
    forgotten = now_ms >= standing.excluded_until_ms + FORGET_MS
    faults = 1 if forgotten else standing.faults + 1
    return Standing(
        faults, max(standing.excluded_until_ms, now_ms + pause_ms(first=first, faults=faults))
    )


def pause_ms(*, first: int, faults: int) -> int:
    """Of the n-th fault in a row whose kind pauses ``first`` at first."""
    doubled = min(faults - 1, LONGEST_PAUSE_MS.bit_length())
    return min(LONGEST_PAUSE_MS, first << doubled)
