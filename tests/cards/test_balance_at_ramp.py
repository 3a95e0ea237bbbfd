"""What the ramp holds is what the books say, whatever is on its way; else, what moved there."""

from typing import Any

import pytest
from django.db import transaction

from gateway.invoices.models import Invoice
from gateway.ledger.accounts import bank
from gateway.ledger.house import post_funding
from gateway.money.amounts import Amount
from gateway.ramps.configuration import configured_balances
from gateway.refunds.cards.carrying import card_refunds_carry
from gateway.refunds.cards.models import CardRefund
from gateway.refunds.cards.requesting import card_refund_request
from gateway.settlement.reconciling.models import Difference, ReconciliationLine
from gateway.settlement.reconciling.running import reconcile
from tests.cards.kit import EUR, STRIPE_FEE, Desk
from tests.cards.test_refunds import OWNER, REFUNDS, sold
from tests.ramps.kit import RAMP
from tests.stripe_fake import disputes, payment_intents, refunds
from tests.stripe_fake.faults import Fault

__all__ = ["sold"]
NET = 1_250 - STRIPE_FEE
FUNDED = 500


@pytest.fixture(autouse=True)
def _funded(desk: Desk) -> None:
    with transaction.atomic():
        post_funding(
            reference="float", custody=bank(RAMP), amount=Amount(FUNDED, EUR), now=desk.place.now
        )
    desk.place.fake.state.money["", "eur"] += FUNDED


def look(desk: Desk) -> ReconciliationLine:
    run = reconcile(asked_by="test", now=desk.place.now)
    return run.lines.get(account=str(bank(RAMP)), asset="EUR")


def refund(desk: Desk, invoice: Invoice) -> CardRefund:
    """Asked for, and carried to the ramp once."""
    row = card_refund_request(
        shop_id=invoice.shop_id,
        invoice_id=invoice.id,
        amount=Amount(500, EUR),
        by=OWNER,
        now=desk.place.now,
    )
    desk.place.clock.advance(seconds=31)
    card_refunds_carry(now=desk.place.now)
    row.refresh_from_db()
    return row


def carried_on(desk: Desk) -> ReconciliationLine:
    desk.place.clock.advance(hours=2)
    card_refunds_carry(now=desk.place.now)
    return look(desk)


def believed(desk: Desk) -> ReconciliationLine:
    """A place that tells no block is believed when it says the same again."""
    assert look(desk).state == "under_way"
    return look(desk)


def test_what_is_coming_is_no_difference_before_or_after_it_came(desk: Desk) -> None:
    invoice = desk.paid()
    assert configured_balances(RAMP).held() == {"EUR": FUNDED + NET}, "pending, too"
    assert _compared(look(desk)) == ("agrees", FUNDED, FUNDED)
    payment_intents.settles(desk.place.fake.state, desk.tender(invoice).remote_intent)
    assert _compared(look(desk)) == ("agrees", FUNDED, FUNDED), "there, and not looked at yet"
    desk.carry(seconds=3_700)
    assert _compared(look(desk)) == ("agrees", FUNDED + NET, FUNDED + NET)


def test_a_charge_that_the_ramp_has_not_booked_yet_is_compared_later(desk: Desk) -> None:
    invoice = desk.paid()
    tender = desk.tender(invoice)
    tender.coming_units, tender.coming_reference = None, ""
    tender.save()
    assert (look(desk).state, look(desk).reason) == ("not_compared", "busy")
    desk.place.clock.advance(minutes=15)
    assert believed(desk).state == "differs", "it should have said so long ago"
    desk.carry(seconds=3_700)
    assert look(desk).state == "agrees"


def test_a_refund_whose_answer_was_lost_is_named(desk: Desk, sold: Invoice) -> None:
    assert look(desk).state == "agrees"
    desk.place.fake.faults.order(Fault.CUT_AFTER, on=REFUNDS)
    row = refund(desk, sold)
    for _ in range(2):
        line = look(desk)
        assert (line.state, line.items[0]["reference"]) == ("under_way", f"card_refund:{row.id}")
    assert not Difference.objects.exists()
    assert carried_on(desk).state == "agrees"


def test_a_refund_that_the_ramp_takes_out_later_is_named_when_it_does(
    desk: Desk,
    sold: Invoice,
) -> None:
    refunds.wait(desk.place.fake.state)
    row = refund(desk, sold)
    assert look(desk).state == "agrees", "nothing was taken out yet"
    refunds.goes_through(desk.place.fake.state, row.remote_id)
    assert look(desk).items[0]["reference"] == f"card_refund:{row.id}"
    assert carried_on(desk).state == "agrees"


def test_a_dispute_that_is_won_is_no_difference_while_it_comes_back(
    desk: Desk,
    sold: Invoice,
) -> None:
    state = desk.place.fake.state
    dispute = disputes.opens(state, desk.tender(sold).remote_intent)
    desk.carry(seconds=90_000)
    assert look(desk).state == "agrees"
    disputes.is_won(state, dispute["id"])
    back = dispute["balance_transactions"][-1]
    back["status"] = "pending"
    state.money["", "eur"] -= back["net"]
    desk.carry(seconds=90_000)
    assert look(desk).state == "agrees"
    back["status"] = "available"
    state.money["", "eur"] += back["net"]
    assert look(desk).state == "agrees"
    desk.carry(seconds=90_000)
    assert look(desk).state == "agrees"


def test_money_that_somebody_took_out_is_named_by_what_the_ramp_calls_it(
    desk: Desk,
    sold: Invoice,
) -> None:
    state = desk.place.fake.state
    gone = state.book("", "eur", -700, type="payout", source="po_by_hand")
    state.book("", "eur", 40, type="stripe_fee", source=None)
    line = believed(desk)
    assert _compared(line) == ("differs", FUNDED + 2 * NET, FUNDED + 2 * NET - 660)
    [difference] = Difference.objects.all()
    assert {(cause["kind"], cause["units"]) for cause in difference.causes} == {
        ("unknown_outgoing", "-700"),
        ("unknown_incoming", "40"),
    }
    assert f"po_by_hand:{gone['id']}" in {cause["reference"] for cause in difference.causes}
    state.book("", "eur", 660, type="adjustment", source=None)
    assert look(desk).state == "agrees"


def test_a_ramp_that_is_down_is_not_compared(desk: Desk) -> None:
    desk.place.fake.faults.order(Fault.ERROR_BEFORE, on="GET /v1/balance", times=9)
    line = look(desk)
    assert (line.state, line.reason) == ("not_compared", "ramp_down")


def _compared(line: Any) -> tuple[str, int, int]:
    return line.state, int(line.booked_units), int(line.told_units)
