"""Cases in a real browser: queue and case, on every screen, in both languages and themes."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from gateway.chains.models import Deposit
from gateway.compliance.alerts.services import alert_raise
from gateway.compliance.cases.models import Case
from gateway.compliance.cases.services import (
    case_assign,
    case_close_propose,
    case_escalate,
    case_note,
)
from gateway.compliance.holds import hold_block
from gateway.compliance.loading import list_load
from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.services import act_agree
from gateway.events.ids import uuid7
from merchants.accounts.models import User
from merchants.accounts.services import member_add
from tests.custody.approvals.conftest import delay_passed
from tests.e2e.looking import layout_shift, overflow_px, small_targets
from tests.e2e.test_approvals import LONG, draw
from tests.invoices.conftest import LISTED

NAME = "AVERYVERYVERYLONGNAMEWITHOUTANYSPACE TRADING AND SHIPPING COMPANY LIMITED"


@pytest.fixture
def worked(house):
    """Cases in every state and a full queue; the pages to look at."""
    world = house.world
    me = house.staff.user("compliance_officer").pk
    other = User.objects.create(
        email="otto@house.example", name="Otto-Maximilian von und zu Averylongname-Holstein"
    )
    member_add(user_id=other.pk, role="compliance_officer", shop_id=None)
    lines = ["address,name,program\n", f"0x{LISTED.hex()},{NAME},SDN-{'X' * 60}\n"]
    list_load(lines=lines, source="ofac", loaded_by="t", now=world.clock(), forced=True)
    world.drain()
    deposits = [world.confirmed(world.issue(), sender=LISTED) for _ in range(2)]
    held, kept = (Case.objects.get(about=f"deposit:{deposit.id}") for deposit in deposits)
    world.decide(Deposit.objects.get(id=deposits[1].id), hold_block)
    now = timezone.now()

    def alerted(**told):
        alert = alert_raise(
            **{
                "kind": "name_match",
                "about": f"subject:{uuid7()}",
                "fingerprint": str(uuid7()),
                "mode": "test",
                "shop_id": world.shop_id,
                "severity": "medium",
                "evidence": {
                    "asked": {"name": "Iwan Petrow", "born": "1961-02-03", "country": "RU"},
                    "matches": [
                        {
                            "name": NAME,
                            "score": "0.93",
                            "source": "ofac-sdn-advanced",
                            "entity": "12345",
                            "strength": "weak",
                            "reasons": ["surname transliterated from Cyrillic", LONG],
                        },
                        {"name": "Ivan PETROV", "score": "0.71", "features": {"dob": "same year"}},
                    ],
                    "long": {f"field {number}": LONG for number in range(30)},
                },
                "versions": {"ofac": "3", "eu": "17"},
                "now": now,
                **told,
            }
        )
        world.drain()
        return Case.objects.get(gathered__alert=alert)

    def act(case, **told):
        return case_close_propose(case_id=case.id, by=me, reason=LONG, now=now, **told)

    proposed, fresh = alerted(), alerted(severity="low")
    late = alerted(about=f"address:0x{'ab' * 20}", severity="high")
    case_escalate(case_id=late.id, by=me, reason=LONG, now=now)
    for case in (proposed, kept):
        case_assign(case_id=case.id, by=me, expected=None, to=me, now=now)
    case_assign(case_id=late.id, by=me, expected=None, to=other.pk, now=now)
    for text in (LONG, "He rang.\nTwice.", "x" * 700):
        case_note(case_id=proposed.id, by=me, text=text, now=now)
    act(proposed, disposition="report")
    agreed = act(kept, disposition="block")
    act_agree(act_id=agreed.id, by=other.pk)
    delay_passed(agreed.id)
    assert acts_carry_out_due() == 1
    Case.objects.filter(id=late.id).update(due_at=now - timedelta(hours=3))
    Case.objects.filter(id=fresh.id).update(due_at=now + timedelta(minutes=50))
    for number in range(3):
        alerted(about=f"list:l{number}", kind="list_refused", shop_id=None)
    return [
        "/house/cases",
        "/house/cases?state=closed",
        "/house/cases?severity=low&whose=mine",
        *(f"/house/cases/{case.id}" for case in (held, proposed, fresh, late)),
        f"/house/cases/{kept.id}?check=1",
    ]


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh-hans")])
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_every_page_fits_its_screen(house, worked, size, scheme, language):
    with house.page(size=size, color_scheme=scheme, role="compliance_officer") as page:
        page.goto(f"/language?to={language}&next=/house/cases")
        for number, path in enumerate(worked):
            page.goto(path)
            expect(page.get_by_role("heading", level=1).first).to_be_visible()
            assert layout_shift(page) < 0.1, path
            for more in page.locator("details.more").all():
                more.evaluate("(one) => { one.open = true; }")
            draw(page, f"cases-{number}-{size}-{scheme}-{language}")
            assert overflow_px(page) == 0, path
            assert small_targets(page) == [], path


def test_an_empty_queue_fits_too(house):
    with house.page(size="phone", role="compliance_officer") as page:
        page.goto("/house/cases")
        expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()
        draw(page, "cases-empty-phone")
        assert overflow_px(page) == 0


def test_a_case_is_worked_on_with_the_keyboard_alone(house, worked):
    with house.page(role="compliance_officer") as page:
        page.goto("/house/cases?state=open&severity=low")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        take = page.get_by_role("button", name="Take it", exact=True)
        take.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("The case is yours.")).to_be_visible()
        page.get_by_role("radio", name="Keep an eye on it").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.type("nothing yet")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_text("You proposed it: another person must approve it.")).to_be_visible()
        page.get_by_role("link", name="Cases").first.click()
        page.wait_for_url("**/house/cases")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        focused = page.evaluate("document.activeElement.getAttribute('href')")
        first = page.locator("[data-queue] .sale-link").first.get_attribute("href")
        assert focused == first
