"""Receipts as shoppers, cashiers, owners and programs get them."""

import io
import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gateway.invoices.models import Invoice
from gateway.shops.models import Shop
from merchants.audit.models import Record
from merchants.receipts.headings import heading_of
from merchants.receipts.issuing import receipt_for_ticket
from merchants.receipts.models import Document, Mailing, Printer, PrintJob
from merchants.tills.rules import Rules
from merchants.tills.ruling import rules_of
from tests.checkout.test_views import assert_strict
from tests.merchants.api.conftest import Api, key_for
from tests.merchants.receipts.conftest import Counter
from tests.merchants.tills.tablets import ENGLISH, Tablet

__all__ = ["key_for"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    return Client(**ENGLISH)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


# ---- for whoever has the address ----------------------------------------------------------------


def test_a_sales_receipt_opens_on_the_shoppers_phone(counter: Counter, browser: Client) -> None:
    invoice = counter.sale()
    page = browser.get(f"/i/{invoice.id}/receipt")
    assert_strict(page)
    document = Document.objects.get()
    for answer in (page, browser.get(f"/r/{document.token}")):
        assert answer.status_code == 200
        for words in (document.label, "€12.50", "USDC", "Network", "not a tax invoice"):
            assert words in text_of(answer)
    assert Document.objects.count() == 1


def test_its_code_leads_back_to_it(counter: Counter, browser: Client) -> None:
    import zxingcpp
    from PIL import Image

    from gateway.invoices.qr import qr_png
    from merchants.receipts.drawing import public_link

    link = public_link(counter.receipt())
    read = zxingcpp.read_barcode(Image.open(io.BytesIO(qr_png(link, module_px=6))).convert("L"))
    assert read is not None and read.text == link
    assert browser.get(f"/r/{link.rpartition('/')[2]}").status_code == 200


def test_an_address_that_was_guessed_opens_nothing(counter: Counter, browser: Client) -> None:
    token = counter.receipt().token
    for guess in ("x", token[:-1], token.swapcase()):
        assert browser.get(f"/r/{guess}").status_code == 404


def test_who_paid_their_part_of_a_bill_is_told_to_wait(counter: Counter, browser: Client) -> None:
    from merchants.tickets import services

    shop_id, ticket_id = counter.world.shop_id, counter.ticket(1_000)
    services.ticket_split(shop_id=shop_id, ticket_id=ticket_id, tap=counter.tap(), parts=2)
    _ticket, invoice = services.ticket_ask(
        shop=counter.world.view, ticket_id=ticket_id, part=1, tap=counter.tap()
    )
    counter.world.confirmed(invoice)
    waiting = browser.get(f"/i/{invoice.id}/receipt")
    assert_strict(waiting)
    assert "once the whole bill is paid" in text_of(waiting)
    services.cash_take(
        shop_id=shop_id, ticket_id=ticket_id, part=2, given_units=500, tap=counter.tap()
    )
    assert "Thing 0" in text_of(browser.get(f"/i/{invoice.id}/receipt"))


def test_a_payment_that_was_taken_back_is_said_to_be(counter: Counter, browser: Client) -> None:
    document = counter.receipt()
    Invoice.objects.update(status="invalid")
    assert "This payment was taken back" in text_of(browser.get(f"/r/{document.token}"))


# ---- at the till --------------------------------------------------------------------------------


@pytest.fixture
def at_till(tablet: Tablet) -> Tablet:
    tablet.stand("manager")
    tablet.stand("cashier")
    return tablet


def test_a_paid_sale_leads_to_its_receipt(at_till: Tablet, counter: Counter) -> None:
    invoice = counter.sale()
    sale = f"{at_till.home}/sales/{invoice.id}"
    assert f'{sale}/receipt" data-needs-line' in text_of(at_till.client.get(sale))
    there = at_till.client.get(f"{sale}/receipt")["Location"]
    page = at_till.client.get(there)
    assert_strict(page)
    text = text_of(page)
    assert "TEST-R-000001" in text and "Print from this device" in text
    assert at_till.client.get(f"{at_till.home}/receipts/last")["Location"] == there


def test_an_unpaid_one_leads_back(at_till: Tablet, counter: Counter) -> None:
    sale = f"{at_till.home}/sales/{counter.world.issue().id}"
    assert at_till.client.get(f"{sale}/receipt")["Location"] == sale
    ticket = f"{at_till.home}/tickets/{counter.ticket(500)}"
    assert at_till.client.get(f"{ticket}/receipt")["Location"] == ticket
    home = f"{at_till.home}/"
    assert at_till.client.get(f"{at_till.home}/receipts/last")["Location"] == home


def test_printing_and_mailing_are_rows_and_no_waiting(
    at_till: Tablet, counter: Counter, printer: Printer
) -> None:
    here = f"{at_till.home}/receipts/{counter.receipt().id}"
    assert "Print: Counter" in text_of(at_till.client.get(here))
    form = {"key": "k", "printer": str(printer.id)}
    for _ in range(2):
        assert at_till.client.post(f"{here}/print", form)["Location"] == here
    assert PrintJob.objects.get().state == "waiting"
    assert "Waiting for the printer" in text_of(at_till.client.get(here))
    PrintJob.objects.update(state="failed", error="printer_off", ended_at=timezone.now())
    text = text_of(at_till.client.get(here))
    assert "Not printed" in text and "Print again" in text
    typed = {"key": "m", "address": "lena@example.com"}
    assert at_till.client.post(f"{here}/mail", typed)["Location"] == here
    assert Mailing.objects.get().asked_by.startswith("till:")
    refused = at_till.client.post(f"{here}/mail", {"key": "n", "address": "lena"})
    assert refused.status_code == 400 and "no mail address" in text_of(refused)


def test_the_browser_prints_a_page_of_its_own(at_till: Tablet, counter: Counter) -> None:
    here = f"{at_till.home}/receipts/{counter.receipt().id}"
    for key, is_copy in (("a", False), ("b", True)):
        there = at_till.client.post(f"{here}/print", {"key": key, "printer": "here"})["Location"]
        page = at_till.client.get(there)
        assert_strict(page)
        assert ('class="paper-mark">COPY' in text_of(page)) is is_copy
        assert "receipts/print" in text_of(page)


def test_a_receipts_page_asks_little(at_till: Tablet, counter: Counter, printer: Printer) -> None:
    document = counter.receipt()
    here = f"{at_till.home}/receipts/{document.id}"
    at_till.client.get(here)
    with CaptureQueriesContext(connection) as captured:
        at_till.client.get(here)
    assert len(captured) <= 12, [query["sql"][:80] for query in captured]


def test_another_shops_receipt_is_not_there(at_till: Tablet, counter: Counter) -> None:
    for verb in ("", "/paper"):
        assert at_till.client.get(f"{at_till.home}/receipts/{uuid4()}{verb}").status_code == 404
    for verb in ("/print", "/mail"):
        assert at_till.client.post(f"{at_till.home}/receipts/{uuid4()}{verb}").status_code == 404


# ---- on the dashboard and by the API ------------------------------------------------------------


def test_an_owner_says_what_stands_on_receipts_and_when_a_pin_is_asked(
    staff: Any, open_shop: Any, settings: Any
) -> None:
    settings.PRINTER_NETWORKS = "192.168.1.0/24"
    here = f"/dashboard/{open_shop.shop_id}/settings/receipts"
    owner = staff.client("owner", **ENGLISH)
    page = owner.get(here)
    assert_strict(page)
    assert "No printer yet" in text_of(page)
    heading = {"section": "heading", "legal_name": "Prinz GmbH", "address": "Ring 1\r\n1010 Wien"}
    assert owner.post(here, heading).status_code == 302
    kept = heading_of(shop_id=open_shop.shop_id)
    assert kept is not None and kept.legal_name == "Prinz GmbH"
    rules = {"section": "rules", "void": "above", "void_above": "20.00", "discount_above": "15"}
    assert owner.post(here, rules).status_code == 302
    assert rules_of(shop_id=open_shop.shop_id) == Rules("above", 2_000, 150_000)
    printer = {
        "section": "printer",
        "name": "Kitchen",
        "host": "192.168.1.50",
        "port": "9100",
        "columns": "42",
        "charset": "latin",
        "till": "",
    }
    assert owner.post(here, printer).status_code == 302
    assert "192.168.1.50:9100" in text_of(owner.get(here))
    made = Printer.objects.get()
    assert owner.post(f"{here}/printers/{made.id}/remove").status_code == 302
    told = Record.objects.filter(subject="settings:receipts").order_by("id")
    printer_told = [one.detail["printer"] for one in told if "printer" in one.detail]
    kitchen = "Kitchen 192.168.1.50:9100"
    assert printer_told == [{"from": None, "to": kitchen}, {"from": kitchen, "to": None}]
    assert "No printer yet" in text_of(owner.get(here))


@pytest.mark.parametrize(
    "form",
    [
        {"section": "heading", "legal_name": "x" * 121},
        {"section": "heading", "language": "xx"},
        {"section": "rules", "void": "sometimes"},
        {"section": "rules", "void": "above", "void_above": "lots"},
        {"section": "rules", "void": "paid", "discount_above": "101"},
        {"section": "printer", "name": "A", "host": "8.8.8.8", "port": "9100", "columns": "42"},
        {"section": "printer", "name": "A", "host": "192.168.1.5", "port": "x", "columns": "42"},
    ],
)
def test_what_can_not_be_saved_is_said(staff: Any, open_shop: Any, form: dict[str, str]) -> None:
    here = f"/dashboard/{open_shop.shop_id}/settings/receipts"
    answer = staff.client("owner", **ENGLISH).post(here, form)
    assert answer.status_code >= 400 and 'role="alert"' in text_of(answer)


def test_a_manager_looks_and_changes_nothing(staff: Any, open_shop: Any) -> None:
    here = f"/dashboard/{open_shop.shop_id}/settings/receipts"
    manager = staff.client("manager", **ENGLISH)
    assert "only the owner changes" in text_of(manager.get(here))
    assert manager.post(here, {"section": "heading"}).status_code == 403
    assert staff.client("cashier", **ENGLISH).get(here).status_code == 403


def test_an_invoices_page_leads_to_its_papers(staff: Any, counter: Counter) -> None:
    invoice = counter.sale()
    here = f"/dashboard/{invoice.shop_id}/invoices/{invoice.id}"
    owner = staff.client("owner", **ENGLISH)
    assert f"/i/{invoice.id}/receipt" in text_of(owner.get(here))
    document = counter.receipt(invoice)
    assert f"/r/{document.token}" in text_of(owner.get(here))


def test_a_program_reads_a_receipt(counter: Counter, key_for: Any) -> None:
    invoice = counter.sale(order_id="T4")
    api = Api(key_for(invoice.shop_id))
    answer = api.get(f"invoices/{invoice.id}/receipt")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["number"], body["total"], body["order_id"]) == ("TEST-R-000001", "12.50", "T4")
    assert body["tenders"][0]["token"] == "USDC" and body["credit_notes"] == []
    unpaid = api.get(f"invoices/{counter.world.issue().id}/receipt")
    assert (unpaid.status_code, unpaid.json()["code"]) == (409, "receipt_not_paid")


def test_a_tickets_receipt_by_name_of_the_shop_of_then(counter: Counter) -> None:
    ticket_id = counter.ticket(1_000)
    counter.cash(ticket_id, 1_000)
    shop_id = counter.world.shop_id
    document = receipt_for_ticket(shop_id=shop_id, ticket_id=ticket_id, now=timezone.now())
    Shop.objects.filter(id=shop_id).update(name="Another")
    text = text_of(Client(**ENGLISH).get(f"/r/{document.token}"))
    assert "Another" not in re.sub(r"<title>.*</title>", "", text)
