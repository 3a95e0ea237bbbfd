"""Questions about ranges, and what pools earned."""

from datetime import datetime, timedelta

from gateway.market.ranges.models import PoolGrowth

E18 = 10**18
DAY_SECONDS = 86_400
LEAST_WINDOW = timedelta(hours=1)
WINDOW = timedelta(hours=25)


def earned_in_a_day(*, pool: str, now: datetime) -> tuple[int, int] | None:
    """Base units of token0 and token1, times 1e18, that a unit of liquidity earned in a day, by the
    oldest and newest of what the pool told since ``WINDOW``; None before it has told for
    ``LEAST_WINDOW``: nothing is made up. One query.
    """
    told = list(PoolGrowth.objects.filter(pool=pool.lower(), at__gt=now - WINDOW).order_by("at"))
    if len(told) < 2 or told[-1].at - told[0].at < LEAST_WINDOW:
        return None
    seconds = int((told[-1].at - told[0].at).total_seconds())
    first, last = told[0], told[-1]
    # The contract's sums wrap around.
    growths = ((last.growth0 - first.growth0) % 2**256, (last.growth1 - first.growth1) % 2**256)
    return tuple(each * E18 * DAY_SECONDS // (seconds << 128) for each in growths)  # type: ignore[return-value]
