"""Divide minor units so that the parts add up to the whole. Pure."""

from collections.abc import Sequence


def half_up(numerator: int, denominator: int) -> int:
    """The nearest whole number, a half away from zero. The denominator is more than zero."""
    doubled = 2 * abs(numerator) + denominator
    whole = doubled // (2 * denominator)
    return whole if numerator >= 0 else -whole


def spread(whole: int, weights: Sequence[int]) -> tuple[int, ...]:
    """``whole`` minor units in proportion to ``weights``, by the largest remainder.

    Each part is its exact share rounded down or up; the units left over go to the largest
    remainders, of equal ones to the first. Where nothing weighs anything, all weigh the same.

    Raises:
        ValueError: there is nobody to spread over, a weight is negative, or the whole is.
    """
    if not weights or min(weights) < 0 or whole < 0:
        raise ValueError("nothing can be spread so")
    total = sum(weights)
    if total == 0:
        weights, total = [1] * len(weights), len(weights)
    parts = [whole * weight // total for weight in weights]
    remainders = [whole * weight % total for weight in weights]
    left = whole - sum(parts)
    for index in sorted(range(len(parts)), key=lambda at: (-remainders[at], at))[:left]:
        parts[index] += 1
    return tuple(parts)
