"""Moving in, in a real browser: a choice, progress without a click, the history, the checklist."""

import json

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from merchants.moving.carrying import moves_carry
from merchants.moving.models import Move
from merchants.moving.moves import move_from_file, move_from_server
from tests.e2e.looking import layout_shift, overflow_px, picture, sideways, small_targets
from tests.merchants.moving.old_server import KEY, serve
from tests.merchants.moving.samples import (
    LEGACY_CSV,
    btcpay_invoice,
    btcpay_store,
    btcpay_webhook,
)

LOOKS = [("phone", "light", "en"), ("phone", "dark", "zh-CN"), ("desktop", "dark", "en")]
LONG = "Kaffeerösterei und Feinkosthandlung an der alten Feuerwache, Inhaberin Amélie Müßig"


@pytest.fixture
def old():
    for server in serve("btcpay"):
        server.stores = [btcpay_store(name=LONG)]
        server.webhooks = [
            btcpay_webhook(1, url="https://shop.example/?wc-api=btcpaygf_default&" + "x" * 90),
            btcpay_webhook(2, authorizedEvents={"everything": True, "specificEvents": []}),
        ]
        server.invoices = [
            *(btcpay_invoice(number) for number in range(1, 9)),
            btcpay_invoice(9, amount="many"),
            btcpay_invoice(10, status="Expired", amount="0.00012345", currency="BTC"),
            btcpay_invoice(11, metadata={"orderId": "ORDER" * 30}),
        ]
        yield server


def looked(house, old):
    move = move_from_server(
        shop_id=house.world.shop_id,
        source="btcpay",
        url=old.url,
        key=KEY,
        by="user:e2e",
        now=timezone.now(),
    )
    moves_carry(now=timezone.now())
    return move


@pytest.mark.parametrize(("size", "scheme", "locale"), LOOKS)
def test_every_page_fits_its_screen_in_every_state(house, old, size, scheme, locale):
    root = f"/dashboard/{house.world.shop_id}"
    with house.page(size=size, color_scheme=scheme, locale=locale, role="owner") as page:

        def look(name, path):
            page.goto(root + path)
            picture(page, f"moving-{name}-{size}-{scheme}-{locale}")
            assert overflow_px(page) == 0, name
            assert sideways(page) == [], name
            assert small_targets(page, apart=".hush, .skip, td, p, .hint") == [], name
            assert layout_shift(page) < 0.01, name

        look("begin-empty", "/settings/moving")
        look("history-empty", "/history")
        move = looked(house, old)
        look("choosing", f"/settings/moving/{move.id}")
        for name in ("lock", "tolerance"):
            page.locator(f"input[name=setting][value={name}]").check()
        page.locator("input[name=webhook]").first.check()
        page.locator("form[action$='/take'] button[type=submit]").click()
        expect(page.locator("#secrets")).to_be_visible()
        picture(page, f"moving-secrets-{size}-{scheme}-{locale}")
        assert overflow_px(page) == 0
        moves_carry(now=timezone.now())
        look("done", f"/settings/moving/{move.id}")
        look("begin", "/settings/moving")
        look("history", "/history")
        look("nothing-found", "/history?q=nothing")
        look("checklist", "/settings/moving/checklist")


def test_progress_shows_without_a_click_until_the_end(house):
    rows = [btcpay_invoice(number) for number in range(1, 4)]
    move = move_from_file(
        shop_id=house.world.shop_id,
        upload=json.dumps(rows).encode(),
        zone="UTC",
        with_emails=False,
        by="user:e2e",
        now=timezone.now(),
    )
    with house.page(size="phone", role="owner") as page:
        page.goto(f"/dashboard/{house.world.shop_id}/settings/moving/{move.id}")
        expect(page.get_by_text("Bringing over")).to_be_visible()
        Move.objects.filter(id=move.id).update(added=2, rows_read=2)
        expect(page.locator("dd.strong.number")).to_have_text("2")
        Move.objects.filter(id=move.id).update(added=0, rows_read=0)
        moves_carry(now=timezone.now())
        expect(page.get_by_role("link", name="What is left")).to_be_visible()
        expect(page.locator("dd.strong.number")).to_have_text("3")


def test_an_owner_brings_a_file_over_with_the_keyboard_alone(house, tmp_path):
    file = tmp_path / "export.csv"
    file.write_bytes(LEGACY_CSV)
    with house.page(size="desktop", role="owner") as page:
        page.goto(f"/dashboard/{house.world.shop_id}/settings/moving")
        page.get_by_label("Export file", exact=True).set_input_files(file)
        page.get_by_role("button", name="Bring it over").press("Enter")
        page.wait_for_url("**/settings/moving/*-*")
        moves_carry(now=timezone.now())
        page.get_by_role("link", name="Payments before Tillway").click()
        page.wait_for_url("**/history")
        page.get_by_label("Order, old number or transaction").fill("1001")
        page.get_by_role("button", name="Search", exact=True).last.press("Enter")
        page.wait_for_url("**q=1001*")
        expect(page.get_by_text("€12.50")).to_be_visible()
