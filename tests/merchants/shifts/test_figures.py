"""What a shift's figures add up to."""

import random

from hypothesis import given
from hypothesis import strategies as st

from merchants.shifts.figures import (
    CASH_KINDS,
    CalledOff,
    Drawer,
    Moved,
    TenderFigures,
    Took,
    VoidFigures,
    figures_of,
)
from merchants.shifts.rows import HEADING, report_rows

UNITS = st.integers(1, 10**9)


@st.composite
def lines(draw):
    kind = draw(st.sampled_from(["paid", "taken_back", "refunded"]))
    sign = 1 if kind == "paid" else -1
    return Took(
        tender=draw(st.sampled_from(["tokens", "card"])),
        kind=kind,
        currency=draw(st.sampled_from(["EUR", "USD"])),
        units=sign * draw(UNITS),
        asset=draw(st.sampled_from(["USDC@1", "EUR"])),
        credited_units=sign * draw(UNITS),
        fee_units=sign * draw(UNITS),
        token=draw(st.sampled_from(["", "WETH@1"])),
        token_units=sign * draw(UNITS),
    )


moves = st.builds(Moved, kind=st.sampled_from(CASH_KINDS), units=UNITS)


def added_up(took=(), moved=(), **more):
    given_ = {"currency": "EUR", "float_units": 0, **more}
    return figures_of(took=took, moved=moved, **given_)


def test_a_drawer_holds_its_float_and_what_came_and_went():
    figures = added_up(
        moved=[Moved("sale", 500), Moved("refund", 200), Moved("in", 50), Moved("out", 1_000)],
        float_units=10_000,
        counted_units=9_340,
    )
    assert figures.drawer == Drawer(10_000, 500, 200, 50, 1_000, 9_340)
    assert figures.drawer.expected_units == 9_350
    assert figures.drawer.difference_units == -10


def test_before_the_count_there_is_no_difference():
    assert added_up().drawer.difference_units is None
    assert added_up(counted_units=0).drawer.difference_units == 0


def test_cash_is_a_tender_beside_tokens_and_cards():
    figures = added_up(
        took=[
            Took("card", "paid", "EUR", 700),
            Took("tokens", "paid", "EUR", 1_250, tax_units=200),
        ],
        moved=[Moved("sale", 500), Moved("refund", 100), Moved("in", 9_999)],
    )
    assert figures.tenders == (
        TenderFigures("tokens", "EUR", 1, 1_250, 0, 0, 200, 0),
        TenderFigures("card", "EUR", 1, 700, 0, 0, 0, 0),
        TenderFigures("cash", "EUR", 1, 500, 1, 100, 0, 0),
    )
    assert [one.net_units for one in figures.tenders] == [1_250, 700, 400]


def test_cash_has_its_tax_and_its_tips():
    figures = added_up(moved=[Moved("sale", 500, 50, 200), Moved("sale", 600, 100)])
    assert figures.tenders == (TenderFigures("cash", "EUR", 2, 1_100, 0, 0, 150, 200),)


def test_what_was_voided_is_counted_by_currency_and_is_no_money():
    voids = [CalledOff("EUR", 500), CalledOff("USD", 7), CalledOff("EUR", 0)]
    figures = added_up(called_off=voids)
    assert figures.voids == (VoidFigures("EUR", 2, 500), VoidFigures("USD", 1, 7))
    assert not figures.tenders and figures.drawer.expected_units == 0


def test_what_a_reorg_took_back_was_never_paid():
    figures = added_up(
        took=[
            Took("tokens", "paid", "EUR", 1_250, tax_units=200, asset="A", credited_units=5),
            Took(
                "tokens", "taken_back", "EUR", -1_250, tax_units=-200, asset="A", credited_units=-5
            ),
        ]
    )
    (tokens,) = figures.tenders
    assert (tokens.payments, tokens.paid_units, tokens.refunds, tokens.tax_units) == (0, 0, 0, 0)
    assert figures.assets[0].credited_units == 0


@given(st.lists(lines(), max_size=12), st.lists(moves, max_size=12), st.integers(0, 10**9))
def test_nothing_is_lost_and_nothing_counted_twice(took, moved, counted):
    figures = added_up(took, moved, float_units=77, counted_units=counted)
    for currency in ("EUR", "USD"):
        net = sum(one.net_units for one in figures.tenders if one.currency == currency)
        cash = (
            sum(
                m.units if m.kind == "sale" else -m.units
                for m in moved
                if m.kind in ("sale", "refund")
            )
            if currency == "EUR"
            else 0
        )
        assert net == sum(line.units for line in took if line.currency == currency) + cash
    assert sum(one.credited_units for one in figures.assets) == sum(
        line.credited_units for line in took
    )
    assert sum(one.units for one in figures.tokens) == sum(
        line.token_units for line in took if line.token
    )
    assert figures.drawer.difference_units == counted - figures.drawer.expected_units


@given(st.lists(lines(), max_size=8), st.lists(moves, max_size=8), st.randoms())
def test_the_order_changes_nothing(took, moved, chance):
    shuffled = random.Random(chance.random())
    other_took, other_moved = list(took), list(moved)
    shuffled.shuffle(other_took), shuffled.shuffle(other_moved)
    assert added_up(took, moved) == added_up(other_took, other_moved)


def test_a_file_has_a_line_a_figure():
    money = {"amount": "1.00", "units": "100"}
    body = {
        "number": 7,
        "till": "Counter",
        "place": "",
        "opened_at": "2026-11-30T08:00:00Z",
        "closed_at": None,
        "currency": "EUR",
        "tenders": [
            {
                "tender": "cash",
                "currency": "EUR",
                "payments": 1,
                "refunds": 0,
                **dict.fromkeys(("paid", "refunded", "net", "tax", "tip"), money),
            }
        ],
        "assets": [{"asset": "USDC@1", "credited": money, "fee": money}],
        "tokens": [{"token": "WETH@1", "paid": money}],
        "voids": [{"currency": "EUR", "count": 2, "worth": money}],
        "drawer": {"float": money, "counted": None},
    }
    rows = list(report_rows(body))
    assert ["voids", "sales", "count: 2", "EUR", ""] in rows
    assert ["voids", "sales", "worth", "EUR", "1.00"] in rows
    old = {name: figure for name, figure in body.items() if name != "voids"}
    assert [row for row in rows if row[0] != "voids"] == list(report_rows(old))
    assert rows[0] == list(HEADING) and {len(row) for row in rows} == {len(HEADING)}
    assert ["shift", "number", "7", "", ""] in rows
    assert ["drawer", "cash", "float", "EUR", "1.00"] in rows
    assert not [row for row in rows if row[2] == "counted"]
