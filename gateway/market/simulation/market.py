"""The seeded market: a jump-diffusion price and orders that excite one another."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, sqrt
from random import Random

from gateway.market.desk.lock import SECONDS_PER_YEAR
from gateway.market.simulation.calibration import Flow, Prices

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Order:
    """A taker's order: seconds from the start, 1 for a purchase or −1, dollars, what it knew."""

    at: float
    side: int
    dollars: float
    informed: bool


def price_path(
    prices: Prices, *, start: float, seconds: float, steps: int, random: Random
) -> list[float]:
    """``steps`` + 1 prices, ``seconds`` apart."""
    year = SECONDS_PER_YEAR
    sd = prices.volatility * sqrt(seconds / year)
    drift = -(prices.volatility**2) * seconds / year / 2
    chance = 1 - exp(-prices.jumps_per_day * seconds / SECONDS_PER_DAY)
    path = [start]
    for _ in range(steps):
        move = drift + random.gauss(0, sd)
        if random.random() < chance:
            move += random.gauss(0, prices.jump_sd)
        path.append(path[-1] * exp(move))
    return path


def arrivals(flow: Flow, *, seconds: float, random: Random) -> Iterator[float]:
    """Times of a Hawkes process, by thinning: between events the intensity only falls."""
    at, excited = 0.0, 0.0
    while True:
        bound = flow.base + excited
        wait = random.expovariate(bound)
        at += wait
        if at >= seconds:
            return
        excited *= exp(-flow.decay * wait)
        if random.random() * bound <= flow.base + excited:
            excited += flow.branching * flow.decay
            yield at


def orders(
    flow: Flow, path: list[float], *, step_seconds: float, random: Random
) -> Iterator[Order]:
    """The flow along a price path; the informed buy before it rises and sell before it falls."""
    last = len(path) - 1
    ahead = max(1, round(flow.horizon_seconds / step_seconds))
    for at in arrivals(flow, seconds=last * step_seconds, random=random):
        now = int(at / step_seconds)
        informed = random.random() < flow.informed_share
        side = random.choice((-1, 1))
        if informed:
            side = 1 if path[min(now + ahead, last)] >= path[now] else -1
        yield Order(at, side, random.lognormvariate(flow.log_dollars, flow.log_sd), informed)
