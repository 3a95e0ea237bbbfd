"""What of each class of tax goes back with a refund. Pure.

A refund is spread over what is left of each class by the largest remainder, so that no class gives
back more than it took, and notes that give back all give back each class and each tax to the unit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from merchants.receipts.papers import Share
from merchants.tickets.spreading import half_up, spread


def left_of(shares: Sequence[Share], given_back: Iterable[Sequence[Share]]) -> tuple[Share, ...]:
    """What is left of each class after these notes."""
    left = list(shares)
    for note in given_back:
        for each in note:
            for at, share in enumerate(left):
                if _class(share) == _class(each):
                    left[at] = replace(
                        share,
                        due_units=share.due_units - each.due_units,
                        tax_units=share.tax_units - each.tax_units,
                    )
    return tuple(left)


def shared(units: int, left: Sequence[Share]) -> tuple[Share, ...]:
    """``units`` that go back, by class; what is beyond all classes is a rest without tax.

    Raises:
        ValueError: nothing goes back.
    """
    if units <= 0:
        raise ValueError("a note gives something back")
    there = sum(share.due_units for share in left)
    part = min(units, there)
    dues = spread(part, [share.due_units for share in left]) if part else (0,) * len(left)
    found = [
        replace(share, due_units=due, tax_units=_tax(share, due))
        for share, due in zip(left, dues, strict=True)
        if due
    ]
    if units > part:
        found.append(Share(None, units - part, 0, kind="rest"))
    return tuple(found)


def _tax(share: Share, due: int) -> int:
    return half_up(share.tax_units * due, share.due_units)


def _class(share: Share) -> tuple[int | None, bool, str]:
    return share.ppm, share.included, share.kind
