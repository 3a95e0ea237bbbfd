"""What an item says of itself, checked. Pure: no Django, no database."""

import re
from dataclasses import dataclass, field, replace
from typing import Any, Final

from gateway.money.amounts import Amount, format_amount, parse_amount
from gateway.money.assets import Asset
from gateway.money.errors import MoneyError
from merchants.catalogue.errors import ItemInvalid

MAX_NAME: Final = 80
MAX_CODE: Final = 40
MAX_PRICE_UNITS: Final = 10**11
PPM: Final = 1_000_000
"""A rate of tax is in parts of a million: 8.875 % is 88 750, 100 % is the most."""
COLOURS: Final = ("", "grey", "red", "orange", "yellow", "green", "blue", "purple", "pink")
_PERCENT: Final = Asset("PERCENT", 4)
"""A percentage as people write it has at most four decimals: a part of a million each."""
_UNSHOWN: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_CODE: Final = re.compile(r"[\x21-\x7e]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Words:
    """An item as a shop describes it: kept with each change, and with each line sold.

    Attributes:
        price_units: minor units of the shop's currency, as listed.
        tax_ppm: parts of a million.
        tax_included: whether the price holds the tax.
        category: its name; "" for none.
        tile: an emoji or up to four letters on its tile at the till.
        groups: ids of groups of modifiers, in the order in which they are asked.
        position: among the items of its category; lowest first.
    """

    name: str
    price_units: int
    tax_ppm: int = 0
    tax_included: bool = True
    category: str = ""
    sku: str = ""
    barcode: str = ""
    colour: str = ""
    tile: str = ""
    sold_out: bool = False
    position: int = 0
    groups: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """As it is kept: JSON."""
        return {name: getattr(self, name) for name in self.__slots__} | {
            "groups": list(self.groups)
        }


def words_from(kept: dict[str, Any]) -> Words:
    """What ``as_dict`` made."""
    return Words(**{**kept, "groups": tuple(kept["groups"])})


def checked(words: Words) -> Words:
    """The same with blanks at the ends of texts gone.

    Raises:
        ItemInvalid: a field can't be; it says which.
    """
    words = replace(
        words,
        name=words.name.strip(),
        category=words.category.strip(),
        sku=words.sku.strip(),
        barcode=words.barcode.strip(),
        tile=words.tile.strip(),
    )
    if not 1 <= len(words.name) <= MAX_NAME or _UNSHOWN.search(words.name):
        raise ItemInvalid(f"A name has 1 to {MAX_NAME} characters.", field="name")
    if len(words.category) > MAX_NAME or _UNSHOWN.search(words.category):
        raise ItemInvalid(f"A category has at most {MAX_NAME} characters.", field="category")
    if not 0 <= words.price_units <= MAX_PRICE_UNITS:
        raise ItemInvalid("A price can't be negative, or beyond a thousand million.", field="price")
    if not 0 <= words.tax_ppm <= PPM:
        raise ItemInvalid("A tax lies between 0 and 100 %.", field="tax")
    for name in ("sku", "barcode"):
        code: str = getattr(words, name)
        if len(code) > MAX_CODE or not _CODE.fullmatch(code):
            raise ItemInvalid(
                f"It has at most {MAX_CODE} letters, digits and signs, without blanks.", field=name
            )
    if words.colour not in COLOURS:
        raise ItemInvalid(f"There is no colour {words.colour[:20]!r} for tiles.", field="colour")
    if len(words.tile) > 8 or _UNSHOWN.search(words.tile):
        raise ItemInvalid("A tile shows an emoji, or at most eight characters.", field="tile")
    if not 0 <= words.position <= 32_000:
        raise ItemInvalid("A position lies between 0 and 32000.", field="position")
    return words


def tax_ppm_from(text: str) -> int:
    """Parts of a million of a percentage such as ``8.875``; a percent sign may follow.

    Raises:
        ItemInvalid: it is none, or has more than four decimals.
    """
    try:
        units = parse_amount(text.strip().removesuffix("%").strip(), _PERCENT).units
    except MoneyError as error:
        raise ItemInvalid(
            "A tax is a percentage such as 20 or 8.875, with at most four decimals.", field="tax"
        ) from error
    return units


def tax_text(ppm: int) -> str:
    """``8.875`` of 88 750: a percentage without needless zeros."""
    return format_amount(Amount(ppm, _PERCENT), trim=True)


def price_from(text: str, currency: Asset) -> int:
    """Minor units of a price as people write it.

    Raises:
        ItemInvalid
    """
    try:
        return parse_amount(text.strip(), currency).units
    except MoneyError as error:
        raise ItemInvalid(str(error), field="price") from error


def price_text(units: int, currency: Asset) -> str:
    return format_amount(Amount(units, currency))
