"""The checkout in a frame of a shop's own page, which is another site to the browser."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from gateway.invoices.models import Invoice
from gateway.shops.services import shop_set_terms
from tests.e2e.looking import codes_on, overflow_px, small_targets
from tests.e2e.test_approvals import draw

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script src="{house}/embed/tillway.js"></script>
<h1>A shop</h1><a href="{house}/i/{invoice}" data-tillway>Pay here</a>
<div id="inside" style="height: 700px"></div>
<script>
window.heard = [];
const hear = (name) => (data) => window.heard.push([name, data]);
window.handlers = {{ onLoaded: hear('loaded'), onStatus: hear('status'), onClose: hear('close') }};
</script></html>"""


class Site:
    """A web server of the shop's, at an address that is another site than ours."""

    def __init__(self) -> None:
        self.page = ""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = site.page.encode()
                if self.path != "/":  # its icon
                    content = b""
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.stop()


def name(house: Any, *origins: str) -> None:
    shop_set_terms(
        shop_id=house.world.shop_id,
        changes={"embed_origins": list(origins)},
        now=timezone.now(),
    )


def visit(page: Any, house: Any, site: Site, invoice: Invoice) -> None:
    site.page = PAGE.format(house=house.url, invoice=invoice.id)
    page.goto(f"{site.origin}/")


def heard(page: Any) -> list[tuple[str, Any]]:
    return [(kind, data.get("status")) for kind, data in page.evaluate("window.heard")]


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_it_opens_above_the_shops_page_which_hears_how_it_goes(
    house: Any, site: Site, size: str
) -> None:
    name(house, site.origin)
    invoice = house.world.issue()
    with house.page(size=size) as page:
        visit(page, house, site, invoice)
        page.evaluate(f"window.opened = Tillway.open('{invoice.id}', window.handlers)")
        inside = page.frame_locator("iframe")
        expect(inside.locator("[data-state=waiting]")).to_be_visible()
        draw(page, f"embed-0-{size}")
        inside.locator("#qr").scroll_into_view_if_needed()
        assert codes_on(page) == [f"{house.url}/i/{invoice.id}"]
        frame = next(one for one in page.frames if "/i/" in one.url)
        assert overflow_px(frame) == 0
        assert small_targets(frame) == []
        house.world.confirmed(invoice)
        expect(inside.locator("[data-state=paid]")).to_be_visible()
        draw(page, f"embed-1-paid-{size}")
        told = heard(page)
        assert told[0] == ("loaded", "waiting")
        assert told[-1] == ("status", "paid")
        ids = {data["invoiceId"] for _, data in page.evaluate("window.heard")}
        assert ids == {str(invoice.id)}
        inside.get_by_role("button", name="Close").click()
        expect(page.locator("iframe")).to_have_count(0)
        assert heard(page)[-1][0] == "close"


def test_a_link_opens_it_and_escape_closes_it(house: Any, site: Site) -> None:
    name(house, site.origin)
    invoice = house.world.issue()
    with house.page() as page:
        visit(page, house, site, invoice)
        page.get_by_role("link", name="Pay here").click()
        expect(page.frame_locator("iframe").locator("[data-state=waiting]")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("iframe")).to_have_count(0)


def test_a_token_is_chosen_and_a_price_renewed_without_leaving_the_frame(
    house: Any, site: Site
) -> None:
    from datetime import timedelta

    name(house, site.origin)
    invoice = house.world.issue()
    with house.page() as page:
        visit(page, house, site, invoice)
        page.evaluate(
            f"Tillway.mount(document.getElementById('inside'), '{house.url}/i/{invoice.id}')"
        )
        inside = page.frame_locator("iframe")
        inside.locator("#picker summary").click()
        inside.locator("#picker a").filter(has_text="WETH").click()
        expect(inside.locator("#picker summary")).to_contain_text("WETH")
        Invoice.objects.filter(id=invoice.id).update(lock_end=invoice.lock_end - timedelta(hours=1))
        inside.get_by_role("link", name="For a wallet's scanner").click()
        expect(inside.locator("[data-state=price_over]")).to_be_visible()
        inside.get_by_role("button", name="Get a new price").click()
        expect(inside.locator("[data-state=waiting]")).to_be_visible()
        assert len(house.world.again(invoice).promises.sets) == 2


def test_another_site_gets_an_empty_frame_and_hears_nothing(house: Any, site: Site) -> None:
    name(house, "https://shop.example")
    invoice = house.world.issue()
    with house.page() as page:
        visit(page, house, site, invoice)
        page.evaluate(f"window.opened = Tillway.open('{invoice.id}', window.handlers)")
        page.wait_for_timeout(500)
        expect(page.frame_locator("iframe").locator("#main")).to_have_count(0)
        assert heard(page) == []
    assert any("frame-ancestors" in text or "frame" in text for text in house.complaints)
    house.complaints.clear()
