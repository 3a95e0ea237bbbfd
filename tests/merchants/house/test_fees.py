"""The house's page of a shop's fee, and what the shop is told of it."""

import pytest

from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.models import Act
from gateway.shops.selectors import shop_view
from tests.checkout.test_views import assert_strict
from tests.custody.approvals.conftest import delay_passed
from tests.faces import PASSWORD, Staff
from tests.merchants.house.test_approvals import said

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


def test_one_proposes_another_approves_and_the_shop_is_told(staff: Staff) -> None:
    page = f"/house/limits/{staff.world.shop_id}/fee"
    olga = staff.client("operator", **ENGLISH)
    assert_strict(olga.get(page))
    assert page in said(olga.get(page.removesuffix("/fee")))
    text = said(olga.post(page, {"percent": "0.3", "reason": "volume"}, follow=True))
    assert "0.50\u202f% → 0.30\u202f%" in text
    assert "A change waits." in said(olga.get(page))
    act = Act.objects.get()
    staff.with_password("compliance_officer").refresh_from_db()
    officer = staff.client("compliance_officer", **ENGLISH)
    officer.post(f"/house/approvals/{act.id}/agree", {"password": PASSWORD})
    delay_passed(act.id)
    assert acts_carry_out_due() == 1
    assert shop_view(shop_id=staff.world.shop_id).terms.fee_bps == 30
    assert "Operator" in said(olga.get(page))
    settings = f"/dashboard/{staff.world.shop_id}/settings"
    shown = said(staff.client("owner", **ENGLISH).get(settings))
    assert "Of 100.00 EUR you get 99.70 EUR; the fee is 0.30." in shown
    assert "The house, by two people" in shown and "Operator" not in shown
    chinese = staff.client("owner", HTTP_ACCEPT_LANGUAGE="zh-hans")
    assert "手续费" in said(chinese.get(settings))


@pytest.mark.parametrize(
    ("percent", "problem"),
    [
        ("0.50", "That is the fee already."),
        ("9", "A fee is a percentage between 0 and"),
        ("much", "A fee is a percentage between 0 and"),
        ("0.123", "A fee is a percentage between 0 and"),
    ],
)
def test_what_is_no_other_fee_is_told(staff: Staff, percent: str, problem: str) -> None:
    page = f"/house/limits/{staff.world.shop_id}/fee"
    olga = staff.client("operator", **ENGLISH)
    text = said(olga.post(page, {"percent": percent, "reason": "x"}), 422)
    assert problem in text
    assert "Say why" in said(olga.post(page, {"percent": "1", "reason": " "}), 422)
    assert not Act.objects.exists()


@pytest.mark.parametrize(("role", "status"), [("owner", 404), ("desk", 403)])
def test_nobody_else_has_a_part_in_it(staff: Staff, role: str, status: int) -> None:
    page = f"/house/limits/{staff.world.shop_id}/fee"
    assert staff.client(role).get(page).status_code == status
    assert staff.client(role).post(page, {"percent": "0"}).status_code == status
