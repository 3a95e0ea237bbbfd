"""A card pays an invoice once, whatever becomes of requests, answers, events or processes."""

import pytest

from gateway.cards.errors import CardAmountTooSmall, CardsNotTaken, InvoiceTakesNoCard
from gateway.cards.models import CardTender
from gateway.events.models import Event
from gateway.ramps.errors import RampDown
from gateway.ramps.models import RampAccount
from gateway.settlement.selectors import payable_balances
from tests.cards.kit import STRIPE_FEE, Desk
from tests.ramps.kit import Killed, killer, passing
from tests.stripe_fake import checkout_sessions, payment_intents
from tests.stripe_fake.faults import Fault

SALES = 5
PAGES = "POST /v1/checkout/sessions"
CAPTURES = r"POST /v1/payment_intents/\w+/capture"


def _fee_bps(desk: Desk) -> int:
    return desk.world.view.terms.fee_bps


def test_a_card_pays_an_invoice_whole(desk: Desk) -> None:
    invoice = desk.paid()
    again = desk.world.again(invoice)
    assert (again.card, again.release_goods, again.credited_units) == ("paid", "yes", 0)
    fee = 1_250 * _fee_bps(desk) // 10_000
    assert desk.books() == {
        "shop": 1_250 - fee,
        "fees": fee,
        "receivable": 1_250,
        "bank": 0,
        "ramp_fees": 0,
    }
    told = Event.objects.filter(subject=f"invoice:{invoice.id}").order_by("sequence")
    assert list(told.values_list("type", flat=True)) == [
        "invoice.created",
        "invoice.processing",
        "invoice.paid",
    ]
    assert told.last().body["tender"] == "card"  # type: ignore[union-attr]


def test_what_has_not_come_from_the_card_can_not_be_paid_out(desk: Desk) -> None:
    invoice = desk.paid()
    before = payable_balances(shop=desk.world.view, now=desk.place.now)["EUR"]
    assert (before.available, before.units) == (desk.shop, 0)
    desk.settles(invoice)
    after = payable_balances(shop=desk.world.view, now=desk.place.now)["EUR"]
    assert after.units == desk.shop > 0
    books = desk.books()
    assert (books["receivable"], books["bank"]) == (0, 1_250 - STRIPE_FEE)
    assert books["ramp_fees"] == STRIPE_FEE
    desk.carry(seconds=90_000)
    assert desk.books() == books


def test_the_page_is_made_once_and_shown_again(desk: Desk) -> None:
    invoice = desk.issue()
    assert desk.page(invoice) == desk.page(invoice)
    assert len(desk.place.fake.state.objects["checkout_session"]) == 1


def test_a_declined_card_may_try_again(desk: Desk) -> None:
    invoice = desk.issue()
    url = desk.page(invoice)
    session = desk.tender(invoice).remote_session
    checkout_sessions.is_declined(desk.place.fake.state, session)
    desk.carry()
    assert desk.status(invoice) == ("waiting", "open")
    assert desk.page(invoice) == url
    desk.types_in(invoice)
    desk.carry()
    assert desk.status(invoice) == ("paid", "paid")


def test_a_page_that_nobody_pays_on_ends_and_another_may_be_had(desk: Desk) -> None:
    invoice = desk.issue(lock_seconds=3_600)
    desk.page(invoice)
    checkout_sessions.runs_out(desk.place.fake.state, desk.tender(invoice).remote_session)
    desk.carry()
    assert desk.status(invoice) == ("waiting", "expired")
    desk.authorised(invoice)
    desk.carry()
    assert desk.status(invoice) == ("paid", "paid")


def test_a_sale_that_was_called_off_charges_no_card(desk: Desk) -> None:
    from gateway.invoices.services import invoice_void

    invoice = desk.issue()
    desk.authorised(invoice)
    invoice_void(shop_id=invoice.shop_id, invoice_id=invoice.id, now=desk.place.now)
    desk.carry()
    assert desk.status(invoice) == ("cancelled", "let_go")
    assert desk.charged() == ["canceled"]
    assert not any(desk.books().values())


def test_a_card_that_lapsed_leaves_the_invoice_open(desk: Desk) -> None:
    invoice = desk.issue()
    desk.authorised(invoice)
    desk.place.fake.faults.order(Fault.CUT_BEFORE, on=CAPTURES, times=5)
    desk.carry()
    assert desk.status(invoice) == ("processing", "taken")
    payment_intents.lapses(desk.place.fake.state, desk.tender(invoice).remote_intent)
    desk.carry(seconds=700)
    assert desk.status(invoice) == ("waiting", "let_go")
    assert not any(desk.books().values())


def test_a_charge_that_we_never_asked_for_waits_for_a_person(desk: Desk) -> None:
    invoice = desk.issue()
    desk.authorised(invoice)
    intent = next(iter(desk.place.fake.state.objects["payment_intent"].values()))
    intent["status"], intent["amount_received"] = "succeeded", 1_250
    desk.carry()
    assert desk.status(invoice) == ("waiting", "unclear")
    assert not any(desk.books().values())


@pytest.mark.parametrize(
    "point",
    [
        *("card.planned", "card.page_asked", "card.page_answered", "card.page_kept"),
        *("card.progress_told", "card.taken", "card.progress_kept", "card.capture_asked"),
        *("card.captured", "card.posted", "card.end_kept"),
    ],
)
def test_a_process_that_dies_charges_once(point: str, desk: Desk) -> None:
    for _ in range(SALES):
        invoice = desk.issue()
        reached = killer(point, times=2)
        died = 0
        for _ in range(3):
            try:
                desk.page(invoice, reached=reached)
            except Killed:
                died += 1
        desk.types_in(invoice)
        for _ in range(5):
            try:
                desk.carry(reached=reached)
            except Killed:
                died += 1
        assert died
        assert desk.status(invoice) == ("paid", "paid")
    assert desk.charged() == ["succeeded"] * SALES
    assert desk.books()["receivable"] == 1_250 * SALES


@pytest.mark.parametrize(
    "point", ["card.progress_kept", "card.let_go_asked", "card.let_go", "card.end_kept"]
)
def test_a_process_that_dies_lets_a_card_go_once(point: str, desk: Desk) -> None:
    from gateway.invoices.services import invoice_void

    for _ in range(SALES):
        invoice = desk.issue()
        desk.authorised(invoice)
        invoice_void(shop_id=invoice.shop_id, invoice_id=invoice.id, now=desk.place.now)
        reached = killer(point)
        died = 0
        for _ in range(4):
            try:
                desk.carry(reached=reached)
            except Killed:
                died += 1
        assert died == 1
        assert desk.status(invoice) == ("cancelled", "let_go")
    assert desk.charged() == ["canceled"] * SALES
    assert not any(desk.books().values())


def test_a_process_that_dies_as_it_books_the_money_of_a_card_books_it_once(desk: Desk) -> None:
    invoice = desk.paid()
    payment_intents.settles(desk.place.fake.state, desk.tender(invoice).remote_intent)
    died = 0
    with passing(killer("card.settled", times=SALES)):
        for _ in range(SALES + 1):
            try:
                desk.carry(seconds=3_700)
            except Killed:
                died += 1
    assert died == SALES
    books = desk.books()
    assert (books["receivable"], books["bank"]) == (0, 1_250 - STRIPE_FEE)


@pytest.mark.parametrize(
    "fault",
    [Fault.TIMEOUT_AFTER, Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.CONFLICT, Fault.ERROR_AFTER],
)
def test_an_answer_that_never_came_charges_once(fault: Fault, desk: Desk) -> None:
    invoice = desk.issue()
    desk.authorised(invoice)
    desk.place.fake.faults.order(fault, on=CAPTURES)
    desk.carry()
    desk.carry(seconds=700)
    assert desk.status(invoice) == ("paid", "paid")
    assert desk.books()["receivable"] == 1_250


@pytest.mark.parametrize("fault", [Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.BUSY])
def test_an_unanswered_request_makes_no_second_page(fault: Fault, desk: Desk) -> None:
    invoice = desk.issue()
    desk.place.fake.faults.order(fault, on=PAGES)
    with pytest.raises(RampDown):
        desk.page(invoice)
    desk.page(invoice)
    assert len(desk.place.fake.state.objects["checkout_session"]) == 1


def test_a_page_that_can_not_be_had_is_given_up(desk: Desk) -> None:
    invoice = desk.issue()
    desk.place.fake.faults.order(Fault.ERROR_BEFORE, on=PAGES, times=1)
    with pytest.raises(RampDown):
        desk.page(invoice)
    desk.carry(seconds=600)
    assert desk.status(invoice) == ("waiting", "expired")
    assert desk.page(invoice)


def test_events_come_twice_in_any_order_and_charge_once(desk: Desk) -> None:
    invoice = desk.issue()
    desk.authorised(invoice)
    desk.place.deliver(times=3, seed=4)
    desk.carry(seconds=1)
    desk.place.deliver(times=2, seed=5)
    desk.carry(seconds=1)
    assert desk.status(invoice) == ("paid", "paid")
    assert desk.books()["receivable"] == 1_250


def test_an_event_is_enough_to_be_looked_at_at_once(desk: Desk) -> None:
    invoice = desk.issue()
    desk.authorised(invoice)
    assert desk.carry(seconds=1) == 0
    desk.place.deliver()
    assert desk.carry(seconds=1) == 1
    assert desk.status(invoice) == ("paid", "paid")


def test_a_shop_without_the_capability_takes_no_card(desk: Desk) -> None:
    invoice = desk.issue()
    RampAccount.objects.update(capabilities={"transfers": "active", "card_payments": "pending"})
    with pytest.raises(CardsNotTaken):
        desk.page(invoice)
    assert not CardTender.objects.exists()


def test_an_amount_that_no_card_pays_is_refused(desk: Desk) -> None:
    invoice = desk.issue(49)
    with pytest.raises(CardAmountTooSmall):
        desk.page(invoice)


def test_a_paid_invoice_takes_no_second_card(desk: Desk) -> None:
    invoice = desk.paid()
    with pytest.raises(InvoiceTakesNoCard):
        desk.page(invoice)
