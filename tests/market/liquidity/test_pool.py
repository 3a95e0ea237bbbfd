"""Shares, fees and points of providers: no value is made, nobody is diluted."""

from dataclasses import dataclass, field
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.market.liquidity.errors import (
    LiquidityRefused,
    NotEnoughShares,
    NothingMoves,
    PoolWornOut,
    TimeWentBack,
)
from gateway.market.liquidity.pool import (
    MAX_SHARES,
    PPM,
    VIRTUAL_SHARES,
    Pool,
    Position,
    advanced,
    bear_loss,
    deposit,
    fee_part,
    points_of,
    put_back,
    recover_loss,
    settled,
    share_fees,
    take,
)

MUCH = 2**128
units = st.one_of(st.integers(1, 10**6), st.integers(1, 10**15), st.integers(1, 2**100))


def opened(*amounts: int) -> tuple[Pool, list[Position]]:
    pool, positions = Pool(), []
    for amount in amounts:
        pool, position, _ = deposit(pool, Position(), units=amount, at_s=0)
        positions.append(position)
    return pool, positions


def worth(pool: Pool, position: Position) -> int:
    at = max(position.settled_s, pool.coming_from_s)
    return pool.units_for(position.shares) + settled(pool, position, at_s=at).fees


def earned(pool: Pool, position: Position) -> int:
    return settled(pool, position, at_s=pool.coming_from_s).fees


def shared(pool: Pool, units: int) -> Pool:
    """Fees that have been earned wholly by now."""
    at = pool.coming_from_s
    return advanced(share_fees(pool, units=units, at_s=at, over_s=1), at_s=at + 1)


@pytest.mark.parametrize("amount", [1, 7, 10**6, 2**128])
def test_the_first_provider_can_take_back_exactly_what_they_brought(amount: int) -> None:
    pool, (position,) = opened(amount)
    assert position.shares == amount * VIRTUAL_SHARES
    pool, position, taken = take(pool, position, shares=position.shares, most_units=MUCH, at_s=0)
    assert (taken.principal, taken.fees, pool, position.shares) == (amount, 0, Pool(), 0)


def test_the_vault_of_openzeppelins_example() -> None:
    # After 100 units came in and the pool lost half, 30 units buy twice the shares they did before.
    pool, _ = opened(100)
    pool, borne = bear_loss(pool, units=50)
    assert borne == 50
    assert pool.shares_for(30) == 30 * (100 * 10**6 + 10**6) // 51
    assert pool.units_for(pool.shares_for(30)) == 29


@given(brought=units, donated=units, victim=units)
def test_who_makes_a_share_dear_loses_more_than_their_victim(
    brought: int, donated: int, victim: int
) -> None:
    """The inflation attack, played with the one thing that raises a price: a recovered loss."""
    pool, (attacker,) = opened(brought)
    pool = recover_loss(pool, units=donated)
    try:
        pool, position, _ = deposit(pool, Position(), units=victim, at_s=0)
    except NothingMoves:
        return
    victims_loss = victim - worth(pool, position)
    attackers_loss = brought + donated - worth(pool, attacker)
    assert victims_loss <= 1 + donated // VIRTUAL_SHARES
    assert attackers_loss >= -1


def test_a_transfer_that_nobody_announced_moves_no_price() -> None:
    # There is no way to say it: the pool is what the books say, and has no balance of its own.
    assert not {"balance", "donate"} & set(Pool.__dataclass_fields__)


@given(early=units, late=units, fees=st.integers(1, 10**15))
def test_a_later_deposit_does_not_dilute_earlier_fees(early: int, late: int, fees: int) -> None:
    pool, (first,) = opened(early)
    pool = shared(pool, fees)
    owed = earned(pool, first)
    try:
        pool, second, _ = deposit(pool, Position(), units=late, at_s=0)
    except NothingMoves:
        return
    assert earned(pool, first) == owed >= fees - 1
    assert earned(pool, second) == 0


@given(amounts=st.lists(units, min_size=2, max_size=5), fees=st.integers(1, 10**15))
def test_fees_go_by_shares_and_never_more_than_there_are(amounts: list[int], fees: int) -> None:
    pool, positions = opened(*amounts)
    pool = shared(pool, fees)
    owed = [earned(pool, position) for position in positions]
    assert sum(owed) <= fees
    for position, its in zip(positions, owed, strict=True):
        exact = Fraction(fees * position.shares, pool.shares)
        assert exact - 1 - Fraction(position.shares, 2**128) < its <= exact


@given(amounts=st.tuples(units, units), fees=st.integers(1, 10**12), loss=st.integers(1, 10**12))
def test_fees_and_losses_may_come_in_any_order(
    amounts: tuple[int, int], fees: int, loss: int
) -> None:
    pool, _ = opened(*amounts)
    one = bear_loss(shared(pool, fees), units=loss)[0]
    other = shared(bear_loss(pool, units=loss)[0], fees)
    assert one == other


@given(amounts=st.tuples(units, units), before=st.integers(1, 10**12))
def test_two_deposits_may_come_in_any_order(amounts: tuple[int, int], before: int) -> None:
    pool, _ = opened(before)
    worths = []
    for order in (amounts, amounts[::-1]):
        now, found = pool, {}
        for index, amount in enumerate(order):
            now, position, _ = deposit(now, Position(), units=amount, at_s=0)
            found[amount, index if amounts[0] == amounts[1] else 0] = position
        worths.append(sorted(worth(now, position) for position in found.values()))
    for one, other in zip(*worths, strict=True):
        assert abs(one - other) <= 1


@given(amounts=st.tuples(units, units), loss=units)
def test_a_loss_is_borne_by_shares_also_by_who_waits(amounts: tuple[int, int], loss: int) -> None:
    pool, (first, second) = opened(*amounts)
    had = [worth(pool, first), worth(pool, second)]
    after, borne = bear_loss(pool, units=loss)
    assert borne == min(loss, sum(amounts))
    for position, before in zip((first, second), had, strict=True):
        exact = before - Fraction(borne * position.shares, pool.shares + VIRTUAL_SHARES)
        assert abs(worth(after, position) - exact) <= 1


def test_what_is_lost_is_never_more_than_there_is_and_leaves_fees_alone() -> None:
    pool, (position,) = opened(1_000)
    pool = shared(pool, 10)
    pool, borne = bear_loss(pool, units=5_000)
    assert (borne, pool.principal, worth(pool, position)) == (1_000, 0, 9)
    # new money is not the old shares'
    pool, fresh, _ = deposit(pool, Position(), units=1_000, at_s=0)
    assert pool.units_for(fresh.shares) >= 999
    assert pool.units_for(position.shares) <= 1


def test_a_pool_that_lost_all_many_times_takes_no_more() -> None:
    pool = Pool()
    with pytest.raises(PoolWornOut):
        for _ in range(100):
            pool, _, _ = deposit(pool, Position(), units=10**12, at_s=0)
            pool, _ = bear_loss(pool, units=10**12)
    assert pool.shares <= MAX_SHARES


def test_points_are_shares_times_time() -> None:
    pool, (position,) = opened(10**6)
    position = settled(pool, position, at_s=43_200)
    pool, position, _ = deposit(pool, position, units=10**6, at_s=43_200)
    position = settled(pool, position, at_s=86_400 + 43_200)
    # half a day with one token, a day with two
    assert position.share_seconds == VIRTUAL_SHARES * 10**6 * 86_400 * 5 // 2
    assert points_of(position, decimals=6) == 2
    with pytest.raises(TimeWentBack):
        settled(pool, position, at_s=86_400)


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_and_less_are_refused(amount: int) -> None:
    pool, (position,) = opened(1_000)
    with pytest.raises(NothingMoves):
        deposit(pool, position, units=amount, at_s=0)
    with pytest.raises(LiquidityRefused):
        share_fees(pool, units=amount, at_s=0, over_s=1)
    with pytest.raises(LiquidityRefused):
        share_fees(Pool(), units=5, at_s=0, over_s=1)
    with pytest.raises(NotEnoughShares):
        take(pool, position, shares=position.shares + 1, most_units=MUCH, at_s=0)
    with pytest.raises(NothingMoves):
        take(pool, position, shares=position.shares, most_units=amount, at_s=0)


@given(amount=units, fees=st.integers(0, 10**9), most=units)
def test_a_payment_in_part_stays_within_what_is_idle_and_takes_fees_first(
    amount: int, fees: int, most: int
) -> None:
    pool, (position,) = opened(amount)
    if fees:
        pool = shared(pool, fees)
    owed = earned(pool, position)
    after, left, taken = take(pool, position, shares=position.shares, most_units=most, at_s=0)
    assert 0 < taken.units <= most
    assert taken.fees == min(owed, most)
    assert taken.units >= min(most, amount + owed) - 1
    assert after.principal == pool.principal - taken.principal
    assert worth(after, left) + taken.units <= amount + fees
    # and a payment that came to nothing is as if it had not been
    undone, again = put_back(after, left, taken=taken, at_s=0)
    assert (undone, again) == (pool, settled(pool, position, at_s=0))


def test_who_comes_for_the_moment_of_sharing_earns_a_moment() -> None:
    day = 86_400
    pool, (first,) = opened(1_000_000)
    pool = share_fees(pool, units=864_000, at_s=0, over_s=day)
    # at noon, with half of it earned, someone nine times as large comes, and leaves a minute later
    pool, second, _ = deposit(pool, Position(), units=9_000_000, at_s=day // 2)
    pool, second, taken = take(
        pool, second, shares=second.shares, most_units=MUCH, at_s=day // 2 + 60
    )
    assert taken.fees == 539  # nine tenths of a minute's 600, rounded down
    owed = settled(pool, first, at_s=day).fees
    assert 864_000 - 540 - 2 <= owed <= 864_000 - taken.fees


def test_what_nobody_is_there_to_earn_waits() -> None:
    pool, (first,) = opened(1_000)
    pool = share_fees(pool, units=1_000, at_s=0, over_s=100)
    pool, _, taken = take(pool, first, shares=first.shares, most_units=MUCH, at_s=50)
    assert taken.fees in (499, 500)
    pool, second, _ = deposit(pool, Position(), units=1_000, at_s=10_000)
    assert settled(pool, second, at_s=10_000).fees == 0
    assert settled(pool, second, at_s=10_025).fees in (249, 250)
    assert settled(pool, second, at_s=20_000).fees in (499, 500)


@given(st.lists(st.integers(0, 40), max_size=30), st.integers(1, 10**9))
def test_looking_often_earns_no_more(looks: list[int], fees: int) -> None:
    pool, (position,) = opened(7, 11)[0], opened(7, 11)[1][:1]
    pool = share_fees(pool, units=fees, at_s=0, over_s=1_000)
    once = settled(pool, position, at_s=2_000).fees
    at = 0
    for seconds in looks:
        at += seconds
        pool = advanced(pool, at_s=at)
        position = settled(pool, position, at_s=at)
    often = settled(pool, position, at_s=2_000).fees
    assert once - 1 - len(looks) <= often <= once


def test_a_period_below_zero_is_made_up_by_the_next() -> None:
    assert fee_part(earned=1_000, carried_ppm=0, share_ppm=250_000) == (250, 0)
    assert fee_part(earned=-10, carried_ppm=0, share_ppm=250_000) == (0, -2_500_000)
    assert fee_part(earned=13, carried_ppm=-2_500_000, share_ppm=250_000) == (0, 750_000)
    assert fee_part(earned=1, carried_ppm=750_000, share_ppm=250_000) == (1, 0)


@given(
    periods=st.lists(st.integers(-(10**9), 10**9), max_size=12),
    share=st.integers(0, PPM),
)
def test_periods_never_share_more_than_their_part_of_the_sum(
    periods: list[int], share: int
) -> None:
    carried = shared = earned = most = 0
    for each in periods:
        part, carried = fee_part(earned=each, carried_ppm=carried, share_ppm=share)
        shared, earned = shared + part, earned + each
        most = max(most, earned * share // PPM)
        assert shared == max(0, most)


# --- any history ---------------------------------------------------------------------------------


@dataclass
class History:
    """A pool with its providers, and what went in and out of it by an outsider's count."""

    pool: Pool = field(default_factory=Pool)
    positions: list[Position] = field(default_factory=lambda: [Position()] * 3)
    inside: int = 0
    now: int = 0

    def step(self, kind: str, who: int, amount: int) -> None:
        self.now += amount % 1_000
        position = self.positions[who]
        try:
            if kind == "deposit":
                self.pool, self.positions[who], _ = deposit(
                    self.pool, position, units=amount, at_s=self.now
                )
                self.inside += amount
            elif kind == "take":
                self.pool, self.positions[who], taken = take(
                    self.pool,
                    position,
                    shares=position.shares * (amount % 5) // 4,
                    most_units=amount,
                    at_s=self.now,
                )
                self.inside -= taken.units
            elif kind == "fees":
                self.pool = share_fees(self.pool, units=amount, at_s=self.now, over_s=500)
                self.inside += amount
            elif kind == "loss":
                self.pool, borne = bear_loss(self.pool, units=amount)
                self.inside -= borne
            elif kind == "recovery":
                self.pool = recover_loss(self.pool, units=amount)
                self.inside += amount
        except (LiquidityRefused, PoolWornOut):
            pass

    def holds(self) -> None:
        assert self.pool.principal + self.pool.fees == self.inside
        assert min(self.pool.principal, self.pool.fees, self.pool.shares) >= 0
        assert sum(each.shares for each in self.positions) == self.pool.shares
        at = [settled(self.pool, each, at_s=self.now) for each in self.positions]
        assert sum(each.fees for each in at) <= self.pool.fees
        assert sum(self.pool.units_for(each.shares) for each in at) <= self.pool.principal


steps = st.lists(
    st.tuples(
        st.sampled_from(["deposit", "take", "fees", "loss", "recovery"]),
        st.integers(0, 2),
        st.one_of(st.integers(1, 100), st.integers(1, 10**12), st.integers(1, 2**90)),
    ),
    max_size=30,
)


@settings(max_examples=300, deadline=None)
@given(steps)
def test_no_history_makes_value_or_claims_beyond_the_pool(
    happened: list[tuple[str, int, int]],
) -> None:
    history = History()
    for kind, who, amount in happened:
        history.step(kind, who, amount)
        history.holds()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(1, 10**18), min_size=1, max_size=10), st.integers(1, 10**18))
def test_going_in_and_out_never_pays(rounds: list[int], others: int) -> None:
    pool, _ = opened(others)
    before = pool.principal
    for amount in rounds:
        pool, position, _ = deposit(pool, Position(), units=amount, at_s=0)
        pool, position, taken = take(
            pool, position, shares=position.shares, most_units=MUCH, at_s=0
        )
        assert taken.units <= amount
    assert pool.principal >= before
