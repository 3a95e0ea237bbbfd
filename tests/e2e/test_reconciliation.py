"""Reconciliation, and a payout's payments, in a real browser: they fit every screen."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from gateway.events.ids import uuid7
from gateway.settlement.allocating.models import ShopCredit
from gateway.settlement.allocating.services import payout_allocate
from gateway.settlement.models import Payout
from gateway.settlement.reconciling.differing import difference_explain, difference_note
from tests.e2e.looking import overflow_px, sideways, small_targets
from tests.merchants.house.test_reconciliation import HERE, HOT, USDC, looked

__all__ = ["looked"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_every_page_of_it_fits_its_screen(
    house: Any, looked: Any, size: str, scheme: str, language: str
) -> None:
    now = looked.opened_at
    difference_note(difference_id=looked.id, text="Asked the custodian.", by="ann", now=now)
    difference_explain(difference_id=looked.id, because="A fee.", by="ann", now=now)
    with house.page(size=size, color_scheme=scheme, role="operator") as page:
        page.goto(f"/language?to={language}&next={HERE}")
        for name, path in (
            ("overview", HERE),
            ("difference", f"{HERE}/differences/{looked.id}"),
            ("account", f"{HERE}/history?account={HOT}&asset={USDC}"),
            ("history", f"{HERE}/history"),
        ):
            page.goto(path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            _keep(page, f"{name}-{size}-{scheme}-{language}")
            assert overflow_px(page) == 0, path
            assert small_targets(page) == [], path
            assert sideways(page) == [], path


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_a_payouts_payments_fit_every_screen(house: Any, size: str, language: str) -> None:
    invoice = house.world.issue(5_000)
    shop_id = house.world.shop_id
    for units in (12_500_000, 3_333_333):
        ShopCredit.objects.create(
            deposit_id=uuid7(),
            shop_id=shop_id,
            asset=USDC,
            invoice_id=invoice.id,
            units=units,
            credited_at=invoice.created_at,
        )
    payout = Payout.objects.create(
        shop_id=shop_id,
        mode="test",
        asset=USDC,
        decimals=6,
        units=16_000_000,
        taken_asset=USDC,
        taken_decimals=6,
        taken_units=16_000_000,
        chain_id=31337,
        destination=b"\1" * 20,
        trigger="demand",
        idempotency_key="x",
        requested_at=invoice.created_at,
    )
    payout_allocate(payout_id=payout.id, shop_id=shop_id, asset=USDC, units=16_000_000)
    here = f"/dashboard/{shop_id}/payouts/{payout.id}/invoices"
    sale = f"/dashboard/{shop_id}/invoices/{invoice.id}"
    with house.page(size=size, role="owner") as page:
        page.goto(f"/language?to={language}&next={here}")
        for name, path in (("payments", here), ("invoice", sale)):
            page.goto(path)
            _keep(page, f"{name}-{size}-{language}")
            assert overflow_px(page) == 0, path
            assert small_targets(page) == [], path
            assert sideways(page) == [], path


def _keep(page: Any, name: str) -> None:
    """A picture of the page, where PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name.replace(' ', '_')}.png"), full_page=True)
