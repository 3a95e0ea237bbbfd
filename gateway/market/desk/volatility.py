"""Volatility from the history of prices: an average of squared returns that forgets."""

from dataclasses import dataclass, replace
from math import exp, log, sqrt

from gateway.market.desk.lock import PPM, SECONDS_PER_YEAR

# Returns over less than this measure the pools' tick size and our polling, not the market.
SAMPLE_SECONDS = 15
SLOW_HALF_LIFE_SECONDS = 3_600
FAST_HALF_LIFE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Volatility:
    """The running estimates: variance of the log price per second, and the last sample."""

    variance_per_second: float
    fast_variance_per_second: float
    price: int
    at_ms: int

    @classmethod
    def starting(cls, *, annual_ppm: int, price: int, at_ms: int) -> "Volatility":
        variance = (annual_ppm / PPM) ** 2 / SECONDS_PER_YEAR
        return cls(variance, variance, price, at_ms)

    def after(self, *, price: int, at_ms: int) -> "Volatility":
        """The estimate once ``price`` was seen; unchanged until a sample's time has passed.

        Where the clock was set back, the sample begins anew: else nothing would be learnt until
        it is as late again.
        """
        seconds = (at_ms - self.at_ms) / 1000
        if seconds < 0 < price:
            return replace(self, price=price, at_ms=at_ms)
        if seconds < SAMPLE_SECONDS or price <= 0:
            return self
        rate = log(price / self.price) ** 2 / seconds
        return Volatility(
            _forgetting(self.variance_per_second, rate, seconds / SLOW_HALF_LIFE_SECONDS),
            _forgetting(self.fast_variance_per_second, rate, seconds / FAST_HALF_LIFE_SECONDS),
            price,
            at_ms,
        )

    def annual_ppm(self, *, low: int, high: int) -> int:
        """A year's standard deviation in millionths with the long memory, between bounds."""
        return _annual_ppm(self.variance_per_second, low=low, high=high)

    def fast_annual_ppm(self, *, low: int, high: int) -> int:
        """Likewise with the short memory."""
        return _annual_ppm(self.fast_variance_per_second, low=low, high=high)


def _forgetting(known: float, told: float, half_lives: float) -> float:
    kept = exp(-half_lives * log(2))
    return known * kept + told * (1 - kept)


def _annual_ppm(variance_per_second: float, *, low: int, high: int) -> int:
    return min(max(round(sqrt(variance_per_second * SECONDS_PER_YEAR) * PPM), low), high)
