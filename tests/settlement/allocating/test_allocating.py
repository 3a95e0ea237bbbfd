"""Payouts list their invoices and invoices their payouts, to the unit, whatever happens."""

from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.events import relay
from gateway.events.ids import uuid7
from gateway.ledger.refunds import post_refund_lapsed, post_refund_made
from gateway.ledger.selectors import shop_balance
from gateway.money.amounts import Amount
from gateway.settlement.allocating.models import CreditTotal, CreditUse, ShopCredit
from gateway.settlement.allocating.selectors import (
    invoices_of_payout,
    invoices_of_payout_streamed,
    payouts_of_invoices,
    uncovered_units,
)
from gateway.settlement.allocating.services import payout_allocate
from gateway.settlement.models import Payout
from gateway.settlement.requesting import payout_cancel
from tests.settlement.asking import request
from tests.settlement.conftest import USDC, World

pytestmark = pytest.mark.django_db


def parts(payout: Payout) -> list[tuple[UUID, int]]:
    return [(row.deposit_id, row.units) for row in invoices_of_payout_streamed(payout_id=payout.id)]


def check(world: World) -> None:
    """Every sum is exact: payouts, credits, totals, and what the balance still has."""
    uses = CreditUse.objects.filter(shop_id=world.shop_id)
    for payout in Payout.objects.filter(shop_id=world.shop_id):
        taken = uses.filter(payout_id=payout.id).aggregate(units=Sum("units"))["units"] or 0
        assert taken == (0 if payout.status in ("cancelled", "failed") else payout.taken_units)
    for credit in ShopCredit.objects.filter(shop_id=world.shop_id):
        taken = uses.filter(deposit_id=credit.deposit_id).aggregate(units=Sum("units"))["units"]
        assert credit.taken_units == (taken or 0)
    total = CreditTotal.objects.filter(shop_id=world.shop_id).first()
    if total is not None:
        for column, is_other in ((total.payout_units, False), (total.other_units, True)):
            there = uses.filter(payout_id__isnull=is_other).aggregate(units=Sum("units"))["units"]
            assert column == (there or 0)


def open_units(world: World) -> int:
    rows = ShopCredit.objects.filter(shop_id=world.shop_id)
    return sum(int(row.units - row.taken_units) for row in rows)


def test_the_oldest_credits_go_first_and_both_ways_say_the_same(world: World) -> None:
    world.fund(10**9)
    first, second, third = (world.paid(units) for units in (300, 500, 700))
    one = request(world, units=400)
    two = request(world, units=600)
    assert parts(one) == [(first, 300), (second, 100)]
    assert parts(two) == [(second, 400), (third, 200)]
    invoice_id = ShopCredit.objects.get(deposit_id=second).invoice_id
    assert invoice_id is not None
    into = payouts_of_invoices(invoice_ids=[invoice_id])[invoice_id]
    assert {(each.payout_id, each.units) for each in into} == {(one.id, 100), (two.id, 400)}
    check(world)
    assert open_units(world) == 500


def test_a_payout_that_is_taken_back_frees_its_credits(world: World) -> None:
    first, _ = world.paid(300), world.paid(500)
    one = request(world, units=400)
    payout_cancel(shop_id=world.shop_id, payout_id=one.id, now=world.now)
    relay.drain(limit=1000)
    assert parts(one) == []
    two = request(world, units=100)
    assert parts(two) == [(first, 100)]
    check(world)


def test_a_refund_takes_from_the_oldest_too_and_gives_it_back_when_it_lapses(world: World) -> None:
    first, second = world.paid(300), world.paid(500)
    refund_id = uuid7()
    post_refund_made(
        refund_id=refund_id, shop_id=world.shop_id, taken=Amount(250, USDC), now=world.now
    )
    one = request(world, units=100)
    assert parts(one) == [(first, 50), (second, 50)]
    check(world)
    post_refund_lapsed(refund_id=refund_id, now=world.now)
    two = request(world, units=300)
    assert parts(two) == [(first, 250), (second, 50)]
    check(world)


def test_a_payment_that_a_reorg_took_back_is_replaced_by_the_next_ones(world: World) -> None:
    first = world.paid(300)
    one = request(world, units=200)
    world.reversed(first, 300)
    relay.drain(limit=1000)
    check(world)
    if Payout.objects.get(id=one.id).status == "cancelled":
        assert parts(one) == []
    else:
        assert uncovered_units(payout_id=one.id) == 200
    second = world.paid(1_000)
    check(world)
    left = [deposit_id for deposit_id, _ in parts(one)]
    assert first not in left
    assert set(left) <= {second}


def test_money_that_no_payment_brought_is_said_to_be_so(world: World) -> None:
    """An at-risk payout whose credit is not heard of yet: it gets its payment when it is."""
    deposit_id = world.credited(500)  # its event waits
    payout_id = uuid7()
    payout_allocate(payout_id=payout_id, shop_id=world.shop_id, asset=USDC.code, units=200)
    assert uncovered_units(payout_id=payout_id) == 200
    relay.drain(limit=1000)
    # nothing was posted for it here, so that it stays beyond what deposits brought
    assert ShopCredit.objects.get(deposit_id=deposit_id).units == 500


def test_ten_thousand_invoices_are_one_statement(world: World) -> None:
    count = 10_000
    ShopCredit.objects.bulk_create(
        (
            ShopCredit(
                deposit_id=uuid7(),
                shop_id=world.shop_id,
                asset=USDC.code,
                invoice_id=uuid7(),
                units=100,
                credited_at=world.now,
            )
            for _ in range(count)
        ),
        batch_size=5_000,
    )
    payout_id = uuid7()
    with CaptureQueriesContext(connection) as captured:
        payout_allocate(
            payout_id=payout_id, shop_id=world.shop_id, asset=USDC.code, units=100 * count
        )
    sql = [each for each in captured if not each["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(sql) <= 5
    assert CreditUse.objects.filter(payout_id=payout_id).count() == count
    page = invoices_of_payout(payout_id=payout_id)
    again = invoices_of_payout(payout_id=payout_id, cursor=page.next_cursor)
    assert not {row.use_id for row in page.items} & {row.use_id for row in again.items}
    whole = list(invoices_of_payout_streamed(payout_id=payout_id))
    assert (len(whole), sum(row.units for row in whole)) == (count, 100 * count)


steps = st.lists(
    st.tuples(
        st.sampled_from(["paid", "reversed", "payout", "cancel", "refund", "lapse"]),
        st.integers(1, 1_000),
    ),
    min_size=1,
    max_size=14,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=steps)
def test_sums_are_exact_whatever_happens(world: World, steps: list[tuple[str, int]]) -> None:
    world.open_shop()
    deposits: dict[UUID, int] = {}
    refunds: list[UUID] = []
    for step, number in steps:
        available = shop_balance(shop_id=world.shop_id, asset=USDC.code).available
        match step:
            case "paid":
                deposits[world.paid(number)] = number
            case "reversed" if deposits:
                deposit_id = sorted(deposits)[number % len(deposits)]
                world.reversed(deposit_id, deposits.pop(deposit_id))
            case "payout" if available > 0:
                request(world, units=1 + number % available)
            case "cancel":
                for payout in Payout.objects.filter(
                    shop_id=world.shop_id, status__in=("approved", "awaiting_funds")
                )[:1]:
                    payout_cancel(shop_id=world.shop_id, payout_id=payout.id, now=world.now)
            case "refund" if available > 0:
                refunds.append(uuid7())
                post_refund_made(
                    refund_id=refunds[-1],
                    shop_id=world.shop_id,
                    taken=Amount(1 + number % available, USDC),
                    now=world.now,
                )
            case "lapse" if refunds:
                post_refund_lapsed(refund_id=refunds.pop(), now=world.now)
            case _:
                continue
        relay.drain(limit=1000)
        check(world)
        uncovered = CreditUse.objects.filter(shop_id=world.shop_id, deposit_id=None)
        assert not (open_units(world) and uncovered.exists()), "a debt beside an open credit"
