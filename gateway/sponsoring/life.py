"""The states of a signed transfer. Pure.

``queued`` → ``mined`` → ``paid``. A reorg takes ``mined`` back to ``queued``. ``delivered``: it
arrived by another transaction than ours, so it paid all the same. ``failed`` and ``expired`` moved
nothing.
"""

from typing import Literal

Status = Literal["queued", "mined", "paid", "delivered", "failed", "expired"]
STATUSES: tuple[Status, ...] = ("queued", "mined", "paid", "delivered", "failed", "expired")
UNDER_WAY: frozenset[Status] = frozenset({"queued", "mined"})
SETTLED: frozenset[Status] = frozenset({"paid", "delivered"})
MOVES: dict[Status, frozenset[Status]] = {
    "queued": frozenset({"mined", "paid", "delivered", "failed", "expired"}),
    "mined": frozenset({"queued", "paid", "delivered", "failed", "expired"}),
    # Our transaction may fail before the watcher has heard of the one that made it fail.
    "failed": frozenset({"delivered"}),
    "expired": frozenset({"delivered"}),
}


def may_become(status: str, then: Status) -> bool:
    """Whether it may go there from where it is; what has ended stays what it is."""
    return any(status == known and then in after for known, after in MOVES.items())


def unsent_status(*, delivered: bool, valid_before: int, now: int) -> Status:
    """How one ends whose transaction of ours moved nothing.

    Args:
        delivered: its transfer arrived by somebody else's transaction.
        valid_before, now: Unix seconds.
    """
    if delivered:
        return "delivered"
    return "expired" if now >= valid_before else "failed"
