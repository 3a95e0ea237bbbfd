"""Bank payouts in a real browser: on every screen, in both languages, in each state."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from gateway.ramps.models import RampAccount
from tests.e2e.looking import overflow_px, sideways, small_targets

RAMPS = [{"name": "stripe", "kind": "stripe", "currencies": {"EUR": {}, "USD": {}}}]
LOOKS = os.environ.get("TILLWAY_LOOKS")
"""A folder for pictures, for people to look at."""
WANTED = [
    "business_profile.url",
    "company.tax_id",
    "external_account",
    "person_1TwAbc.verification.additional_document",
    "tos_acceptance.date",
]
STATES: dict[str, dict[str, Any]] = {
    "none": {},
    "incomplete": {"requirements_due": WANTED, "disabled_reason": "requirements.past_due"},
    "restricted": {
        "details_submitted": True,
        "requirements_due": WANTED[:2],
        "requirements_past_due": WANTED[:1],
    },
    "ready": {
        "details_submitted": True,
        "payouts_enabled": True,
        "capabilities": {"transfers": "active"},
        "banks": ["EUR"],
    },
}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(("size", "scheme"), [("phone", "dark"), ("laptop", "light")])
def test_the_page_of_banks_fits_its_screen(
    house: Any, size: str, scheme: str, language: str, settings: Any
) -> None:
    settings.RAMPS = RAMPS
    shop_id = house.world.shop_id
    home = f"/dashboard/{shop_id}/"
    with house.page(size=size, color_scheme=scheme, role="owner") as page:
        page.goto(f"/language?to={language}&next={home}")
        for state, told in STATES.items():
            RampAccount.objects.all().delete()
            if told:
                now = house.world.clock()
                RampAccount.objects.create(
                    shop_id=shop_id,
                    mode="test",
                    ramp="stripe",
                    remote_id="acct_1",
                    asked_at=now,
                    told_at=now,
                    created_at=now,
                    requirements_deadline=now if state == "restricted" else None,
                    **told,
                )
            page.goto(home + "banks")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert overflow_px(page) == 0, state
            assert small_targets(page) == [], state
            assert sideways(page) == [], state
            if LOOKS:
                name = f"banks-{state}-{size}-{language}.png"
                page.screenshot(path=Path(LOOKS) / name, full_page=True)
        page.goto(home + "payouts")
        assert (overflow_px(page), small_targets(page), sideways(page)) == (0, [], [])
        if LOOKS:
            page.screenshot(path=Path(LOOKS) / f"payouts-{size}-{language}.png", full_page=True)
