"""What an open lock already exposes the desk to, before any money came.

A lock is a bounded put that the desk wrote: with share 1 − φ an ordinary shopper pays with
probability p whatever the market does; with share φ a strategic one delivers if that is worth
more than the lock. So of the locked amount (1 − φ)·p + φ·N(−d) is as good as held.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import erfc, sqrt

from gateway.market.desk.lock import PPM, SECONDS_PER_YEAR


@dataclass(frozen=True, slots=True)
class OpenLock:
    """A promised rate that may still be used.

    Attributes:
        units: base units it covers that no deposit has used.
        price: dollars (e18) a whole unit was valued at when it was given.
        kept_ppm: spread and premium the rate keeps, in millionths of that.
        until_ms: when its last deposit can be in time, grace included.
    """

    units: int
    price: int
    kept_ppm: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Shoppers:
    """How those who hold locks behave: the strategic share, and how often the others pay."""

    strategic_share_ppm: int
    completion_ppm: int

    def __post_init__(self) -> None:
        if not (0 <= self.strategic_share_ppm <= PPM and 0 <= self.completion_ppm <= PPM):
            raise ValueError("shares lie between 0 and a million")


def delivery_probability(
    lock: OpenLock, *, fair: int, volatility_ppm: int, seconds_after: int, now_ms: int
) -> float:
    """N(−d): how likely the market stands below the locked rate when it can last be used.

    Args:
        fair: dollars (e18) now.
        seconds_after: confirmations and hedge latency on top of the lock.
    """
    strike = lock.price * (PPM - lock.kept_ppm) / PPM
    seconds = max(0.0, (lock.until_ms - now_ms) / 1000) + seconds_after
    move = volatility_ppm / PPM * sqrt(seconds / SECONDS_PER_YEAR)
    if move <= 0:
        return 1.0 if fair < strike else 0.0
    return erfc((fair - strike) / (fair * move) / sqrt(2)) / 2


def hedge_ratio_ppm(
    lock: OpenLock,
    shoppers: Shoppers,
    *,
    fair: int,
    volatility_ppm: int,
    seconds_after: int,
    now_ms: int,
) -> int:
    """(1 − φ)·p + φ·N(−d) in millionths, rounded down."""
    strategic = shoppers.strategic_share_ppm / PPM
    ordinary = (1 - strategic) * shoppers.completion_ppm / PPM
    delivered = delivery_probability(
        lock,
        fair=fair,
        volatility_ppm=volatility_ppm,
        seconds_after=seconds_after,
        now_ms=now_ms,
    )
    return int((ordinary + strategic * delivered) * PPM)


def lock_exposure(
    locks: Iterable[OpenLock],
    shoppers: Shoppers,
    *,
    fair: int,
    volatility_ppm: int,
    seconds_after: int,
    now_ms: int,
) -> int:
    """Base units that the open locks are as good as, rounded down; lapsed ones count nothing."""
    return sum(
        lock.units
        * hedge_ratio_ppm(
            lock,
            shoppers,
            fair=fair,
            volatility_ppm=volatility_ppm,
            seconds_after=seconds_after,
            now_ms=now_ms,
        )
        // PPM
        for lock in locks
        if lock.until_ms > now_ms
    )
