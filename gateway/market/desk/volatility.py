"""Volatility from the history of prices: an average of squared returns that forgets."""

from dataclasses import dataclass
from math import exp, log, sqrt

from gateway.market.desk.lock import PPM, SECONDS_PER_YEAR

# Returns over less than this measure the pools' tick size and our polling, not the market.
SAMPLE_SECONDS = 15
MEMORY_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class Volatility:
    """The running estimate: variance of the log price per second, and the last sample."""

    variance_per_second: float
    price: int
    at_ms: int

    @classmethod
    def starting(cls, *, annual_ppm: int, price: int, at_ms: int) -> "Volatility":
        return cls((annual_ppm / PPM) ** 2 / SECONDS_PER_YEAR, price, at_ms)

    def after(self, *, price: int, at_ms: int) -> "Volatility":
        """The estimate once ``price`` was seen; unchanged until a sample's time has passed."""
        seconds = (at_ms - self.at_ms) / 1000
        if seconds < SAMPLE_SECONDS or price <= 0:
            return self
        rate = log(price / self.price) ** 2 / seconds
        kept = exp(-seconds / MEMORY_SECONDS)
        return Volatility(self.variance_per_second * kept + rate * (1 - kept), price, at_ms)

    def annual_ppm(self, *, low: int, high: int) -> int:
        """A year's standard deviation in millionths, between bounds."""
        return min(max(round(sqrt(self.variance_per_second * SECONDS_PER_YEAR) * PPM), low), high)
