"""Receipts and credit notes as PDF: all that stands on them, in either language, the same bytes."""

import io
import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from gateway.branding.selectors import PrintedBrand
from merchants.receipts.drawing import public_link
from merchants.receipts.issuing import note_for_cash
from merchants.receipts.layout import Sheet
from merchants.receipts.models import Document
from merchants.receipts.papers import Sold
from merchants.receipts.pdf import receipt_pdf
from merchants.tickets import services
from tests.branding.test_branding import png
from tests.merchants.api.conftest import Api, key_for
from tests.merchants.receipts.conftest import Counter, deposit_of
from tests.merchants.receipts.test_layout import LINK, PAPER, sheet

__all__ = ["key_for"]
PLAIN = PrintedBrand()


def pdf_of(told: Sheet, *, brand: PrintedBrand = PLAIN, language: str = "en") -> bytes:
    return receipt_pdf(told, name="R-000012 · Café Prinz", brand=brand, language=language)


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(pdf).pages)


def test_all_that_stands_on_a_receipt_stands_in_its_pdf() -> None:
    pdf = pdf_of(sheet(cashier="Ann", stands=False))
    text = text_of(pdf)
    for words in ("Café Prinz", "ATU123", "R-000012", "Ann", "2 × €3.00", "9.26 USDC", "€13.50"):
        assert words in text, words
    assert "TAKEN_BACK" in text and "0xabababab…ababab" in text and LINK in text
    reader = read(pdf)
    assert len(reader.pages) == 1
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [595, 842]
    assert reader.metadata is not None and reader.metadata.title == "R-000012 · Café Prinz"
    assert reader.root_object["/Lang"] == "en"


def test_chinese_is_set_in_a_font_that_has_it() -> None:
    head = replace(PAPER.head, name="阿梅莉咖啡馆", footer="谢谢惠顾！")
    pdf = pdf_of(sheet(replace(PAPER, head=head)), language="zh-hans")
    text = text_of(pdf)
    assert "阿梅莉咖啡馆" in text and "谢谢惠顾！" in text
    assert b"STSong-Light" in pdf


@pytest.mark.parametrize("brand", [PLAIN, PrintedBrand((0, 80, 40), png())])
def test_the_same_sheet_is_the_same_bytes(brand: PrintedBrand) -> None:
    assert pdf_of(sheet(), brand=brand) == pdf_of(sheet(), brand=brand)


def test_a_long_ticket_goes_on_over_pages_and_nothing_is_lost() -> None:
    sold = tuple(Sold(f"Thing {n} " + "W" * 90, n, 1_000, n) for n in range(120))
    pdf = pdf_of(sheet(replace(PAPER, sold=sold)))
    assert len(read(pdf).pages) > 3
    named = {int(number) for number in re.findall(r"Thing (\d+)", text_of(pdf))}
    assert named == set(range(120))


def test_nothing_stands_outside_of_the_page() -> None:
    head = replace(PAPER.head, name="W" * 200, footer="长" * 300)
    wide = replace(PAPER, head=head, order="N" * 400, reason="因" * 200)
    for page in read(pdf_of(sheet(wide))).pages:
        ends: list[float] = []
        page.extract_text(visitor_text=lambda _text, _cm, tm, _font, _size: ends.append(tm[4]))
        assert all(0 <= end <= 595 for end in ends)


# ---- where it is had ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_shopper_has_it_in_their_language_from_the_receipts_page(counter: Counter) -> None:
    document = counter.receipt()
    browser = Client(HTTP_ACCEPT_LANGUAGE="en")
    path = f"/r/{document.token}/receipt.pdf"
    assert path in browser.get(f"/r/{document.token}").content.decode()
    answer = browser.get(path)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'inline; filename="{document.label}.pdf"'
    assert answer["X-Robots-Tag"] == "noindex"
    text = text_of(answer.content)
    for words in (document.label, "€12.50", "not a tax invoice", "TEST", public_link(document)):
        assert words in text, words
    chinese = Client(HTTP_ACCEPT_LANGUAGE="zh-CN").get(path)
    assert "收据" in text_of(chinese.content)
    assert browser.get(f"/r/{document.token[:-1]}x/receipt.pdf").status_code == 404


@pytest.mark.django_db
def test_a_program_has_the_receipt_and_each_note(counter: Counter, key_for: Any) -> None:
    shop_id, ticket_id = counter.world.shop_id, counter.ticket(1_000)
    _ticket, invoice = services.ticket_ask(
        shop=counter.world.view, ticket_id=ticket_id, part=1, tap=counter.tap()
    )
    counter.world.confirmed(invoice)
    api = Api(key_for(shop_id))
    told = api.get(f"invoices/{invoice.id}/receipt").json()
    assert told["pdf_url"] == f"{told['url']}/receipt.pdf"
    assert told["number"] in text_of(api.get(f"invoices/{invoice.id}/receipt.pdf").content)

    cash_ticket = counter.cash(counter.ticket(700), 700)
    _ticket, back = services.cash_back(
        shop_id=shop_id, ticket_id=cash_ticket.id, units=200, reason="Cold", tap=counter.tap()
    )
    note = note_for_cash(cash=back, ticket=cash_ticket, now=timezone.now())
    assert api.get(f"invoices/{invoice.id}/receipt.pdf?number={note.label}").status_code == 404
    shown = Client(HTTP_ACCEPT_LANGUAGE="en").get(f"/r/{note.token}/receipt.pdf")
    text = text_of(shown.content)
    assert note.label in text and "Given back" in text and "Cold" in text


@pytest.mark.django_db
def test_a_note_of_the_invoice_is_had_by_its_number(counter: Counter, key_for: Any) -> None:
    invoice = counter.sale()
    counter.receipt(invoice)
    counter.world.hear(deposit_of(invoice), "orphaned")
    note = Document.objects.get(kind="credit_note")
    api = Api(key_for(counter.world.shop_id))
    answer = api.get(f"invoices/{invoice.id}/receipt.pdf?number={note.label}")
    assert note.label in text_of(answer.content)
    assert api.get(f"invoices/{invoice.id}/receipt.pdf?number=C-1").status_code == 404


def test_a_program_reaches_what_was_taken_back_once_the_sale_is_paid_again(
    counter: Counter, key_for: Any
) -> None:
    invoice = counter.sale()
    counter.receipt(invoice)
    api = Api(key_for(counter.world.shop_id))
    assert api.get(f"invoices/{invoice.id}/receipt").json()["earlier"] == []
    counter.world.hear(deposit_of(invoice), "orphaned")
    counter.world.confirmed(invoice)
    told = api.get(f"invoices/{invoice.id}/receipt").json()
    assert (told["number"], told["credit_notes"]) == ("TEST-R-000002", [])
    (earlier,) = told["earlier"]
    assert earlier["number"] == "TEST-R-000001"
    assert [one["number"] for one in earlier["credit_notes"]] == ["TEST-C-000001"]
    for number in ("TEST-R-000001", "TEST-C-000001", "TEST-R-000002"):
        answer = api.get(f"invoices/{invoice.id}/receipt.pdf?number={number}")
        assert answer.status_code == 200 and number in text_of(answer.content)
