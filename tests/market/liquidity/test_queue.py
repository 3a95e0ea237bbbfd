"""Withdrawals wait for what is in use, in their order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.market.liquidity.queue import Inventory, Waiting, next_payment


def inventory(owned: int, hot: int, owed: int = 0, promised: int = 0) -> Inventory:
    return Inventory(owned=owned, hot=hot, owed_others=owed, promised=promised)


@pytest.mark.parametrize(
    ("found", "idle", "utilisation"),
    [
        (inventory(1_000, 5_000, owed=500), 1_000, 0),
        (inventory(1_000, 1_000, owed=500), 500, 500_000),
        (inventory(1_000, 1_000, owed=500, promised=200), 300, 700_000),
        (inventory(1_000, 400, owed=500), 0, 1_000_000),
        (inventory(3, 2), 2, 333_334),
        (inventory(0, 400), 0, 0),
    ],
)
def test_what_is_idle_and_what_is_used(found: Inventory, idle: int, utilisation: int) -> None:
    assert (found.idle, found.utilisation_ppm) == (idle, utilisation)
    assert found.idle + found.in_use == found.owned


def test_the_first_is_paid_first_whole_or_in_part() -> None:
    queue = [Waiting(2, 10), Waiting(1, 500)]
    assert next_payment(queue, idle=500, least=100) == (1, 500)
    assert next_payment(queue, idle=499, least=100) == (1, 499)
    # the small one behind it does not overtake
    assert next_payment(queue, idle=50, least=100) is None
    assert next_payment([], idle=50, least=1) is None


def test_who_is_wholly_on_their_way_lets_the_next_go() -> None:
    assert next_payment([Waiting(1, 0, is_leaving=True), Waiting(2, 10)], idle=50, least=1) == (
        2,
        10,
    )
    # but a part under way is waited for
    assert next_payment([Waiting(1, 5, is_leaving=True), Waiting(2, 10)], idle=50, least=1) is None


@given(
    worths=st.lists(st.integers(1, 10**9), max_size=6),
    idle=st.integers(0, 10**9),
    least=st.integers(0, 10**9),
)
def test_nobody_overtakes_and_no_more_than_is_idle_leaves(
    worths: list[int], idle: int, least: int
) -> None:
    paid = next_payment([Waiting(n, w) for n, w in enumerate(worths)], idle=idle, least=least)
    if paid is not None:
        assert paid[0] == 0
        assert 0 < paid[1] <= min(idle, worths[0])
