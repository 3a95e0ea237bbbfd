"""What can be provoked, how much it pays and when. Pure."""

from datetime import datetime, timedelta
from typing import Final, Literal, get_args

What = Literal["paid", "under", "over", "late", "wrong_asset", "held", "reorg", "refund"]
WHATS: Final[tuple[What, ...]] = get_args(What)
Status = Literal["waiting", "sent", "done", "failed"]
"""waiting: for its time, or to be mined; sent: mined, and its reorg is still to come."""
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
UNDER_WAY: Final[frozenset[Status]] = frozenset({"waiting", "sent"})

SHORTEST_LOCK_SECONDS: Final = 30
"""What a lock is shortened to for a late payment; no invoice has a shorter one."""
AFTER_LATE_SECONDS: Final = 1
GIVE_UP: Final = timedelta(minutes=10)
"""What could not be done so long after its time is not tried any more."""
LEASE: Final = timedelta(seconds=90)
"""So long one process has a provocation for itself: a few blocks, and a node that hesitates."""


def paid_units(what: str, due_units: int) -> int:
    """Base units that are paid where ``due_units`` are due: half for ``under``, a quarter more for
    ``over`` (beyond any tolerance), else what is due. Never nothing."""
    match what:
        case "under":
            return max(1, due_units // 2)
        case "over":
            return due_units + max(1, -(-due_units // 4))
        case _:
            return due_units


def late_from(*, lock_end: datetime, grace_seconds: int) -> datetime:
    """The first moment of a block whose payments are late."""
    return lock_end + timedelta(seconds=grace_seconds + AFTER_LATE_SECONDS)


def reorg_depth(*, head: int, block: int, finality_blocks: int) -> int | None:
    """Blocks to take back so that ``block`` is among them; None if that reaches what is final."""
    depth = head - block + 1
    return depth if depth <= finality_blocks else None


def is_last_chance(*, head: int, block: int, finality_blocks: int) -> bool:
    """Whether waiting for two more blocks could be too long."""
    return reorg_depth(head=head + 2, block=block, finality_blocks=finality_blocks) is None
