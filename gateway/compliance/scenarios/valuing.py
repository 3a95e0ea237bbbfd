"""What an amount was worth in US cents when it moved, and how that was known."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.chains.models import Token
from gateway.compliance.scenarios.observed import CURRENCY
from gateway.money.assets import FIAT

MAX_AGE: Final = timedelta(days=1)
"""Of a token's value: it counts for what is noticed, nobody is paid by it."""
_E8_PER_CENT: Final = 10**6


@dataclass(frozen=True, slots=True)
class Worth:
    """Attributes:
    cents: US cents, rounded down; None where no price was known.
    known_by: ``currency``, ``peg:<token>``, ``market:<token>``, or "" where it was not.
    """

    cents: int | None
    known_by: str


UNKNOWN: Final = Worth(None, "")


def worth_of(asset: str, units: int, *, at: datetime) -> Worth:
    """One query, none for dollars.

    A token that promises a dollar and of which the market says nothing is taken at its word; other
    tokens, and other currencies through a token that promises one of theirs, at what the market
    said within a day of ``at``. Where nobody said anything the worth is unknown, never made up.
    """
    currency = FIAT.get(asset)
    if asset == CURRENCY and currency is not None:
        return Worth(units, "currency")
    if currency is not None:
        pegged = Token.objects.filter(peg=asset, value_usd_e8__isnull=False)
        token = pegged.filter(value_at__gte=at - MAX_AGE).order_by("-value_at", "code").first()
        decimals = currency.decimals
    else:
        token = Token.objects.filter(code=asset).first()
        decimals = token.decimals if token is not None else 0
    if token is None:
        return UNKNOWN
    value, known_by = token.value_usd_e8, f"market:{token.code}"
    if token.peg == CURRENCY and value is None:
        value, known_by = 10**8, f"peg:{token.code}"
    elif token.peg != CURRENCY and not _is_fresh(token, at):
        return UNKNOWN
    if value is None:
        return UNKNOWN
    return Worth(units * value // (_E8_PER_CENT * 10**decimals), known_by)


def _is_fresh(token: Token, at: datetime) -> bool:
    return token.value_at is not None and at - token.value_at <= MAX_AGE
