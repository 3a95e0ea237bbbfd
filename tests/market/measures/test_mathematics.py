"""Edges and drawdowns: sums that come out exactly, and formulas against their sources."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.market.measures.drawdown import deepest_fall
from gateway.market.measures.edges import payment_edge
from gateway.market.measures.holdings import EquityDay
from gateway.market.measures.values import Line, QuotedParts, bps_of, cents_of
from gateway.market.measures.valuing import edge_usd_e6, value_usd_e6

E18 = 10**18
ETHER, DOLLAR = 10**18, 10**6
DECIMALS = {"ETH@1": 18, "USDC@1": 6}


def test_cents_and_basis_points_are_to_the_nearest_and_alike_for_losses() -> None:
    assert [cents_of(each) for each in (4_999, 5_000, -4_999, -5_000)] == [0, 1, 0, -1]
    assert (bps_of(15, 100_000), bps_of(-15, 100_000), bps_of(1, 0)) == (2, -2, None)


def test_a_payments_edge_is_split_into_what_the_quote_kept_it_for() -> None:
    prices = {"ETH@1": 3_000 * E18, "USDC@1": E18}
    fallen = {"ETH@1": 2_990 * E18, "USDC@1": E18}
    split = payment_edge(
        token="ETH@1",
        legs={"ETH@1": ETHER, "USDC@1": -2_980 * DOLLAR},
        quoted=QuotedParts(
            spread_ppm=1_000, lock_premium_ppm=2_000, fill_ppm=500, gas_units=ETHER // 1_000
        ),
        at_promise=prices,
        at_fill=fallen,
        decimals=DECIMALS,
    )
    assert split == {
        Line.QUOTED_SPREAD: 2_997_000,
        Line.LOCK_PREMIUM: 5_994_000,
        Line.CHARGED_FILL: 1_498_500,
        Line.CHARGED_GAS: 3_000_000,
        Line.VALUATION: 20_000_000 - 2_997_000 - 5_994_000 - 1_498_500 - 3_000_000,
        Line.LOCK_MOVE: -10_000_000,
    }


UNITS = st.integers(1, 10**24)
PRICE = st.integers(1, 10**24)
PPM = st.integers(-30_000, 30_000)


LEGS = st.fixed_dictionaries({"ETH@1": UNITS, "USDC@1": UNITS.map(lambda units: -units)})
PRICES = st.fixed_dictionaries({"ETH@1": PRICE, "USDC@1": PRICE})


@given(LEGS, PRICES, PRICES, st.builds(QuotedParts, PPM, PPM, PPM, UNITS))
def test_the_parts_of_an_edge_add_up_to_it(
    legs: dict[str, int], then: dict[str, int], later: dict[str, int], quoted: QuotedParts
) -> None:
    split = payment_edge(
        token="ETH@1",
        legs=legs,
        quoted=quoted,
        at_promise=then,
        at_fill=later,
        decimals=DECIMALS,
    )
    assert split is not None
    assert sum(split.values()) == edge_usd_e6(legs, prices=later, decimals=DECIMALS)


def test_an_edge_without_a_price_is_missing_and_not_made_up() -> None:
    legs = {"ETH@1": ETHER, "USDC@1": -2_980 * DOLLAR}
    known = {"ETH@1": 3_000 * E18, "USDC@1": E18}
    half = {"USDC@1": E18}
    parts = QuotedParts(0, 0, 0, 0)
    assert (
        payment_edge(
            token="ETH@1",
            legs=legs,
            quoted=parts,
            at_promise=known,
            at_fill=half,
            decimals=DECIMALS,
        )
        is None
    )
    assert payment_edge(
        token="ETH@1", legs=legs, quoted=parts, at_promise=half, at_fill=known, decimals=DECIMALS
    ) == {Line.UNSPLIT: 20_000_000}


@given(UNITS, PRICE, st.integers(0, 18))
def test_taking_back_is_worth_what_it_was(units: int, price: int, decimals: int) -> None:
    there = value_usd_e6(units, price_e18=price, decimals=decimals)
    assert value_usd_e6(-units, price_e18=price, decimals=decimals) == -there


# --- drawdown ------------------------------------------------------------------------------------

MINUTES = st.lists(
    st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=8), min_size=1, max_size=6
)


def day_of(number: int, cents: list[int]) -> EquityDay:
    fall = max(max(cents[: at + 1]) - each for at, each in enumerate(cents))
    return EquityDay(
        day=date(2026, 11, 1) + timedelta(days=number),
        opening_cents=cents[0],
        high_cents=max(cents),
        low_cents=min(cents),
        closing_cents=cents[-1],
        drawdown_cents=fall,
    )


@given(MINUTES)
def test_days_know_the_drawdown_of_their_minutes(days: list[list[int]]) -> None:
    minutes = [cents for day in days for cents in day]
    known = [day_of(number, cents) for number, cents in enumerate(days)]
    assert deepest_fall(known) == max(
        max(minutes[: at + 1]) - each for at, each in enumerate(minutes)
    )


def test_no_day_has_no_drawdown() -> None:
    assert deepest_fall([]) is None
