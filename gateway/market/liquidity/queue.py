"""Who is paid out when the inventory is in use. Pure.

The pool's money lies in the treasury with everybody else's. What the desk has put to use (paid to
shops before what it bought was sold) is not there; withdrawals wait for it in the order they were
asked for, and nobody overtakes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.market.liquidity.pool import PPM


@dataclass(frozen=True, slots=True)
class Inventory:
    """Base units of the pool's asset.

    Attributes:
        owned: what the providers have in the pool, principal and fees.
        hot: what lies in the treasury.
        owed_others: of it, what belongs to anybody else: shops, payers, other pools.
        promised: of it, what is on its way out and not booked yet.
    """

    owned: int
    hot: int
    owed_others: int
    promised: int

    @property
    def idle(self) -> int:
        """What may be paid out now."""
        return max(0, min(self.owned, self.hot - self.owed_others - self.promised))

    @property
    def in_use(self) -> int:
        return self.owned - self.idle

    @property
    def utilisation_ppm(self) -> int:
        """In-use share of what is owned, rounded up; 0 for an empty pool."""
        return -(-self.in_use * PPM // self.owned) if self.owned > 0 else 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A withdrawal in its place in the queue.

    Attributes:
        worth: base units that it would be paid now, fees included.
        is_leaving: a payment of it is under way.
    """

    number: int
    worth: int
    is_leaving: bool = False


def next_payment(queue: Iterable[Waiting], *, idle: int, least: int) -> tuple[int, int] | None:
    """Whose turn it is and how much may be paid: (number, base units); None while nobody's.

    Only the first that is not wholly on its way may be paid: in full, or in part when at least
    ``least`` is idle. A payment under way is waited for before the same withdrawal gets another.
    """
    for waiting in _in_order(queue):
        if waiting.is_leaving and waiting.worth <= 0:
            continue
        if waiting.is_leaving or waiting.worth <= 0:
            return None
        if idle >= waiting.worth:
            return waiting.number, waiting.worth
        return (waiting.number, idle) if idle >= max(1, least) else None
    return None


def _in_order(queue: Iterable[Waiting]) -> Iterator[Waiting]:
    yield from sorted(queue, key=lambda each: each.number)
