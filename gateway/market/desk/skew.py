"""Half spreads that lean against inventory: Guéant, Lehalle and Fernandez-Tapia, with hard bounds.

Fills come at A·e^(−kδ) for a half spread δ; inventory q stays within Q. The constants are
statistics and floating-point; what a quote adds is an integer of millionths, and a bound is kept by
not quoting at all. Unit of price, of quantity and of time are the caller's own, as long as all
arguments use the same.
"""

from dataclasses import dataclass
from math import ceil, log, sqrt

from gateway.market.desk.lock import PPM


@dataclass(frozen=True, slots=True)
class SkewModel:
    """How the desk trades income for inventory.

    Attributes:
        sigma: standard deviation of the price over a unit of time.
        gamma: aversion to risk, for one unit of price and quantity.
        k: how fast fills become rare with the half spread.
        intensity: A, fills a unit of time at a half spread of zero.
        bound: Q: |q| never passes it.
    """

    sigma: float
    gamma: float
    k: float
    intensity: float
    bound: int

    def __post_init__(self) -> None:
        if min(self.gamma, self.k, self.intensity) <= 0 or self.sigma < 0 or self.bound < 1:
            raise ValueError("gamma, k, the intensity and the bound must be above zero")

    @property
    def base(self) -> float:
        """(1/γ)·ln(1 + γ/k): what is earned even without inventory."""
        return log(1 + self.gamma / self.k) / self.gamma

    @property
    def lean(self) -> float:
        """C = √(σ²γ/(2kA)·(1 + γ/k)^(1 + k/γ)): what a unit of inventory moves both quotes by."""
        ratio = self.gamma / self.k
        variance = self.sigma**2 * self.gamma / (2 * self.k * self.intensity)
        return sqrt(variance * (1.0 + ratio) ** (1.0 + 1.0 / ratio))

    def half_spreads(self, inventory: int) -> tuple[float | None, float | None]:
        """(below the fair value to buy at, above it to sell at); None where a bound forbids it."""
        base, lean = self.base, self.lean
        bid = None if inventory >= self.bound else base + (2 * inventory + 1) / 2 * lean
        ask = None if inventory <= -self.bound else base - (2 * inventory - 1) / 2 * lean
        return bid, ask


@dataclass(frozen=True, slots=True)
class SkewParts:
    """A side's half spread as a quote shows it, in millionths of the fair value.

    Attributes:
        base_ppm: without inventory.
        skew_ppm: added for inventory, or, below zero, given to be rid of it.
    """

    base_ppm: int
    skew_ppm: int

    @property
    def half_spread_ppm(self) -> int:
        return self.base_ppm + self.skew_ppm


def bid_skew_ppm(
    model: SkewModel, *, inventory: int, fair: float, least_ppm: int, most_ppm: int
) -> SkewParts | None:
    """What buying one more lot is quoted at, between bounds; None at the bound of inventory.

    Args:
        inventory: in the model's lots.
        fair: the fair value in the model's unit of price.
        least_ppm, most_ppm: the half spread stays between; clamping changes the skew, not the base.
    """
    bid, _ = model.half_spreads(inventory)
    return None if bid is None else _parts(bid, model, fair, least_ppm, most_ppm)


def ask_skew_ppm(
    model: SkewModel, *, inventory: int, fair: float, least_ppm: int, most_ppm: int
) -> SkewParts | None:
    """Likewise what selling one lot is quoted at."""
    _, ask = model.half_spreads(inventory)
    return None if ask is None else _parts(ask, model, fair, least_ppm, most_ppm)


def _parts(half: float, model: SkewModel, fair: float, least_ppm: int, most_ppm: int) -> SkewParts:
    if fair <= 0:
        raise ValueError("a skew needs a fair value")
    base = ceil((model.base + model.lean / 2) / fair * PPM)
    clamped = min(max(ceil(half / fair * PPM), least_ppm), most_ppm)
    return SkewParts(base, clamped - base)


def lots(*, inventory_units: int, target_units: int, lot_units: int) -> int:
    """Inventory beyond its target in whole lots, away from zero: a bound is met early, not late."""
    beyond = inventory_units - target_units
    return -(-beyond // lot_units) if beyond > 0 else beyond // lot_units
