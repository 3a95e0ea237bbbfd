"""The pure core: to the unit, with what is under way, and by the smallest set of causes."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from gateway.settlement.reconciling.explaining import Cause, explain, fewest
from gateway.settlement.reconciling.judging import Item, judge
from gateway.settlement.reconciling.searching import blocks_that_changed, unexplained_sums

units = st.integers(-(10**30), 10**30)


def item(number: int, each: int) -> Item:
    return Item("not_booked_yet", f"transaction:{number}", each)


def cause(number: int, each: int) -> Cause:
    return Cause("unknown_incoming", f"0x{number}", each)


@given(booked=units, items=st.lists(units, max_size=6), off=units)
def test_the_difference_is_what_no_item_accounts_for(
    booked: int, items: list[int], off: int
) -> None:
    told = booked + sum(items) + off
    verdict = judge(booked=booked, told=told, items=[item(*each) for each in enumerate(items)])
    assert verdict.difference == off
    assert verdict.state == ("differs" if off else "under_way" if items else "agrees")


def test_a_doubtful_item_counts_only_where_it_is_needed() -> None:
    doubtful = [item(1, -500), item(2, -70), item(3, -30)]
    assert judge(booked=500, told=500, items=[], doubtful=doubtful).items == ()
    assert judge(booked=500, told=0, items=[], doubtful=doubtful).items == (doubtful[0],)
    needed = judge(booked=500, told=400, items=[], doubtful=doubtful)
    assert (needed.state, needed.items) == ("under_way", (doubtful[1], doubtful[2]))
    off = judge(booked=500, told=499, items=[], doubtful=doubtful)
    assert (off.state, off.difference, off.items) == ("differs", -1, ())


@given(values=st.lists(st.integers(-40, 40), min_size=1, max_size=9), target=st.integers(-120, 120))
def test_no_smaller_set_explains_it(values: list[int], target: int) -> None:
    candidates = [cause(*each) for each in enumerate(values)]
    found = fewest(candidates, target)
    smaller = [
        size
        for size in range(1, 5)
        for several in combinations(values, size)
        if sum(several) == target
    ]
    if found is None:
        assert not smaller
    else:
        assert sum(each.units for each in found) == target
        assert len(found) == min(smaller)
        assert len({each.reference for each in found}) == len(found)


@given(certain=st.lists(units, max_size=4), candidates=st.lists(units, max_size=12), off=units)
def test_causes_always_sum_to_the_difference(
    certain: list[int], candidates: list[int], off: int
) -> None:
    causes = explain(
        off,
        certain=[cause(*each) for each in enumerate(certain)],
        candidates=[cause(100 + n, each) for n, each in enumerate(candidates)],
    )
    assert sum(each.units for each in causes) == off


def test_a_booked_transfer_and_its_entry_cancel_and_the_theft_is_left() -> None:
    transfer, entry = cause(1, 100), Cause("entry_without_transaction", "entry:funding:a", -100)
    theft = Cause("unknown_outgoing", "0x2", -40)
    assert explain(-40, certain=[], candidates=[transfer, entry, theft]) == (theft,)


@given(
    moves=st.dictionaries(st.integers(1, 200), st.integers(1, 10**18), max_size=6),
    known=st.dictionaries(st.integers(1, 200), st.integers(-(10**18), 10**18), max_size=6),
)
def test_halving_finds_each_block_that_moved_the_balance(
    moves: dict[int, int], known: dict[int, int]
) -> None:
    def told(number: int) -> int:
        return sum(u for b, u in (*moves.items(), *known.items()) if b <= number)

    asked: list[int] = []

    def value(number: int) -> int:
        asked.append(number)
        return unexplained_sums(told, known=known)(number)

    assert blocks_that_changed(value, first=0, last=200) == sorted(moves)
    assert len(asked) <= 2 + 40 * max(1, len(moves))
