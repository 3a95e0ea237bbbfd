"""What screening and what people decide about a hold do to an invoice."""

from typing import Any

import pytest

from gateway.chains.models import Chain
from gateway.compliance import services as compliance
from gateway.compliance.models import Hold, ListSource
from gateway.events.models import Event
from gateway.invoices.models import Payment
from gateway.invoices.owing import HOLD_HONOUR_SECONDS
from gateway.ledger import accounts
from tests.chain_rows import (
    SHOPPER,
    WETH,
    make_chain,
)
from tests.invoices.books import S, W, available, owed, promised, refunds, state, suspense, told
from tests.invoices.conftest import LISTED, World


def test_goods_that_go_on_sight_wait_for_the_verdict_and_the_till_hears_it(world: World) -> None:
    ListSource.objects.update(enabled=False)
    invoice = world.issue()
    world.pay(invoice)
    assert state(invoice) == ("processing", set(), "wait")
    compliance.list_load(
        lines=[f"0x{LISTED.hex()}"], source="fresh", loaded_by="test", now=world.now
    )
    world.drain()
    assert state(invoice) == ("processing", set(), "yes")
    assert told(invoice)[-1] == "release_changed"


def test_a_listed_payers_money_is_held_and_the_goods_stay(world: World) -> None:
    invoice = world.issue()
    deposit = world.confirmed(invoice, sender=LISTED)
    assert state(invoice) == ("processing", {"held"}, "no")
    assert available(world) == 0
    assert owed(accounts.held(deposit.id), S) == deposit.units
    assert "held" in told(invoice)
    for event in Event.objects.filter(subject=f"invoice:{invoice.id}"):
        assert "LAZARUS" not in str(event.body)
        assert "match" not in str(event.body)


def test_without_a_list_nothing_is_credited_until_one_is_loaded(world: World) -> None:
    ListSource.objects.update(version=None, number=0)
    invoice = world.issue()
    world.confirmed(invoice)
    assert state(invoice) == ("processing", set(), "wait")
    assert available(world) == 0
    assert suspense() == world.quote(invoice).units
    ListSource.objects.all().update(enabled=False)
    compliance.list_load(
        lines=[f"0x{LISTED.hex()}"], source="fresh", loaded_by="test", now=world.now
    )
    world.drain()
    assert state(invoice) == ("paid", set(), "yes")
    assert available(world) == promised(world, invoice)


def test_who_is_listed_before_the_payment_confirms_is_not_credited(world: World) -> None:
    invoice = world.issue()
    deposit = world.pay(invoice, sender=SHOPPER)
    world.load_list(LISTED, SHOPPER)
    world.hear(deposit, "confirmed")
    assert state(invoice) == ("processing", {"held"}, "no")
    assert available(world) == 0


def test_a_released_hold_is_credited_at_the_lock(world: World) -> None:
    invoice = world.issue()
    deposit = world.confirmed(invoice, asset=WETH, sender=LISTED)
    # Handlers go by our own clock, which is days on; the hold was decided within the day.
    world.decide(deposit, compliance.hold_release)
    assert state(invoice)[:2] == ("paid", set())
    payment = Payment.objects.get(deposit_id=deposit.id)
    assert payment.kind == "released"
    assert available(world) == payment.credited_units == promised(world, invoice, WETH)
    assert owed(accounts.held(deposit.id), W) == 0


def test_a_hold_released_after_the_day_is_credited_at_the_rate_of_its_day(world: World) -> None:
    invoice = world.issue()
    deposit = world.confirmed(invoice, asset=WETH, sender=LISTED)
    world.clock.advance(seconds=HOLD_HONOUR_SECONDS + 1)
    # Nothing has a fresh price when the handlers run: the lock's own rate would need none.
    world.decide(deposit, compliance.hold_release)
    assert not Payment.objects.filter(deposit_id=deposit.id).exists()
    assert owed(accounts.held(deposit.id), W) == 0
    assert refunds(W) == deposit.units


def test_a_returned_hold_is_owed_to_its_payer(world: World) -> None:
    invoice = world.issue()
    deposit = world.confirmed(invoice, sender=LISTED)
    world.decide(deposit, compliance.hold_return)
    assert state(invoice)[:2] == ("waiting", set())
    assert (available(world), refunds()) == (0, deposit.units)
    assert owed(accounts.held(deposit.id), S) == 0
    assert "returned" in told(invoice)


def test_a_blocked_payment_is_kept_and_looks_like_a_hold(world: World) -> None:
    invoice = world.issue()
    deposit = world.confirmed(invoice, sender=LISTED)
    before = told(invoice)
    world.decide(deposit, compliance.hold_block)
    assert owed(accounts.blocked(), S) == deposit.units
    assert refunds() == 0
    assert state(invoice)[1] == {"held"}
    assert [kind for kind in told(invoice) if kind not in before] == []


def test_a_hold_undone_by_a_reorg_leaves_no_trace_in_the_books(world: World) -> None:
    invoice = world.issue()
    deposit = world.confirmed(invoice, sender=LISTED)
    world.hear(deposit, "orphaned")
    assert owed(accounts.held(deposit.id), S) == 0
    assert suspense() == 0


def test_test_money_never_meets_a_live_invoice(world: World) -> None:
    make_chain(chain_id=8453, mode="live", now=world.now)
    invoice = world.issue()
    world.confirmed(invoice, asset="USDC@8453", units=world.quote(invoice).units)
    assert state(invoice) == ("waiting", set(), "wait")
    assert not Payment.objects.exists()
    assert Chain.objects.get(id=8453).mode == "live"


def test_a_listed_speck_before_the_honest_payment_blocks_no_sale(world: World) -> None:
    invoice = world.issue()
    world.confirmed(invoice, units=1, sender=LISTED)
    assert state(invoice) == ("partial", {"held", "underpaid"}, "wait")
    world.confirmed(invoice)
    assert state(invoice) == ("paid", {"held"}, "yes")


@pytest.mark.parametrize("decision", ["hold_release", "hold_return", "hold_block"])
def test_a_listed_speck_after_the_honest_payment_takes_no_goods_back(
    world: World, decision: str
) -> None:
    invoice = world.issue()
    world.confirmed(invoice)
    speck = world.confirmed(invoice, units=1, sender=LISTED)
    assert state(invoice) == ("paid", {"held"}, "yes")
    world.decide(speck, getattr(compliance, decision))
    assert (state(invoice)[0], state(invoice)[2]) == ("paid", "yes")


def test_an_honest_payment_that_a_reorg_took_back_keeps_the_goods_beside_a_held_speck(
    world: World,
) -> None:
    invoice = world.issue()
    honest = world.confirmed(invoice)
    world.confirmed(invoice, units=1, sender=LISTED)
    world.hear(honest, "orphaned")
    assert state(invoice)[1:] == ({"held", "reverted", "underpaid"}, "no")
    world.confirmed(invoice, remined_from_id=honest.id)
    assert state(invoice) == ("paid", {"held"}, "yes")


def test_goods_stay_while_the_held_half_of_the_money_is_looked_at(world: World) -> None:
    invoice = world.issue()
    half = world.quote(invoice).units // 2
    world.confirmed(invoice, units=half)
    other = world.confirmed(invoice, units=world.quote(invoice).units - half, sender=LISTED)
    assert state(invoice) == ("processing", {"held"}, "no")
    world.decide(other, compliance.hold_release)
    assert state(invoice) == ("paid", set(), "yes")


@pytest.mark.parametrize(
    "propose", [compliance.hold_release, compliance.hold_return, compliance.hold_block]
)
def test_what_was_decided_stands_when_a_reorg_has_it_mined_again(
    world: World, propose: Any
) -> None:
    invoice = world.issue()
    first = world.confirmed(invoice, sender=LISTED)
    world.decide(first, propose)
    before, alerts = state(invoice), Event.objects.filter(type="alert.raised").count()
    world.hear(first, "orphaned")
    again = world.confirmed(invoice, sender=LISTED, remined_from_id=first.id)
    assert state(invoice) == before
    assert Event.objects.filter(type="hold.opened").count() == 1
    assert Event.objects.filter(type="alert.raised").count() == alerts
    hold = Hold.objects.get(deposit_id=again.id)
    assert (hold.proposed_by, hold.approved_by, hold.reason) == ("ada", "bea", "looked at")
    world.hear(again, "final")
    assert state(invoice) == before


def test_mined_again_it_is_held_anew_if_more_is_known_of_its_payer(world: World) -> None:
    invoice = world.issue()
    first = world.confirmed(invoice, sender=LISTED)
    world.decide(first, compliance.hold_release)
    world.hear(first, "orphaned")
    compliance.list_load(
        lines=[f"0x{LISTED.hex()}"], source="another", loaded_by="test", now=world.now
    )
    world.confirmed(invoice, sender=LISTED, remined_from_id=first.id)
    assert state(invoice) == ("processing", {"held"}, "no")


def test_mined_again_it_is_held_while_one_person_alone_has_spoken(world: World) -> None:
    invoice = world.issue()
    first = world.confirmed(invoice, sender=LISTED)
    compliance.hold_release(deposit_id=first.id, by="ada", reason="namesake", now=world.now)
    world.hear(first, "orphaned")
    world.confirmed(invoice, sender=LISTED, remined_from_id=first.id)
    assert state(invoice) == ("processing", {"held"}, "no")
