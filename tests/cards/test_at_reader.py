"""A card is presented at a reader: charged once, in whatever order it is heard of, and not at all
once the sale can't take it."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from gateway.cards import at_reader
from gateway.cards.carrying import card_page
from gateway.cards.errors import (
    CardBeingCharged,
    CardPageOpen,
    InvoiceTakesNoCard,
    ReaderBusyNow,
    ReaderUnknown,
)
from gateway.cards.models import CardTender, Reader
from gateway.cards.readers import reader_drop
from gateway.invoices.errors import InvoiceNotFound
from gateway.invoices.services import invoice_void
from gateway.ramps.models import RampEvent
from tests.cards.kit import BACK
from tests.cards.till import Till, registered
from tests.stripe_fake import readers
from tests.stripe_fake.faults import Fault

INTENTS = "POST /v1/payment_intents"
CAPTURES = r"POST /v1/payment_intents/\w+/capture"


def test_a_card_at_the_reader_pays_a_sale_as_one_on_a_page_does(till: Till) -> None:
    invoice = till.waiting()
    (asked,) = till.desk.place.fake.sent(INTENTS)
    tender = till.desk.tender(invoice)
    assert asked.params["payment_method_types"] == {"0": "card_present"}
    assert asked.params["on_behalf_of"] == tender.account
    assert asked.idempotency_key == f"tillway:card:{tender.id}"
    readers.taps(till.state, till.device)
    till.carry()
    till.paid_once(invoice)
    again = till.desk.world.again(invoice)
    assert (again.card, again.release_goods) == ("paid", "yes")
    fee = 1_250 * till.desk.world.view.terms.fee_bps // 10_000
    assert till.desk.books()["shop"] == 1_250 - fee
    till.desk.settles(invoice)
    assert till.desk.books()["receivable"] == 0


def test_nothing_is_asked_of_a_reader_in_the_cashiers_request(till: Till) -> None:
    invoice = till.desk.issue()
    assert till.asks(invoice) == till.asks(invoice)
    assert till.desk.place.fake.sent(INTENTS) == []
    assert (till.turn(invoice), till.action) == ("asking", None)


def test_an_event_is_enough_to_be_looked_at_at_once(till: Till) -> None:
    invoice = till.waiting()
    till.desk.place.deliver()
    till.carry(seconds=0.5)
    readers.taps(till.state, till.device)
    till.desk.place.deliver()
    till.carry(seconds=0.5)
    till.paid_once(invoice)


@pytest.mark.parametrize("seed", range(3))
def test_events_twice_and_in_any_order_charge_once(seed: int, till: Till) -> None:
    invoice = till.waiting()
    readers.is_declined(till.state, till.device)
    till.carry()
    at_reader.reader_again(shop_id=invoice.shop_id, invoice_id=invoice.id, now=till.desk.place.now)
    till.carry()
    readers.taps(till.state, till.device)
    for _ in range(3):
        till.desk.place.deliver(times=2, seed=seed)
        till.carry(seconds=1)
    till.paid_once(invoice)
    types = set(RampEvent.objects.filter(status="handled").values_list("type", flat=True))
    assert {"terminal.reader.action_failed", "terminal.reader.action_succeeded"} <= types
    assert "payment_intent.payment_failed" in types


def test_events_of_a_reader_that_is_none_of_ours_change_nothing(till: Till) -> None:
    invoice = till.waiting()
    before = CardTender.objects.values().get()
    stranger = {"id": "tmr_other", "object": "terminal.reader", "action": None}
    till.state.say("terminal.reader.action_succeeded", stranger)
    till.state.say("terminal.reader.something_new", stranger)
    till.desk.place.deliver()
    assert CardTender.objects.values().get() == before
    assert till.turn(invoice) == "waiting"
    assert RampEvent.objects.get(type="terminal.reader.something_new").status == "unknown"


@pytest.mark.parametrize(
    ("happens", "turn"),
    [
        (readers.is_declined, "declined"),
        (readers.is_stopped, "stopped"),
        (readers.waits_in_vain, "failed"),
    ],
)
def test_a_turn_without_a_card_may_be_had_again(happens: Any, turn: str, till: Till) -> None:
    invoice = till.waiting()
    happens(till.state, till.device)
    till.carry()
    assert (till.turn(invoice), till.desk.status(invoice)) == (turn, ("waiting", "open"))
    at_reader.reader_again(shop_id=invoice.shop_id, invoice_id=invoice.id, now=till.desk.place.now)
    till.carry()
    assert till.turn(invoice) == "waiting"
    readers.taps(till.state, till.device)
    till.carry()
    till.paid_once(invoice)


def test_after_a_declined_card_the_customer_pays_in_tokens(till: Till) -> None:
    invoice = till.waiting()
    readers.is_declined(till.state, till.device)
    till.carry()
    till.desk.world.confirmed(invoice)
    for _ in range(3):
        till.carry()
    assert till.desk.status(invoice) == ("paid", "let_go")
    assert till.desk.charged() == ["canceled"]


def test_a_reader_that_is_off_is_said_to_be_and_another_takes_over(till: Till) -> None:
    other = registered(till.desk, code="puddle-2", label="Door")
    readers.loses_its_line(till.state, till.device)
    invoice = till.desk.issue()
    till.asks(invoice)
    till.carry()
    assert till.turn(invoice) == "offline"
    assert not Reader.objects.get(id=till.reader.id).is_online
    at_reader.reader_again(
        shop_id=invoice.shop_id,
        invoice_id=invoice.id,
        reader_id=other.id,
        now=till.desk.place.now,
    )
    till.carry()
    readers.taps(till.state, other.remote_id)
    till.carry()
    till.paid_once(invoice)


def test_a_reader_is_taken_from_no_other_payment(till: Till) -> None:
    till.waiting()
    second = till.desk.issue()
    with pytest.raises(ReaderBusyNow):
        till.asks(second)
    with pytest.raises(ReaderBusyNow):
        reader_drop(shop_id=second.shop_id, reader_id=till.reader.id, now=till.desk.place.now)
    tender = CardTender.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        CardTender.objects.create(
            **{
                **CardTender.objects.filter(id=tender.id).values().get(),
                "id": uuid4(),
                "invoice_id": second.id,
                "remote_intent": "",
            }
        )


def test_a_reader_that_somebody_else_uses_is_left_to_them(till: Till) -> None:
    """Another program of the platform's, or somebody on Stripe's own pages."""
    invoice = till.desk.issue()
    action = {"type": "process_payment_intent", "status": "in_progress"}
    action["process_payment_intent"] = {"payment_intent": "pi_other"}  # type: ignore[assignment]
    till.state.objects["terminal.reader"][till.device]["action"] = action
    till.asks(invoice)
    till.carry()
    assert till.turn(invoice) == "busy"
    at_reader.reader_cancel(shop_id=invoice.shop_id, invoice_id=invoice.id, now=till.desk.place.now)
    till.carry()
    assert till.desk.status(invoice) == ("waiting", "let_go")
    assert till.action == action


def test_the_cashier_calls_it_off(till: Till) -> None:
    invoice = till.waiting()
    at_reader.reader_cancel(shop_id=invoice.shop_id, invoice_id=invoice.id, now=till.desk.place.now)
    assert till.turn(invoice) == "ending"
    till.carry()
    assert (till.desk.status(invoice), till.action) == (("waiting", "let_go"), None)
    assert till.desk.charged() == ["canceled"]
    till.asks(invoice)
    till.carry()
    readers.taps(till.state, till.device)
    till.carry()
    assert till.desk.status(invoice) == ("paid", "paid")


def test_calling_it_off_before_the_reader_heard_ends_it_at_once(till: Till) -> None:
    invoice = till.desk.issue()
    till.asks(invoice)
    at_reader.reader_cancel(shop_id=invoice.shop_id, invoice_id=invoice.id, now=till.desk.place.now)
    assert till.desk.status(invoice) == ("waiting", "expired")
    till.carry()
    assert till.desk.place.fake.sent(INTENTS) == []


def test_a_card_presented_while_it_is_called_off_is_not_charged(till: Till) -> None:
    invoice = till.waiting()
    readers.taps(till.state, till.device)
    at_reader.reader_cancel(shop_id=invoice.shop_id, invoice_id=invoice.id, now=till.desk.place.now)
    till.carry()
    assert till.desk.status(invoice) == ("waiting", "let_go")
    till.never_paid(invoice)


def test_what_is_being_charged_is_not_called_off(till: Till) -> None:
    invoice = till.waiting()
    readers.taps(till.state, till.device)
    till.desk.place.fake.faults.order(Fault.CUT_BEFORE, on=CAPTURES)
    till.carry()
    with pytest.raises(CardBeingCharged):
        at_reader.reader_cancel(
            shop_id=invoice.shop_id, invoice_id=invoice.id, now=till.desk.place.now
        )
    till.carry(seconds=60)
    till.paid_once(invoice)


def test_time_over_at_the_reader(till: Till) -> None:
    invoice = till.waiting()
    till.carry(seconds=300)
    till.carry()
    assert (till.desk.status(invoice)[1], till.action) == ("let_go", None)
    till.never_paid(invoice)


def test_a_voided_sale_asks_for_no_card_any_more(till: Till) -> None:
    invoice = till.waiting()
    invoice_void(shop_id=invoice.shop_id, invoice_id=invoice.id, now=till.desk.place.now)
    till.carry()
    till.carry()
    assert (till.desk.status(invoice), till.action) == (("cancelled", "let_go"), None)


def test_a_card_after_tokens_is_never_charged(till: Till) -> None:
    invoice = till.waiting()
    till.desk.world.confirmed(invoice)
    readers.taps(till.state, till.device)
    till.carry()
    till.carry()
    assert till.desk.status(invoice) == ("paid", "let_go")
    assert till.desk.charged() == ["canceled"]


def test_the_customers_page_is_closed_before_a_reader_asks(till: Till) -> None:
    invoice = till.desk.issue()
    till.desk.page(invoice)
    with pytest.raises(CardPageOpen):
        till.asks(invoice)
    till.carry()
    (session,) = till.state.objects["checkout_session"].values()
    assert (session["status"], till.desk.status(invoice)[1]) == ("expired", "let_go")
    till.asks(invoice)
    till.carry()
    with pytest.raises(InvoiceTakesNoCard):
        card_page(invoice_id=invoice.id, back=BACK, now=till.desk.place.now)
    readers.taps(till.state, till.device)
    till.carry()
    assert till.desk.status(invoice) == ("paid", "paid")


def test_a_page_that_is_paid_while_it_is_closed_charges_nothing(till: Till) -> None:
    invoice = till.desk.issue()
    till.desk.page(invoice)
    with pytest.raises(CardPageOpen):
        till.asks(invoice)
    till.desk.types_in(invoice)
    for _ in range(2):
        till.carry()
    assert till.desk.status(invoice) == ("waiting", "let_go")
    till.never_paid(invoice)


def test_a_strangers_sale_or_reader_is_not_there(till: Till) -> None:
    invoice = till.desk.issue()
    with pytest.raises(InvoiceNotFound):
        till.asks(invoice, shop_id=uuid4())
    with pytest.raises(ReaderUnknown):
        till.asks(invoice, reader_id=uuid4())
    till.asks(invoice)
    assert (
        at_reader.reader_cancel(shop_id=uuid4(), invoice_id=invoice.id, now=till.desk.place.now)
        is None
    )
    with pytest.raises(InvoiceTakesNoCard):
        at_reader.reader_again(shop_id=uuid4(), invoice_id=invoice.id, now=till.desk.place.now)
    assert till.turn(invoice) == "asking"
