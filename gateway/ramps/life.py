"""An instruction's life: pure.

planned → asked (the ramp may have heard of it) → sent (it has taken a payout) → done, or refused or
failed; what was done may be returned by a bank. A ramp that only writes a payout down at first has
taken it before it is sent. An instruction of which nobody can tell what became is unclear until a
person says.
"""

from dataclasses import dataclass
from typing import Final, Literal

from gateway.ramps.terms import Kind, Progress, Told

Status = Literal[
    "planned",
    "asked",
    "taken",
    "sent",
    "done",
    "refused",
    "failed",
    "returned",
    "unclear",
    "unmade",
]
STATUSES: Final[tuple[Status, ...]] = (
    *("planned", "asked", "taken", "sent", "done", "refused", "failed", "returned"),
    *("unclear", "unmade"),
)
"""refused: the ramp said no; failed: it took it and it came to nothing; unmade: a person says that
it never happened."""
OPEN: Final[tuple[Status, ...]] = ("planned", "asked", "taken", "sent", "unclear")
UNTOLD: Final[tuple[Status, ...]] = ("planned", "asked", "unclear")
"""Of these nothing is known but what we did."""


@dataclass(frozen=True, slots=True)
class Change:
    """Where an instruction goes, and the events that tell of it, in their order."""

    status: Status
    events: tuple[str, ...]


def after(*, kind: Kind, status: Status, reversed_units: int, told: Told) -> Change:
    """Where ``told`` brings an instruction. Telling the same again changes nothing.

    Args:
        reversed_units: of a transfer, what we knew to have come back.
    """
    then = _payout(status, told.progress) if kind == "payout" else _moved(status)
    events: list[str] = []
    if then not in (status, "taken"):
        if kind == "payout" and status != "sent" and _had_left(then, told):
            events.append("ramp.sent")
        events.append(f"ramp.{then}")
    if told.reversed_units > reversed_units:
        events.append("ramp.reversed")
    return Change(then, tuple(events))


def _moved(status: Status) -> Status:
    return "done" if status in UNTOLD else status


def _had_left(then: Status, told: Told) -> bool:
    """What came back of a payout had left before, whether we saw that or not."""
    return then == "done" or (then == "failed" and told.reversed_units > 0)


def _payout(status: Status, progress: Progress) -> Status:
    if status in ("failed", "returned", "refused", "unmade"):
        return status
    if progress is Progress.FAILED:
        return "returned" if status == "done" else "failed"
    if progress is Progress.DONE:
        return "done"
    if progress is Progress.TAKEN:
        return "taken" if status in UNTOLD else status
    return "sent" if status in (*UNTOLD, "taken") else status
