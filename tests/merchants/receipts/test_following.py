"""Papers follow the chain: taken back with a note, and paid again with another receipt."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gateway.chains.models import Deposit
from gateway.events import subscriptions
from gateway.events.subscriptions import EventRecord, handlers_for
from gateway.invoices.life import AGAIN
from gateway.invoices.models import Invoice
from gateway.invoices.services import invoice_mark, invoice_void
from gateway.refunds.cards.models import CardRefund
from merchants.receipts.drawing import sheet_for
from merchants.receipts.following import lost_of, receipt_follow, unmarked_of
from merchants.receipts.handlers import on_invoices
from merchants.receipts.issuing import note_for_card_refund, receipt_for_ticket
from merchants.receipts.models import Document
from merchants.receipts.papers import Tender
from merchants.receipts.plain_text import plain_text
from merchants.tickets import services
from tests.cards.rows import card_refund_row
from tests.chain_rows import make_deposit, tell
from tests.merchants.receipts.conftest import Counter, deposit_of
from tests.refunds.conftest import WALLET, Refunds, euros, refunds

__all__ = ["refunds"]
pytestmark = pytest.mark.django_db


def follow(counter: Counter, source: str) -> Document | None:
    return receipt_follow(shop_id=counter.world.shop_id, source=source, now=timezone.now())


def moved(counter: Counter, invoice: Invoice, gone: Deposit) -> Deposit:
    """The same transaction in another block: told in one transaction, as the watcher does."""
    again = make_deposit(
        units=int(gone.units),
        at=counter.world.now,
        asset=gone.asset,
        address=bytes(invoice.address),
        invoice_id=invoice.id,
        shop_id=invoice.shop_id,
        tx_hash=bytes(gone.tx_hash),
        first_block_time=gone.first_block_time,
    )
    with transaction.atomic():
        tell(gone, "orphaned", now=counter.world.now)
        tell(again, "seen", now=counter.world.now)
    counter.world.drain()
    return again


def papers() -> list[tuple[str, int]]:
    """All papers in the order in which they were given."""
    return [(one.label, one.paper.total_units) for one in Document.objects.order_by("id")]


def test_a_sale_that_its_chain_took_back_has_a_note_and_paid_again_one_more_receipt(
    counter: Counter,
) -> None:
    world, invoice = counter.world, counter.sale(1_250)
    receipt = counter.receipt(invoice)
    gone = deposit_of(invoice)
    world.hear(gone, "orphaned")
    assert papers() == [("TEST-R-000001", 1_250), ("TEST-C-000001", 1_250)]
    note = Document.objects.get(kind="credit_note")
    assert (note.paper.cause, note.paper.of) == ("taken_back", "TEST-R-000001")
    assert note.paper.shares == receipt.paper.shares
    assert note.paper.tenders[0].transaction == receipt.paper.tenders[0].transaction
    assert counter.receipt(world.again(invoice)) == receipt, "it isn't paid"

    world.confirmed(invoice, tx_hash=bytes(gone.tx_hash))
    assert papers()[2:] == [("TEST-R-000002", 1_250)]
    again = counter.receipt(world.again(invoice))
    assert (again.label, again.times) == ("TEST-R-000002", 2)
    assert follow(counter, f"invoice:{invoice.id}") == again
    assert len(papers()) == 3

    world.hear(deposit_of(invoice), "orphaned")
    assert papers()[3:] == [("TEST-C-000002", 1_250)]
    world.confirmed(invoice)
    assert papers()[4:] == [("TEST-R-000003", 1_250)]


def test_a_payment_that_a_reorg_moved_to_another_block_at_once_changes_no_paper(
    counter: Counter,
) -> None:
    world, invoice = counter.world, counter.sale()
    receipt, gone = counter.receipt(invoice), deposit_of(invoice)
    again = moved(counter, invoice, gone)
    assert papers() == [("TEST-R-000001", 1_250)]
    world.hear(again, "confirmed")
    assert world.again(invoice).status == "paid"
    assert papers() == [("TEST-R-000001", 1_250)]
    assert counter.receipt(world.again(invoice)) == receipt


def test_a_sale_that_nobody_wanted_a_receipt_of_has_no_paper_of_a_reorg(counter: Counter) -> None:
    invoice = counter.sale()
    counter.world.hear(deposit_of(invoice), "orphaned")
    counter.world.confirmed(invoice)
    assert papers() == []


def test_the_pages_say_what_became_of_the_sale(counter: Counter, client: Client) -> None:
    invoice = counter.sale()
    receipt = counter.receipt(invoice)
    counter.world.hear(deposit_of(invoice), "orphaned")
    first = client.get(f"/r/{receipt.token}").content.decode()
    assert "This payment was taken back" in first and "TEST-C-000001" in first
    counter.world.confirmed(invoice)
    note, again = Document.objects.order_by("id")[1:]
    assert f"/r/{again.token}" in client.get(f"/r/{receipt.token}").content.decode()
    told = client.get(f"/r/{note.token}").content.decode()
    assert "Taken back by the network" in told and "This payment was taken back" in told
    assert sheet_for(again).marks == ("Test",)
    latest = client.get(f"/i/{invoice.id}/receipt").content.decode()
    assert "TEST-R-000002" in latest and "taken back" not in latest


def mark(counter: Counter, invoice: Invoice, status: str) -> None:
    invoice_mark(
        shop_id=invoice.shop_id,
        invoice_id=invoice.id,
        status=status,
        by="user:ada",
        now=counter.world.now,
    )
    counter.world.drain()


def test_a_sale_that_its_shop_called_paid_and_then_invalid_has_a_note(counter: Counter) -> None:
    invoice = counter.world.issue(1_250)
    mark(counter, invoice, "settled")
    receipt = counter.receipt(counter.world.again(invoice))
    assert follow(counter, f"invoice:{invoice.id}") == receipt
    mark(counter, invoice, "invalid")
    assert papers() == [("TEST-R-000001", 1_250), ("TEST-C-000001", 1_250)]
    note = Document.objects.get(kind="credit_note")
    assert (note.paper.cause, note.paper.shares) == ("marked_invalid", receipt.paper.shares)
    assert [one.kind for one in note.paper.tenders] == ["marked"]
    assert "Marked as invalid by the shop" in plain_text(sheet_for(note))
    mark(counter, invoice, "settled")
    assert papers()[2:] == [("TEST-R-000002", 1_250)]


@pytest.mark.parametrize("ending", ["expired", "cancelled"])
def test_papers_hear_of_every_end_of_a_sale(counter: Counter, ending: str) -> None:
    assert "receipts.invoice" in handlers_for(f"invoice.{ending}", AGAIN)
    invoice = counter.sale()
    counter.receipt(invoice)
    moved(counter, invoice, deposit_of(invoice))
    assert len(papers()) == 1
    Invoice.objects.filter(id=invoice.id).update(status=ending)
    hear(invoice, ending)
    assert papers() == [("TEST-R-000001", 1_250), ("TEST-C-000001", 1_250)]


def hear(invoice: Invoice, ending: str) -> None:
    body = {"received": [{"tx_hash": one["tx_hash"]} for one in invoice.received]}
    on_invoices(
        [
            EventRecord(
                id=invoice.id,
                type=f"invoice.{ending}",
                mode=invoice.mode,
                shop_id=invoice.shop_id,
                subject=f"invoice:{invoice.id}",
                sequence=9,
                body=body,
                occurred_at=timezone.now(),
            )
        ]
    )


def test_papers_hear_of_no_sale_that_can_have_none(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most are paid once and stay so, or end unpaid: nothing is queued for them."""
    heard: list[str] = []

    def note(events: Sequence[EventRecord]) -> None:
        heard.extend(event.type for event in events)

    monkeypatch.setitem(subscriptions._handlers, "receipts.invoice", note)
    world = counter.world
    unpaid = world.issue()
    invoice_void(shop_id=unpaid.shop_id, invoice_id=unpaid.id, now=world.now)
    world.drain()
    paid = counter.sale()
    assert (world.again(unpaid).status, world.again(paid).status) == ("cancelled", "paid")
    assert heard == []
    world.hear(deposit_of(paid), "orphaned")
    world.confirmed(paid)
    assert heard == ["invoice.reverted", "invoice.paid"]


@pytest.mark.parametrize("kind", ["invoice", "ticket"])
def test_the_sale_is_locked_before_its_note_is_numbered(counter: Counter, kind: str) -> None:
    if kind == "ticket":
        ticket_id = counter.ticket(1_250)
        invoice = ask(counter, ticket_id)
        counter.world.confirmed(invoice)
        source = f"ticket:{ticket_id}"
    else:
        invoice = counter.sale()
        source = f"invoice:{invoice.id}"
    counter.receipt(counter.world.again(invoice))
    paper = Document.objects.get().paper
    entries = [entry(one.transaction, "orphaned", share="0") for one in paper.tenders]
    Invoice.objects.filter(id=invoice.id).update(received=entries, status="waiting")
    with CaptureQueriesContext(connection) as queries:
        follow(counter, source)
    told = [one["sql"] for one in queries]
    locked = next(at for at, sql in enumerate(told) if "FOR UPDATE" in sql)
    numbered = next(at for at, sql in enumerate(told) if sql.startswith("INSERT INTO"))
    assert locked < numbered and f'_{kind}"' in told[locked]


# ---- tickets ------------------------------------------------------------------------------------


def ask(counter: Counter, ticket_id: UUID, part: int = 1) -> Invoice:
    return services.ticket_ask(
        shop=counter.world.view, ticket_id=ticket_id, part=part, tap=counter.tap()
    )[1]


def split_ticket(counter: Counter, units: int = 1_000) -> UUID:
    ticket_id = counter.ticket(units)
    services.ticket_split(
        shop_id=counter.world.shop_id, ticket_id=ticket_id, parts=2, tap=counter.tap()
    )
    return ticket_id


def test_a_bill_of_which_one_part_was_taken_back_is_taken_back_whole_and_receipted_anew(
    counter: Counter,
) -> None:
    ticket_id = split_ticket(counter)
    counter.cash(ticket_id, 500)
    invoice = ask(counter, ticket_id, 2)
    counter.world.confirmed(invoice)
    counter.receipt(counter.world.again(invoice))
    counter.world.hear(deposit_of(invoice), "orphaned")
    assert papers() == [("TEST-R-000001", 1_000), ("TEST-C-000001", 1_000)]
    assert [one.kind for one in Document.objects.latest("id").paper.tenders] == ["tokens"]
    counter.world.confirmed(invoice)
    assert papers()[2:] == [("TEST-R-000002", 1_000)]
    assert follow(counter, f"ticket:{ticket_id}") == Document.objects.latest("id")
    assert len(papers()) == 3


def test_a_part_that_its_shop_called_invalid_takes_back_the_bill(counter: Counter) -> None:
    ticket_id = split_ticket(counter)
    first, second = ask(counter, ticket_id, 1), ask(counter, ticket_id, 2)
    mark(counter, first, "settled")
    counter.world.confirmed(second)
    counter.receipt(counter.world.again(second))
    counter.world.hear(deposit_of(second), "orphaned")
    note = Document.objects.get(kind="credit_note")
    assert (note.paper.cause, [one.kind for one in note.paper.tenders]) == (
        "taken_back",
        ["tokens"],
    ), "the other part is paid still"
    counter.world.confirmed(second)
    mark(counter, first, "invalid")
    note = Document.objects.filter(kind="credit_note").latest("id")
    assert (note.paper.cause, [one.kind for one in note.paper.tenders]) == (
        "marked_invalid",
        ["marked"],
    )
    assert len(papers()) == 4


def test_money_that_went_back_of_a_part_stands_on_paper_once_the_bill_is_paid(
    counter: Counter,
) -> None:
    ticket_id = split_ticket(counter)
    invoice = ask(counter, ticket_id)
    counter.world.confirmed(invoice)
    now = timezone.now()
    row = card_refund_row(shop_id=invoice.shop_id, invoice_id=invoice.id, mark="x", now=now)
    CardRefund.objects.filter(id=row.id).update(
        status="completed",
        approved_by="user:bea",
        approved_at=now,
        asked_at=now,
        remote_id="re_1",
        ended_at=now,
    )
    assert note_for_card_refund(refund_id=row.id, now=now) is None, "the other hasn't paid yet"
    services.cash_take(
        shop_id=counter.world.shop_id,
        ticket_id=ticket_id,
        part=2,
        given_units=500,
        tap=counter.tap(),
    )
    receipt = receipt_for_ticket(shop_id=counter.world.shop_id, ticket_id=ticket_id, now=now)
    assert papers() == [("TEST-R-000001", 1_000), ("TEST-C-000001", 100)]
    note = Document.objects.get(kind="credit_note")
    assert (note.receipt_id, note.source) == (receipt.id, f"card_refund:{row.id}")
    assert note_for_card_refund(refund_id=row.id, now=now) == note
    assert receipt_for_ticket(shop_id=receipt.shop_id, ticket_id=ticket_id, now=now) == receipt
    assert len(papers()) == 2


def test_tokens_that_went_back_of_a_sale_keep_their_note_when_it_is_taken_back(
    refunds: Refunds,
) -> None:
    refunds.fund()
    invoice = refunds.paid(1_250)
    asked = refunds.ask(invoice, amount=euros(500), reason="Cold")
    refunds.claim(asked.token, to=WALLET)
    (outgoing,) = refunds.queued()
    refunds.becomes(outgoing, "mined", status="succeeded")
    refunds.becomes(outgoing, "final", status="succeeded")
    assert papers() == [("TEST-R-000001", 1_250), ("TEST-C-000001", 500)]
    refunds.world.hear(refunds.deposit_of(invoice), "orphaned")
    assert papers()[2:] == [("TEST-C-000002", 1_250)]
    refunds.world.confirmed(invoice)
    assert papers()[3:] == [("TEST-R-000002", 1_250)]
    on_paper = sum(
        one.paper.total_units * (1 if one.kind == "receipt" else -1)
        for one in Document.objects.all()
    )
    assert on_paper == 750


# ---- pure ---------------------------------------------------------------------------------------


def entry(hash: str, state: str, *, credited: bool = False, share: str = "1") -> dict[str, Any]:
    return {"tx_hash": hash, "state": state, "credited": credited, "share": share}


@pytest.mark.parametrize(
    ("received", "status", "lost"),
    [
        ([entry("a", "final", credited=True)], "paid", set()),
        ([entry("a", "orphaned", share="0")], "waiting", {"a"}),
        ([entry("a", "orphaned", share="0"), entry("a", "seen")], "processing", set()),
        ([entry("a", "orphaned", share="0"), entry("a", "seen")], "invalid", {"a"}),
        ([entry("a", "orphaned", share="0"), entry("a", "final", share="0")], "waiting", {"a"}),
        ([entry("a", "orphaned", share="0"), entry("b", "final", credited=True)], "paid", {"a"}),
    ],
)
def test_which_transactions_pay_no_longer(
    received: list[dict[str, Any]], status: str, lost: set[str]
) -> None:
    assert lost_of(received, status=status) == lost


@pytest.mark.parametrize(("stand", "gone"), [([500, 500], 0), ([500], 1), ([], 2), ([400, 500], 1)])
def test_which_marks_are_called_paid_no_longer(stand: list[int], gone: int) -> None:
    tenders = [Tender("marked", 500), Tender("cash", 500), Tender("marked", 500)]
    assert unmarked_of(tenders, stand=stand) == (Tender("marked", 500),) * gone
