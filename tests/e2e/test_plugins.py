"""Pairing a plugin in a real browser: the consent, and the form that carries the key away."""

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

import pytest
from playwright.sync_api import expect

from merchants.accounts.models import ApiKey
from tests.e2e.looking import layout_shift, overflow_px, small_targets
from tests.merchants.plugins.test_pairing import WOO

LOOKS = [("phone", "light"), ("desktop", "dark")]
LONG = "Buchhandlung am alten Marktplatz, Zeitschriften und Schreibwaren seit 1894"
PICTURES = os.environ.get("TILLWAY_PICTURES", "")
"""A folder in which whoever looks at the pages wants them drawn."""


def draw(page: Any, *name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{'-'.join(name)}.png", full_page=True)


class Shop:
    """The plugin's own site: where the key comes to, and where payments are shown."""

    def __init__(self) -> None:
        self.came: list[tuple[str, dict[str, list[str]]]] = []
        self.page = b""
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/html")
                self.end_headers()
                self.wfile.write(shop.page)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                shop.came.append((self.path, parse_qs(body)))
                self.send_response(200)
                self.send_header("content-type", "text/html")
                self.end_headers()
                self.wfile.write(b"<h1>Settings saved</h1>")

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def plugin_site() -> Iterator[Shop]:
    shop = Shop()
    yield shop
    shop.server.shutdown()
    shop.server.server_close()


def link(redirect: str, name: str = "Corner Books") -> str:
    query = [("permissions", one) for one in WOO]
    query += [("applicationName", name), ("strict", "true"), ("redirect", redirect)]
    return f"/api-keys/authorize?{urlencode(query)}"


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_the_pages_fit_whoever_looks(house, size, scheme, locale):
    look = {"size": size, "color_scheme": scheme, "locale": locale}
    redirect = "https://a-rather-long-name-of-a-shop.example.com/back"
    for role, name in (("owner", "Corner Books"), ("manager", LONG)):
        with house.page(role=role, **look) as page:
            page.goto(link(redirect, name))
            expect(page.locator("h1")).to_be_visible()
            assert overflow_px(page) == 0
            assert small_targets(page) == []
            assert layout_shift(page) < 0.01
            draw(page, "pairing", role, size, locale)


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_a_link_that_asks_wrongly_says_what_is_wrong(house, size, scheme):
    with house.page(size=size, role="owner", color_scheme=scheme) as page:
        page.goto("/api-keys/authorize?permissions=unrestricted&redirect=https://shop.example/")
        expect(page.get_by_text("unrestricted")).to_be_visible()
        assert overflow_px(page) == 0
        draw(page, "pairing-wrong", size)
    house.complaints.clear()  # the browser's own word for the page's 400


def test_the_browser_carries_the_key_to_the_plugin_by_itself(house, plugin_site):
    back = f"{plugin_site.url}/wp-admin?callback=1&nonce=a%20b"
    with house.page(size="phone", role="owner") as page:
        page.goto(link(back))
        page.get_by_role("button", name="Connect").click()
        page.wait_for_url(f"{plugin_site.url}/**")
        expect(page.get_by_text("Settings saved")).to_be_visible()
    [(path, fields)] = plugin_site.came
    assert path == "/wp-admin?callback=1&nonce=a%20b"
    key = ApiKey.objects.get()
    assert fields["apiKey"][0].startswith(key.prefix)
    assert fields["permissions[]"] == [f"{one}:{house.world.shop_id}" for one in WOO]
    assert fields["userId"] == [str(house.staff.user("owner").id)]


def test_without_scripts_one_more_click_carries_it(house, plugin_site):
    with house.page(size="phone", role="owner", java_script_enabled=False) as page:
        page.goto(link(f"{plugin_site.url}/back"))
        page.get_by_role("button", name="Connect").click()
        draw(page, "pairing-connected", "phone")
        page.get_by_role("button", name="Go back to the plugin").click()
        page.wait_for_url(f"{plugin_site.url}/**")
    assert len(plugin_site.came) == 1


FRAMED = """<!doctype html><title>Pay</title><p>The payment</p><script>
const to = new URLSearchParams(location.search).get("origin");
const say = (type, more) =>
  parent.postMessage({from: "tillway", type, invoiceId: "1", ...more}, to);
say("loaded", {status: "waiting"});
say("status", {status: "processing", exceptions: [], releaseGoods: "wait"});
say("status", {status: "paid", exceptions: [], releaseGoods: "wait"});
say("status", {status: "paid", exceptions: [], releaseGoods: "yes"});
say("status", {status: "paid", exceptions: ["late"], releaseGoods: "yes"});
say("status", {status: "cancelled", exceptions: [], releaseGoods: "no"});
say("close");
</script>"""
"""A page that says all that the checkout's page says in a frame."""


def test_a_plugin_opens_an_invoice_above_its_page_and_hears_of_it_in_its_words(house, plugin_site):
    plugin_site.page = (
        f'<!doctype html><link rel="icon" href="data:,"><script src="{house.url}/modal/btcpay.js">'
        "</script><h1>Your order</h1>"
    ).encode()
    with house.page(size="desktop") as page:
        page.route("**/i/**", lambda route: route.fulfill(body=FRAMED, content_type="text/html"))
        page.goto(plugin_site.url)
        heard = page.evaluate(
            """() => new Promise((done) => {
                const heard = [];
                btcpay.onModalWillEnter(() => heard.push("enter"));
                btcpay.onModalWillLeave(() => { heard.push("leave"); done(heard); });
                btcpay.onModalReceiveMessage(({ data }) => heard.push(data.status ?? data));
                btcpay.showInvoice("1");
            })"""
        )
        frame = page.frame(name="btcpay")
        assert frame.url == f"{house.url}/i/1?view=modal&origin={quote(plugin_site.url, safe='')}"
        assert heard == [
            "enter",
            "loaded",
            *("Processing", "paid"),
            *("Processing", "paid"),
            *("Settled", "complete"),
            *("Expired", "expired"),
            *("Invalid", "invalid"),
            "close",
            "leave",
        ]
        expect(page.locator("iframe[name=btcpay]")).to_be_hidden()
        page.evaluate("btcpay.showFrame()")
        expect(page.locator("iframe[name=btcpay]")).to_be_visible()
