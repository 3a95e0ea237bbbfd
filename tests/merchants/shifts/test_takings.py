"""What tills' sales bring is in exactly one shift, and the same as in the books."""

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from gateway.events.relay import drain
from gateway.events.services import emit
from gateway.invoices.models import Invoice
from gateway.ledger.selectors import shop_balance
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.refunds.limits import Person
from gateway.refunds.presenters import refund_as_dict
from gateway.refunds.requesting import Wanted, refund_request
from merchants.shifts.models import Taking, ZReport
from merchants.tills.pairing import till_make
from tests.cards.rows import tender_row
from tests.chain_rows import USDC
from tests.merchants.shifts.drawers import TillDrawer

pytestmark = pytest.mark.django_db


def owed(drawer: TillDrawer) -> int:
    """What the books say the shop is owed, of what it is settled in."""
    balance = shop_balance(shop_id=drawer.till.shop_id, asset=USDC)
    return balance.available + balance.set_aside


def credited(body: dict[str, Any]) -> int:
    """What a report says the shop was credited."""
    return sum(int(one["credited"]["units"]) for one in body["assets"])


def tells(drawer: TillDrawer, type: str, *, subject: str, body: dict[str, Any]) -> None:
    with transaction.atomic():
        emit(
            type=type,
            subject=subject,
            body=body,
            mode="test",
            shop_id=drawer.till.shop_id,
            now=timezone.now(),
        )
    drain(limit=1000)


def test_what_a_shift_was_credited_is_what_the_books_say(drawer):
    drawer.takes(700)
    before = owed(drawer)
    drawer.open()
    assert credited_by_now(drawer) == before  # told before the first shift: the first one's
    for units in (1_250, 333, 99_99):
        drawer.takes(units)
    report = drawer.close()
    assert credited(report.body) == owed(drawer)
    (tokens,) = report.body["tenders"]
    assert (tokens["tender"], tokens["payments"]) == ("tokens", 4)
    assert int(tokens["paid"]["units"]) == pytest.approx(700 + 1_250 + 333 + 99_99, abs=4)


def credited_by_now(drawer: TillDrawer) -> int:
    return sum(one.credited_units for one in drawer.figures.assets)


def test_every_credit_is_in_one_report_whenever_it_comes(drawer):
    drawer.open()
    early, late = drawer.sells(1_250), drawer.sells(400)
    drawer.world.confirmed(early)
    first = drawer.close()
    at_close = owed(drawer)
    assert credited(first.body) == at_close
    drawer.world.confirmed(late)  # sold in the first shift, paid between the two
    assert Taking.objects.filter(shift=None).count() == 1
    drawer.open()
    drawer.takes(80)
    second = drawer.close()
    assert credited(second.body) == owed(drawer) - at_close
    assert not Taking.objects.filter(shift=None).exists()


def test_what_a_reorg_takes_back_is_taken_off_the_shift_that_hears_of_it(drawer):
    drawer.open()
    deposit = drawer.takes(1_250)
    drawer.close()
    drawer.open()
    drawer.world.hear(deposit, "orphaned")
    report = drawer.close()
    assert credited(report.body) < 0
    assert sum(credited(one.body) for one in ZReport.objects.all()) == owed(drawer) == 0
    (tokens,) = report.body["tenders"]
    assert (tokens["payments"], tokens["refunds"]) == (-1, 0)


def test_a_sale_at_no_till_or_at_another_one_is_not_in_the_shift(drawer, staff):
    bar = till_make(shop_id=drawer.till.shop_id, name="Bar", by=drawer.by, now=timezone.now())
    other = TillDrawer(world=drawer.world, staff=staff, till=bar)
    drawer.open()
    other.open()
    drawer.world.confirmed(drawer.world.issue(500))
    drawer.world.confirmed(drawer.world.issue(500, created_by=f"user:{drawer.by}"))
    other.takes(900)
    assert not drawer.figures.tenders and not drawer.figures.assets
    assert [one.payments for one in other.figures.tenders] == [1]


def test_an_event_heard_twice_counts_once(drawer):
    drawer.open()
    drawer.takes()
    from gateway.events.models import Event

    told = Event.objects.filter(type="payment.credited").get()
    tells(drawer, "payment.credited", subject=told.subject, body=told.body)
    assert Taking.objects.count() == 1


def test_tax_and_tip_are_known_where_the_sale_says_them(drawer):
    drawer.open()
    drawer.takes(1_190, metadata={"tax": "1.90", "tip": "0.50"})
    drawer.takes(1_000)
    (tokens,) = drawer.figures.tenders
    assert (tokens.tax_units, tokens.tip_units) == (190, 50)


def test_a_sale_that_three_paid_has_its_tax_and_tip_to_the_cent(drawer):
    drawer.open()
    invoice = drawer.sells(1_000, metadata={"tax": "1.60", "tip": "0.50"})
    whole = drawer.world.quote(invoice).units
    for units in (whole // 3, whole // 3, whole - 2 * (whole // 3)):
        drawer.world.confirmed(invoice, units=units)
    (tokens,) = drawer.figures.tenders
    assert (tokens.payments, tokens.tax_units, tokens.tip_units) == (3, 160, 50)


def test_what_is_taken_back_takes_its_own_tax_and_tip_back_whatever_is_said_by_then(drawer):
    drawer.open()
    deposit = drawer.takes(1_190, metadata={"tax": "1.90", "tip": "0.50"})
    Invoice.objects.filter(id=deposit.invoice_id).update(metadata={"tax": "0.10"})
    drawer.world.hear(deposit, "orphaned")
    (tokens,) = drawer.figures.tenders
    assert (tokens.payments, tokens.tax_units, tokens.tip_units) == (0, 0, 0)


def test_a_refund_is_counted_when_the_money_is_back(drawer):
    drawer.open()
    deposit = drawer.takes(1_250)
    drawer.world.hear(deposit, "final")
    refund = refund_request(
        shop_id=drawer.till.shop_id,
        invoice_id=deposit.invoice_id,
        wanted=Wanted(amount=Amount(500, FIAT["EUR"])),
        by=Person(who=f"user:{drawer.by}", level="owner", via="till"),
        now=timezone.now(),
    ).refund
    drain(limit=1000)
    assert drawer.figures.tenders[0].refunds == 0
    subject = f"refund:{refund.id}"
    tells(drawer, "refund.completed", subject=subject, body=refund_as_dict(refund))
    (tokens,) = drawer.figures.tenders
    assert (tokens.refunds, tokens.refunded_units) == (1, 500)
    assert credited_by_now(drawer) == owed(drawer)


def test_a_card_is_a_tender_of_its_own(drawer):
    drawer.open()
    invoice = drawer.sells(500, metadata={"tax": "0.70", "tip": "0.5"})
    tender = tender_row(
        shop_id=drawer.till.shop_id,
        invoice_id=invoice.id,
        mark="m",
        now=timezone.now(),
        status="paid",
        holds_invoice=True,
    )
    body = {"card_id": str(tender.id), "invoice_id": str(invoice.id)}
    tells(drawer, "card.paid", subject=f"card:{tender.id}", body=body)
    (card,) = drawer.figures.tenders
    assert (card.tender, card.payments, card.paid_units) == ("card", 1, 500)
    assert (card.tax_units, card.tip_units) == (70, 50)
    assert [(one.asset, one.credited_units) for one in drawer.figures.assets] == [("EUR", 500)]
