"""What a payment's rate was made of, kept with what the desk has to sell. Pure."""

from dataclasses import dataclass
from datetime import datetime

from gateway.market.quotes import Quote


@dataclass(frozen=True, slots=True)
class Promised:
    """A quote's parts, for whoever asks later what became of them.

    Attributes:
        at: when the rate was drawn.
        due_units: base units of the token that pay the whole demand; gas_units: of them, for
            collecting and selling.
        spread_ppm, lock_premium_ppm, fill_ppm: millionths that were kept.
    """

    at: datetime
    due_units: int
    gas_units: int
    spread_ppm: int
    lock_premium_ppm: int
    fill_ppm: int


def promised_by(quote: Quote) -> Promised:
    return Promised(
        at=quote.priced_at,
        due_units=quote.units,
        gas_units=quote.parts.gas_units,
        spread_ppm=quote.parts.spread_ppm,
        lock_premium_ppm=quote.parts.lock_premium_ppm,
        fill_ppm=quote.parts.fill_ppm,
    )
