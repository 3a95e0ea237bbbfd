"""Whatever happens, in whatever order: one tender pays, and the books agree with the ramp."""

import random

import pytest

from gateway.cards.models import CardDispute
from gateway.invoices.models import Claim, Payment
from tests.cards.kit import Desk
from tests.ramps.kit import Killed, killer
from tests.stripe_fake import checkout_sessions, disputes, payment_intents
from tests.stripe_fake.faults import Fault

POINTS = (
    *("card.progress_told", "card.progress_kept", "card.taken", "card.capture_asked"),
    *("card.captured", "card.posted", "card.let_go_asked", "card.let_go", "card.end_kept"),
)
FAULTS = (Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.ERROR_AFTER, Fault.CONFLICT)


@pytest.mark.parametrize("seed", range(12))
def test_one_tender_pays_and_the_books_agree(seed: int, desk: Desk) -> None:
    chance = random.Random(seed)
    state = desk.place.fake.state
    invoice = desk.issue(lock_seconds=3_600)
    deposit = None
    desk.page(invoice)
    for _ in range(14):
        tender = desk.tender(invoice)
        intent = state.objects["intent_of_session"].get(tender.remote_session)
        match chance.randrange(8):
            case 0 if (
                intent
                and state.objects["checkout_session"][tender.remote_session]["status"] == "open"
            ):
                checkout_sessions.pays(state, tender.remote_session)
            case 1 if deposit is None:
                deposit = desk.world.pay(invoice)
            case 2 if deposit is not None:
                desk.world.hear(deposit, "confirmed")
            case 3:
                desk.place.fake.faults.order(
                    chance.choice(FAULTS), on=r"POST /v1/payment_intents/\w+/\w+"
                )
            case 4 if (
                intent and intent["status"] == "succeeded" and not CardDispute.objects.exists()
            ):
                disputes.opens(state, intent["id"])
            case 5 if intent and intent["status"] == "succeeded":
                payment_intents.settles(state, intent["id"])
            case 6:
                desk.place.deliver(seed=seed, times=2)
            case _:
                try:
                    desk.carry(reached=killer(chance.choice(POINTS)), seconds=30)
                except Killed:
                    continue
    _ends(desk, invoice)
    card = desk.tender(invoice).status == "paid"
    tokens = Payment.objects.filter(invoice_id=invoice.id, reversed_at=None).exists()
    assert not (card and tokens)
    assert (desk.world.again(invoice).status == "paid") == (card or tokens)
    claims = Claim.objects.filter(invoice_id=invoice.id).count()
    assert claims == int(card and deposit is not None)
    charged = desk.charged().count("succeeded")
    assert charged == int(card)
    if not card:
        assert desk.books() == dict.fromkeys(desk.books(), 0) | {"fees": desk.books()["fees"]}


def _ends(desk: Desk, invoice: object) -> None:
    """Time enough for everything under way to end."""
    state = desk.place.fake.state
    desk.place.fake.faults.orders.clear()
    from gateway.chains.models import Deposit

    for deposit in Deposit.objects.filter(state="seen"):
        desk.world.hear(deposit, "confirmed")
    for _ in range(4):
        desk.carry(seconds=700)
    for intent in state.objects["payment_intent"].values():
        if intent["status"] == "succeeded":
            payment_intents.settles(state, intent["id"])
    for dispute in state.objects["dispute"].values():
        if dispute["status"] == "needs_response":
            disputes.is_won(state, dispute["id"])
    for _ in range(2):
        desk.carry(seconds=90_000)
    books = desk.books()
    assert books["receivable"] == 0
