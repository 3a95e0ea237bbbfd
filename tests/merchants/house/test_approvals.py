"""The house's queue, and a shop's limits."""

from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.models import Act
from gateway.market.models import DeskHalt
from gateway.market.resuming import desk_resume_propose
from gateway.market.supervising import desk_halt
from gateway.shops.selectors import shop_view
from tests.checkout.test_views import assert_strict
from tests.custody.approvals.conftest import delay_passed
from tests.faces import PASSWORD, Staff

pytestmark = pytest.mark.django_db


def said(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


def halted(staff: Staff) -> Act:
    desk_halt(reason="a bridge was robbed", by="ana", now=staff.world.now)
    return desk_resume_propose(asset="", reason="it is over", by=staff.user("desk").pk)


def test_the_desk_proposes_to_go_on_and_an_operator_approves(staff: Staff) -> None:
    desk_halt(reason="a bridge was robbed", by="ana", now=staff.world.now)
    dora = staff.client("desk")
    form = {"act": "resume", "reason": "it is over"}
    text = said(dora.post("/desk/switch/all", form, follow=True))
    assert "You proposed it: another person must approve it." in text
    act = Act.objects.get(kind="desk_resume")
    assert "Somebody proposed it already." in said(dora.get("/desk/switch/all"))
    staff.with_password("operator").refresh_from_db()
    olga = staff.client("operator")
    assert_strict(olga.get("/house/approvals"))
    assert_strict(olga.get(f"/house/approvals/{act.id}"))
    path = f"/house/approvals/{act.id}/agree"
    assert "Done not before" in said(olga.post(path, {"password": PASSWORD}, follow=True))
    assert DeskHalt.objects.exists()
    delay_passed(act.id)
    assert acts_carry_out_due() == 1
    assert not DeskHalt.objects.exists()
    assert "Desk, Operator" in said(dora.get("/desk/switch/all"))


def test_the_desk_sees_what_it_decides_about_and_nothing_of_shops(staff: Staff) -> None:
    act = halted(staff)
    wider = limits_changed(staff)
    dora = staff.client("desk")
    queue = said(dora.get("/house/approvals"))
    assert str(act.id) in queue
    assert str(wider.id) not in queue
    assert dora.get(f"/house/approvals/{wider.id}").status_code == 404
    officer = staff.client("compliance_officer")
    assert officer.get(f"/house/approvals/{act.id}").status_code == 404
    assert officer.get(f"/house/approvals/{wider.id}").status_code == 200


@pytest.mark.parametrize(("role", "status"), [("owner", 404), ("manager", 404), ("cashier", 404)])
def test_shops_people_have_no_part_in_the_house(staff: Staff, role: str, status: int) -> None:
    act = limits_changed(staff)
    client = staff.client(role)
    for page in ("/house/approvals", f"/house/approvals/{act.id}", "/house/limits"):
        assert client.get(page).status_code == status
    form = {"password": PASSWORD}
    assert client.post(f"/house/approvals/{act.id}/agree", form).status_code == status


def limits_changed(staff: Staff, **typed: str) -> Act:
    page = f"/house/limits/{staff.world.shop_id}"
    form = {"payout_limit_units": "", "at_risk_cap_units": "250.5", "max_open_lock_units": "50000"}
    client = staff.client("operator")
    answer = client.post(page, {**form, "reason": "asked by phone", **typed})
    assert answer.status_code == 302, answer.content.decode()
    return Act.objects.get(kind="shop_limits", state="proposed")


def test_looser_limits_are_proposed_and_approved_by_another(staff: Staff) -> None:
    act = limits_changed(staff)
    terms = shop_view(shop_id=staff.world.shop_id).terms
    assert terms.at_risk_cap_units == 0
    assert act.body["changes"] == {"at_risk_cap_units": "250500000"}
    officer = staff.user("compliance_officer")
    staff.with_password("compliance_officer").refresh_from_db()
    client = staff.client("compliance_officer")
    page = said(client.get(f"/house/approvals/{act.id}"))
    assert "0 USDC → 250.5 USDC" in page
    assert "asked by phone" in page
    client.post(f"/house/approvals/{act.id}/agree", {"password": PASSWORD})
    delay_passed(act.id)
    assert acts_carry_out_due() == 1
    act.refresh_from_db()
    assert act.checker == officer.pk
    assert shop_view(shop_id=staff.world.shop_id).terms.at_risk_cap_units == 250_500_000


def test_tighter_limits_are_in_force_at_once(staff: Staff, olga: Client) -> None:
    page = f"/house/limits/{staff.world.shop_id}"
    assert_strict(olga.get(page))
    assert "Café" in said(olga.get("/house/limits?q=caf"))
    assert "No such shop" in said(olga.get("/house/limits?q=nonesuch"))
    form = {"payout_limit_units": "500", "at_risk_cap_units": "0", "max_open_lock_units": "100"}
    text = said(olga.post(page, {**form, "reason": "a warning"}, follow=True))
    assert "Tighter limits are in force now." in text
    terms = shop_view(shop_id=staff.world.shop_id).terms
    assert (terms.payout_limit_units, terms.max_open_lock_units) == (500_000_000, 10_000)
    assert "Nothing is different." in said(olga.post(page, {**form, "reason": "x"}), 422)
    for typed in ({"at_risk_cap_units": "many"}, {"reason": " ", "at_risk_cap_units": "9"}):
        olga.post(page, {**form, "reason": "x", **typed})
        assert shop_view(shop_id=staff.world.shop_id).terms == terms
    assert not Act.objects.exists()


def test_from_a_shell_the_same_people_may_say_the_same(
    staff: Staff, capsys: pytest.CaptureFixture[str]
) -> None:
    desk_halt(reason="a bridge was robbed", by="ana", now=staff.world.now)
    desk, operator = staff.user("desk").email, staff.user("operator").email
    owner = staff.user("owner").email
    with pytest.raises(CommandError, match="may not propose"):
        call_command("approvals", "resume-desk", "--by", owner, "--reason", "x")
    call_command("approvals", "resume-desk", "--by", desk, "--reason", "it is over")
    act = Act.objects.get()
    for nobody in (desk, owner):
        with pytest.raises(CommandError, match="may not say"):
            call_command("approvals", "agree", str(act.id), "--by", nobody)
    with pytest.raises(CommandError, match="nobody"):
        call_command("approvals", "agree", str(act.id), "--by", "x@y.example")
    call_command("approvals", "agree", str(act.id), "--by", operator)
    call_command("approvals", "list")
    assert "approved, not before" in capsys.readouterr().out
    call_command("approvals", "cancel", str(act.id), "--by", desk, "--reason", "not yet")
    act.refresh_from_db()
    assert act.state == "cancelled"


ENTRY = "/house/approvals/entry"
LINES = "losses USDC@31337 12.50\r\ncapital USDC@31337 -12.5"


def test_an_entry_by_hand_is_typed_by_one_and_approved_by_another(
    staff: Staff, olga: Client
) -> None:
    assert_strict(olga.get(ENTRY))
    form = {"lines": LINES, "reason": "charged twice", "documents": "statement 7\n\nmail"}
    text = said(olga.post(ENTRY, form, follow=True))
    assert "You proposed it" in text
    act = Act.objects.get(kind="manual_entry")
    assert act.body["documents"] == ["statement 7", "mail"]
    staff.with_password("compliance_officer").refresh_from_db()
    officer = staff.client("compliance_officer")
    assert officer.get(ENTRY).status_code == 403
    page = said(officer.get(f"/house/approvals/{act.id}"))
    assert "+12.5 USDC" in page and "\u221212.5 USDC" in page and "statement 7, mail" in page
    officer.post(f"/house/approvals/{act.id}/agree", {"password": PASSWORD})
    delay_passed(act.id)
    assert acts_carry_out_due() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"lines": "losses USDC@31337"},
        {"lines": "losses USDC@31337 1"},
        {"lines": "losses XYZ@1 1\ncapital XYZ@1 -1"},
        {"lines": "losses USDC@31337 many\ncapital USDC@31337 -1"},
        {"lines": "suspense USDC@31337 1\ncapital USDC@31337 -1"},
        {"lines": "nonesuch USDC@31337 1\ncapital USDC@31337 -1"},
        {"lines": ""},
        {"reason": " "},
    ],
)
def test_an_entry_that_makes_no_sense_is_kept_as_typed(
    olga: Client, changes: dict[str, str]
) -> None:
    form = {"lines": LINES, "reason": "charged twice", "documents": "", **changes}
    text = said(olga.post(ENTRY, form), 422)
    assert 'role="alert"' in text
    assert not Act.objects.exists()
