"""The lines of a fee invoice: a day, an asset, the fee, and what it was worth. Pure."""

from collections.abc import Iterable
from datetime import date

import msgspec


class FeeLine(msgspec.Struct, frozen=True):
    """What was taken on a day in an asset, from payments of one pricing currency.

    Attributes:
        payments: credited, less those taken back.
        fee: base units of ``asset``, as decimal text; negative where more was taken back.
        currency: of the payments' invoices; '' for fees that no payment on a chain brought.
        value: minor units of ``currency`` at each payment's own rate, as decimal text; None
            without one.
    """

    day: date
    asset: str
    decimals: int
    payments: int
    fee: str
    currency: str = ""
    value: str | None = None

    @property
    def fee_units(self) -> int:
        return int(self.fee)

    @property
    def value_units(self) -> int | None:
        return None if self.value is None else int(self.value)


def undone(lines: Iterable[FeeLine]) -> tuple[FeeLine, ...]:
    """The same with every figure's sign turned: what a credit note says."""
    return tuple(
        msgspec.structs.replace(
            line,
            payments=-line.payments,
            fee=str(-line.fee_units),
            value=None if line.value_units is None else str(-line.value_units),
        )
        for line in lines
    )


def fees_by_asset(lines: Iterable[FeeLine]) -> dict[str, int]:
    """Base units by asset code."""
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.asset] = sums.get(line.asset, 0) + line.fee_units
    return sums


def values_by_currency(lines: Iterable[FeeLine]) -> dict[str, int]:
    """Minor units by currency, of the lines that have a value."""
    sums: dict[str, int] = {}
    for line in lines:
        if line.value_units is not None:
            sums[line.currency] = sums.get(line.currency, 0) + line.value_units
    return sums
