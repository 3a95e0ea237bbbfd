"""Where money may go, by what is known of the address: one frozen, versioned set of rules. Pure.

docs/reference/destinations.md says of each number where it comes from.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from gateway.compliance.tracing.transfers import MICROS

State = Literal["clear", "review", "unknown", "high", "listed"]
STATES: Final[tuple[State, ...]] = ("clear", "review", "unknown", "high", "listed")
RELEASABLE: Final[tuple[State, ...]] = ("unknown", "high")
"""What two people may let go all the same; nobody may let money go to a listed address."""


@dataclass(frozen=True, slots=True)
class DestinationPolicy:
    """
    Attributes:
        version: names these rules in every verdict.
        traced_modes: of which shops' money the destination is traced before it leaves; test money
            is worth nothing.
        fresh_seconds: for how long a trace is gone by.
        failed_seconds: the same for one that could not be done: then it is tried again.
        unknown_wait_micros: money of this worth on, in micro-dollars, does not go to an address of
            which the trace says too little; without a price none does.
        release_days: for how long what two people let go is let go again for the same reasons.
    """

    version: str
    traced_modes: frozenset[str] = frozenset({"live"})
    fresh_seconds: int = 86_400
    failed_seconds: int = 600
    unknown_wait_micros: int = 3_000 * MICROS
    release_days: int = 90


POLICY: Final = DestinationPolicy(version="2026-11-1")
"""The rules in force, unless the setting DESTINATIONS says otherwise."""


def state_of(traced: State, *, reasons: Collection[str], own_category: str) -> State:
    """What a trace's answer is for money that leaves.

    That a listed address paid somebody like an exchange only has people look. A shop of ours is
    labelled too, and no exchange: there it stops money as it does for anybody.

    Args:
        own_category: what the address itself is labelled; "" for nothing.
    """
    if traced == "review" and "listed_direct" in reasons and own_category == "merchant":
        return "high"
    return traced


def goes(state: State, *, value_micros: int | None, policy: DestinationPolicy) -> bool:
    """Whether so much may go to an address of which this is said.

    What needs a review goes: people look at it afterwards, as they do of payments that come in.

    Args:
        value_micros: what leaves, in micro-dollars; None: nobody knows what it is worth.
    """
    if state in ("clear", "review"):
        return True
    if state == "unknown":
        return value_micros is not None and value_micros < policy.unknown_wait_micros
    return False
