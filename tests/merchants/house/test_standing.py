"""A shop as the house sees it: its standing, its reserve, and its money's way out."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from gateway.custody.approvals.models import Act
from gateway.events.ids import uuid7
from gateway.settlement.policy_models import ReserveDay
from gateway.shops.selectors import reserve_terms_of, shop_view
from gateway.shops.services import shop_set_reserve, shop_set_status
from tests.checkout.test_views import assert_strict
from tests.faces import Staff
from tests.merchants.house.test_approvals import said

pytestmark = pytest.mark.django_db
COURT = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


@pytest.fixture
def page(staff: Staff) -> str:
    return f"/house/shops/{staff.world.shop_id}"


@pytest.fixture
def officer(staff: Staff) -> Client:
    return staff.client("compliance_officer")


def status(staff: Staff) -> str:
    return shop_view(shop_id=staff.world.shop_id).status


def be(staff: Staff, wanted: str) -> None:
    shop_set_status(shop_id=staff.world.shop_id, status=wanted, now=timezone.now())


def paid(staff: Staff) -> None:
    world = staff.world
    world.hear(world.confirmed(world.issue()), "final")


def test_shops_are_found_by_name_with_their_state(staff: Staff, olga: Client) -> None:
    be(staff, "closing")
    answer = olga.get("/house/shops?q=caf")
    assert_strict(answer)
    assert "Café" in said(answer) and "Being closed" in said(answer)
    assert "No such shop" in said(olga.get("/house/shops?q=nonesuch"))


def test_a_shop_is_shown_whole(
    staff: Staff, olga: Client, page: str, django_assert_max_num_queries: Any
) -> None:
    shop_set_reserve(
        shop_id=staff.world.shop_id, bps=1_000, days=30, now=timezone.now(), changed_by="x"
    )
    paid(staff)
    said(olga.get(page))
    with django_assert_max_num_queries(24):
        answer = olga.get(page)
    assert_strict(answer)
    text = said(answer)
    for part in (
        "Active",
        "Owed to it",
        "Kept back now",
        "10\N{NO-BREAK SPACE}%",
        "What is let go",
    ):
        assert part in text, part
    assert "Send it elsewhere" not in text  # it asks for its payouts itself
    assert olga.get(f"/house/shops/{uuid7()}").status_code == 404


def test_while_the_pages_are_away_an_officer_suspends_by_command_and_nobody_else(
    staff: Staff,
) -> None:
    shop_id = str(staff.world.shop_id)
    officer, owner = staff.user("compliance_officer"), staff.user("owner")
    said_by = {"by": officer.email.upper(), "reason": "its bank complains"}
    with pytest.raises(CommandError, match="may not suspend"):
        call_command("shop_suspend", shop_id, **{**said_by, "by": owner.email})
    with pytest.raises(CommandError, match="reason"):
        call_command("shop_suspend", shop_id, **{**said_by, "reason": " "})
    call_command("shop_suspend", shop_id, **said_by)
    assert status(staff) == "suspended"
    with pytest.raises(CommandError, match="active or closing"):
        call_command("shop_suspend", shop_id, **said_by)


def test_an_officer_suspends_at_once_and_proposes_the_rest(
    staff: Staff, officer: Client, page: str
) -> None:
    form = {"do": "suspend", "reason": "its bank complains"}
    assert "Say why" in said(officer.post(page, {**form, "reason": " "}), 422)
    text = said(officer.post(page, form, follow=True))
    assert status(staff) == "suspended"
    assert "Suspended. None of its money leaves." in text
    assert "its bank complains" in text and "Compliance_Officer" in text
    assert "Somebody was quicker" in said(officer.post(page, form), 422)
    text = said(
        officer.post(page, {"do": "status", "status": "active", "reason": "solved"}, follow=True)
    )
    assert "Let a shop go on" in text and "Suspended → Active" in text
    act = Act.objects.get(kind="shop_status")
    text = said(officer.get(page))
    assert f"/house/approvals/{act.id}" in text
    assert "Propose to let it go on" not in text
    again = officer.post(page, {"do": "status", "status": "closing", "reason": "it asks"})
    assert "Something like this waits already." in said(again, 422)
    assert status(staff) == "suspended"


def test_its_money_is_sent_elsewhere_by_two_only(staff: Staff, olga: Client, page: str) -> None:
    paid(staff)
    be(staff, "suspended")
    form = {
        "do": "release",
        "asset": "USDC@31337",
        "amount": "1.50",
        "destination": COURT,
        "reason": "order 7/26",
    }
    for changes, problem in (
        ({"destination": "0x12"}, "an address that money can be sent to"),
        ({"amount": "1000000"}, "So much can"),
        ({"amount": "much"}, 'role="alert"'),
        ({"reason": ""}, "Say why"),
    ):
        text = said(olga.post(page, {**form, **changes}), 422)
        assert problem in text.replace("&#x27;", "'")
        assert 'value="order 7/26"' in text or "reason" in changes
    text = said(olga.post(page, form, follow=True))
    assert "Send a shop&#x27;s money elsewhere" in text and "1.5 USDC" in text
    act = Act.objects.get(kind="payout_release")
    assert (act.body["units"], act.body["destination"]) == ("1500000", COURT)


def test_more_reserve_is_kept_at_once_and_less_is_proposed(
    staff: Staff, olga: Client, page: str
) -> None:
    form = {"do": "reserve", "bps": "500", "days": "30", "reason": "chargebacks"}
    text = said(olga.post(page, form, follow=True))
    assert "More is kept back from now on." in text
    assert "Reserve raised to 5" in text
    assert "That is the reserve already." in said(olga.post(page, form), 422)
    for wrong in ({"bps": "many"}, {"days": "0"}, {"bps": "5001"}, {"days": "-3"}):
        assert "A reserve is 1 to 5000" in said(olga.post(page, {**form, **wrong}), 422)
    text = said(olga.post(page, {**form, "bps": "100"}, follow=True))
    assert "Change a shop&#x27;s reserve" in text
    assert reserve_terms_of(shop_id=staff.world.shop_id).bps == 500
    assert 'name="bps"' not in said(olga.get(page))


def test_who_may_do_what(staff: Staff, olga: Client, page: str) -> None:
    for wanted in ("suspend", "status"):
        answer = olga.post(page, {"do": wanted, "status": "closing", "reason": "x"})
        assert answer.status_code == 403
    assert olga.post(page, {"do": "nonesuch"}).status_code == 404
    assert "Suspend it at once" not in said(olga.get(page))
    for role, code in (("owner", 404), ("manager", 404), ("desk", 403)):
        client = staff.client(role)
        for path in ("/house/shops", page):
            assert client.get(path).status_code == code
        assert client.post(page, {"do": "suspend", "reason": "x"}).status_code == code
    assert status(staff) == "active" and not Act.objects.exists()


@pytest.mark.parametrize("state", ["active", "suspended", "closing", "closed"])
def test_the_shop_reads_of_its_standing_and_never_why(
    staff: Staff, officer: Client, page: str, state: str
) -> None:
    own = f"/dashboard/{staff.world.shop_id}/reserve"
    if state == "suspended":
        officer.post(page, {"do": "suspend", "reason": "a mark of the officers"})
    else:
        be(staff, state)
    text = said(staff.client("owner").get(own))
    assert ("This shop is" in text) is (state != "active")
    assert "a mark of the officers" not in text


def test_a_shop_sees_what_is_kept_and_when_which_part_is_free(
    staff: Staff, django_assert_max_num_queries: Any
) -> None:
    shop_id, own = staff.world.shop_id, f"/dashboard/{staff.world.shop_id}/reserve"
    accountant = staff.client("accountant")
    assert "Nothing is kept back" in said(accountant.get(own))
    start = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    ReserveDay.objects.bulk_create(
        ReserveDay(
            shop_id=shop_id,
            asset="USDC@31337",
            until=start + timedelta(days=day),
            units=1_000_000 + day,
        )
        for day in range(1, 100)
    )
    with django_assert_max_num_queries(9):
        answer = accountant.get(own)
    assert_strict(answer)
    text = said(answer)
    assert "99.00495 USDC" in text
    assert "The rest day by day until" in text
    assert text.count('<rect class="chart-bar"') == 25  # of four days each
    assert own in said(accountant.get(f"/dashboard/{shop_id}/balances"))
    assert staff.client("cashier").get(own).status_code == 403
