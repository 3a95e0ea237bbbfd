"""What the simulated market was fitted to, each constant with its file and how it was found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prices:
    """A jump-diffusion of the log price.

    Attributes:
        volatility: of the diffusion, a year's standard deviation.
        jumps_per_day, jump_sd: how often it jumps, and the standard deviation of a jump.
    """

    volatility: float
    jumps_per_day: float
    jump_sd: float


@dataclass(frozen=True, slots=True)
class Flow:
    """Orders that excite one another: intensity μ + Σ n·β·e^(−β·age).

    Attributes:
        base: μ, orders a second; branching: n, below 1; decay: β, a second.
        log_dollars, log_sd: of an order's size, lognormal.
        informed_share: of orders that know which way the price goes within ``horizon_seconds``.
    """

    base: float
    branching: float
    decay: float
    log_dollars: float
    log_sd: float
    informed_share: float
    horizon_seconds: float = 10.0

    def __post_init__(self) -> None:
        if not 0 <= self.branching < 1 or min(self.base, self.decay) <= 0:
            raise ValueError("a flow that excites itself by 1 or more never ends")


BTC_PRICES = Prices(volatility=0.668, jumps_per_day=5.21, jump_sd=0.00593)
"""btc_1m_2022-01.csv: minutes beyond 5 standard deviations by the bipower variation of the hour
before (163 of 45,030) are jumps; the rest's squares are the diffusion (realised in all: 0.716)."""

BTC_FLOW = Flow(
    base=5.153,
    branching=0.45,
    decay=100.0,
    log_dollars=5.408,
    log_sd=2.486,
    informed_share=0.353,
)
"""binance_spot_btcusdt_20240808.gz, 346 s, trades of one side in one millisecond are one order
(3,241): greatest likelihood over a grid of n and β (5,915; a Poisson flow 4,010). Informed:
the mean 10 s markout of 1.03 bp over what perfect foresight would have, 0.798 × 3.68 bp."""
