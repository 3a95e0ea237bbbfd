"""How a shop is paid, on its pages: the policy with its preview, payouts with their parts."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gateway.settlement.models import Payout
from gateway.settlement.requesting import payout_request
from gateway.shops.selectors import policies_of, policy_of, shop_view
from gateway.shops.services import shop_set_reserve
from gateway.treasury.services import float_fund

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
USDC, DAI = "USDC@31337", "DAI@31337"
WHOLE = {
    "asset_0": USDC, "percent_0": "100", "schedule": "on_demand", "threshold": "",
    "closes_at": "", "minimum": "", "do": "save",
}  # fmt: skip
HALVES = WHOLE | {"percent_0": "50", "asset_1": DAI, "percent_1": "50"}


@pytest.fixture
def here(open_shop):
    return f"/dashboard/{open_shop.shop_id}/"


@pytest.fixture
def page(here):
    return here + "settings/settlement"


@pytest.fixture
def owner(staff):
    return staff.client("owner", **ENGLISH)


@pytest.fixture
def paid(open_shop):
    """50 euros are final, and the house has DAI."""
    deposit = open_shop.confirmed(open_shop.issue(5_000))
    open_shop.hear(deposit, "final")
    float_fund(asset=DAI, units=100 * 10**18, reference="float", now=datetime.now(UTC))


def said(answer, status=200):
    assert answer.status_code == status, answer.content.decode()[:2_000]
    return answer.content.decode()


def policy(open_shop):
    return policy_of(shop=shop_view(shop_id=open_shop.shop_id)).policy


def test_a_policy_is_previewed_and_then_saved(owner, page, open_shop, paid):
    text = said(owner.post(page, HALVES | {"do": "preview"}))
    assert "not saved" in text and "Spread" in text and DAI in text
    assert len(policies_of(shop_id=open_shop.shop_id)) == 1
    assert "go by this from now on" in said(owner.post(page, HALVES, follow=True))
    assert [share.bps for share in policy(open_shop).split] == [5_000, 5_000]
    assert policies_of(shop_id=open_shop.shop_id)[0].decided_by.startswith("user:")


def test_the_schedules_are_saved_and_unset_what_is_not_theirs(owner, page, open_shop):
    owner.post(page, WHOLE | {"schedule": "threshold", "threshold": "12.5", "minimum": "1"})
    assert policy(open_shop).threshold_units == 12_500_000
    assert 'value="12.5"' in said(owner.get(page))
    owner.post(page, WHOLE | {"schedule": "daily", "closes_at": "22:30", "threshold": "12.5"})
    found = policy(open_shop)
    assert (found.closes_at, found.threshold_units, found.minimum_units) == ("22:30", None, 0)
    assert "The shop closes next at" in said(owner.get(page))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"percent_0": "99"}, "percent_0"),
        ({"percent_0": "0"}, "percent_0"),
        ({"asset_0": "DOGE@1"}, "asset_0"),
        ({"schedule": "threshold"}, "threshold"),
        ({"schedule": "threshold", "threshold": "much"}, "threshold"),
        ({"schedule": "daily"}, "closes_at"),
        ({"schedule": "daily", "closes_at": "25:00"}, "closes_at"),
        ({"minimum": "-1"}, "minimum"),
        ({"percent_0": "50", "asset_1": USDC, "percent_1": "50"}, "asset_1"),
        ({"asset_1": DAI}, "percent_1"),
        ({"chains": ["7"]}, "chains"),
    ],
)
def test_what_is_refused_points_at_its_field(owner, page, open_shop, change, field):
    before = policy(open_shop)
    assert f'href="#policy-{field}"' in said(owner.post(page, WHOLE | change), 422)
    assert policy(open_shop) == before


@pytest.mark.parametrize("role", ["manager", "cashier", "accountant", "developer"])
def test_only_the_owner_saves(staff, page, open_shop, role):
    assert staff.client(role).post(page, HALVES).status_code == 403
    assert len(policies_of(shop_id=open_shop.shop_id)) == 1


def test_a_manager_looks_and_has_no_button(staff, page):
    text = said(staff.client("manager", **ENGLISH).get(page))
    assert "only the owner changes these" in text and 'value="save"' not in text


def test_the_reserve_is_shown_with_its_days(owner, page, here, open_shop):
    shop_set_reserve(
        shop_id=open_shop.shop_id, bps=1_000, days=30, now=datetime.now(UTC), changed_by="desk"
    )
    deposit = open_shop.confirmed(open_shop.issue(5_000))
    open_shop.hear(deposit, "final")
    text = said(owner.get(page))
    assert "10\xa0%" in text and "for 30 days" in text and "Held now" in text
    assert "as a reserve" in said(owner.get(here + "payouts"))
    assert "Reserve" in said(owner.get(here + "balances"))


def test_a_payout_in_another_token_is_quoted_confirmed_and_made_once(owner, here, paid):
    page = here + "payouts"
    confirm = owner.post(page, {"amount": "10", "into": DAI})
    text = said(confirm)
    assert "You get" in text and "Promised until" in text and not Payout.objects.exists()
    sure = {
        "amount": "10",
        "into": DAI,
        "quote": confirm.context["confirm"]["quote_id"],
        "draft": "one",
        "confirmed": "yes",
    }
    for _ in range(2):
        assert owner.post(page, sure).status_code == 302
    payout = Payout.objects.get()
    assert (payout.asset, payout.taken_units) == (DAI, 10_000_000)
    shown = said(owner.get(f"{page}/{payout.id}"))
    assert "The conversion" in shown and "Fair rate" in shown and "10\xa0USDC" in shown
    assert "has ended" in said(owner.post(page, sure | {"draft": "two"}), 409)
    assert "has ended" not in said(owner.get(page))


def test_a_payouts_page_tells_its_life_and_takes_it_back(owner, staff, here, open_shop, paid):
    payout = payout_request(
        shop_id=open_shop.shop_id, units=1_000_000, idempotency_key="x", now=datetime.now(UTC)
    )
    page = f"{here}payouts/{payout.id}"
    assert "Approved" in said(owner.get(page)) and "Cancel the payout" in said(owner.get(page))
    accountant = staff.client("accountant", **ENGLISH)
    assert "Cancel the payout" not in said(accountant.get(page))
    assert accountant.post(page + "/cancel").status_code == 403
    assert "in your balance again" in said(owner.post(page + "/cancel", follow=True))
    payout.refresh_from_db()
    assert payout.status == "cancelled"
    assert "can&#x27;t be cancelled" in said(owner.post(page + "/cancel", follow=True)) or (
        "Cancelled" in said(owner.get(page))
    )


def test_a_strangers_payout_is_not_there(owner, here):
    assert owner.get(here + "payouts/01935b1e-0000-7000-8000-000000000000").status_code == 404


def test_the_page_costs_a_fixed_number_of_queries(owner, page, open_shop, paid):
    owner.post(page, HALVES)
    owner.get(page)
    with CaptureQueriesContext(connection) as queries:
        owner.get(page)
    assert len(queries) <= 32, len(queries)


def test_both_languages_have_every_word(staff, page, here, open_shop, paid):
    chinese = staff.client("owner", HTTP_ACCEPT_LANGUAGE="zh-hans")
    text = said(chinese.post(page, HALVES | {"do": "preview"}))
    for english in ("How you are paid", "Spread", "Reserve", "You get", "Fair rate", "Save"):
        assert f">{english}" not in text, english
