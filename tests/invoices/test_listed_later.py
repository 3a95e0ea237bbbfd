"""A payer is listed after he paid: what is not credited is held, what is credited stays here."""

import threading
from typing import Any

import pytest
from django.db import connection

from gateway.chains.models import Deposit
from gateway.compliance import services as compliance
from gateway.compliance.alerts.models import Alert
from gateway.compliance.errors import MoneyBooked
from gateway.compliance.selectors import verdict_history
from gateway.events.models import Event
from gateway.invoices import applying
from gateway.invoices.models import Invoice, Payment
from gateway.ledger.models import Entry
from gateway.settlement.errors import NothingToPayOut
from gateway.settlement.models import Payout, Withheld
from gateway.settlement.outcomes import payout_undone
from gateway.settlement.requesting import payout_cancel, payout_request
from gateway.settlement.selectors import payable_balances
from gateway.settlement.sending import payout_send
from gateway.treasury.services import float_fund
from tests.chain_rows import OTHER_SHOPPER, SHOPPER, USDC
from tests.invoices.books import available, promised, state, told
from tests.invoices.conftest import LISTED, World


def final(world: World, invoice: Invoice, **facts: Any) -> Deposit:
    """A payment that is credited and can't be undone."""
    deposit = world.confirmed(invoice, **facts)
    world.hear(deposit, "final")
    return deposit


def listing(world: World, *addresses: bytes) -> None:
    """These are listed from now on, and it has reached everybody."""
    world.load_list(LISTED, *addresses)
    world.drain()


def payable(world: World) -> int:
    return payable_balances(shop=world.view)[USDC].units


def pay_out(world: World, key: str, units: int | None = None) -> Payout:
    payout = payout_request(shop_id=world.shop_id, units=units, idempotency_key=key, now=world.now)
    world.drain()
    return Payout.objects.get(id=payout.id)


def fund(world: World, units: int) -> None:
    float_fund(asset=USDC, units=units, reference=f"test {units}", now=world.now)
    world.drain()


def decide(world: World, deposit: Deposit, propose: Any) -> None:
    propose(deposit_id=deposit.id, by="ada", reason="looked at", now=world.now)
    compliance.hold_approve(deposit_id=deposit.id, by="bea", now=world.now)
    world.drain()


def case(deposit: Deposit) -> dict[str, Any]:
    """What the officers are told of a credit whose payer was listed later."""
    return Alert.objects.get(kind="listed_after_credit", about=f"deposit:{deposit.id}").facts


def test_seen_money_of_a_payer_listed_meanwhile_is_held_before_it_confirms(world: World) -> None:
    invoice = world.issue()
    deposit = world.pay(invoice)
    listing(world, SHOPPER)
    assert state(invoice) == ("processing", {"held"}, "no")
    world.hear(deposit, "confirmed")
    assert available(world) == 0
    assert not Alert.objects.filter(kind="listed_after_credit").exists()


def test_a_credit_whose_payer_is_listed_later_stays_here_and_in_the_books(world: World) -> None:
    invoice = world.issue()
    deposit = final(world, invoice)
    credit = promised(world, invoice)
    assert payable(world) == credit
    entries = Entry.objects.count()
    listing(world, SHOPPER)

    assert (available(world), payable(world)) == (credit, 0)
    assert Entry.objects.count() == entries
    with pytest.raises(NothingToPayOut):
        pay_out(world, "monday")
    assert case(deposit) | {"hold_id": ""} == {
        "hold_id": "",
        "asset": USDC,
        "credited_units": str(credit),
        "withheld_units": str(credit),
        "left_units": "0",
    }
    assert state(invoice) == ("paid", {"held"}, "no")
    assert told(invoice)[-2:] == ["held", "release_changed"]
    for event in Event.objects.filter(subject=f"invoice:{invoice.id}"):
        assert not any(word in str(event.body) for word in ("list", "LAZARUS", "match", "case"))


def test_what_was_paid_out_stays_so_and_no_other_money_is_taken_for_it(world: World) -> None:
    fund(world, 10**12)
    invoice = world.issue()
    deposit = final(world, invoice)
    credit = promised(world, invoice)
    assert pay_out(world, "some", 1_000_000).status == "sending"
    listing(world, SHOPPER)
    assert payable(world) == 0
    assert case(deposit)["withheld_units"] == str(credit - 1_000_000)
    assert case(deposit)["left_units"] == "1000000"

    later = world.issue()
    final(world, later, sender=OTHER_SHOPPER)
    assert payable(world) == promised(world, later)
    assert pay_out(world, "the rest").units == promised(world, later)


def test_all_that_was_paid_out_withholds_nothing(world: World) -> None:
    fund(world, 10**12)
    deposit = final(world, world.issue())
    pay_out(world, "all")
    listing(world, SHOPPER)
    assert case(deposit)["withheld_units"] == "0"
    later = world.issue()
    final(world, later, sender=OTHER_SHOPPER)
    assert payable(world) == promised(world, later)


def test_a_payout_that_was_on_its_way_and_came_back_is_kept(world: World) -> None:
    fund(world, 10**12)
    final(world, world.issue())
    payout = pay_out(world, "all")
    listing(world, SHOPPER)
    payout_undone(payout_id=payout.id, body={"fee_units": "0"}, cancelled=False, now=world.now)
    world.drain()
    assert (available(world), payable(world)) == (payout.units, 0)
    later = world.issue()
    final(world, later, sender=OTHER_SHOPPER)
    assert payable(world) == promised(world, later)


def test_a_released_credit_is_payable_again_and_the_shop_hears_it(world: World) -> None:
    invoice = world.issue()
    deposit = final(world, invoice)
    listing(world, SHOPPER)
    decide(world, deposit, compliance.hold_release)
    assert payable(world) == promised(world, invoice)
    assert Payment.objects.filter(deposit_id=deposit.id).count() == 1
    assert state(invoice) == ("paid", set(), "yes")
    assert told(invoice)[-2:] == ["released", "release_changed"]


def test_a_blocked_credit_stays_here_for_good_and_looks_like_a_hold(world: World) -> None:
    invoice = world.issue()
    deposit = final(world, invoice)
    listing(world, SHOPPER)
    before = told(invoice)
    decide(world, deposit, compliance.hold_block)
    assert (available(world), payable(world)) == (promised(world, invoice), 0)
    assert told(invoice) == before
    assert state(invoice) == ("paid", {"held"}, "no")


def test_money_that_is_the_shops_already_is_not_returned_behind_its_back(world: World) -> None:
    deposit = final(world, world.issue())
    listing(world, SHOPPER)
    with pytest.raises(MoneyBooked):
        compliance.hold_return(deposit_id=deposit.id, by="ada", reason="x", now=world.now)


def test_a_delisted_payers_credit_stays_here_until_people_release_it(world: World) -> None:
    deposit = final(world, world.issue())
    listing(world, SHOPPER)
    listing(world)
    assert payable(world) == 0
    assert Event.objects.filter(type="hold.delisted", subject=f"deposit:{deposit.id}").exists()
    decide(world, deposit, compliance.hold_release)
    assert payable(world) > 0


def test_a_payout_that_waited_for_its_float_does_not_leave_with_held_money(world: World) -> None:
    deposit = final(world, world.issue())
    payout = pay_out(world, "all")
    assert payout.waiting_reason == "float_short"
    listing(world, SHOPPER)
    fund(world, 10**12)
    payout.refresh_from_db()
    assert (payout.status, payout.waiting_reason) == ("awaiting_funds", "payment_check")
    assert payout.transaction_id is None
    decide(world, deposit, compliance.hold_release)
    payout.refresh_from_db()
    assert payout.status == "sending"


def test_a_waiting_payout_of_other_money_leaves_all_the_same(world: World) -> None:
    first, second = world.issue(), world.issue()
    final(world, first, sender=OTHER_SHOPPER)
    final(world, second)
    ours = pay_out(world, "one", promised(world, first))
    theirs = pay_out(world, "two", promised(world, second))
    listing(world, SHOPPER)
    fund(world, 10**12)
    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert [ours.status, theirs.status] == ["sending", "awaiting_funds"]
    payout_cancel(shop_id=world.shop_id, payout_id=theirs.id, now=world.now)
    assert payable(world) == 0


def test_nothing_leaves_between_a_lists_load_and_the_verdicts_by_it(world: World) -> None:
    fund(world, 10**12)
    final(world, world.issue())
    world.load_list(LISTED, SHOPPER)
    payout = payout_request(
        shop_id=world.shop_id, units=None, idempotency_key="quick", now=world.now
    )
    assert payout_send(payout_id=payout.id, now=world.now).transaction_id is None
    world.drain()
    payout.refresh_from_db()
    assert (payout.waiting_reason, payout.transaction_id) == ("payment_check", None)


def test_a_list_that_names_nobody_here_delays_a_payout_no_longer_than_it_takes(
    world: World,
) -> None:
    fund(world, 10**12)
    final(world, world.issue())
    world.load_list(LISTED, OTHER_SHOPPER)
    payout = payout_request(
        shop_id=world.shop_id, units=None, idempotency_key="quick", now=world.now
    )
    assert payout_send(payout_id=payout.id, now=world.now).transaction_id is None
    world.drain()
    payout.refresh_from_db()
    assert payout.status == "sending"


def test_a_hold_that_settlement_has_not_heard_of_stops_a_payout_too(world: World) -> None:
    fund(world, 10**12)
    deposit = final(world, world.issue())
    world.load_list(LISTED, SHOPPER)
    world.drain()
    Withheld.objects.filter(deposit_id=deposit.id).delete()
    payout = pay_out(world, "quick")
    assert (payout.waiting_reason, payout.transaction_id) == ("payment_check", None)


def test_a_reorg_that_undoes_a_withheld_credit_leaves_nothing_withheld(world: World) -> None:
    deposit = world.confirmed(world.issue())
    listing(world, SHOPPER)
    world.hear(deposit, "orphaned")
    assert available(world) == 0
    later = world.issue()
    final(world, later, sender=OTHER_SHOPPER)
    assert payable(world) == promised(world, later)


def test_a_claim_of_a_payer_listed_later_withholds_nothing_of_the_shops(world: World) -> None:
    paid = world.issue()
    final(world, paid, sender=OTHER_SHOPPER)
    called_off = world.issue()
    from gateway.invoices.services import invoice_void

    invoice_void(shop_id=world.shop_id, invoice_id=called_off.id, now=world.now)
    world.confirmed(called_off)
    listing(world, SHOPPER)
    assert payable(world) == promised(world, paid)


@pytest.mark.django_db(transaction=True)
def test_a_list_loaded_while_a_payment_is_posted_waits_for_it_and_then_finds_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clear when it was judged, clear when it commits: and then listed, so withheld."""
    invoice = world.issue()
    deposit = world.pay(invoice)
    order: list[str] = []
    loading = threading.Event()
    judge = applying.deposit_screen

    def load_meanwhile() -> None:
        loading.set()
        world.load_list(LISTED, SHOPPER)
        order.append("loaded")
        connection.close()

    thread = threading.Thread(target=load_meanwhile)

    def judged(**facts: Any) -> Any:
        verdict = judge(**facts)
        if not thread.ident:
            thread.start()
            loading.wait(10)
            thread.join(0.5)
            order.append("posting")
        return verdict

    monkeypatch.setattr(applying, "deposit_screen", judged)
    world.hear(deposit, "confirmed")
    thread.join(30)
    world.drain()
    world.hear(deposit, "final")
    assert order == ["posting", "loaded"]
    assert [verdict.state for verdict in verdict_history(deposit.id)] == ["clear", "held"]
    assert available(world) == promised(world, invoice)
    assert payable(world) == 0
    assert case(deposit)["withheld_units"] == str(promised(world, invoice))
