"""How much of what pays a part of a bill is tax, and how much tip. Pure.

A part has its share of the ticket's tax by what it comes to. Each payment has of a part's tax and
tip in proportion to what it pays; the one that ends the part has what is left of them. So whatever
pays a ticket, tokens, cards and cash together hold its tax and its tips, to the minor unit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from merchants.tickets.spreading import half_up, spread


@dataclass(frozen=True, slots=True)
class Within:
    """Minor units of a payment that are tax and that are tip."""

    tax_units: int = 0
    tip_units: int = 0

    def share(self, units: int, of: int) -> "Within":
        """Of ``of`` minor units those that are in ``units`` of them, rounded half up; all of it in
        all of them."""
        if units >= of:
            return self
        return Within(half_up(self.tax_units * units, of), half_up(self.tip_units * units, of))

    def less(self, others: Iterable["Within"]) -> "Within":
        """What is left of it beside these; never less than nothing."""
        rows = list(others)
        return Within(
            max(0, self.tax_units - sum(one.tax_units for one in rows)),
            max(0, self.tip_units - sum(one.tip_units for one in rows)),
        )


def tax_of_part(tax_units: int, goods: Sequence[int], number: int) -> int:
    """The tax in part ``number`` (1 …) of a ticket whose parts come to ``goods``, without tips."""
    return spread(tax_units, goods)[number - 1]
