"""Cash: to which coin a sum is rounded, what counts, what goes back. Pure.

Where a currency has lost its small coins, cash alone is rounded, and only the payment that ends a
part of a bill; cards and tokens pay to the minor unit. Rounding is to the nearest coin. Of two
equally near the upper one, but in New Zealand the lower one, as most shops there do.

Sources: Swiss coinage (5 Rappen), Royal Canadian Mint 2013, Royal Australian Mint 1992 (5 cents),
Reserve Bank of New Zealand 2006 (10 cents), Riksbank 2010 and Norges Bank 2012 (1 krona, krone),
Danmarks Nationalbank (50 øre), Czech National Bank 2008 (1 koruna), Magyar Nemzeti Bank 2008
(5 forint). The euro has its cents: countries that round them (the Netherlands, Finland …) do so by
a rule of their own, which a shop's currency doesn't tell.
"""

from dataclasses import dataclass
from typing import Final

from merchants.tickets.errors import CashTooLittle

_COIN_UNITS: Final = {
    "CHF": 5,
    "CAD": 5,
    "AUD": 5,
    "NZD": 10,
    "DKK": 50,
    "SEK": 100,
    "NOK": 100,
    "CZK": 100,
    "HUF": 500,
}
"""Minor units of the smallest coin, where it is more than one."""
_HALF_DOWN: Final = frozenset({"NZD"})


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of cash: given = counted + rounding + tip + change, in minor units.

    Attributes:
        counted_units: what it pays of the bill.
        rounding_units: what the smallest coin added to that, or took off.
        tip_units: what the customer left of the change.
        change_units: what goes back.
    """

    given_units: int
    counted_units: int
    rounding_units: int
    tip_units: int
    change_units: int


def coin_units(currency: str) -> int:
    """Minor units of the smallest coin of a currency."""
    return _COIN_UNITS.get(currency, 1)


def half_units(currency: str) -> int:
    """Minor units that are added to a sum before it is cut to whole coins: half of the smallest."""
    coin = coin_units(currency)
    return (coin - 1) // 2 if currency in _HALF_DOWN else coin // 2


def cash_due(units: int, *, currency: str) -> int:
    """``units`` as cash can pay it, minor units."""
    coin = coin_units(currency)
    return (units + half_units(currency)) // coin * coin


def take(*, given_units: int, left_units: int, currency: str, keep_change: bool = False) -> Taken:
    """Cash for a part of a bill of which ``left_units`` are left; less than that pays some of it.

    Args:
        keep_change: the customer leaves what is over as a tip.

    Raises:
        CashTooLittle: it is nothing.
    """
    due = cash_due(left_units, currency=currency)
    if given_units < 0 or (given_units == 0 and due > 0):
        raise CashTooLittle
    if given_units < due:
        # A heap of small coins may come nearer to the bill than the coin it is rounded to.
        counted = min(given_units, left_units)
        return Taken(given_units, counted, given_units - counted, 0, 0)
    over = given_units - due
    tip, change = (over, 0) if keep_change else (0, over)
    return Taken(given_units, left_units, due - left_units, tip, change)
