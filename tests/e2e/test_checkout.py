"""The shopper's page in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from gateway.invoices.erc681 import parse_erc681
from tests.chain_rows import ETH, USDC, WETH
from tests.e2e.in_page_wallet import methods, put_wallet
from tests.e2e.looking import codes_on, codes_on_a_bad_day, overflow_px, small_targets


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "tablet", "desktop"])
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_the_page_fits_its_screen_and_its_code_can_be_read_off_it(house, size, scheme, locale):
    invoice = house.world.issue()
    with house.page(size=size, color_scheme=scheme, locale=locale) as page:
        page.goto(f"/i/{invoice.id}")
        word = "等待您付款" if locale == "zh-CN" else "Waiting for your payment"
        expect(page.get_by_role("heading", name=word)).to_be_visible()
        assert overflow_px(page) == 0
        assert small_targets(page) == []
        url = f"{house.url}/i/{invoice.id}"
        assert codes_on(page) == [url]
        assert codes_on_a_bad_day(page) == [url]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("asset", [USDC, ETH])
def test_the_wallets_code_on_the_screen_asks_for_exactly_this(house, asset, scheme):
    invoice = house.world.issue()
    with house.page(size="phone", color_scheme=scheme) as page:
        page.goto(f"/i/{invoice.id}?asset={asset}&qr=erc681")
        (text,) = codes_on(page)
    asked = parse_erc681(text)
    quote = house.world.quote(invoice, asset)
    assert (asked.units, asked.chain_id) == (quote.units, 31337)
    assert bytes.fromhex(asked.recipient[2:]) == bytes(invoice.address)


def test_choosing_a_token_and_a_code_changes_the_page_without_loading_it_again(house):
    invoice = house.world.issue()
    with house.page() as page:
        page.goto(f"/i/{invoice.id}")
        page.evaluate("window.stayed = true")
        page.locator("#picker summary").click()
        page.get_by_role("link", name=re.compile("WETH")).click()
        expect(page.locator("#picker summary")).to_contain_text("WETH")
        page.get_by_role("link", name="For a wallet's scanner").click()
        expect(page.locator("#qr")).to_have_attribute("data-kind", "erc681")
        assert parse_erc681(codes_on(page)[0]).token is not None
        assert page.evaluate("window.stayed") is True
        assert "asset=WETH" in page.url


def test_without_scripts_everything_is_there(house):
    invoice = house.world.issue()
    with house.page(java_script_enabled=False, size="phone") as page:
        page.goto(f"/i/{invoice.id}")
        assert codes_on(page) == [f"{house.url}/i/{invoice.id}"]
        page.locator("#picker summary").click()
        page.get_by_role("link", name=re.compile("ETH on|^ETH")).first.click()
        expect(page.locator("#picker summary")).to_contain_text("ETH")
        refresh = page.locator("meta[http-equiv=refresh]")
        assert refresh.get_attribute("content") == "8"
        house.world.confirmed(invoice)
        page.reload()
        expect(page.get_by_role("heading", name="Paid", exact=True)).to_be_visible()


def test_the_page_tells_what_happens_as_it_happens(house):
    invoice = house.world.issue()
    with house.page(size="phone") as page:
        page.goto(f"/i/{invoice.id}")
        expect(page.locator("[data-state=waiting]")).to_be_visible()
        deposit = house.world.pay(invoice)
        expect(page.locator("[data-state=processing]")).to_be_visible()
        expect(page.get_by_role("status").first).to_contain_text("Payment seen")
        house.world.hear(deposit, "confirmed")
        expect(page.locator("[data-state=paid]")).to_be_visible()
        assert codes_on(page) == []
        page.get_by_role("link", name="Show the receipt").click()
        expect(page.get_by_role("heading", name="Receipt")).to_be_visible()


def test_the_rest_of_an_underpaid_invoice_is_a_new_code(house):
    invoice = house.world.issue()
    with house.page(size="phone") as page:
        page.goto(f"/i/{invoice.id}?asset={USDC}&qr=erc681")
        whole = parse_erc681(codes_on(page)[0]).units
        half = whole // 2
        house.world.confirmed(invoice, units=half)
        expect(page.locator("[data-state=partial]")).to_be_visible()
        rest = parse_erc681(codes_on(page)[0]).units
        assert half <= rest <= whole - half + 10_000


def test_a_page_whose_stream_is_shut_asks_instead(house, settings):
    settings.LIVE_URL = "http://localhost:9"
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    directives["connect-src"] = ["'self'", "http://localhost:9"]
    invoice = house.world.issue()
    with house.page() as page:
        page.goto(f"/i/{invoice.id}")
        house.world.confirmed(invoice)
        expect(page.locator("[data-state=paid]")).to_be_visible()
    house.complaints = [text for text in house.complaints if "ERR_" not in text]


def test_a_wallet_in_the_browser_sends_exactly_what_the_page_says(house):
    invoice = house.world.issue()
    quote = house.world.quote(invoice, USDC)
    with house.page(prepare=put_wallet()) as page:
        page.goto(f"/i/{invoice.id}?asset={USDC}")
        expect(page.get_by_text("Nothing else is signed")).to_be_visible()
        page.get_by_role("button", name="Pay with Test Wallet").click()
        expect(page.locator("#wallet-says")).to_contain_text("Sent.")
        asked = page.evaluate("window.asked")
        methods = [method for method, _ in asked]
        assert "wallet_switchEthereumChain" in methods
        (sent,) = next(params for method, params in asked if method == "eth_sendTransaction")
        assert sent["chainId"] == hex(31337)
        assert sent["to"].lower() == "0x" + "a0" * 20
        assert sent["value"] == "0x0"
        recipient, units = bytes(invoice.address).hex(), f"{quote.units:064x}"
        assert sent["data"] == f"0xa9059cbb{recipient.rjust(64, '0')}{units}"
        expect(page.get_by_role("button", name="Pay with Test Wallet")).to_be_disabled()
        expect(page.locator("[data-state=waiting]")).to_be_visible()


def test_declining_in_the_wallet_sends_nothing_and_can_be_tried_again(house):
    invoice = house.world.issue()
    with house.page(prepare=put_wallet()) as page:
        page.goto(f"/i/{invoice.id}?asset={ETH}")
        page.evaluate("window.refuse = true")
        page.get_by_role("button", name="Pay with Test Wallet").click()
        expect(page.locator("#wallet-says")).to_contain_text("Nothing was sent")
        expect(page.get_by_role("button", name="Pay with Test Wallet")).to_be_enabled()


def test_a_network_that_the_wallet_does_not_know_is_added_in_plain_words(
    house, settings, chain_entry
):
    settings.CHAINS = [chain_entry | {"wallet_rpc_url": "http://localhost:8545"}]
    invoice = house.world.issue()
    with house.page(prepare=put_wallet()) as page:
        page.goto(f"/i/{invoice.id}?asset={USDC}")
        page.evaluate("window.unknown = true")
        page.get_by_role("button", name="Pay with Test Wallet").click()
        expect(page.locator("#wallet-says")).to_contain_text("Sent.")
        asked = page.evaluate("window.asked")
        (added,) = next(params for method, params in asked if method == "wallet_addEthereumChain")
        assert added["chainId"] == hex(31337)
        assert added["rpcUrls"] == ["http://localhost:8545"]
        assert [method for method, _ in asked].index("wallet_addEthereumChain") < [
            method for method, _ in asked
        ].index("eth_sendTransaction")


def test_a_network_that_nobody_can_add_sends_nothing(house, settings, chain_entry):
    settings.CHAINS = [{key: chain_entry[key] for key in chain_entry if key != "wallet_rpc_url"}]
    invoice = house.world.issue()
    with house.page(prepare=put_wallet()) as page:
        page.goto(f"/i/{invoice.id}?asset={USDC}")
        page.evaluate("window.unknown = true")
        page.get_by_role("button", name="Pay with Test Wallet").click()
        expect(page.locator("#wallet-says")).to_contain_text("doesn't know")
        expect(page.get_by_role("button", name="Pay with Test Wallet")).to_be_enabled()
        assert "eth_sendTransaction" not in methods(page)
    house.complaints = [text for text in house.complaints if "404" not in text]


def held(page, **units):
    """The networks answer that the wallet holds so many units."""
    holds = {f"{symbol}@31337": str(amount) for symbol, amount in units.items()}
    page.route("**/balances?*", lambda route: route.fulfill(json={"holds": holds}))


def test_what_the_wallet_can_pay_with_comes_first(house):
    invoice = house.world.issue()
    enough = house.world.quote(invoice, WETH).units
    with house.page(prepare=put_wallet()) as page:
        held(page, USDC=1, WETH=enough, ETH=enough * 2)
        page.goto(f"/i/{invoice.id}?asset={USDC}")
        page.get_by_role("button", name="See what it can pay with").click()
        expect(page.locator("#wallet-says")).to_contain_text("comes first")
        names = page.locator("#picker a .strong:first-child").all_inner_texts()
        assert set(names[:2]) == {"ETH", "WETH"}
        first = page.locator("#picker a").first
        expect(first).to_contain_text("You hold enough")
        poor = page.locator(f"#picker a[data-asset='{USDC}']")
        expect(poor).to_contain_text("You hold too little")
        assert methods(page) == ["eth_requestAccounts"]
        first.click()  # drawn anew, the order stays
        expect(page.locator("#picker summary")).to_contain_text(names[0])
        page.locator("#picker summary").click()
        expect(page.locator("#picker a").first).to_contain_text("You hold enough")


def test_a_wallet_that_holds_too_little_or_networks_that_say_nothing_are_told(house):
    invoice = house.world.issue()
    with house.page(prepare=put_wallet()) as page:
        held(page, USDC=1)
        page.goto(f"/i/{invoice.id}")
        look = page.get_by_role("button", name="See what it can pay with")
        look.click()
        expect(page.locator("#wallet-says")).to_contain_text("too little of each")
        page.unroute("**/balances?*")
        page.route("**/balances?*", lambda route: route.fulfill(status=503, json={"code": "x"}))
        look.click()
        expect(page.locator("#wallet-says")).to_contain_text("give no answer")
        expect(page.get_by_role("button", name="Pay with Test Wallet")).to_be_enabled()
    house.complaints = [text for text in house.complaints if "503" not in text]


def test_copying_the_address_copies_all_of_it(house):
    from gateway.chains.addresses import checksum

    invoice = house.world.issue()
    with house.page(permissions=["clipboard-read", "clipboard-write"]) as page:
        page.goto(f"/i/{invoice.id}")
        page.get_by_role("button", name="Copy Address").click()
        expect(page.get_by_role("button", name="Copied Address")).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == checksum(bytes(invoice.address))


def test_the_keyboard_reaches_every_way_to_pay(house):
    invoice = house.world.issue()
    with house.page() as page:
        page.goto(f"/i/{invoice.id}")
        reached = set()
        for _ in range(20):
            page.keyboard.press("Tab")
            reached.add(page.evaluate("document.activeElement.textContent.trim().slice(0, 20)"))
        for word in ("Skip to content", "MetaMask", "Trust", "Other app"):
            assert any(text.startswith(word) for text in reached), word
