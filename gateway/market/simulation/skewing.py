"""What a quoting rule is worth to a desk averse to risk: over seeded paths, and exactly.

Fills come at A·e^(−kδ); the price is a Brownian motion of σ; the certainty equivalent of the
result X is −ln E[e^(−γX)]/γ. Between fills inventory stands still, so a path is drawn fill by
fill without a time step, and the price's part of the result is normal given the path.
"""

from collections.abc import Callable
from math import exp, log, sqrt
from random import Random

from gateway.market.desk.skew import SkewModel

HalfSpreads = Callable[[int, float], tuple[float | None, float | None]]
"""Of (inventory, time left): below and above the fair value; None: not quoted."""


def certainty_equivalent(
    model: SkewModel, *, horizon: float, paths: int, random: Random
) -> tuple[float, float]:
    """(certainty equivalent, its standard error) of the model's own quotes over seeded paths."""
    k, gamma, bound = model.k, model.gamma, model.bound
    table = []
    for inventory in range(-bound, bound + 1):
        bid, ask = model.half_spreads(inventory)
        buys = 0.0 if bid is None else model.intensity * exp(-k * bid)
        sells = 0.0 if ask is None else model.intensity * exp(-k * ask)
        table.append((buys + sells, buys, bid or 0.0, ask or 0.0, inventory**2))
    draw, wait, normal = random.random, random.expovariate, random.gauss
    summed = squares = 0.0
    for _ in range(paths):
        at, place, earned, held = 0.0, bound, 0.0, 0.0
        while True:
            both, buys, bid, ask, square = table[place]
            until = at + wait(both)
            if until >= horizon:
                held += square * (horizon - at)
                break
            held += square * (until - at)
            at = until
            if draw() * both < buys:
                place += 1
                earned += bid
            else:
                place -= 1
                earned += ask
        worth = exp(-gamma * (earned + normal(0, model.sigma * sqrt(held))))
        summed += worth
        squares += worth * worth
    mean = summed / paths
    error = sqrt(max(squares / paths - mean**2, 0.0) / paths)
    return -log(mean) / gamma, error / mean / gamma


def exact_equivalent(
    model: SkewModel, rule: HalfSpreads, *, horizon: float, steps: int = 2_000
) -> float:
    """The certainty equivalent of any rule of inventory and time, by its differential equation."""
    bound, gamma, k = model.bound, model.gamma, model.k
    places = range(-bound, bound + 1)

    def slope(worth: list[float], left: float) -> list[float]:
        slopes = []
        for place, inventory in enumerate(places):
            value = (gamma * model.sigma * inventory) ** 2 / 2 * worth[place]
            bid, ask = rule(inventory, left)
            for half, to in ((bid, place + 1), (ask, place - 1)):
                if half is not None and 0 <= to < len(worth):
                    gain = exp(-gamma * half) * worth[to] - worth[place]
                    value += model.intensity * exp(-k * half) * gain
            slopes.append(value)
        return slopes

    return -log(_runge_kutta(slope, 2 * bound + 1, horizon, steps)[bound]) / gamma


def best_equivalent(model: SkewModel, *, horizon: float, steps: int = 2_000) -> float:
    """The best that any rule can reach: Guéant, Lehalle and Fernandez-Tapia's linear equations."""
    bound, gamma, k = model.bound, model.gamma, model.k
    risk = k * gamma * model.sigma**2 / 2
    reach = model.intensity * (1 + gamma / k) ** -(1 + k / gamma)

    def slope(worth: list[float], left: float) -> list[float]:
        return [
            -risk * (place - bound) ** 2 * worth[place]
            + reach * sum(worth[to] for to in (place - 1, place + 1) if 0 <= to < len(worth))
            for place in range(len(worth))
        ]

    return log(_runge_kutta(slope, 2 * bound + 1, horizon, steps)[bound]) / k


def _runge_kutta(
    slope: Callable[[list[float], float], list[float]], size: int, horizon: float, steps: int
) -> list[float]:
    """From ones at no time left, back to ``horizon`` left."""
    worth, step = [1.0] * size, horizon / steps
    for turn in range(steps):
        left = turn * step
        a = slope(worth, left)
        b = slope([w + step / 2 * s for w, s in zip(worth, a, strict=True)], left + step / 2)
        c = slope([w + step / 2 * s for w, s in zip(worth, b, strict=True)], left + step / 2)
        d = slope([w + step * s for w, s in zip(worth, c, strict=True)], left + step)
        worth = [
            w + step / 6 * (p + 2 * q + 2 * r + s)
            for w, p, q, r, s in zip(worth, a, b, c, d, strict=True)
        ]
    return worth
