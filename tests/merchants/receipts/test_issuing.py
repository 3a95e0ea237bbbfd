"""Numbers without gaps, papers that never change, notes that go with their receipt."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from gateway.refunds.cards.models import CardRefund
from gateway.refunds.models import Refund
from gateway.shops.models import Shop
from merchants.receipts.errors import NotPaidYet
from merchants.receipts.headings import heading_put
from merchants.receipts.issuing import (
    note_for_card_refund,
    note_for_cash,
    note_for_refund,
    receipt_for_ticket,
)
from merchants.receipts.models import Document, Series
from merchants.receipts.selectors import documents_of_invoice
from merchants.tickets import services
from merchants.tickets.errors import CashBackTooMuch, ReasonMissing, TicketNotNow
from merchants.tickets.models import CashBack, PartDemand
from merchants.tickets.pricing import Discount
from tests.as_web import as_web
from tests.cards.rows import card_refund_row
from tests.merchants.receipts.conftest import Counter
from tests.refunds.conftest import WALLET, Refunds, euros, refunds

__all__ = ["refunds"]
pytestmark = pytest.mark.django_db


def test_a_sale_has_one_receipt_however_often_it_is_asked_for(counter: Counter) -> None:
    invoice = counter.sale(order_id="Table 4")
    first = counter.receipt(invoice)
    assert (first.label, first.kind) == ("TEST-R-000001", "receipt")
    assert counter.receipt(invoice).id == first.id
    paper = first.paper
    assert (paper.total_units, paper.currency, paper.order) == (1_250, "EUR", "Table 4")
    (tender,) = paper.tenders
    assert (tender.kind, tender.token, tender.units) == ("tokens", "USDC", 1_250)
    assert tender.rate and tender.transaction.startswith("0x")


def test_what_three_paid_adds_up_to_the_sale(counter: Counter) -> None:
    invoice = counter.world.issue(1_000)
    whole = counter.world.quote(invoice).units
    for units in (whole // 3, whole // 3, whole - 2 * (whole // 3)):
        counter.world.confirmed(invoice, units=units)
    paper = counter.receipt(counter.world.again(invoice)).paper
    assert sum(tender.units for tender in paper.tenders) == paper.total_units == 1_000
    assert sorted(tender.units for tender in paper.tenders) == [333, 333, 334]


def test_only_what_is_paid_has_one(counter: Counter) -> None:
    with pytest.raises(NotPaidYet):
        counter.receipt(counter.world.issue())
    assert not Document.objects.exists()


def test_numbers_have_no_gaps_even_where_a_transaction_comes_to_nothing(counter: Counter) -> None:
    sales = [counter.sale() for _ in range(3)]
    counter.receipt(sales[0])

    class Undone(Exception):
        pass

    with pytest.raises(Undone), transaction.atomic():
        counter.receipt(sales[1])
        raise Undone
    counter.receipt(sales[2])
    counter.receipt(sales[1])
    assert sorted(Document.objects.values_list("number", flat=True)) == [1, 2, 3]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE receipts_document SET number = 9",
        "UPDATE receipts_document SET body = '{}'",
        "DELETE FROM receipts_document",
        "UPDATE receipts_series SET last = 7",
        "DELETE FROM receipts_series",
        "INSERT INTO receipts_series (shop_id, mode, kind, last)"
        " VALUES (gen_random_uuid(), 'test', 'receipt', 1)",
    ],
)
def test_what_was_issued_stays_as_it_is(counter: Counter, change: str) -> None:
    counter.receipt()
    with pytest.raises(DatabaseError, match=r"stays as it is|series of numbers"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_the_web_issues_in_its_own_shop_only(counter: Counter) -> None:
    invoice = counter.sale()
    with as_web(counter.world.shop_id):
        assert counter.receipt(invoice).number == 1
    with as_web(uuid4()), pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.create(
            shop_id=invoice.shop_id,
            mode="test",
            kind="receipt",
            source="invoice:x",
            body={},
            issued_at=timezone.now(),
        )
    assert Series.objects.get().last == 1


def test_a_note_goes_with_a_receipt_of_its_own_shop(counter: Counter) -> None:
    receipt = counter.receipt()
    told: dict[str, Any] = {"mode": "test", "body": {}, "issued_at": timezone.now()}
    with pytest.raises(DatabaseError, match="receipt of its shop"), transaction.atomic():
        Document.objects.create(
            shop_id=uuid4(), kind="credit_note", source="refund:x", receipt=receipt, **told
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.create(
            shop_id=receipt.shop_id, kind="credit_note", source="refund:x", **told
        )


def test_what_the_shop_says_of_itself_stands_on_papers_of_then(counter: Counter) -> None:
    before = counter.receipt()
    heading_put(
        shop_id=counter.world.shop_id,
        given={"legal_name": "Prinz GmbH", "address": "Ring 1\n1010 Wien", "tax_number": "ATU1"},
        by=uuid4(),
        now=timezone.now(),
    )
    Shop.objects.filter(id=counter.world.shop_id).update(name="Café Prinz")
    after = counter.receipt().paper.head
    assert (after.name, after.legal_name, after.tax_number) == ("Café Prinz", "Prinz GmbH", "ATU1")
    assert after.address == ("Ring 1", "1010 Wien")
    before.refresh_from_db()
    assert before.paper.head.legal_name == ""


def test_tax_and_tip_that_the_shops_system_named_stand_on_it(counter: Counter) -> None:
    invoice = counter.sale(1_250, metadata={"tax": "2.00", "tip": "1.00"})
    paper = counter.receipt(invoice).paper
    assert paper.tip_units == 100
    assert [(one.kind, one.due_units, one.tax_units) for one in paper.shares] == [
        ("goods", 1_150, 200),
        ("tip", 100, 0),
    ]
    # Numbers, and more places than the currency has: as the Z report of the same sale reads them.
    number = counter.receipt(counter.sale(1_250, metadata={"tax": 2, "tip": "0.505"})).paper
    assert (number.shares[0].tax_units, number.tip_units) == (200, 51)
    odd = counter.sale(1_250, metadata={"tax": "lots", "tip": {}})
    assert counter.receipt(odd).paper.tip_units == 0


# ---- tickets ------------------------------------------------------------------------------------


def test_a_tickets_receipt_has_its_lines_taxes_and_tenders(counter: Counter) -> None:
    ticket_id = counter.ticket(1_200, 550, discount=Discount("percent", 100_000))
    counter.cash(ticket_id, 2_000)
    paper = receipt_for_ticket(
        shop_id=counter.world.shop_id, ticket_id=ticket_id, now=timezone.now()
    ).paper
    assert [one.name for one in paper.sold] == ["Thing 0", "Thing 1"]
    assert (paper.full_units, paper.off_units, paper.total_units) == (1_750, 175, 1_575)
    assert [(one.ppm, one.due_units, one.tax_units) for one in paper.shares] == [
        (100_000, 495, 45),
        (200_000, 1_080, 180),
    ]
    (cash,) = paper.tenders
    assert (cash.kind, cash.units, cash.given_units, cash.change_units) == (
        "cash",
        1_575,
        2_000,
        425,
    )


def test_an_invoice_of_a_ticket_has_its_tickets_receipt(counter: Counter) -> None:
    ticket_id = counter.ticket(1_000)
    _ticket, invoice = services.ticket_ask(
        shop=counter.world.view, ticket_id=ticket_id, part=1, tap=counter.tap()
    )
    with pytest.raises(NotPaidYet):
        counter.receipt(invoice)
    counter.world.confirmed(invoice)
    document = counter.receipt(counter.world.again(invoice))
    assert document.source == f"ticket:{ticket_id}"
    assert document.paper.tenders[0].token == "USDC"
    shop_id = counter.world.shop_id
    assert documents_of_invoice(shop_id=shop_id, invoice_id=invoice.id) == [document]
    assert PartDemand.objects.count() == 1


# ---- credit notes -------------------------------------------------------------------------------


def test_tokens_that_went_back_bring_a_note(refunds: Refunds) -> None:
    refunds.fund()
    invoice = refunds.paid(1_250)
    asked = refunds.ask(invoice, amount=euros(500), reason="Cold")
    refunds.claim(asked.token, to=WALLET)
    (outgoing,) = refunds.queued()
    assert not Document.objects.exists(), "nothing went back yet"
    refunds.becomes(outgoing, "mined", status="succeeded")
    refunds.becomes(outgoing, "final", status="succeeded")
    assert Refund.objects.get().status == "completed"
    note = Document.objects.get(kind="credit_note")
    assert note.label == "TEST-C-000001"
    assert note.receipt is not None and note.receipt.source == f"invoice:{invoice.id}"
    paper = note.paper
    assert (paper.total_units, paper.of, paper.reason) == (500, "TEST-R-000001", "Cold")
    assert paper.tenders[0].kind == "tokens" and paper.tenders[0].token_amount
    assert note_for_refund(refund_id=asked.refund.id, now=timezone.now()) == note
    assert Document.objects.count() == 2


def test_a_refund_that_is_not_through_brings_none(refunds: Refunds) -> None:
    invoice = refunds.paid(1_250)
    refund = refunds.ask(invoice, amount=euros(500)).refund
    assert note_for_refund(refund_id=refund.id, now=timezone.now()) is None
    assert not Document.objects.exists()


def test_a_card_that_got_its_money_back_brings_a_note(counter: Counter) -> None:
    invoice = counter.sale(500)
    now = timezone.now()
    row = card_refund_row(shop_id=invoice.shop_id, invoice_id=invoice.id, mark="x", now=now)
    assert note_for_card_refund(refund_id=row.id, now=now) is None
    CardRefund.objects.filter(id=row.id).update(
        status="completed",
        approved_by="user:bea",
        approved_at=now,
        asked_at=now,
        remote_id="re_1",
        ended_at=now,
    )
    note = note_for_card_refund(refund_id=row.id, now=now)
    assert note is not None
    assert (note.paper.total_units, note.paper.tenders[0].kind) == (100, "card")


def test_cash_goes_back_by_tax_rate_until_nothing_is_left(counter: Counter) -> None:
    ticket_id = counter.ticket(1_200, 550)
    counter.cash(ticket_id, 2_000)
    notes = []
    for units in (875, 875):
        ticket, back = services.cash_back(
            shop_id=counter.world.shop_id,
            ticket_id=ticket_id,
            units=units,
            reason="Cold",
            tap=counter.tap(),
        )
        assert ticket.state == "paid"
        notes.append(note_for_cash(cash=back, ticket=ticket, now=timezone.now()))
    assert [note.number for note in notes] == [1, 2]
    taxes: dict[int | None, int] = {}
    for note in notes:
        for share in note.paper.shares:
            taxes[share.ppm] = taxes.get(share.ppm, 0) + share.tax_units
    assert taxes == {200_000: 200, 100_000: 50}
    with pytest.raises(CashBackTooMuch):
        services.cash_back(
            shop_id=counter.world.shop_id,
            ticket_id=ticket_id,
            units=1,
            reason="More",
            tap=counter.tap(),
        )


def test_cash_back_needs_a_paid_ticket_and_a_reason(counter: Counter) -> None:
    ticket_id = counter.ticket(1_000)
    asked: dict[str, Any] = {"shop_id": counter.world.shop_id, "ticket_id": ticket_id}
    with pytest.raises(TicketNotNow), transaction.atomic():
        services.cash_back(**asked, units=5, reason="x", tap=counter.tap())
    counter.cash(ticket_id, 1_000)
    with pytest.raises(ReasonMissing):
        services.cash_back(**asked, units=5, reason=" ", tap=counter.tap())
    tap = counter.tap()
    first = services.cash_back(**asked, units=5, reason="x", tap=tap)
    assert services.cash_back(**asked, units=5, reason="x", tap=tap) == first


def test_the_database_gives_back_no_more_cash_than_was_taken(counter: Counter) -> None:
    ticket = counter.cash(counter.ticket(1_000), 5_000)
    with pytest.raises(DatabaseError, match="no more cash"), transaction.atomic():
        CashBack.objects.create(
            ticket=ticket,
            shop_id=ticket.shop_id,
            key="k",
            units=1_001,
            reason="x",
            given_by="user:ann",
            given_at=timezone.now(),
        )
