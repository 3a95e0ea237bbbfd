"""What a share of a pool was worth over time, and what it earned. Pure.

Told again from what happened to the pool, by the arithmetic that made it happen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.market.liquidity.pool import Q128, VIRTUAL_SHARES, Pool, advanced, share_fees


@dataclass(frozen=True, slots=True)
class Moment:
    """The pool just after something happened to it.

    Attributes:
        at_s: Unix seconds.
        principal, shares: the pool's from then on.
        shared: base units of fees that were shared just then.
    """

    at_s: int
    principal: int
    shares: int
    shared: int = 0


@dataclass(frozen=True, slots=True)
class Point:
    """One whole token's worth of shares at the first price, in base units.

    Attributes:
        price: what they are worth; only losses and what came back of them move it.
        earned: fees that they earned since the first moment.
    """

    at_s: int
    price: int
    earned: int


def share_history(
    moments: Sequence[Moment], *, decimals: int, over_s: int, now_s: int
) -> list[Point]:
    """A point for each moment, oldest first, and one for now.

    Args:
        over_s: how long fees take to be earned once they are shared.
    """
    pool, points = Pool(), []
    for moment in moments:
        at_s = max(moment.at_s, pool.coming_from_s)
        pool = replace(advanced(pool, at_s=at_s), principal=moment.principal, shares=moment.shares)
        if moment.shared > 0 and moment.shares > 0:
            pool = share_fees(pool, units=moment.shared, at_s=at_s, over_s=over_s)
        points.append(_point(pool, decimals=decimals, at_s=at_s))
    if points:
        at_s = max(now_s, pool.coming_from_s)
        points.append(_point(advanced(pool, at_s=at_s), decimals=decimals, at_s=at_s))
    return points


def _point(pool: Pool, *, decimals: int, at_s: int) -> Point:
    whole = 10**decimals * VIRTUAL_SHARES
    return Point(
        at_s=at_s, price=pool.units_for(whole), earned=int(pool.fee_growth * whole // Q128)
    )
