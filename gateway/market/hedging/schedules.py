"""Almgren–Chriss: how fast a larger position is sold when both waiting and haste cost.

Selling n units in a slice of τ seconds costs ε a unit, ηn/τ more a unit for its haste, and leaves
the price γ lower for good; what is still held moves with σ. The holdings that minimise expected
cost plus λ times its variance are xⱼ = X·sinh(κ(T − tⱼ))/sinh(κT).
"""

from dataclasses import dataclass
from itertools import pairwise
from math import acosh, exp, sinh

# Beyond this sinh is its own exponential, and would overflow.
_STEEPEST = 300.0


@dataclass(frozen=True, slots=True)
class Impact:
    """What selling does to the price. Dollars, units and seconds.

    Attributes:
        fixed: ε, half spread and fee, dollars a unit.
        temporary: η, dollars a unit for one unit a second.
        permanent: γ, dollars a unit for each unit sold.
    """

    fixed: float
    temporary: float
    permanent: float = 0.0


@dataclass(frozen=True, slots=True)
class Problem:
    """A position and what is known of its market.

    Attributes:
        position: units to sell, X; what is bought is its mirror image.
        sigma: standard deviation of the price in dollars over a second.
        aversion: λ, for one dollar: what a dollar² of variance costs.
        seconds: T; slices: in how many equal parts.
    """

    position: float
    sigma: float
    aversion: float
    impact: Impact
    seconds: float
    slices: int

    def __post_init__(self) -> None:
        if self.slices < 1 or self.seconds <= 0 or self.position < 0:
            raise ValueError("a position, a time and slices of it are needed")
        if min(self.sigma, self.aversion, self.impact.permanent, self.impact.fixed) < 0:
            raise ValueError("a cost below zero is none")
        if self.haste <= 0:
            raise ValueError("the temporary impact must outweigh half a slice's permanent one")

    @property
    def tau(self) -> float:
        return self.seconds / self.slices

    @property
    def haste(self) -> float:
        """η̃ = η − γτ/2."""
        return self.impact.temporary - self.impact.permanent * self.tau / 2

    @property
    def kappa(self) -> float:
        """κ: 1/κ is the position's half life but for a factor; 0 is an even schedule."""
        squared = self.aversion * self.sigma**2 / self.haste
        return acosh(1 + squared * self.tau**2 / 2) / self.tau

    def holdings(self) -> tuple[float, ...]:
        """Units held at the beginning of each slice, and none at the end."""
        kappa, total = self.kappa, self.seconds
        if kappa * total < 1e-6:
            return tuple(self.position * (1 - j / self.slices) for j in range(self.slices + 1))
        if kappa * total > _STEEPEST:
            # sinh(κ(T − t))/sinh(κT) without the overflow, for a schedule that is over at once.
            decay = [min(kappa * j * self.tau, _STEEPEST) for j in range(self.slices)]
            return (*(self.position * exp(-each) for each in decay), 0.0)
        return tuple(
            self.position * sinh(kappa * (total - j * self.tau)) / sinh(kappa * total)
            for j in range(self.slices + 1)
        )

    def expected_cost(self, holdings: tuple[float, ...]) -> float:
        """Dollars lost to impact along a path of holdings."""
        sold = [before - after for before, after in pairwise(holdings)]
        return (
            self.impact.permanent * self.position**2 / 2
            + self.impact.fixed * sum(abs(each) for each in sold)
            + self.haste / self.tau * sum(each**2 for each in sold)
        )

    def variance(self, holdings: tuple[float, ...]) -> float:
        """Dollars² of the cost's variance along it."""
        return self.sigma**2 * self.tau * sum(held**2 for held in holdings[1:])

    def objective(self, holdings: tuple[float, ...]) -> float:
        return self.expected_cost(holdings) + self.aversion * self.variance(holdings)


def slices_of(problem: Problem, units: int) -> tuple[int, ...]:
    """The schedule in whole base units: each slice's sale, adding up to ``units`` exactly."""
    if units < 0:
        raise ValueError("a mirror image is sold with its sign taken off")
    if problem.position == 0 or units == 0:
        return (0,) * problem.slices
    left = [round(units * held / problem.position) for held in problem.holdings()]
    left[0], left[-1] = units, 0
    return tuple(before - after for before, after in pairwise(left))
