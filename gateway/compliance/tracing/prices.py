"""What tokens are worth in micro-dollars, as far as anybody said lately."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from gateway.chains.models import Token

VALUE_MAX_AGE: Final = timedelta(days=1)
"""Of a token's value: exposures are weighed by it, nobody is paid by it."""

_E8_PER_MICRO: Final = 100


@dataclass(frozen=True, slots=True)
class Price:
    """A whole token's value in 1e-8 US dollars, and the token's decimals."""

    value_usd_e8: int
    decimals: int

    def micros(self, units: int) -> int:
        """Micro-dollars of so many base units, rounded down."""
        return units * self.value_usd_e8 // (_E8_PER_MICRO * 10**self.decimals)


class Prices:
    """The prices of one chain's tokens. A token without one is worth nobody knows how much."""

    def __init__(self, prices: dict[str, Price]) -> None:
        self._prices = prices

    def micros(self, asset: str, units: int) -> int | None:
        price = self._prices.get(asset)
        return None if price is None else price.micros(units)


def prices_of(chain_id: int, *, now: datetime) -> Prices:
    """What is known of a chain's tokens. One query.

    A token that promises to be worth a dollar is taken at its word; of others the value the market
    said, no older than a day.
    """
    found = {}
    for token in Token.objects.filter(chain_id=chain_id):
        value = token.value_usd_e8
        is_fresh = token.value_at is not None and now - token.value_at <= VALUE_MAX_AGE
        if token.peg == "USD":
            value = 10**8 if value is None else value
        elif not is_fresh:
            value = None
        if value is not None:
            found[token.code] = Price(value_usd_e8=value, decimals=token.decimals)
    return Prices(found)
