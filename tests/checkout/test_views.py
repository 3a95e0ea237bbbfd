"""The shopper's pages as a browser gets them."""

import io
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import zxingcpp
from django.test import Client
from PIL import Image

from gateway.branding.selectors import brand_of
from gateway.compliance.knowing.models import ShopperPlace
from gateway.invoices.models import Invoice
from gateway.invoices.services import invoice_void
from gateway.market.snapshot_store import forget_snapshot
from tests.chain_rows import WETH

UNKNOWN = "01935b0e-0000-7000-8000-00000000dead"


@pytest.fixture
def browser():
    return Client(HTTP_ACCEPT_LANGUAGE="en")


def state_of(browser, invoice, **query):
    page = browser.get(f"/i/{invoice.id}", query)
    assert page.status_code == 200
    return page.content.decode()


def assert_strict(response):
    policy = response["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_a_waiting_page_shows_what_to_pay_where_and_how(open_shop, browser):
    invoice = open_shop.issue(1_250, order_id="Table 4")
    page = browser.get(f"/i/{invoice.id}")
    text = page.content.decode()
    assert_strict(page)
    assert 'data-state="waiting"' in text
    assert "€12.50" in text
    assert "Café Amélie" in text
    assert "Table 4" in text
    for asset in ("USDC", "WETH"):
        assert f"?asset={asset}@31337" in text
    assert "link.metamask.io/dapp/" in text
    assert "link.trustwallet.com/open_url?coin_id=60" in text
    assert '<meta http-equiv="refresh"' in text
    assert 'role="status"' in text
    assert page["Cache-Control"].startswith("max-age=0")


def test_each_state_of_a_real_invoice_reaches_the_page(open_shop, browser):
    invoice = open_shop.issue()
    half = open_shop.quote(invoice).units // 2
    open_shop.confirmed(invoice, units=half)
    assert 'data-state="partial"' in state_of(browser, invoice)
    second = open_shop.pay(invoice, units=half + 1_000)
    assert 'data-state="processing"' in state_of(browser, invoice)
    open_shop.hear(second, "confirmed")
    paid = state_of(browser, invoice)
    assert 'data-state="paid"' in paid
    assert "http-equiv" not in paid


def test_a_payment_that_a_reorg_took_back_says_so(open_shop, browser):
    invoice = open_shop.issue()
    deposit = open_shop.confirmed(invoice)
    open_shop.hear(deposit, "orphaned")
    text = state_of(browser, invoice)
    assert 'data-state="reverted"' in text
    assert "took the payment back" in text


def test_a_voided_sale_asks_for_nothing(open_shop, browser):
    invoice = open_shop.issue()
    invoice_void(shop_id=invoice.shop_id, invoice_id=invoice.id, now=open_shop.now)
    text = state_of(browser, invoice)
    assert 'data-state="cancelled"' in text
    assert "ethereum:" not in text
    assert 'id="qr"' not in text


def test_a_listed_payers_page_says_only_that_it_is_checked(open_shop, browser):
    from tests.invoices.conftest import LISTED

    invoice = open_shop.issue()
    open_shop.confirmed(invoice, sender=LISTED)
    text = state_of(browser, invoice)
    assert 'data-state="held"' in text
    assert "sanction" not in text.lower()
    status = browser.get(f"/i/{invoice.id}/status").json()
    assert status["release_goods"] == "no"


def test_a_chosen_token_is_what_the_page_asks_for(open_shop, browser):
    invoice = open_shop.issue()
    text = state_of(browser, invoice, asset=WETH, qr="erc681")
    assert f"/transfer?address=" in text  # noqa: F541
    assert 'data-kind="erc681"' in text
    assert f'href="/i/{invoice.id}?asset={WETH}&amp;qr=url"' in text


def test_the_png_decodes_to_the_page_and_to_the_wallets_request(open_shop, browser):
    invoice = open_shop.issue()

    def decoded(query):
        answer = browser.get(f"/i/{invoice.id}/qr.png", query)
        assert answer["Content-Type"] == "image/png"
        return zxingcpp.read_barcode(Image.open(io.BytesIO(answer.content)).convert("L")).text

    assert decoded({}) == f"http://localhost:8000/i/{invoice.id}"
    assert decoded({"kind": "erc681", "asset": WETH, "px": "4"}).startswith("ethereum:0x")
    assert decoded({"px": "1e9"}) == decoded({"px": "٣"}) == decoded({})


def test_the_status_tells_what_the_stream_tells(open_shop, browser):
    from gateway.checkout.selectors import live_message

    invoice = open_shop.issue()
    answer = browser.get(f"/i/{invoice.id}/status")
    message = live_message(f"invoice:{invoice.id}")
    assert answer.json()["version"] == message.version
    assert answer.json()["status"] == "waiting"


def test_only_what_is_paid_has_a_receipt(open_shop, browser):
    invoice = open_shop.issue()
    assert browser.get(f"/i/{invoice.id}/receipt").status_code == 302
    open_shop.confirmed(invoice)
    receipt = browser.get(f"/i/{invoice.id}/receipt")
    assert receipt.status_code == 200
    assert "not a tax invoice" in receipt.content.decode()
    assert_strict(receipt)


def test_a_receipt_tells_the_shops_own_time(open_shop, browser):
    from gateway.shops.models import Shop

    invoice = open_shop.issue()
    open_shop.confirmed(invoice)
    Shop.objects.filter(id=open_shop.shop_id).update(time_zone="Asia/Kathmandu")
    local = invoice.created_at.astimezone(ZoneInfo("Asia/Kathmandu"))
    text = browser.get(f"/i/{invoice.id}/receipt").content.decode()
    assert f"{local:%H:%M} (Asia/Kathmandu)" in text


def test_a_new_price_is_given_when_the_old_one_ran_out_and_never_before(open_shop, browser):
    invoice = open_shop.issue()
    assert browser.post(f"/i/{invoice.id}/renew").status_code == 302
    assert open_shop.again(invoice).lock_end == invoice.lock_end
    type(invoice).objects.filter(id=invoice.id).update(
        lock_end=invoice.lock_end - timedelta(hours=1)
    )
    assert 'data-state="price_over"' in state_of(browser, invoice)
    assert browser.post(f"/i/{invoice.id}/renew").status_code == 302
    assert 'data-state="waiting"' in state_of(browser, invoice)


def test_without_a_fresh_price_one_can_try_again(open_shop, browser, valkey):
    invoice = open_shop.issue()
    type(invoice).objects.filter(id=invoice.id).update(
        lock_end=invoice.lock_end - timedelta(hours=1)
    )
    valkey.flushdb()
    forget_snapshot()
    refused = browser.post(f"/i/{invoice.id}/renew")
    assert refused.status_code == 503
    text = refused.content.decode()
    assert "There is no new price just now" in text
    assert "Get a new price" in text


def test_what_is_no_longer_asked_for_is_not_called_to_pay(open_shop, browser):
    invoice = open_shop.issue()
    assert "To pay" in state_of(browser, invoice)
    invoice_void(shop_id=invoice.shop_id, invoice_id=invoice.id, now=open_shop.now)
    assert "To pay" not in state_of(browser, invoice)


def test_renewing_by_a_foreign_page_is_refused(open_shop):
    invoice = open_shop.issue()
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/i/{invoice.id}/renew").status_code == 403


def test_chinese_is_complete_and_chosen_by_browser_or_by_hand(open_shop, browser):
    invoice = open_shop.issue()
    asked = Client(HTTP_ACCEPT_LANGUAGE="zh-CN,zh;q=0.9").get(f"/i/{invoice.id}")
    assert "等待您付款" in asked.content.decode()
    assert 'lang="zh-hans"' in asked.content.decode()
    chosen = browser.get("/language", {"to": "zh-hans", "next": f"/i/{invoice.id}"})
    assert chosen["Location"] == f"/i/{invoice.id}"
    assert "等待您付款" in browser.get(f"/i/{invoice.id}").content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_choosing_a_language_leads_nowhere_else(browser, db, target):
    assert browser.get("/language", {"to": "en", "next": target})["Location"] == "/"


@pytest.mark.parametrize("path", ["", "/status", "/panel", "/qr.png", "/receipt"])
def test_an_unknown_invoice_is_a_clear_404(db, browser, path):
    answer = browser.get(f"/i/{UNKNOWN}{path}")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()
    assert_strict(answer)


def test_a_shops_name_can_hold_no_markup(open_shop, browser):
    from gateway.shops.models import Shop

    Shop.objects.filter(id=open_shop.shop_id).update(name="<script>alert(1)</script>")
    invoice = open_shop.issue(order_id='"><img src=x onerror=alert(2)>')
    text = state_of(browser, invoice)
    assert "<script>alert" not in text
    assert "<img" not in text


def test_a_page_costs_at_most_two_queries(open_shop, browser, django_assert_max_num_queries):
    invoice = open_shop.issue()
    open_shop.pay(invoice)
    brand_of(open_shop.shop_id)  # asked once in half a minute, by whichever page comes first
    with django_assert_max_num_queries(2):
        browser.get(f"/i/{invoice.id}")


def test_the_whole_page_stays_under_its_weight(open_shop, browser):
    import gzip

    from django.conf import settings

    invoice = open_shop.issue()
    html = browser.get(f"/i/{invoice.id}").content
    static = settings.BASE_DIR / "static"
    files = [
        *(static / "css" / "tillway.css", static / "checkout" / "paying.css"),
        static / "img" / "tillway.svg",
    ]
    scripts = ("checkout", "live", "page", "wallet", "wallets", "gasless", "holdings")
    files += [static / "js" / f"{name}.js" for name in scripts]
    total = sum(len(gzip.compress(part)) for part in [html, *(f.read_bytes() for f in files)])
    assert total <= 25 * 1024


def test_the_page_travels_compressed(open_shop, browser):
    invoice = open_shop.issue()
    answer = browser.get(f"/i/{invoice.id}", HTTP_ACCEPT_ENCODING="gzip")
    assert answer["Content-Encoding"] == "gzip"


def test_where_nobody_is_served_no_code_and_no_price_is_drawn(world, client, settings):
    invoice = world.issue()
    settings.BEHIND_PROXY, settings.SHOPPER_COUNTRY_HEADER = True, "CF-IPCountry"
    barred = {"headers": {"CF-IPCountry": "KP"}}
    in_test = client.get(f"/i/{invoice.id}", **barred)
    assert in_test.status_code == 200, "test money is worth nothing"
    Invoice.objects.filter(id=invoice.id).update(mode="live")
    address = "0x" + bytes(invoice.address).hex()
    for part in ("", "/panel", "/qr.png"):
        refused = client.get(f"/i/{invoice.id}{part}", **barred)
        assert refused.status_code == 403
        seen = refused.content.decode().lower()
        assert 'data-code="jurisdiction_not_served"' in seen
        assert address not in seen
        assert "sanction" not in seen
    offered = client.get(f"/i/{invoice.id}/authorization", **barred)
    assert (offered.status_code, offered.json()["code"]) == (403, "jurisdiction_not_served")
    assert not ShopperPlace.objects.exists(), "who only looks closes it for nobody"
    assert client.post(f"/i/{invoice.id}/renew", **barred).status_code == 403
    assert ShopperPlace.objects.get(invoice_id=invoice.id).country == "KP"


def test_what_goes_back_and_how_far_it_is_stands_on_the_page(open_shop, browser):
    invoice = open_shop.issue()
    open_shop.confirmed(invoice)
    told = {"id": UNKNOWN, "kind": "refund", "worth": "2.50", "currency": "EUR"}
    lines = [
        {**told, "status": "requested", "asset": "", "amount": ""},
        {**told, "status": "completed", "asset": "USDC@31337", "amount": "2.700000"},
        {**told, "status": "rejected", "asset": "", "amount": "", "worth": "9.99"},
    ]
    Invoice.objects.filter(id=invoice.id).update(refunds=lines)
    text = state_of(browser, invoice)
    assert 'data-refund="requested"' in text
    assert "€2.50" in text
    assert "2.7 USDC" in text
    assert "9.99" not in text
    assert "Open the link that the shop gave you" in text
