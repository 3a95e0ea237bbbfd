"""How much of an invoice may be given back, and what that is in each money: pure.

What was paid is measured in base units of the settlement asset before the fee (*gross*): it is
whole, and every payment has it. A refund takes a *part* of it. Whatever the rate and the token it
is sent in, the parts of all refunds are never more than the gross.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from gateway.refunds.errors import NothingToRefund, RefundTooLarge, RefundTooSmall


@dataclass(frozen=True, slots=True)
class PaidToken:
    """What was paid in one token.

    Attributes:
        units: base units of the token that were bought.
        gross_units: what they were bought for, before the fee, in settlement units.
    """

    asset: str
    units: int
    gross_units: int


@dataclass(frozen=True, slots=True)
class Paid:
    """What counts as paid of an invoice, and what refunds took of it.

    Attributes:
        share: of the demand, by the rates at which it was paid; may exceed one.
        demand_units: minor units of the pricing currency.
        refunded_units: settlement units that refunds have taken, sent or not.
    """

    tokens: tuple[PaidToken, ...]
    share: Fraction
    demand_units: int
    refunded_units: int

    @property
    def gross_units(self) -> int:
        return sum(token.gross_units for token in self.tokens)

    @property
    def left_units(self) -> int:
        """Settlement units that may still be given back; a reorg may leave none."""
        return max(0, self.gross_units - self.refunded_units)

    @property
    def pricing_units(self) -> int:
        """Minor units that were paid, rounded down."""
        return self.demand_units * self.share.numerator // self.share.denominator

    @property
    def left_pricing_units(self) -> int:
        """Minor units that may still be given back, rounded down."""
        return self.pricing_units * self.left_units // self.gross_units if self.gross_units else 0

    @property
    def token(self) -> PaidToken | None:
        """The token that paid the most."""
        return max(self.tokens, key=lambda token: token.gross_units, default=None)


def all_left(paid: Paid) -> int:
    """The part that gives everything back which wasn't yet.

    Raises:
        NothingToRefund
    """
    if paid.left_units <= 0:
        raise NothingToRefund
    return paid.left_units


def part_of_pricing(paid: Paid, units: int) -> int:
    """Settlement units for ``units`` minor units of the pricing currency at the rate paid.

    All that is left for all that is shown as left, the fraction of a cent too.

    Raises:
        NothingToRefund, RefundTooLarge, RefundTooSmall
    """
    left = all_left(paid)
    if units > paid.left_pricing_units:
        raise RefundTooLarge
    if units == paid.left_pricing_units:
        return left
    part = paid.gross_units * units // paid.pricing_units
    if part <= 0:
        raise RefundTooSmall
    return part


def part_of_token(paid: Paid, token: PaidToken, units: int) -> int:
    """The part that ``units`` base units of a token were, rounded up.

    Raises:
        NothingToRefund, RefundTooLarge
    """
    part = -(-units * token.gross_units // token.units)
    if part > all_left(paid):
        raise RefundTooLarge
    return part


def part_of_settlement(paid: Paid, units: int) -> int:
    """The part that is ``units`` base units of the settlement asset.

    Raises:
        NothingToRefund, RefundTooLarge
    """
    if units > all_left(paid):
        raise RefundTooLarge
    return units


def token_units(token: PaidToken, part: int) -> int:
    """Base units of the token at the rate it was paid at, rounded down: never more than came."""
    return token.units * part // token.gross_units


def worth(paid: Paid, part: int) -> int:
    """Minor units of the pricing currency that a part was when it was paid, rounded up."""
    return -(-paid.pricing_units * part // paid.gross_units)


def uncovered(parts: Sequence[int], *, gross_units: int) -> list[int]:
    """Which of the refunds' parts a shrunken gross does not cover, by index, the newest first.

    Args:
        parts: of each refund that may still be undone, oldest first.
        gross_units: what is paid now, less what refunds took that can't be undone.
    """
    over = sum(parts) - max(0, gross_units)
    found: list[int] = []
    for index in reversed(range(len(parts))):
        if over <= 0:
            break
        found.append(index)
        over -= parts[index]
    return found
