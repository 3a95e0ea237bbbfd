"""The no-trade band: how large a position grows before it is worth the cost of a hedge.

Payments come in one way. A position that grows by μ a second to h and is then closed at a fixed
cost F costs Fμ/h a second in hedges and γσ²h²/6 in risk; their sum is least at
h = (3Fμ/(γσ²))^⅓. Statistics, so floating-point: what they lead to is rounded to base units.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Band:
    """What makes a band. All in dollars and seconds.

    Attributes:
        fixed_cost: F, of one hedge whatever its size: gas, a withdrawal.
        inflow: μ, dollars a second that come in.
        gamma: γ, aversion to risk, for one dollar.
        sigma: σ, standard deviation of the relative price over a second.
    """

    fixed_cost: float
    inflow: float
    gamma: float
    sigma: float

    def __post_init__(self) -> None:
        if self.gamma <= 0 or min(self.fixed_cost, self.inflow, self.sigma) < 0:
            raise ValueError("γ must be above zero, the rest not below")

    @property
    def width(self) -> float:
        """h in dollars. Without a fixed cost or an inflow it is 0; without risk it has no end."""
        if self.sigma == 0:
            return float("inf")
        return float((3 * self.fixed_cost * self.inflow / (self.gamma * self.sigma**2)) ** (1 / 3))

    def cost_per_second(self, width: float) -> float:
        """Dollars a second, hedges and risk, of closing the position whenever it reaches width."""
        return self.fixed_cost * self.inflow / width + self.gamma * self.sigma**2 * width**2 / 6


def aversion_for(*, width: float, fixed_cost: float, inflow: float, sigma: float) -> float:
    """The γ whose band is ``width``: how a policy that is told in dollars is made comparable."""
    if width <= 0 or sigma <= 0:
        raise ValueError("a band and a variance above zero are needed")
    return 3 * fixed_cost * inflow / (width**3 * sigma**2)
