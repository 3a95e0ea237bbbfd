"""What people do to an invoice: void, renew, mark."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.compliance.holds import hold_release
from gateway.compliance.models import ListSource
from gateway.invoices import services
from gateway.invoices.changing import marks_open
from gateway.invoices.errors import (
    BadLock,
    BadMark,
    InvoiceCovered,
    InvoiceNotFound,
    InvoiceNotOpen,
    ScreeningUnavailable,
)
from gateway.invoices.models import Claim, Invoice
from gateway.invoices.quotebook import promise_of, quote_for
from gateway.invoices.selectors import (
    invoice_get,
)
from tests.chain_rows import (
    DEV_CHAIN,
    WETH,
    set_head,
)
from tests.invoices.books import available, refunds, state, told
from tests.invoices.conftest import LISTED, World, later_market


def test_money_after_voiding_goes_to_a_claim_and_never_to_the_sale(world: World) -> None:
    invoice = world.issue()
    services.invoice_void(shop_id=world.shop_id, invoice_id=invoice.id, now=world.now)
    deposit = world.confirmed(invoice)
    assert state(invoice) == ("cancelled", set(), "no")
    assert (available(world), refunds()) == (0, deposit.units)
    assert Claim.objects.get().reason == "cancelled"
    assert told(invoice) == ["cancelled", "payment_seen"]


def test_a_covered_invoice_cannot_be_voided(world: World) -> None:
    invoice = world.issue()
    world.pay(invoice)
    with pytest.raises(InvoiceCovered):
        services.invoice_void(shop_id=world.shop_id, invoice_id=invoice.id, now=world.now)


def test_a_sale_whose_money_is_held_can_be_called_off_and_the_money_is_its_payers(
    world: World,
) -> None:
    """The till says to offer another way to pay: the customer can't wait for people to decide."""
    invoice = world.issue()
    deposit = world.confirmed(invoice, sender=LISTED)
    assert state(invoice) == ("processing", {"held"}, "no")
    services.invoice_void(shop_id=world.shop_id, invoice_id=invoice.id, now=world.now)
    assert state(invoice) == ("cancelled", {"held"}, "no")
    world.decide(deposit, hold_release)
    assert state(invoice)[0] == "cancelled"
    assert (available(world), refunds()) == (0, deposit.units)
    assert Claim.objects.get().reason == "cancelled"


def test_held_money_beside_money_that_covers_calls_no_sale_off(world: World) -> None:
    invoice = world.issue()
    world.confirmed(invoice, sender=LISTED)
    world.pay(invoice)
    with pytest.raises(InvoiceCovered):
        services.invoice_void(shop_id=world.shop_id, invoice_id=invoice.id, now=world.now)


def test_voiding_twice_is_voiding_once(world: World) -> None:
    invoice = world.issue()
    for _ in range(2):
        services.invoice_void(shop_id=world.shop_id, invoice_id=invoice.id, now=world.now)
    assert told(invoice) == ["cancelled"]


def test_another_shops_invoice_is_as_unknown_as_none(world: World) -> None:
    invoice = world.issue()
    stranger = bytes(16)
    from uuid import UUID

    with pytest.raises(InvoiceNotFound):
        services.invoice_void(shop_id=UUID(bytes=stranger), invoice_id=invoice.id, now=world.now)
    with pytest.raises(InvoiceNotFound):
        invoice_get(shop_id=UUID(bytes=stranger), invoice_id=invoice.id)


def test_new_quotes_end_the_old_ones(world: World, clock: Any) -> None:
    invoice = world.issue()
    clock.advance(minutes=10)
    world.publish(later_market(600))
    renewed = services.invoice_requote(invoice_id=invoice.id, now=world.now)
    assert renewed.lock_end == world.now + timedelta(seconds=900)
    assert bytes(renewed.address) == bytes(invoice.address)
    assert told(invoice) == ["requoted"]
    # Mined after the old lock's end, before the new one's: owed the new quotes.
    clock.advance(minutes=10)
    world.confirmed(renewed, asset=WETH)
    assert state(invoice)[:2] == ("paid", set())
    latest = world.again(invoice).promises.latest
    quote = quote_for(latest, WETH)
    assert quote is not None
    assert available(world) == promise_of(quote).credit_units


def test_an_expired_invoice_can_be_renewed(world: World, clock: Any) -> None:
    invoice = world.issue()
    clock.now = invoice.lock_end + timedelta(minutes=5)
    set_head(DEV_CHAIN, at=world.now)
    services.invoice_expire_due(now=world.now)
    world.publish(later_market(20 * 60))
    services.invoice_requote(invoice_id=invoice.id, now=world.now)
    assert state(invoice)[0] == "waiting"
    world.confirmed(world.again(invoice))
    assert state(invoice)[:2] == ("paid", set())


def test_a_paid_or_voided_invoice_cannot_be_renewed(world: World) -> None:
    invoice = world.issue()
    world.confirmed(invoice)
    with pytest.raises(InvoiceCovered):
        services.invoice_requote(invoice_id=invoice.id, now=world.now)
    other = world.issue()
    services.invoice_void(shop_id=world.shop_id, invoice_id=other.id, now=world.now)
    with pytest.raises(InvoiceNotOpen):
        services.invoice_requote(invoice_id=other.id, now=world.now)


def test_marking_posts_nothing_and_can_be_taken_back(world: World) -> None:
    invoice = world.issue()
    mark = {"shop_id": world.shop_id, "invoice_id": invoice.id, "by": "ada", "now": world.now}
    services.invoice_mark(status="settled", **mark)
    assert state(invoice) == ("paid", {"marked"}, "yes")
    assert available(world) == 0
    services.invoice_mark(status="invalid", **mark)
    assert state(invoice) == ("invalid", {"marked"}, "no")
    assert told(invoice) == ["marked", "marked"]
    with pytest.raises(BadMark):
        services.invoice_mark(status="paid", **mark)


@pytest.mark.parametrize("units", [None, 1_000_000])
def test_what_money_paid_is_never_invalid_though_somebody_marked_it_settled(
    world: World, units: int | None
) -> None:
    invoice = world.issue()
    mark = {"shop_id": world.shop_id, "invoice_id": invoice.id, "by": "ada", "now": world.now}
    services.invoice_mark(status="settled", **mark)
    world.confirmed(invoice, units=units)
    with pytest.raises(InvoiceNotOpen):
        services.invoice_mark(status="invalid", **mark)
    assert state(invoice)[0] == "paid"
    part = world.issue()
    world.confirmed(part, units=1_000_000)
    assert marks_open(world.again(part)) == ("settled",)
    assert marks_open(Invoice(status="paid", mark="settled", card="paid")) == ("settled",)


def test_a_stale_screening_list_stops_new_quotes_of_an_old_invoice_too(world: World) -> None:
    invoice = world.issue()
    before = world.again(invoice).book
    ListSource.objects.update(checked_at=world.now - timedelta(hours=24, seconds=1))
    with pytest.raises(ScreeningUnavailable):
        services.invoice_requote(invoice_id=invoice.id, now=world.now)
    assert world.again(invoice).book == before


@pytest.mark.parametrize("seconds", [0, -1, 29, 3_601, 10**30])
def test_new_quotes_are_locked_for_no_longer_than_the_first_ones(
    world: World, seconds: int
) -> None:
    invoice = world.issue()
    with pytest.raises(BadLock):
        services.invoice_requote(invoice_id=invoice.id, now=world.now, lock_seconds=seconds)
