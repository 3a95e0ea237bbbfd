"""A share's history, told again from what happened to its pool."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.market.liquidity.history import Moment, share_history
from gateway.market.liquidity.pool import (
    Q128,
    VIRTUAL_SHARES,
    Pool,
    Position,
    bear_loss,
    deposit,
    settled,
    share_fees,
)

DOLLAR = 10**6
DAY = 86_400
START = 1_700_000_000


def moment(pool: Pool, at_s: int, shared: int = 0) -> Moment:
    return Moment(at_s=at_s, principal=pool.principal, shares=pool.shares, shared=shared)


def test_a_pool_without_a_past_has_no_history() -> None:
    assert share_history([], decimals=6, over_s=DAY, now_s=START) == []


def test_only_losses_move_the_price_and_fees_come_evenly() -> None:
    pool, ann, _ = deposit(Pool(), Position(), units=100 * DOLLAR, at_s=START)
    moments = [moment(pool, START)]
    pool = share_fees(pool, units=2 * DOLLAR, at_s=START, over_s=DAY)
    moments.append(moment(pool, START, shared=2 * DOLLAR))
    half = START + DAY // 2
    pool, borne = bear_loss(pool, units=10 * DOLLAR)
    moments.append(moment(pool, half))
    points = share_history(moments, decimals=6, over_s=DAY, now_s=START + DAY)
    assert borne == 10 * DOLLAR
    assert [point.price for point in points] == [DOLLAR, DOLLAR, 900_000, 900_000]
    assert [point.earned for point in points] == [0, 0, 9_999, 19_999]
    assert [point.at_s for point in points] == [START, START, half, START + DAY]
    # what a holder of a hundred of them is owed, and lost
    assert abs(settled(pool, ann, at_s=START + DAY).fees - 100 * points[-1].earned) < 100
    assert pool.units_for(ann.shares) == 90 * DOLLAR


@given(
    days=st.lists(
        st.tuples(
            st.integers(1, 10**9),  # fees of the day
            st.integers(0, 10**10),  # what comes in after them
            st.integers(1, 2 * DAY),  # and how long after
        ),
        max_size=12,
    )
)
def test_it_is_what_the_pool_itself_counted(days: list[tuple[int, int, int]]) -> None:
    pool, ann, _ = deposit(Pool(), Position(), units=1_000 * DOLLAR, at_s=START)
    now, moments = START, [moment(pool, START)]
    for fees, comes, later in days:
        now += later
        pool = share_fees(pool, units=fees, at_s=now, over_s=DAY)
        moments.append(moment(pool, now, shared=fees))
        if pool.shares_for(comes):
            pool, _, _ = deposit(pool, Position(), units=comes, at_s=now)
            moments.append(moment(pool, now))
    now += DAY
    last = share_history(moments, decimals=6, over_s=DAY, now_s=now)[-1]
    whole = DOLLAR * VIRTUAL_SHARES
    assert last.price == pool.units_for(whole)
    growth = settled(pool, ann, at_s=now).fee_growth
    assert last.earned == growth * whole // Q128
