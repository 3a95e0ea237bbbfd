"""What a ticket comes to: lines, discounts, taxes, total. Pure.

Prices are those on the list: tax included or not, as each item says. Of each line its discount
goes first; then the ticket's, spread over the classes of tax by the largest remainder, and within a
class over its lines. A class of tax is a rate with its side (in the price, or on top): the tax of a
class is worked out once, on the sum of its lines, and rounded half up to the minor unit ("per
ticket per class"). A tip is no part of this: it comes after, and is not taxed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from merchants.tickets.spreading import half_up, spread

PPM: Final = 1_000_000
"""A rate of tax or a discount is in parts of a million: 8.875 % is 88 750."""
THOUSANDTHS: Final = 1_000
"""A quantity is in thousandths: 1 000 is one piece, 350 is 0.350 kg."""

DiscountKind = Literal["", "percent", "amount"]


@dataclass(frozen=True, slots=True)
class Discount:
    """What is taken off: a part of a million (``percent``), or minor units (``amount``)."""

    kind: DiscountKind = ""
    value: int = 0

    def off(self, units: int) -> int:
        """Minor units taken off so many: never more than there are. A part is rounded half up."""
        if self.kind == "percent":
            return min(units, half_up(units * self.value, PPM))
        return min(units, self.value) if self.kind == "amount" else 0


NO_DISCOUNT: Final = Discount()


@dataclass(frozen=True, slots=True, order=True)
class TaxClass:
    """A rate of tax, in parts of a million, and whether prices hold it."""

    ppm: int
    included: bool

    def tax_of(self, units: int) -> int:
        """The tax in, or on, so many minor units of list prices; half up."""
        return half_up(units * self.ppm, PPM + self.ppm if self.included else PPM)


@dataclass(frozen=True, slots=True)
class Line:
    """Something sold.

    Attributes:
        price_units: minor units for one, as listed.
        extra_units: what its modifiers add to the price of one; may be negative.
        quantity: in thousandths.
    """

    price_units: int
    tax: TaxClass
    quantity: int = THOUSANDTHS
    extra_units: int = 0
    discount: Discount = NO_DISCOUNT

    @property
    def full_units(self) -> int:
        """As listed, for all of it; half up. Modifiers take off no more than the price."""
        return half_up(max(0, self.price_units + self.extra_units) * self.quantity, THOUSANDTHS)

    @property
    def off_units(self) -> int:
        return self.discount.off(self.full_units)


@dataclass(frozen=True, slots=True)
class ClassTotal:
    """What a class of tax comes to, in minor units: net + tax = due."""

    tax: TaxClass
    net_units: int
    tax_units: int

    @property
    def due_units(self) -> int:
        return self.net_units + self.tax_units


@dataclass(frozen=True, slots=True)
class Totals:
    """What a ticket comes to, in minor units.

    Attributes:
        full_units: list prices of all lines, before any discount.
        line_off_units: what the lines' own discounts took off.
        ticket_off_units: what the ticket's discount took off.
        classes: by rate, prices with tax after those without.
        due_of_lines: what each line comes to with its tax, in the order given; they sum to the
            due.
    """

    full_units: int
    line_off_units: int
    ticket_off_units: int
    classes: tuple[ClassTotal, ...]
    due_of_lines: tuple[int, ...]

    @property
    def tax_units(self) -> int:
        return sum(each.tax_units for each in self.classes)

    @property
    def due_units(self) -> int:
        return sum(each.due_units for each in self.classes)


def totals_of(lines: Sequence[Line], *, discount: Discount = NO_DISCOUNT) -> Totals:
    """What these lines come to, with a discount on all of them."""
    left = [line.full_units - line.off_units for line in lines]
    classes = sorted({line.tax for line in lines})
    members = {tax: [at for at, line in enumerate(lines) if line.tax == tax] for tax in classes}
    sums = [sum(left[at] for at in members[tax]) for tax in classes]
    off = discount.off(sum(left))
    due_of_lines = [0] * len(lines)
    found: list[ClassTotal] = []
    for tax, listed, taken in zip(classes, sums, _spread(off, sums), strict=True):
        held = members[tax]
        offs = _spread(taken, [left[at] for at in held])
        kept = [left[at] - part for at, part in zip(held, offs, strict=True)]
        total = _class_total(tax, listed - taken)
        found.append(total)
        for at, part in zip(held, spread(total.due_units, kept), strict=True):
            due_of_lines[at] = part
    return Totals(
        full_units=sum(line.full_units for line in lines),
        line_off_units=sum(line.off_units for line in lines),
        ticket_off_units=off,
        classes=tuple(found),
        due_of_lines=tuple(due_of_lines),
    )


def _spread(off: int, weights: Sequence[int]) -> tuple[int, ...]:
    """A discount over what it is taken off: nothing from where there is nothing."""
    return spread(off, weights) if off else (0,) * len(weights)


def _class_total(tax: TaxClass, listed: int) -> ClassTotal:
    units = tax.tax_of(listed)
    return ClassTotal(tax, listed - units if tax.included else listed, units)
