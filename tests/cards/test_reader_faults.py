"""A card at a reader, while requests, answers and processes are lost: charged once, or never."""

import pytest

from gateway.cards import at_reader
from gateway.cards.errors import CardPageOpen
from tests.cards.till import Till
from tests.faults.in_process import Killed, killer
from tests.stripe_fake import readers
from tests.stripe_fake.faults import Fault

INTENTS = "POST /v1/payment_intents"
PROCESSES = r"POST /v1/terminal/readers/\w+/process_payment_intent"
CANCELS = r"POST /v1/terminal/readers/\w+/cancel_action"
CAPTURES = r"POST /v1/payment_intents/\w+/capture"


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


@pytest.mark.parametrize("point", ["card.page_close_asked", "card.page_closed"])
def test_a_process_that_dies_as_it_closes_the_customers_page_closes_it(
    point: str, till: Till
) -> None:
    invoice = till.desk.issue()
    till.desk.page(invoice)
    with pytest.raises(CardPageOpen):
        till.asks(invoice)
    reached = killer(point)
    with pytest.raises(Killed):
        till.carry(seconds=31, reached=reached)
    till.carry(seconds=31)
    (session,) = till.state.objects["checkout_session"].values()
    assert (session["status"], till.desk.status(invoice)[1]) == ("expired", "let_go")
    till.asks(invoice)


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
