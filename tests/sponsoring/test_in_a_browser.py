"""The button on the page: a wallet without ether signs, and the page tells how it went."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from gateway.outside.rpc import JsonRpc
from gateway.sponsoring.models import Authorization
from tests.e2e.conftest import LiveProcess, chromium, live_process  # noqa: F401 (fixtures)
from tests.market.execution.conftest import USDC
from tests.sponsoring.conftest import Counter

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread
pytestmark = [
    pytest.mark.chain,
    pytest.mark.browser,
    pytest.mark.xdist_group("devchain"),
    pytest.mark.django_db(transaction=True),
]

WALLET = """
window.asked = [];
window.ethereum = { request: async ({ method, params }) => {
  window.asked.push(method);
  if (method === 'eth_requestAccounts') return [await window.walletAddress()];
  if (method === 'eth_chainId') return '0x7a69';
  if (method === 'eth_signTypedData_v4') {
    if (window.refuse) throw Object.assign(new Error('no'), { code: 4001 });
    return window.walletSigns(params[0], params[1]);
  }
  throw new Error(method);
} };
"""
Visit = Callable[..., Any]


@pytest.fixture
def visit(  # noqa: PLR0917 (fixtures)
    counter: Counter,
    live_server: Any,
    live_process: LiveProcess,  # noqa: F811
    chromium: Any,  # noqa: F811
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Visit]:
    settings.PUBLIC_URL, settings.LIVE_URL = live_server.url, live_process.url
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {
        "DIRECTIVES": {**directives, "connect-src": ["'self'", live_process.url]}
    }
    node = counter.house.desk.till.url

    def chain_time() -> datetime:
        """Asked by each thread over a connection of its own."""
        with JsonRpc(node) as rpc:
            head = rpc.call("eth_getBlockByNumber", ["latest", False])
        return datetime.fromtimestamp(int(head["timestamp"], 16), UTC)

    monkeypatch.setattr(timezone, "now", chain_time)  # pages go by the chain's clock
    complaints: list[str] = []

    def sign(address: str, text: str) -> str:
        assert address == counter.shopper.address
        return "0x" + counter.sign(json.loads(text)).hex()

    @contextmanager
    def visiting(path: str, **options: Any) -> Iterator[Any]:
        context = chromium.new_context(base_url=live_server.url, **({"locale": "en"} | options))
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if "Content Security" in said.text else None,
        )
        page.expose_function("walletAddress", lambda: counter.shopper.address)
        page.expose_function("walletSigns", sign)
        page.add_init_script(WALLET)
        page.goto(path)
        yield page
        context.close()

    yield visiting
    assert complaints == []


def test_a_wallet_without_ether_pays_by_signing(counter: Counter, visit: Visit) -> None:
    from playwright.sync_api import expect

    invoice = counter.issue()
    with visit(f"/i/{invoice.id}?asset={USDC.code}") as page:
        page.get_by_role("button", name="Pay without gas").click()
        expect(page.locator("#wallet-says")).to_contain_text("We are sending it for you")
        expect(page.get_by_role("button", name="Pay without gas")).to_be_disabled()
        assert "eth_sendTransaction" not in page.evaluate("window.asked")
        counter.send()
        expect(page.locator("[data-state=paid]")).to_be_visible()
    assert Authorization.objects.get().status == "paid"


def test_what_could_not_be_sent_is_said_with_a_way_out(counter: Counter, visit: Visit) -> None:
    from playwright.sync_api import expect

    invoice = counter.issue()
    with visit(f"/i/{invoice.id}?asset={USDC.code}") as page:
        page.get_by_role("button", name="Pay without gas").click()
        expect(page.locator("#wallet-says")).to_contain_text("We are sending it for you")
        counter.cancel_on_chain(bytes(Authorization.objects.get().nonce))
        counter.send()
        expect(page.locator("#wallet-says")).to_contain_text("We could not send it")
        expect(page.get_by_role("button", name="Pay with Wallet")).to_be_enabled()
        expect(page.locator("[data-state=waiting]")).to_be_visible()


def test_declining_and_being_short_are_said_in_words(counter: Counter, visit: Visit) -> None:
    from playwright.sync_api import expect

    invoice = counter.issue(cents=500_000)
    with visit(f"/i/{invoice.id}?asset={USDC.code}", locale="zh-CN") as page:
        button = page.get_by_role("button", name="免 Gas 付款")
        page.evaluate("window.refuse = true")
        button.click()
        expect(button).to_be_enabled()
        page.evaluate("window.refuse = false")
        button.click()
        expect(page.locator("#wallet-says")).to_contain_text("USDC 不足")
        expect(button).to_be_enabled()
    assert not Authorization.objects.exists()


def test_a_token_that_takes_no_signature_has_no_such_button(counter: Counter, visit: Visit) -> None:
    from playwright.sync_api import expect

    invoice = counter.issue()
    with visit(f"/i/{invoice.id}?asset=WETH@31337") as page:
        expect(page.get_by_role("button", name="Pay with Wallet")).to_be_visible()
        expect(page.get_by_role("button", name="Pay without gas")).to_have_count(0)
