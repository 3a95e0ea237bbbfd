"""What a position cost, and what closing it earned: by average cost. Pure.

Average cost rather than first in, first out: a desk that buys a thousand coffees' worth of a token
a day and sells them in batches has no lots that anyone could point at, an average needs one row
however long the history, and both end at the same sum once a position is closed.

A change at a time without a price has no cost and earns nothing; its units are kept apart.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Costed:
    """A position with its cost.

    Attributes:
        units: with a cost; below zero: short. uncosted: without one; never of the other sign.
        cost_usd_e6: what ``units`` cost; below zero what a short position brought.
        realised_usd_e6: earned by what was closed.
    """

    units: int = 0
    uncosted: int = 0
    cost_usd_e6: int = 0
    realised_usd_e6: int = 0

    @property
    def held(self) -> int:
        return self.units + self.uncosted

    def after(self, delta: int, *, usd_e6: int | None) -> "Costed":
        """The position after ``delta`` more units (below zero: fewer).

        What opposes the position closes it, first what has a cost; the rest opens anew.

        Args:
            usd_e6: what was paid for them, or what they brought: zero or more; None if nobody
                knows.
        """
        if not delta:
            return self
        if usd_e6 is None:
            return self._without_price(delta)
        closing = _opposing(self.units, delta)
        freed = _opposing(self.uncosted, delta - closing)
        opening = delta - closing - freed
        # What a division leaves goes to the first part there is: none is left without units.
        opened = usd_e6 * abs(opening) // abs(delta)
        paid_closing = usd_e6 - opened - usd_e6 * abs(freed) // abs(delta)
        cost = self._cost_of(closing)
        # Sold for more than it cost, or bought back for less than it brought.
        earned = paid_closing - cost if closing < 0 else -cost - paid_closing if closing else 0
        return Costed(
            units=self.units + closing + opening,
            uncosted=self.uncosted + freed,
            cost_usd_e6=self.cost_usd_e6 - cost + (opened if delta > 0 else -opened),
            realised_usd_e6=self.realised_usd_e6 + earned,
        )

    def _without_price(self, delta: int) -> "Costed":
        closing = _opposing(self.units, delta)
        return replace(
            self,
            units=self.units + closing,
            uncosted=self.uncosted + delta - closing,
            cost_usd_e6=self.cost_usd_e6 - self._cost_of(closing),
        )

    def _cost_of(self, closing: int) -> int:
        """The share of the cost that closing these units takes away, towards zero."""
        if not closing:
            return 0
        share = abs(self.cost_usd_e6) * abs(closing) // abs(self.units)
        return share if self.cost_usd_e6 >= 0 else -share


def _opposing(held: int, delta: int) -> int:
    """How much of ``delta`` closes ``held``, signed as ``delta``."""
    if held * delta >= 0:
        return 0
    closes = min(abs(held), abs(delta))
    return closes if delta > 0 else -closes
