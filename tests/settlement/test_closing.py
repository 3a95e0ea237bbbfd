"""The way out for the money of shops that close or are suspended."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.events import relay
from gateway.settlement.closing import closing_step, payout_release_to
from gateway.settlement.errors import (
    NothingToPayOut,
    PayoutAddressMissing,
    PayoutTooLarge,
    ReleaseRefused,
)
from gateway.settlement.models import Payout
from gateway.shops.errors import AddressRefused, ShopNotActive
from gateway.shops.selectors import shop_view
from gateway.shops.services import shop_set_policy, shop_set_reserve, shop_set_status
from tests.settlement.asking import balance, request, status
from tests.settlement.conftest import USDC, WALLET, World

CENT = 10_000
ELSEWHERE = b"\x77" * 20


def be(world: World, wanted: str) -> None:
    shop_set_status(shop_id=world.shop_id, status=wanted, now=world.now)
    relay.drain(limit=1000)


def shop_status(world: World) -> str:
    return shop_view(shop_id=world.shop_id).status


def complete(world: World) -> None:
    for outgoing in world.queued():
        if outgoing.status == "queued":
            world.transaction_is(outgoing, "transaction.final", status="succeeded")
            outgoing.status = "cancelled"
            outgoing.save(update_fields=["status"])


def test_a_closing_shop_is_paid_when_its_reserve_is_over_and_then_closed(world: World) -> None:
    shop_set_reserve(shop_id=world.shop_id, bps=1_000, days=30, now=world.now, changed_by="desk")
    shop_set_policy(shop_id=world.shop_id, changes={"minimum_units": 10**9}, now=world.now)
    world.fund(100 * CENT)
    world.paid(50 * CENT)
    be(world, "closing")
    now = datetime.now(UTC)
    assert closing_step(shop_id=world.shop_id, now=now) == "reserve"
    over = now + timedelta(days=31)
    assert closing_step(shop_id=world.shop_id, now=over) == "paid"
    relay.drain(limit=1000)
    (payout,) = Payout.objects.filter(shop_id=world.shop_id)
    assert (payout.units, payout.trigger, payout.status) == (50 * CENT, "closing", "sending")
    assert closing_step(shop_id=world.shop_id, now=over) == "waits"
    complete(world)
    assert closing_step(shop_id=world.shop_id, now=over) == "closed"
    assert shop_status(world) == "closed"
    assert closing_step(shop_id=world.shop_id, now=over) == "not_closing"


def test_dust_stays_owed_and_keeps_no_shop_open(world: World) -> None:
    world.paid(CENT - 1)
    be(world, "closing")
    assert closing_step(shop_id=world.shop_id, now=world.now) == "closed"
    assert balance(world) == (CENT - 1, 0)
    assert not Payout.objects.filter(shop_id=world.shop_id).exists()


def test_a_shop_with_money_that_is_not_final_is_not_closed(world: World) -> None:
    deposit_id = world.credited(50 * CENT)
    relay.drain(limit=1000)
    be(world, "closing")
    assert closing_step(shop_id=world.shop_id, now=world.now) == "waits"
    world.final(deposit_id)
    relay.drain(limit=1000)
    assert closing_step(shop_id=world.shop_id, now=world.now) == "paid"


def test_a_closing_shop_without_an_address_waits_for_people(world: World) -> None:
    world.open_shop(payout_address=None)
    world.fund(100 * CENT)
    world.paid(50 * CENT)
    be(world, "closing")
    with pytest.raises(PayoutAddressMissing):
        closing_step(shop_id=world.shop_id, now=world.now)
    release(world)
    relay.drain(limit=1000)
    complete(world)
    assert closing_step(shop_id=world.shop_id, now=world.now) == "closed"


def test_a_share_that_cannot_be_converted_is_paid_as_it_is_at_the_end(world: World) -> None:
    split = [{"asset": USDC.code, "bps": 5_000}, {"asset": "EUR", "bps": 5_000}]
    shop_set_policy(shop_id=world.shop_id, changes={"split": split}, now=world.now)
    world.paid(50 * CENT)
    be(world, "closing")
    assert closing_step(shop_id=world.shop_id, now=world.now) == "paid"
    (payout,) = Payout.objects.filter(shop_id=world.shop_id)
    assert (payout.asset, payout.units) == (USDC.code, 50 * CENT)


def release(world: World, **changes) -> Payout:
    return payout_release_to(
        **{
            "shop_id": world.shop_id,
            "destination": ELSEWHERE,
            "reason": "court order 7; ada, bea",
            "idempotency_key": "decision-1",
            "now": world.now,
            **changes,
        }
    )


def test_a_suspended_shops_money_leaves_only_where_people_decided(world: World) -> None:
    world.fund(1_000)
    world.paid(100)
    be(world, "suspended")
    with pytest.raises(ShopNotActive):
        request(world)
    released = release(world, units=60)
    assert release(world, units=60).id == released.id
    assert (released.trigger, bytes(released.destination)) == ("release", ELSEWHERE)
    relay.drain(limit=1000)
    assert status(released) == "sending"
    assert balance(world) == (40, 60)
    with pytest.raises(PayoutTooLarge):
        release(world, units=41, idempotency_key="decision-2")
    with pytest.raises(ReleaseRefused):
        release(world, reason=" ", idempotency_key="decision-3")
    with pytest.raises(AddressRefused):
        release(world, destination=bytes(20), idempotency_key="decision-4")


def test_an_active_shops_money_is_released_to_nobody(world: World) -> None:
    world.paid(100)
    with pytest.raises(ReleaseRefused):
        release(world)
    be(world, "suspended")
    release(world)
    with pytest.raises(NothingToPayOut):
        release(world, idempotency_key="decision-2")


def test_what_was_not_sent_waits_while_a_shop_is_suspended(world: World) -> None:
    world.paid(100)
    payout = request(world)
    relay.drain(limit=1000)
    assert status(payout) == "awaiting_funds"
    be(world, "suspended")
    world.fund(1_000)
    payout.refresh_from_db()
    assert (payout.status, payout.waiting_reason) == ("awaiting_funds", "shop_suspended")
    assert world.queued() == []
    be(world, "active")
    assert status(payout) == "sending" and bytes(payout.destination) == WALLET


def test_what_waits_for_the_signer_is_taken_back_when_a_shop_is_suspended(world: World) -> None:
    world.fund(1_000)
    world.paid(100)
    payout = request(world)
    relay.drain(limit=1000)
    (outgoing,) = world.queued()
    world.transaction_is(outgoing, "transaction.awaiting_limit", status="queued")
    be(world, "suspended")
    payout.refresh_from_db()
    assert (payout.status, payout.failure_code) == ("cancelled", "shop_suspended")
    assert balance(world) == (100, 0)
