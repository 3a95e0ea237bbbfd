"""A card is presented at a reader: charged once, whatever becomes of requests, answers, events or
processes, and not at all once the sale can't take it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from gateway.cards import at_reader
from gateway.cards.carrying import card_page
from gateway.cards.carrying_readers import readers_carry
from gateway.cards.errors import (
    CardBeingCharged,
    CardPageOpen,
    InvoiceTakesNoCard,
    ReaderBusyNow,
    ReaderUnknown,
)
from gateway.cards.models import CardTender, Reader
from gateway.cards.readers import Address, reader_add, reader_drop
from gateway.invoices.errors import InvoiceNotFound
from gateway.invoices.models import Invoice
from gateway.invoices.services import invoice_void
from gateway.ramps.models import RampEvent
from tests.cards.kit import BACK, Desk
from tests.faults.in_process import Killed, killer
from tests.stripe_fake import readers
from tests.stripe_fake.faults import Fault

INTENTS = "POST /v1/payment_intents"
PROCESSES = r"POST /v1/terminal/readers/\w+/process_payment_intent"
CANCELS = r"POST /v1/terminal/readers/\w+/cancel_action"
CAPTURES = r"POST /v1/payment_intents/\w+/capture"


@dataclass
class Till:
    """A shop with a reader at its till."""

    desk: Desk
    reader: Reader

    @property
    def state(self) -> Any:
        return self.desk.place.fake.state

    @property
    def device(self) -> str:
        return self.reader.remote_id

    @property
    def action(self) -> Any:
        return self.state.objects["terminal.reader"][self.device]["action"]

    def asks(self, invoice: Invoice, **how: Any) -> CardTender:
        """The cashier has the reader ask for a card."""
        wanted = {"shop_id": invoice.shop_id, "reader_id": self.reader.id, **how}
        return at_reader.reader_start(invoice_id=invoice.id, now=self.desk.place.now, **wanted)

    def waiting(self) -> Invoice:
        """A sale whose card the reader asks for."""
        invoice = self.desk.issue()
        self.asks(invoice)
        self.carry()
        assert self.turn(invoice) == "waiting"
        return invoice

    def carry(self, *, seconds: float = 6, reached: Callable[[str], None] | None = None) -> None:
        self.desk.carry(seconds=seconds, reached=reached)

    def turn(self, invoice: Invoice) -> str:
        return self.desk.tender(invoice).turn

    def paid_once(self, invoice: Invoice) -> None:
        assert self.desk.status(invoice) == ("paid", "paid")
        assert self.desk.charged() == ["succeeded"]
        assert self.desk.books()["receivable"] == 1_250

    def never_paid(self, invoice: Invoice) -> None:
        assert "succeeded" not in self.desk.charged()
        assert not any(self.desk.books().values())


def _registered(desk: Desk, *, code: str, label: str) -> Reader:
    row = reader_add(
        shop_id=desk.world.shop_id,
        mode="test",
        shop_name="Café",
        label=label,
        code=code,
        by="user:x",
        now=desk.place.now,
        address=Address("Gasse 1", "Berlin", "10115"),
    )
    desk.world.clock.advance(seconds=1)
    readers_carry(now=desk.place.now)
    row.refresh_from_db()
    assert row.status == "ready"
    return row


@pytest.fixture
def till(desk: Desk) -> Till:
    return Till(desk, _registered(desk, code="puddle-1", label="Counter"))


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
    other = _registered(till.desk, code="puddle-2", label="Door")
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


@pytest.mark.parametrize(
    "point",
    [
        *("card.page_asked", "card.page_answered", "card.page_kept", "reader.told"),
        *("reader.asked", "reader.answered", "card.progress_told", "card.progress_kept"),
        *("card.capture_asked", "card.captured", "card.end_kept"),
    ],
)
def test_a_process_that_dies_charges_once(point: str, till: Till) -> None:
    invoice = till.desk.issue()
    till.asks(invoice)
    reached = killer(point, times=2)
    for _ in range(4):
        try:
            till.carry(seconds=31, reached=reached)
        except Killed:
            continue
    assert till.turn(invoice) == "waiting"
    readers.taps(till.state, till.device)
    for _ in range(4):
        try:
            till.carry(seconds=31, reached=reached)
        except Killed:
            continue
    till.paid_once(invoice)


@pytest.mark.parametrize("point", ["card.let_go_asked", "reader.stopped", "card.let_go"])
def test_a_process_that_dies_while_it_is_called_off_charges_nothing(point: str, till: Till) -> None:
    invoice = till.waiting()
    at_reader.reader_cancel(shop_id=invoice.shop_id, invoice_id=invoice.id, now=till.desk.place.now)
    reached = killer(point)
    for _ in range(3):
        try:
            till.carry(seconds=31, reached=reached)
        except Killed:
            continue
    assert till.desk.status(invoice) == ("waiting", "let_go")
    till.never_paid(invoice)


KEPT = {Fault.ERROR_BEFORE, Fault.ERROR_AFTER}
"""Stay under their key for a day: of a payment that is to be made, see below."""
PASSING = [one for one in Fault if one is not Fault.TIMEOUT_BEFORE]


@pytest.mark.parametrize(
    ("on", "fault"),
    [
        (on, fault)
        for on in (INTENTS, PROCESSES, CAPTURES)
        for fault in PASSING
        if on != INTENTS or fault not in KEPT
    ],
)
def test_an_answer_that_never_came_charges_once(fault: Fault, on: str, till: Till) -> None:
    till.desk.place.fake.faults.order(fault, on=on)
    invoice = till.desk.issue()
    till.asks(invoice)
    for _ in range(3):
        till.carry(seconds=20)
    assert till.turn(invoice) == "waiting"
    readers.taps(till.state, till.device)
    for _ in range(3):
        till.carry(seconds=20)
    assert till.desk.place.fake.faults.struck
    till.paid_once(invoice)


def test_a_payment_that_can_not_be_had_ends_and_another_may_begin(till: Till) -> None:
    invoice = till.desk.issue()
    till.desk.place.fake.faults.order(Fault.ERROR_AFTER, on=INTENTS)
    till.asks(invoice)
    for _ in range(6):
        till.carry(seconds=61)
    assert till.desk.status(invoice) == ("waiting", "expired")
    again = till.asks(invoice)
    till.carry()
    assert till.desk.tender(invoice) == again
    readers.taps(till.state, till.device)
    till.carry()
    assert till.desk.status(invoice) == ("paid", "paid")


@pytest.mark.parametrize("fault", [Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.ERROR_BEFORE])
def test_a_reader_that_can_not_be_stopped_takes_no_card_either(fault: Fault, till: Till) -> None:
    invoice = till.waiting()
    till.desk.place.fake.faults.order(fault, on=CANCELS)
    at_reader.reader_cancel(shop_id=invoice.shop_id, invoice_id=invoice.id, now=till.desk.place.now)
    till.carry()
    assert till.desk.status(invoice) == ("waiting", "let_go")
    if till.action:
        readers.taps(till.state, till.device)
    till.carry()
    till.never_paid(invoice)


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
