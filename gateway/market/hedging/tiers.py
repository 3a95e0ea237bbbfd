"""How much capital allows how much position: tiers with limits, and what is left of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class Tier:
    """Limits from an amount of capital on. Dollars are whole cents.

    Attributes:
        capital_cents: the tier holds from here.
        leverage_ppm: sum of all absolute positions over the capital, at most.
        position_cents: one asset's, at most.
        order_cents: one hedge's, at most; what is beyond follows in the next turn.
    """

    capital_cents: int
    leverage_ppm: int
    position_cents: int
    order_cents: int

    def __post_init__(self) -> None:
        if min(self.leverage_ppm, self.position_cents, self.order_cents) <= 0:
            raise ValueError("a tier that allows nothing is no tier")
        if self.capital_cents < 0:
            raise ValueError("a tier begins at no less than nothing")


DEFAULT_TIERS = (
    Tier(0, PPM // 2, 1_000_000, 500_000),
    Tier(10_000_000, PPM, 10_000_000, 2_500_000),
    Tier(100_000_000, 2 * PPM, 100_000_000, 25_000_000),
)
"""Up to $100k of capital no leverage and small orders; from $1M twice the capital."""


def tier_for(tiers: Sequence[Tier], *, capital_cents: int) -> Tier | None:
    """The highest tier that the capital reaches; none below the first, or with capital gone.

    Raises:
        ValueError: tiers must rise.
    """
    if any(low.capital_cents >= high.capital_cents for low, high in pairwise(tiers)):
        raise ValueError("tiers must rise with the capital")
    reached = [tier for tier in tiers if tier.capital_cents <= capital_cents]
    return reached[-1] if reached and capital_cents > 0 else None


def room_cents(tier: Tier, *, capital_cents: int, gross_cents: int, position_cents: int) -> int:
    """Cents by which an asset's absolute position may still grow.

    Args:
        gross_cents: all absolute positions, this one included.
        position_cents: this one, signed or not.
    """
    by_leverage = capital_cents * tier.leverage_ppm // PPM - gross_cents
    by_position = tier.position_cents - abs(position_cents)
    return max(0, min(by_leverage, by_position))
