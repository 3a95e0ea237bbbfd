"""Reports to authorities and retention in a real browser: every screen, both languages and
themes, and all the way with two people."""

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from gateway.chains.models import Deposit
from gateway.compliance.alerts.services import alert_raise
from gateway.compliance.cases.models import Case
from gateway.compliance.cases.services import case_assign, case_close_propose
from gateway.compliance.holds import hold_block
from gateway.compliance.knowing.fields import subject_declare
from gateway.compliance.knowing.models import Subject
from gateway.compliance.reporting.models import Report
from gateway.compliance.reporting.services import (
    report_approve,
    report_begin,
    report_file,
    report_fill,
    report_propose,
)
from gateway.compliance.retaining.holding import hold_ask_lift, hold_place
from gateway.compliance.retaining.sweeping import sweep
from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.services import act_agree
from gateway.events.ids import uuid7
from merchants.accounts.models import User
from merchants.accounts.services import member_add, user_set_password
from tests.compliance.reporting.answered import BLOCKING, REPORTING, SAR
from tests.custody.approvals.conftest import delay_passed
from tests.e2e.looking import layout_shift, overflow_px, small_targets
from tests.e2e.test_approvals import LONG, draw
from tests.faces import PASSWORD
from tests.invoices.conftest import LISTED


@pytest.fixture
def told(house, settings):
    """A SAR in draft, a filed report to OFAC, a goAML report, a hold to be lifted: what to see."""
    settings.REPORTING = REPORTING
    world, now = house.world, timezone.now()
    me = house.staff.user("compliance_officer").pk
    other = User.objects.create(
        email="otto@house.example", name="Otto-Maximilian von und zu Averylongname-Holstein"
    )
    member_add(user_id=other.pk, role="compliance_officer", shop_id=None)
    user_set_password(user_id=other.pk, password=PASSWORD)

    def closed(case, disposition):
        case_assign(case_id=case.id, by=me, expected=None, to=me, now=now)
        act = case_close_propose(
            case_id=case.id, by=me, disposition=disposition, reason=LONG, now=now
        )
        act_agree(act_id=act.id, by=other.pk)
        delay_passed(act.id)
        assert acts_carry_out_due() == 1
        world.drain()

    alert = alert_raise(
        kind="refund_spike",
        about=f"shop:{world.shop_id}",
        fingerprint=str(uuid7()),
        mode="test",
        shop_id=world.shop_id,
        severity="high",
        evidence={"refunds": 40},
        versions={"rules": "1"},
        now=now,
    )
    world.drain()
    suspected = Case.objects.get(gathered__alert=alert)
    closed(suspected, "report")
    deposit = world.confirmed(world.issue(), sender=LISTED)
    kept = Case.objects.get(about=f"deposit:{deposit.id}")
    world.decide(Deposit.objects.get(id=deposit.id), hold_block)
    closed(kept, "block")
    draft, blocking = (Report.objects.get(case=case) for case in (suspected, kept))
    goaml = report_begin(case_id=suspected.id, kind="goaml", by=f"user:{me}", now=now)
    filled = {**BLOCKING, "transaction.story": LONG * 3, "property.1.owner": "X" * 200}
    blocking = report_fill(report_id=blocking.id, by=me, told=filled, version=1, now=now)
    report_propose(report_id=blocking.id, by=me, version=blocking.version, now=now)
    report_approve(report_id=blocking.id, by=other.pk, version=blocking.version, now=now)
    report_file(report_id=blocking.id, by=other.pk, now=now)
    ada = subject_declare(shop_id=world.shop_id, kind="person", fields={"name": "Ada"}, now=now)
    Subject.objects.filter(id=ada.id).update(retain_until=now)
    hold = hold_place(about=f"subject:{ada.id}", by=f"user:{other.pk}", reason=LONG, now=now)
    hold_ask_lift(hold_id=hold.id, by=f"user:{other.pk}", reason=LONG, now=now)
    hold_place(about=f"case:{kept.id}", by="a court's clerk", reason="x" * 300, now=now)
    sweep(now=now)
    again = alert_raise(
        kind="refund_spike",
        about=f"shop:{world.shop_id}",
        fingerprint=str(uuid7()),
        mode="test",
        shop_id=world.shop_id,
        severity="high",
        evidence={"refunds": 41},
        versions={"rules": "1"},
        now=now,
    )
    world.drain()
    since = Case.objects.get(gathered__alert=again)
    closed(since, "report")
    attached = Report.objects.get(case=since, kind="fincen_sar")
    attached = report_fill(report_id=attached.id, by=me, told=SAR, version=1, now=now)
    report_propose(report_id=attached.id, by=me, version=attached.version, now=now)
    report_approve(report_id=attached.id, by=other.pk, version=attached.version, now=now)
    return {
        "draft": draft,
        "blocking": blocking,
        "goaml": goaml,
        "case": suspected,
        "attached": attached,
    }


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh-hans")])
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_every_page_fits_its_screen(house, told, size, scheme, language):
    paths = [
        "/house/reports",
        "/house/reports?state=corrected",
        *(f"/house/reports/{told[name].id}" for name in ("draft", "blocking", "goaml", "attached")),
        "/house/retention",
        f"/house/cases/{told['case'].id}",
    ]
    with house.page(size=size, color_scheme=scheme, role="compliance_officer") as page:
        page.goto(f"/language?to={language}&next=/house/reports")
        for number, path in enumerate(paths):
            page.goto(path)
            expect(page.get_by_role("heading", level=1).first).to_be_visible()
            assert layout_shift(page) < 0.1, path
            for more in page.locator("details.more").all():
                more.evaluate("(one) => { one.open = true; }")
            draw(page, f"reports-{number}-{size}-{scheme}-{language}")
            assert overflow_px(page) == 0, path
            assert small_targets(page) == [], path


def test_a_report_goes_from_draft_to_its_number_in_two_browsers(house, told):
    draft = told["draft"]
    told_now = SAR | {"subject.count": "1"}
    with house.page(role="compliance_officer") as page:
        page.goto(f"/house/reports/{draft.id}")
        page.get_by_role("button", name="Save and propose").click()
        expect(page.get_by_role("alert")).to_contain_text("Something is missing or wrong")
        house.complaints = [text for text in house.complaints if "status of 422" not in text]
        for name, value in told_now.items():
            if name.startswith("subject.2") or name == "subject.count":
                continue
            box = page.locator(f'[name="{name}"]')
            if name == "activity.classes":
                for code in value.split():
                    page.locator(f'input[type="checkbox"][value="{code}"]').check()
            elif box.evaluate("(one) => one.tagName") == "SELECT":
                box.select_option(value)
            else:
                box.fill(value)
        page.get_by_role("button", name="Save and propose").click()
        expect(page.get_by_text("You proposed it.")).to_be_visible()
        draw(page, "reports-proposed")
    client = Client()
    otto = User.objects.get(email="otto@house.example")
    client.force_login(otto, backend="django.contrib.auth.backends.ModelBackend")
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": house.url}
    with house.page(prepare=lambda page: page.context.add_cookies([cookie])) as page:
        page.goto(f"/house/reports/{draft.id}")
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("button", name="Approve this report").click()
        expect(page.get_by_text("Approved. Its file is written")).to_be_visible()
        draw(page, "reports-approved")
        with page.expect_download() as download:
            page.get_by_role("link", name="Download it").click()
        assert download.value.suggested_filename.endswith(".xml")
        page.get_by_role("button", name="It is filed").click()
        page.get_by_label("The number it gave").fill("31000123456789")
        page.get_by_role("button", name="Acknowledged").click()
        expect(page.get_by_text("31000123456789")).to_be_visible()
    draft.refresh_from_db()
    assert draft.state == "acknowledged"
