"""The split's answers found without it: a table over whole amounts, and a dual by search."""

from collections.abc import Sequence
from fractions import Fraction

from gateway.market.routing.outlets import (
    Outlet,
)
from tests.market.split_markets import net_of


def table_best(outlets: Sequence[Outlet], amount: int, *, steps: int) -> int | None:
    """The best over all splits into multiples of a step, by asking for every one of them."""
    step = amount // steps
    first = amount - step * (steps - 1)
    sizes = [0, *(first + step * i for i in range(steps))]
    # One part takes what the division leaves over; a bit says whether it has been taken.
    best: dict[tuple[int, bool], int] = {(0, False): 0}
    for outlet in outlets:
        odd = [net_of(outlet, size) for size in sizes]
        even = [net_of(outlet, step * i) for i in range(steps + 1)]
        after: dict[tuple[int, bool], int] = dict(best)
        for (used, had), so_far in best.items():
            for more in range(1, steps - used + 1):
                for gain, has in ((even[more], had), *(() if had else ((odd[more], True),))):
                    key = (used + more, has)
                    if gain is not None and so_far + gain > after.get(key, -(10**60)):
                        after[key] = so_far + gain
        best = after
    return best.get((steps, True))


def dual_best(outlets: Sequence[Outlet], amount: int) -> Fraction:
    """The Lagrangian dual by golden sections within golden sections; no fixed costs."""

    def conjugate(outlet: Outlet, marginal: Fraction) -> Fraction:
        low, high = 0, amount
        while high - low > 2:
            left, right = low + (high - low) // 3, high - (high - low) // 3

            def worth(size: int) -> Fraction:
                net = net_of(outlet, size)
                return Fraction(-(10**80)) if net is None else net - marginal * size

            if worth(left) < worth(right):
                low = left
            else:
                high = right
        return max(
            (net - marginal * size)
            for size in range(low, high + 1)
            if (net := net_of(outlet, size)) is not None
        )

    def dual(marginal: Fraction) -> Fraction:
        return marginal * amount + sum(conjugate(outlet, marginal) for outlet in outlets)

    low, high = Fraction(0), Fraction(4)
    for _ in range(60):
        third = (high - low) / 3
        left, right = low + third, high - third
        if dual(left) < dual(right):
            high = right
        else:
            low = left
    return dual((low + high) / 2)
