"""Receipts in a real browser: on the shopper's phone, at the till, in the settings."""

import os
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from merchants.receipts.headings import heading_put
from merchants.receipts.issuing import note_for_cash, receipt_for_invoice, receipt_for_ticket
from merchants.receipts.models import PrintJob
from merchants.receipts.printing import NewPrinter, print_ask, printer_add
from merchants.tickets import services
from merchants.tills.rules import Rules
from merchants.tills.ruling import rules_put
from tests.e2e.at_the_till import PIN, Counter
from tests.e2e.looking import codes_on, overflow_px, sideways, small_targets
from tests.merchants.receipts.conftest import Counter as Sales

LONG = "Donaudampfschifffahrtsgesellschaftskapitänskajüte mit Ausblick"


def _filled(house, settings):
    """A sale, a ticket and a credit note with long words on them; a printer that doesn't answer."""
    settings.PRINTER_NETWORKS = "192.168.1.0/24"
    shop_id, now, by = house.world.shop_id, timezone.now(), uuid4()
    heading = {
        "legal_name": f"{LONG} GmbH & Co. KG",
        "address": "Am Kai 1\n1020 Wien",
        "tax_number": "ATU12345678",
        "footer": f"Thank you for your visit.\n{LONG}",
    }
    heading_put(shop_id=shop_id, given=heading, by=by, now=now)
    sales = Sales(house.world)
    sale = sales.sale(1_250, order_id=LONG)
    ticket_id = sales.ticket(1_200, 550, 1_000_000)
    paid = sales.cash(ticket_id, 1_010_000, keep_change=True)
    receipt = receipt_for_ticket(shop_id=shop_id, ticket_id=ticket_id, now=now)
    _ticket, back = services.cash_back(
        shop_id=shop_id, ticket_id=ticket_id, units=500, reason=LONG, tap=sales.tap()
    )
    note = note_for_cash(cash=back, ticket=paid, now=now)
    printer = printer_add(
        shop_id=shop_id,
        wanted=NewPrinter(LONG[:60], "192.168.1.50"),
        by=by,
        now=now,
    )
    print_ask(document=receipt, printer=printer, key="a", by="user:ann", now=now)
    PrintJob.objects.update(state="failed", error="printer_off", ended_at=now)
    rules = Rules("always", 0, 100_000)
    rules_put(shop_id=shop_id, rules=rules, by=by, now=now)
    return sale, ticket_id, receipt, note


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "tablet", "desktop"])
def test_every_page_fits_its_screen(house, settings, size, scheme, language):
    sale, ticket_id, receipt, note = _filled(house, settings)
    shop_id = house.world.shop_id
    till, board = f"/pos/{shop_id}", f"/dashboard/{shop_id}"
    paths = {
        "public": f"/r/{receipt.token}",
        "note": f"/r/{note.token}",
        "sale": f"/i/{sale.id}/receipt",
        "till": f"{till}/receipts/{receipt.id}",
        "ticket": f"{till}/tickets/{ticket_id}",
        "settings": f"{board}/settings/receipts",
        "invoice": f"{board}/invoices/{sale.id}",
    }
    with house.page(size=size, color_scheme=scheme, role="owner") as page:
        page.goto(f"/language?to={language}&next={till}/")
        for name, path in paths.items():
            page.goto(path)
            _picture(page, f"{name}-{size}-{scheme}-{language}")
            assert overflow_px(page) == 0, name
            assert small_targets(page) == [], name
            assert sideways(page) == [], name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_code_at_the_till_opens_the_receipt(house, scheme):
    sale = Sales(house.world).sale()
    document = receipt_for_invoice(invoice=sale, now=timezone.now())
    there = f"/pos/{house.world.shop_id}/receipts/{document.id}"
    with house.page(size="tablet", color_scheme=scheme, role="cashier") as page:
        page.goto(there)
        (link,) = codes_on(page)
        assert link.endswith(f"/r/{document.token}")


def test_on_paper_there_is_the_receipt_and_nothing_else(house):
    document = receipt_for_invoice(invoice=Sales(house.world).sale(), now=timezone.now())
    with house.page(size="desktop") as page:
        page.goto(f"/r/{document.token}")
        page.emulate_media(media="print")
        expect(page.get_by_role("button", name="Print")).to_be_hidden()
        box = page.locator(".paper").bounding_box()
        assert box is not None and box["width"] <= 273, "72 mm"
        (link,) = codes_on(page)
        assert document.token in link


def test_a_refund_in_five_taps_and_a_pin(house):
    """From the list of sales: the sale, Refund, the manager (two), and the last one."""
    counter = Counter(house)
    manager = house.staff.user("manager")
    sale = house.world.issue()
    house.world.hear(house.world.confirmed(sale), "final")
    with house.page(size="tablet") as page:
        counter.pair(page)
        counter.stand(page)
        taps = 0
        page.locator(f"a[href$='/sales/{sale.id}']").click()
        taps += 1
        page.wait_for_url(f"**/sales/{sale.id}")
        page.locator("details.refund > summary").first.click()
        taps += 1
        page.locator("#refund-amount").fill("5.00")
        page.locator("#refund-manager").select_option(str(manager.id))
        taps += 2
        page.locator("#refund-pin").fill(PIN)
        page.locator("details.refund form button[type=submit]").first.click()
        taps += 1
        page.wait_for_url("**/refund")
        expect(page.get_by_text("A manager has to approve it.")).to_have_count(0)
        assert len(codes_on(page)) == 1
    assert taps <= 5


def _picture(page, name):
    """For whoever wants to look: TILLWAY_PICTURES names a folder."""
    folder = os.environ.get("TILLWAY_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/receipts-{name}.png", full_page=True)
