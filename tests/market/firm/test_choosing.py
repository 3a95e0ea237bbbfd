"""Orders are taken where they leave more than the pools after gas, whole or not at all."""

from collections.abc import Callable
from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from gateway.market.firm.choosing import Choice, Offer, choose, ladder_sizes


def pool(reserve: int, gas: int, limit: int = 10**9) -> Callable[[int], int | None]:
    """A constant product of two equal reserves, and the gas of using it."""

    def net(amount_in: int) -> int | None:
        return amount_in * reserve // (reserve + amount_in) - gas if amount_in <= limit else None

    return net


def test_the_best_price_wins_and_a_tie_is_the_pools() -> None:
    near = Offer("a", "near", 1_000, 985, 10)
    pools = pool(100_000, 15)  # 990 - 15
    assert choose([near], 1_000, pools=pools) == Choice((), 1_000, 975)
    better = Offer("b", "other", 1_000, 986, 10)
    assert choose([near, better], 1_000, pools=pools) == Choice((better,), 0, 976)


def test_a_part_goes_to_a_maker_and_the_rest_to_the_pools() -> None:
    half = Offer("a", "one", 5_000, 4_990, 10)
    found = choose([half], 10_000, pools=pool(20_000, 10))
    assert found is not None and found.offers == (half,) and found.rest == 5_000
    assert found.net == 4_980 + 4_000 - 10


def test_one_makers_rungs_are_never_added_up() -> None:
    rungs = [Offer("a", "one", 500, 500, 0), Offer("b", "one", 501, 501, 0)]
    found = choose(rungs, 1_001, pools=pool(1_000, 0))
    assert found is not None and len(found.offers) == 1


def test_where_the_pools_take_nothing_a_whole_order_still_serves() -> None:
    closed = pool(1, 0, limit=0)
    whole, part = Offer("a", "one", 100, 1, 0), Offer("b", "two", 50, 60, 0)
    assert choose([part], 100, pools=closed) is None
    assert choose([whole, part], 100, pools=closed) == Choice((whole,), 0, 1)


offers = st.lists(
    st.builds(
        Offer,
        key=st.uuids().map(str),
        maker=st.sampled_from("abc"),
        amount_in=st.integers(0, 2_000),
        amount_out=st.integers(0, 2_000),
        cost=st.integers(0, 50),
    ),
    max_size=7,
)


@given(offers, st.integers(1, 2_000), st.integers(1, 5_000), st.integers(0, 50), st.booleans())
def test_no_other_set_leaves_more(
    many: list[Offer], amount_in: int, reserve: int, gas: int, deep: bool
) -> None:
    pools = pool(reserve, gas, limit=10**9 if deep else amount_in // 3)
    found = choose(many, amount_in, pools=pools)
    every: list[int] = []
    for taken in chain.from_iterable(combinations(many, count) for count in range(3)):
        rest = amount_in - sum(offer.amount_in for offer in taken)
        makers = {offer.maker for offer in taken}
        empty = any(offer.amount_in == 0 for offer in taken)
        if rest < 0 or len(makers) < len(taken) or empty:
            continue
        left = 0 if rest == 0 else pools(rest)
        if left is not None:
            every.append(left + sum(offer.net for offer in taken))
    assert (found.net if found else None) == (max(every) if every else None)
    if found is not None:
        assert sum(offer.amount_in for offer in found.offers) + found.rest == amount_in


@given(st.integers(0, 10**30), st.integers(0, 10**30), st.integers(0, 10**30))
def test_sizes_keep_to_the_makers_terms(amount_in: int, least: int, most: int) -> None:
    sizes = ladder_sizes(amount_in, least=least, most=most)
    assert all(least <= size <= most and 0 < size <= amount_in for size in sizes)
    assert list(sizes) == sorted(set(sizes), reverse=True)
    assert (amount_in in sizes) == (least <= amount_in <= most and amount_in > 0)
