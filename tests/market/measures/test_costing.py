"""Average cost: what was earned less what is left is the cash, whatever came in which order."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.market.measures.costing import Costed

CHANGES = st.lists(
    st.tuples(
        st.integers(-(10**24), 10**24),
        st.one_of(st.none(), st.integers(0, 10**15)),
    ),
    max_size=30,
)


def played(changes: list[tuple[int, int | None]]) -> Costed:
    held = Costed()
    for delta, usd_e6 in changes:
        held = held.after(delta, usd_e6=usd_e6)
    return held


def test_buying_twice_and_selling_half_earns_against_the_average() -> None:
    held = Costed().after(2, usd_e6=200).after(2, usd_e6=400)
    sold = held.after(-2, usd_e6=500)
    assert (sold.units, sold.cost_usd_e6, sold.realised_usd_e6) == (2, 300, 200)


def test_a_short_position_earns_when_it_is_bought_back_for_less() -> None:
    short = Costed().after(-4, usd_e6=400)
    assert short.cost_usd_e6 == -400
    closed = short.after(4, usd_e6=300)
    assert (closed.held, closed.cost_usd_e6, closed.realised_usd_e6) == (0, 0, 100)


def test_a_trade_through_zero_closes_at_its_price_and_opens_at_it() -> None:
    turned = Costed().after(2, usd_e6=200).after(-5, usd_e6=1_000)
    assert (turned.units, turned.realised_usd_e6, turned.cost_usd_e6) == (-3, 200, -600)


def test_what_came_without_a_price_earns_nothing_when_it_is_sold() -> None:
    held = Costed().after(10, usd_e6=None)
    assert (held.units, held.uncosted) == (0, 10)
    sold = held.after(-10, usd_e6=5_000)
    assert sold == Costed()


def test_what_left_without_a_price_takes_its_cost_along() -> None:
    left = Costed().after(10, usd_e6=1_000).after(-4, usd_e6=None)
    assert (left.units, left.cost_usd_e6, left.realised_usd_e6) == (6, 600, 0)


@given(CHANGES)
def test_units_are_never_lost(changes: list[tuple[int, int | None]]) -> None:
    held = played(changes)
    assert held.held == sum(delta for delta, _ in changes)
    assert held.units * held.uncosted >= 0
    assert held.units or not held.cost_usd_e6


@given(CHANGES)
def test_what_was_earned_less_what_is_left_is_the_cash(
    changes: list[tuple[int, int | None]],
) -> None:
    priced = [(delta, usd or 0) for delta, usd in changes if delta]
    held = played(list(priced))
    cash = sum(usd if delta < 0 else -usd for delta, usd in priced)
    assert held.realised_usd_e6 - held.cost_usd_e6 == cash
