"""When an account's gas is low, and how much it gets. Pure; wei throughout."""

from dataclasses import dataclass

FEE_MARGIN = 2
"""Fees may double while it is filled."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Below ``low`` an account is filled up to ``full``."""

    low: int
    full: int


def marks_of(
    *, gas_price_wei: int, transaction_gas: int, low_transactions: int, full_transactions: int
) -> Marks:
    """What so many transactions cost at twice the gas price."""
    each = transaction_gas * gas_price_wei * FEE_MARGIN
    return Marks(low=each * low_transactions, full=each * full_transactions)


def refill_units(*, held: int, free: int, marks: Marks, cost: int) -> int:
    """What to bring to an account that has ``held``: at most ``free``; 0: it is not worth it.

    Args:
        cost: of bringing it; a refill of less than ten times that would be eaten by itself.
    """
    if held >= marks.low:
        return 0
    units = min(marks.full - held, free)
    return units if units >= 10 * cost else 0
