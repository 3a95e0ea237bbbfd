"""The desk's numbers written out for people: pure, exact; what is cut off says so by its places."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gateway.checkout.wording import asset_symbol, grouped, money_text, trimmed
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import Asset

NOTHING: Final = "–"
PLACES: Final = 6
E18: Final = 10**18
NBSP: Final = "\N{NO-BREAK SPACE}"


def dollars(cents: int | None, *, signed: bool = False) -> str:
    """``$1,234.50`` of whole cents; with ``signed`` a gain has its plus."""
    if cents is None:
        return NOTHING
    text = money_text(f"{Decimal(cents).scaleb(-2):.2f}", "USD")
    return f"+{text}" if signed and cents > 0 else text


def price(usd_e18: int | None) -> str:
    """Dollars for a whole token, with fewer places the larger it is."""
    if usd_e18 is None:
        return NOTHING
    exact = Decimal(usd_e18).scaleb(-18)
    places = 2 if exact >= 100 else 4 if exact >= 1 else 6
    return money_text(f"{exact:.{places}f}", "USD")


def percent(ppm: int | None, *, places: int = 2) -> str:
    """Millionths as per cent."""
    if ppm is None:
        return NOTHING
    exact = Decimal(ppm).scaleb(-4).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    return f"{grouped(f'{exact:f}')}{NBSP}%"


def basis_points(ppm: int | None, *, signed: bool = False) -> str:
    """Millionths as basis points with two decimals."""
    if ppm is None:
        return NOTHING
    text = f"{grouped(f'{Decimal(ppm).scaleb(-2):.2f}')}{NBSP}bp"
    return f"+{text}" if signed and ppm > 0 else text


def whole_bps(bps: int | None) -> str:
    """Basis points that were told as such."""
    return NOTHING if bps is None else f"{grouped(str(bps))}{NBSP}bp"


def amount(units: int | None, *, code: str, decimals: int, signed: bool = False) -> str:
    """``1.25 ETH``, cut towards zero: with fewer places the larger it is."""
    if units is None:
        return NOTHING
    text = f"{plain(units, decimals=decimals)}{NBSP}{asset_symbol(code)}"
    return f"+{text}" if signed and units > 0 else text


def plain(units: int, *, decimals: int) -> str:
    """As ``amount`` without its token."""
    whole = abs(units) // 10**decimals
    places = PLACES if whole < 1 else 4 if whole < 100 else 2
    cut = max(decimals - places, 0)
    kept = abs(units) // 10**cut * (1 if units >= 0 else -1)
    asset = Asset("X", decimals - cut)
    text = grouped(trimmed(format_amount(Amount(kept, asset))))
    return text if kept or not units else f"<{grouped(f'{Decimal(1).scaleb(-PLACES):f}')}"


def exact(units: int, *, decimals: int) -> str:
    """Every digit, for forms that read it back."""
    return trimmed(format_amount(Amount(units, Asset("X", decimals))))


def duration(ms: int | None) -> str:
    """``0.8 s``, ``12 s``, ``3 min``, ``2 h``, ``5 d``."""
    if ms is None:
        return NOTHING
    ms = max(ms, 0)
    if ms < 10_000:
        return f"{grouped(f'{Decimal(ms).scaleb(-3):.1f}')}{NBSP}s"
    for size, unit in ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min")):
        if ms >= 2 * size:
            return f"{ms // size}{NBSP}{unit}"
    return f"{ms // 1000}{NBSP}s"


def ago(ms: int) -> str:
    """How long something is past, in words."""
    return _("%(time)s ago") % {"time": duration(ms)}


def count(number: int) -> str:
    return grouped(str(number))


def postings_words(number: int) -> str:
    return ngettext("%(n)s posting", "%(n)s postings", number) % {"n": count(number)}


def share_of(part: int, whole: int, *, steps: int = 1000) -> int:
    """``part`` of ``whole`` on a scale of ``steps``, no less than none and no more than all."""
    if whole <= 0:
        return steps if part > 0 else 0
    return max(0, min(steps, part * steps // whole))
