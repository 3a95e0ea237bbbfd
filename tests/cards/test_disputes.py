"""Disputes: booked by their money, once, in whatever order they are heard of."""

from typing import Any

import pytest

from gateway.cards.models import CardDispute
from gateway.events.models import Event
from gateway.settlement.models import Shortfall
from gateway.settlement.selectors import payable_balances
from tests.cards.kit import STRIPE_FEE, Desk
from tests.stripe_fake import disputes

COST = disputes.FEE


def _told() -> list[str]:
    rows = Event.objects.filter(type__startswith="card.dispute").order_by("occurred_at", "id")
    return list(rows.values_list("type", flat=True))


def _open(desk: Desk, invoice: Any, **how: Any) -> str:
    found = disputes.opens(desk.place.fake.state, desk.tender(invoice).remote_intent, **how)
    return str(found["id"])


def test_a_lost_dispute_comes_out_of_the_shops_balance(desk: Desk) -> None:
    invoice = desk.paid()
    desk.settles(invoice)
    id = _open(desk, invoice)
    desk.place.deliver()
    desk.carry(seconds=1)
    fee = 1_250 * desk.world.view.terms.fee_bps // 10_000
    after = {
        "shop": -fee,
        "fees": fee,
        "receivable": 0,
        "bank": -STRIPE_FEE - COST,
        "ramp_fees": STRIPE_FEE + COST,
    }
    assert desk.books() == after
    disputes.answered(desk.place.fake.state, id)
    disputes.is_lost(desk.place.fake.state, id)
    desk.place.deliver(times=2, seed=1)
    desk.carry(seconds=1)
    assert desk.books() == after
    assert _told() == ["card.disputed", "card.dispute_lost"]


def test_a_won_dispute_gives_it_back(desk: Desk) -> None:
    invoice = desk.paid()
    desk.settles(invoice)
    before = desk.books()
    id = _open(desk, invoice)
    desk.carry(seconds=90_000)
    disputes.is_won(desk.place.fake.state, id)
    desk.carry(seconds=90_000)
    after = desk.books()
    assert after["shop"] == before["shop"]
    assert after["bank"] == before["bank"] - COST
    assert after["ramp_fees"] == before["ramp_fees"] + COST
    assert _told() == ["card.disputed", "card.dispute_won"]


def test_one_that_was_opened_and_won_before_we_looked_is_booked_both_ways(desk: Desk) -> None:
    invoice = desk.paid()
    desk.settles(invoice)
    before = desk.books()
    disputes.is_won(desk.place.fake.state, _open(desk, invoice))
    desk.place.deliver(times=2, seed=7)
    desk.carry(seconds=1)
    assert desk.books()["shop"] == before["shop"]
    assert _told() == ["card.disputed", "card.dispute_won"]


def test_a_bank_that_only_asks_takes_nothing(desk: Desk) -> None:
    invoice = desk.paid()
    before = desk.books()
    _open(desk, invoice, asks=True)
    desk.place.deliver()
    desk.carry(seconds=1)
    assert desk.books() == before
    assert (_told(), CardDispute.objects.get().units) == ([], 0)


def test_a_dispute_before_the_money_came_leaves_nothing_to_pay_out(desk: Desk) -> None:
    invoice, other = desk.paid(), desk.paid(2_000)
    _open(desk, invoice)
    desk.place.deliver()
    desk.carry(seconds=1)
    assert desk.tender(invoice).unsettled_units == 0
    assert payable_balances(shop=desk.world.view)["EUR"].units == 0
    desk.settles(invoice)
    desk.settles(other)
    balance = payable_balances(shop=desk.world.view)["EUR"]
    assert balance.units == balance.available == desk.shop
    assert desk.books()["receivable"] == 0


def test_a_part_may_be_disputed_and_the_shop_may_bear_the_fee(desk: Desk, settings: Any) -> None:
    settings.RAMPS = [{**settings.RAMPS[0], "dispute_fee_bearer": "shop"}]
    invoice = desk.paid()
    desk.settles(invoice)
    before = desk.shop
    _open(desk, invoice, amount=500)
    desk.place.deliver()
    desk.carry(seconds=1)
    assert desk.shop == before - 500 - COST


def test_what_a_dispute_leaves_a_shop_short_of_is_netted_against_its_next_cards(
    desk: Desk,
) -> None:
    invoice = desk.paid()
    desk.settles(invoice)
    _open(desk, invoice)
    desk.place.deliver()
    desk.carry(seconds=1)
    short = -desk.shop
    row = Shortfall.objects.get()
    assert (row.asset, row.open_units, row.status) == ("EUR", short, "open")
    desk.paid(2_000)
    row.refresh_from_db()
    assert (row.status, row.netted_units) == ("netted", short)


@pytest.mark.parametrize("seed", range(3))
def test_events_in_any_order_book_the_same(seed: int, desk: Desk) -> None:
    invoice = desk.paid()
    desk.settles(invoice)
    desk.place.fake.webhooks.waiting.clear()
    id = _open(desk, invoice)
    disputes.answered(desk.place.fake.state, id)
    disputes.is_won(desk.place.fake.state, id)
    for _ in range(3):
        desk.place.deliver(times=2, seed=seed)
        desk.carry(seconds=1)
    assert desk.books()["ramp_fees"] == STRIPE_FEE + COST
    assert CardDispute.objects.get().outcome == "won"
