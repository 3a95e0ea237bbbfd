"""What needs two people, in a real browser: on every screen and in both languages."""

import os
from pathlib import Path

import pytest
from django.utils import timezone

from gateway.custody.approvals.services import act_agree, act_cancel
from gateway.events.ids import uuid7
from gateway.market.resuming import desk_resume_propose
from gateway.market.supervising import desk_halt
from gateway.settlement.destinations import payout_destination_change
from gateway.settlement.limits import shop_limits_change
from tests.e2e.looking import overflow_px, small_targets

LONG = "A reason that somebody wrote at length, with averyveryverylongwordwithoutanyspace in it"
PICTURES = os.environ.get("TILLWAY_PICTURES", "")
"""A folder in which whoever looks at the pages wants them drawn."""


@pytest.fixture
def busy(house):
    """Acts in every state that people see; the paths of their pages by role."""
    shop_id, now = house.world.shop_id, timezone.now()
    owner, operator = house.staff.user("owner").pk, house.staff.user("operator").pk
    desk = house.staff.user("desk").pk
    over = payout_destination_change(shop_id=shop_id, address=b"\x0d" * 20, by=owner, now=now)
    act_cancel(act_id=over.id, by=operator, reason=LONG)
    address = payout_destination_change(
        shop_id=shop_id, address=bytes.fromhex("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"),
        by=owner, now=now,
    )  # fmt: skip
    wider = shop_limits_change(
        shop_id=shop_id,
        changes={"at_risk_cap_units": 250_500_000, "max_open_lock_units": 9_000_000},
        reason=LONG,
        by=operator,
        now=now,
    )
    desk_halt(reason=LONG, by="dora@desk.example", now=now)
    resume = desk_resume_propose(asset="", reason=LONG, by=desk)
    act_agree(act_id=resume.id, by=uuid7())
    shop, here = f"/dashboard/{shop_id}", "/house/approvals"
    return {
        "owner": [
            f"{shop}/approvals", f"{shop}/approvals/{address.id}", f"{shop}/settings",
            f"{shop}/payouts",
        ],
        "operator": [
            here, f"{here}/{address.id}", f"{here}/{wider.id}", f"{here}/{resume.id}",
            f"{here}/{over.id}", f"{here}/entry", "/house/limits", f"/house/limits/{shop_id}",
        ],
        "desk": [here, "/desk/switch/all"],
    }  # fmt: skip


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh-hans")])
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_every_page_fits_its_screen(house, busy, size, scheme, language):
    for role, paths in busy.items():
        with house.page(size=size, color_scheme=scheme, role=role) as page:
            page.goto(f"/language?to={language}&next=/")
            for number, path in enumerate(paths):
                page.goto(path)
                draw(page, f"{role}-{number}-{size}-{scheme}-{language}")
                assert overflow_px(page) == 0, path
                assert small_targets(page) == [], path


def draw(page, name):
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
