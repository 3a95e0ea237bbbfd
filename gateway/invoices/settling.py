"""What a deposit is worth to an invoice: the rate lock's reach, exactly. Pure.

A *promise* is one asset's quote seen from here: so many base units of the token earn the shop so
much of its settlement asset and the house so much fee. A deposit's *share* is the fraction of the
whole demand that it pays; shares of different assets add up, so an invoice may be paid in several.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from gateway.invoices.errors import NoPromise

BPS = 10_000

Kind = Literal["locked", "late", "released"]


@dataclass(frozen=True, slots=True)
class Promise:
    """``due_units`` of ``asset`` pay the whole demand; they earn ``credit_units`` for the shop
    and ``fee_units`` for the house, both in ``settlement_asset``."""

    asset: str
    due_units: int
    settlement_asset: str
    credit_units: int
    fee_units: int

    def __post_init__(self) -> None:
        # A rate that is missing must stop here; a default would be somebody's money.
        if self.due_units <= 0 or self.credit_units < 0 or self.fee_units < 0:
            raise NoPromise(f"no rate for {self.asset}")


@dataclass(frozen=True, slots=True)
class PaymentOutcome:
    """What becomes of one deposit: ``token_applied`` is converted, ``surplus_units`` stays owed."""

    kind: Kind
    token_applied: int
    surplus_units: int
    credit_units: int
    fee_units: int
    due_units: int

    @property
    def share(self) -> Fraction:
        """The fraction of the demand that ``token_applied`` pays."""
        return Fraction(self.token_applied, self.due_units)


def locks_cover(promise: Promise, *, used: Fraction, overpay_tolerance_bps: int) -> int:
    """Base units of the token that the promise still covers, rounded down.

    At most the quoted amount plus the tolerance, less the share other deposits already used.
    """
    reach = 1 + Fraction(overpay_tolerance_bps, BPS) - used
    if reach <= 0:
        return 0
    return promise.due_units * reach.numerator // reach.denominator


def settle_against(
    promise: Promise,
    *,
    units: int,
    used: Fraction,
    overpay_tolerance_bps: int,
    kind: Kind = "locked",
) -> PaymentOutcome:
    """Split ``units`` of the promised token into what is converted and what stays the payer's.

    The quoted amount earns exactly what was promised; more or less earns its proportion, credit
    and fee each rounded down.
    """
    covered = locks_cover(promise, used=used, overpay_tolerance_bps=overpay_tolerance_bps)
    applied = min(units, covered)
    return PaymentOutcome(
        kind=kind,
        token_applied=applied,
        surplus_units=units - applied,
        credit_units=promise.credit_units * applied // promise.due_units,
        fee_units=promise.fee_units * applied // promise.due_units,
        due_units=promise.due_units,
    )
