"""Asking for a payout: what is refused, what a key means, what a shop sees."""

import pytest

from gateway.events import relay
from gateway.events.ids import uuid7
from gateway.settlement.errors import (
    AssetNotPaidOut,
    PayoutAddressMissing,
    PayoutConflict,
    PayoutKeyUnreadable,
    PayoutNotCancellable,
    PayoutNotPositive,
    PayoutTooLarge,
    PayoutUnknown,
)
from gateway.settlement.models import Payout
from gateway.settlement.requesting import payout_cancel, payout_request
from gateway.settlement.selectors import payable_balances, payout_get, payouts_page
from gateway.shops.errors import ShopNotActive
from gateway.shops.selectors import shop_view
from gateway.shops.services import shop_set_status
from tests.settlement.asking import balance, request, status
from tests.settlement.conftest import World


def test_a_shop_without_an_address_is_told_so(world: World) -> None:
    world.open_shop(payout_address=None)
    world.paid(100)
    with pytest.raises(PayoutAddressMissing) as refused:
        request(world)
    assert refused.value.code == "payout_address_missing"
    assert balance(world) == (100, 0)


@pytest.mark.parametrize("units", [0, -5])
def test_nothing_or_less_is_refused(world: World, units: int) -> None:
    world.paid(100)
    with pytest.raises(PayoutNotPositive):
        request(world, units)


def test_an_absurd_amount_is_refused(world: World) -> None:
    world.paid(100)
    with pytest.raises(PayoutTooLarge):
        request(world, 10**40)


def test_a_suspended_shops_money_waits(world: World) -> None:
    world.paid(100)
    shop_set_status(shop_id=world.shop_id, status="suspended", now=world.now)
    with pytest.raises(ShopNotActive):
        request(world)


def test_an_asset_of_no_chain_is_refused(world: World) -> None:
    world.open_shop(settlement_asset="USDC@8453")
    with pytest.raises(AssetNotPaidOut):
        request(world)


def test_a_test_shop_is_never_paid_on_a_live_chain(world: World) -> None:
    from gateway.chains.models import Chain

    world.paid(100)
    Chain.objects.filter(id=31337).update(mode="live")
    with pytest.raises(AssetNotPaidOut):
        request(world)


def test_the_same_key_is_the_same_payout(world: World) -> None:
    world.paid(100)
    first, second = request(world, 60, "monday"), request(world, 60, "monday")
    assert first.id == second.id
    assert balance(world) == (40, 60)
    with pytest.raises(PayoutConflict):
        request(world, 61, "monday")
    everything = request(world, None, "tuesday")
    assert request(world, None, "tuesday").id == everything.id


@pytest.mark.parametrize("key", ["", "a\0b", "a\nb", "x" * 301])
def test_a_key_that_cannot_be_kept_is_refused(world: World, key: str) -> None:
    with pytest.raises(PayoutKeyUnreadable):
        payout_request(shop_id=world.shop_id, units=1, idempotency_key=key, now=world.now)
    assert not Payout.objects.exists()


def test_a_payout_can_be_cancelled_until_it_is_sent(world: World) -> None:
    world.paid(100)
    payout = request(world)
    relay.drain(limit=1000)
    assert status(payout) == "awaiting_funds"
    with pytest.raises(PayoutUnknown):
        payout_cancel(shop_id=uuid7(), payout_id=payout.id, now=world.now)
    for _ in range(2):
        payout_cancel(shop_id=world.shop_id, payout_id=payout.id, now=world.now)
    assert (status(payout), balance(world)) == ("cancelled", (100, 0))
    world.fund(1_000)
    assert world.queued() == []
    second = request(world)
    relay.drain(limit=1000)
    with pytest.raises(PayoutNotCancellable):
        payout_cancel(shop_id=world.shop_id, payout_id=second.id, now=world.now)


def test_a_shop_sees_its_own_payouts_alone(world: World) -> None:
    world.paid(100)
    mine = [request(world, 10) for _ in range(3)]
    page = payouts_page(shop_id=world.shop_id, size=2)
    assert [row.id for row in page.items] == [mine[2].id, mine[1].id]
    rest = payouts_page(shop_id=world.shop_id, cursor=page.next_cursor, size=2)
    assert ([row.id for row in rest.items], rest.next_cursor) == ([mine[0].id], None)
    with pytest.raises(PayoutUnknown):
        payout_get(shop_id=uuid7(), payout_id=mine[0].id)


def test_asking_for_a_payout_costs_a_fixed_number_of_queries(
    world: World, django_assert_max_num_queries
) -> None:
    world.paid(100)
    with django_assert_max_num_queries(21):
        request(world, 10)
    shop = shop_view(shop_id=world.shop_id)
    with django_assert_max_num_queries(4):
        payable_balances(shop=shop)
