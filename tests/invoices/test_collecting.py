"""Which deposits are asked to be collected: each decided one, once; held and blocked ones never."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gateway.compliance import services as compliance
from gateway.invoices import services
from gateway.invoices.models import Claim
from gateway.market.execution.models import FillRequest
from gateway.shops.services import shop_set_terms
from tests.chain_rows import DEV_CHAIN, USDC, WETH, set_head
from tests.invoices.conftest import LISTED, World


def asked() -> list[tuple[bool, int, str]]:
    return [
        (row.is_bought, row.units, row.status) for row in FillRequest.objects.order_by("created_at")
    ]


def late(world: World, clock: Any) -> None:
    shop_set_terms(shop_id=world.shop_id, changes={"late_policy": "refund"}, now=world.now)
    invoice = world.issue()
    clock.now = invoice.lock_end + timedelta(minutes=5)
    set_head(DEV_CHAIN, at=world.now)
    services.invoice_expire_due(now=world.now)
    world.confirmed(invoice, asset=WETH)


def cancelled(world: World, clock: Any) -> None:
    invoice = world.issue()
    services.invoice_void(invoice_id=invoice.id, shop_id=world.shop_id, now=world.now)
    world.confirmed(invoice, asset=WETH)


def wrong_asset(world: World, clock: Any) -> None:
    shop_set_terms(shop_id=world.shop_id, changes={"accepted_assets": [USDC]}, now=world.now)
    world.confirmed(world.issue(), asset=WETH, units=10**15)


def returned(world: World, clock: Any) -> None:
    deposit = world.confirmed(world.issue(), asset=WETH, sender=LISTED)
    world.decide(deposit, compliance.hold_return)


def released_after_voiding(world: World, clock: Any) -> None:
    invoice = world.issue()
    services.invoice_void(invoice_id=invoice.id, shop_id=world.shop_id, now=world.now)
    deposit = world.confirmed(invoice, asset=WETH, sender=LISTED)
    world.decide(deposit, compliance.hold_release)


@pytest.mark.parametrize(
    "happens", [late, cancelled, wrong_asset, returned, released_after_voiding]
)
def test_a_deposit_that_became_only_a_claim_is_asked_for_once(
    world: World, clock: Any, happens: Callable[[World, Any], None]
) -> None:
    happens(world, clock)
    claim = Claim.objects.get()
    assert asked() == [(False, claim.units, "pending")]
    assert FillRequest.objects.get().deposit_id == claim.deposit_id
    services.invoice_apply_deposit(deposit_id=claim.deposit_id, now=world.now)
    assert len(asked()) == 1


def test_a_second_payment_that_no_lock_covers_is_asked_for_apart(world: World) -> None:
    invoice = world.issue()
    world.confirmed(invoice, units=world.quote(invoice).units * 101 // 100)
    extra = world.confirmed(invoice)
    assert [(bought, units) for bought, units, _ in asked()][1] == (False, extra.units)


def test_a_credit_with_a_surplus_is_asked_for_once(world: World) -> None:
    invoice = world.issue()
    world.confirmed(invoice, units=world.quote(invoice).units * 2)
    assert Claim.objects.get().reason == "surplus"
    assert [bought for bought, _, _ in asked()] == [True]


def test_held_and_blocked_money_is_not_asked_for(world: World) -> None:
    deposit = world.confirmed(world.issue(), sender=LISTED)
    assert asked() == []
    world.decide(deposit, compliance.hold_block)
    services.invoice_apply_deposit(deposit_id=deposit.id, now=world.now)
    assert asked() == []


def test_a_claim_that_a_reorg_took_is_asked_for_no_more(world: World) -> None:
    shop_set_terms(shop_id=world.shop_id, changes={"accepted_assets": [USDC]}, now=world.now)
    invoice = world.issue()
    deposit = world.confirmed(invoice, asset=WETH, units=10**15)
    world.hear(deposit, "orphaned")
    assert asked() == [(False, 10**15, "withdrawn")]
    world.confirmed(invoice, asset=WETH, units=10**15, remined_from_id=deposit.id)
    assert [status for _, _, status in asked()] == ["withdrawn", "pending"]
