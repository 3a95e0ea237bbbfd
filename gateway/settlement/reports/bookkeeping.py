"""A shop's days as lines for its own books: each an amount of one account against the clearing
account, which stands for what the gateway owes the shop. Pure.

Lines are in the asset's own currency: a stablecoin counts as the currency it stands for, at par,
since that is what it was credited as. Amounts are rounded to that currency's minor units so that
what a period's lines of one account add up to is its exact sum, rounded to nearest once: rounding
never adds up over the days.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from gateway.money.assets import Asset
from gateway.settlement.reports.days import Day, Group

Role = Literal["sales", "fees", "refunds", "payouts", "other"]
ROLES: Final[tuple[Role, ...]] = ("sales", "fees", "refunds", "payouts", "other")
_ROLE_OF: Final[dict[Group, Role]] = {
    "sales": "sales",
    "taken_back": "sales",
    "fees": "fees",
    "refunds": "refunds",
    "paid_out": "payouts",
    "converted": "other",
    "other": "other",
}


@dataclass(frozen=True, slots=True)
class BookLine:
    """One line: ``minor`` minor units of the currency on the role's account, debits positive, and
    the same on the other side of the clearing account.

    Attributes:
        reference: the same for the same line, whenever it is made.
    """

    day: date
    role: Role
    currency: str
    minor: int
    asset: str
    reference: str


def lines_of(
    days: Iterable[Day], *, currencies: dict[str, Asset], decimals: dict[str, int]
) -> Iterator[BookLine]:
    """The lines of these days, oldest first. Days of an asset that stands for no currency have
    none.

    Args:
        currencies: by asset code, the currency that it stands for.
        decimals: of the assets.
    """
    exact: dict[tuple[str, Role], int] = {}
    told: dict[tuple[str, Role], int] = {}
    for day in days:
        currency = currencies.get(day.asset)
        if currency is None:
            continue
        changed: dict[Role, int] = dict.fromkeys(ROLES, 0)
        for group, units in day.changes.items():
            changed[_ROLE_OF[group]] -= units  # what raises the clearing account is a credit here
        for role, units in changed.items():
            key = (day.asset, role)
            exact[key] = exact.get(key, 0) + units
            rounded = _nearest(exact[key], decimals[day.asset] - currency.decimals)
            minor = rounded - told.get(key, 0)
            told[key] = rounded
            if minor:
                yield BookLine(
                    day=day.day,
                    role=role,
                    currency=currency.code,
                    minor=minor,
                    asset=day.asset,
                    reference=f"{day.day:%Y%m%d}-{day.asset}-{role}",
                )


def _nearest(units: int, places: int) -> int:
    """``units`` without their last ``places`` decimals, to nearest, halves away from zero."""
    if places <= 0:
        return int(units * 10**-places)
    one = 10**places
    rounded = (abs(units) * 2 + one) // (2 * one)
    return rounded if units >= 0 else -rounded
