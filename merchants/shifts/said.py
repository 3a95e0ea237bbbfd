"""What a sale's metadata says of its tax and its tip, for Z reports and receipts alike. Pure."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from gateway.money.assets import Asset

_PLAIN: Final = re.compile(r"[0-9]{1,15}([.][0-9]{1,4})?")
"""As the shop's reports read it (``gateway.settlement.reports.parts``)."""


def said_units(metadata: Any, name: str, *, currency: Asset, most: int) -> int:
    """Minor units of it, rounded half up, never more than ``most``; nothing where it is said
    otherwise than as a plain decimal."""
    said = metadata.get(name) if isinstance(metadata, Mapping) else None
    if not _PLAIN.fullmatch(str(said)):
        return 0
    units = Fraction(str(said)) * 10**currency.decimals
    return min(int(units + Fraction(1, 2)), most)
