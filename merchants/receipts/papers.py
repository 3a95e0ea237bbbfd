"""What stands on a receipt or a credit note, as frozen values. Pure.

It is written down whole when its number is given, and never read anew from the rooms that it came
of: a price, a name or a tax that changes later changes no paper that somebody holds. Whose names
stand on it is kept by id alone: people's names are those of the day it is looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

Kind = Literal["receipt", "credit_note"]
KINDS: Final[tuple[Kind, ...]] = ("receipt", "credit_note")
Cause = Literal["", "refund", "taken_back", "marked_invalid"]
WHOLE: Final[frozenset[Cause]] = frozenset({"taken_back", "marked_invalid"})
"""The causes of a credit note that takes back all of its receipt."""
TenderKind = Literal["tokens", "card", "cash", "marked"]
_PREFIX: Final[Mapping[str, str]] = {"receipt": "R", "credit_note": "C"}


@dataclass(frozen=True, slots=True)
class Head:
    """Whose paper it is, as the shop gave it.

    Attributes:
        name: what the shop is called at its tills.
        address: as many lines as it gave.
    """

    name: str
    legal_name: str = ""
    address: tuple[str, ...] = ()
    tax_number: str = ""
    footer: str = ""


@dataclass(frozen=True, slots=True)
class Extra:
    """A modifier, and the minor units that it adds to one piece."""

    name: str
    delta_units: int = 0


@dataclass(frozen=True, slots=True)
class Sold:
    """A line of what was sold, in minor units.

    Attributes:
        quantity: thousandths.
        full_units: as listed, for all of it.
        off_units: what its own discount took off.
    """

    name: str
    price_units: int
    quantity: int
    full_units: int
    off_units: int = 0
    extras: tuple[Extra, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """What a class of tax comes to, in minor units.

    Attributes:
        ppm: its rate in parts of a million; None where nobody said a rate: the tax that a shop's
            own system named, or what is taxed by none (a tip).
        kind: goods, tip, or rest: what goes back beyond all that was sold.
        included: whether list prices hold the tax.
    """

    ppm: int | None
    due_units: int
    tax_units: int
    included: bool = True
    kind: Literal["goods", "tip", "rest"] = "goods"

    @property
    def net_units(self) -> int:
        return self.due_units - self.tax_units


@dataclass(frozen=True, slots=True)
class Tender:
    """What paid, or what went back by the same way.

    Attributes:
        units: minor units of the paper's currency that it paid.
        token: "USDC", with its amount as a plain decimal, its chain's name and its transaction's
            hash; empty for other tenders.
        rate: the paper's currency for one token, a plain decimal.
        given_units, change_units: of cash.
        rounding_units: of cash: what the smallest coin added, or took off.
    """

    kind: TenderKind
    units: int
    at: str = ""
    token: str = ""
    token_amount: str = ""
    chain: str = ""
    transaction: str = ""
    rate: str = ""
    given_units: int = 0
    change_units: int = 0
    rounding_units: int = 0


@dataclass(frozen=True, slots=True)
class Paper:
    """A receipt, or a credit note, which says what of one went back.

    Attributes:
        sold_at: RFC 3339.
        zone: the shop's time zone.
        order: the shop's own name for the sale.
        cashier: a person's id.
        sold: what was sold; empty where only an amount was asked for, and on a credit note.
        full_units: list prices of all lines; total_units: what was to be paid with the tip, or
            what went back.
        off_units: what discounts took off altogether.
        of: of a credit note: the number of the receipt that it goes with.
        cause: of a credit note: a refund; or a chain that took the payment back, or the shop, which
            had marked the sale as paid and then as invalid: then it takes back all of the receipt.
    """

    kind: Kind
    mode: str
    currency: str
    head: Head
    sold_at: str
    zone: str
    total_units: int
    shares: tuple[Share, ...] = ()
    sold: tuple[Sold, ...] = ()
    full_units: int = 0
    off_units: int = 0
    tip_units: int = 0
    tenders: tuple[Tender, ...] = ()
    order: str = ""
    cashier: str = ""
    till: str = ""
    of: str = ""
    reason: str = ""
    cause: Cause = ""


def paper_as_json(paper: Paper) -> Any:
    """As it is kept: units as numbers, which JSON has exactly up to what a till can sell."""
    return msgspec.to_builtins(paper)


def paper_from(body: Any) -> Paper:
    """The paper that was kept.

    Raises:
        msgspec.ValidationError: it is none.
    """
    return msgspec.convert(body, Paper)


def number_text(*, kind: str, mode: str, number: int) -> str:
    """``R-000012``, ``C-000003``; of test money ``TEST-R-000012``."""
    return f"{'TEST-' if mode == 'test' else ''}{_PREFIX[kind]}-{number:06d}"
