"""Nobody but the officers learns that there is a case, or a report: not its shop, not its shopper.

Every path of the web is asked as each role of the shop, with a key of every scope, and as the
shopper; every event, delivery, notice and letter of the shop is read. None of it holds a case's, an
alert's or a hold's id, a word that was written about it, or a word that gives it away.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from gateway.compliance.alerts.models import Alert
from gateway.compliance.alerts.services import alert_raise
from gateway.compliance.cases.models import Case, CaseSnapshot
from gateway.compliance.cases.services import (
    case_assign,
    case_close_propose,
    case_escalate,
    case_note,
)
from gateway.compliance.knowing.models import LegalHold
from gateway.compliance.models import Hold
from gateway.compliance.reporting.models import Report, ReportContent
from gateway.compliance.reporting.services import (
    report_fill,
    report_propose,
    reports_tell_due,
)
from gateway.compliance.retaining.holding import hold_place
from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_agree
from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.settlement.destinations import payout_destination_change
from gateway.tenancy.scope import house_scope
from merchants.accounts.actions import SHOP_ROLES
from merchants.notices.models import Letter, Notice
from merchants.notices.tasks import tell_people
from merchants.notices.writing import written
from merchants.webhooks.models import Delivery
from merchants.webhooks.services import endpoint_create
from tests.as_web import as_web, as_web_role
from tests.compliance.reporting.answered import REPORTING, SAR
from tests.custody.approvals.conftest import delay_passed
from tests.faces import Staff, open_shop, staff
from tests.invoices.conftest import LISTED, World
from tests.merchants.api.conftest import Api, _forget_the_market, key_for
from tests.tenancy.paths import endpoints

__all__ = ["_forget_the_market", "key_for", "open_shop", "staff"]
pytestmark = pytest.mark.django_db

MARK = "Zwiebelkuchen"
"""Stands in whatever somebody wrote about the shop, the payment or the case."""
TELLING = re.compile(
    r"\b(alert(s|ed)?|suspici\w+|suspect\w*|sanction\w*|launder\w*|complian\w+|officers?|escalat\w+"
    r"|investigat\w+|blacklist\w*|SAR|AML|OFAC|watch ?list\w*|cases?)\b",
    re.IGNORECASE,
)
"""Words that a shop or shopper must not meet about their money."""
INNOCENT = (
    "an officer of the house",  # who is the second person for a shop that has one
    "An officer of the house",
    "SAR China",  # Hong Kong and Macao, in a list of countries
)


@pytest.fixture
def looked_into(open_shop: World, staff: Staff, settings: Any) -> dict[str, str]:
    """A shop with a held payment, and a suspicion that is being reported; their ids."""
    settings.REPORTING = REPORTING
    world, now = open_shop, timezone.now()
    endpoint_create(
        shop_id=world.shop_id, url="https://example.com/hook", events=["*"], now=world.now
    )
    paid = world.confirmed(world.issue(order_id="table 1"))
    world.hear(paid, "final")
    held = world.confirmed(world.issue(order_id="table 2"), sender=LISTED)
    officer = staff.user("compliance_officer").pk
    owner = staff.user("owner").pk
    payout_destination_change(shop_id=world.shop_id, address=b"\x0d" * 20, by=owner, now=world.now)
    alert_raise(
        kind="refund_spike",
        about=f"shop:{world.shop_id}",
        fingerprint=MARK,
        mode="test",
        shop_id=world.shop_id,
        severity="high",
        evidence={"name": MARK},
        versions={"rules": "1"},
        now=now,
    )
    world.drain()
    about_shop = Case.objects.get(about=f"shop:{world.shop_id}")
    about_money = Case.objects.get(about=f"deposit:{held.id}")
    for case in (about_shop, about_money):
        case_assign(case_id=case.id, by=officer, expected=None, to=officer, now=now)
        case_note(case_id=case.id, by=officer, text=f"{MARK} again", now=now)
        case_escalate(case_id=case.id, by=officer, reason=MARK, now=now)
    act = case_close_propose(
        case_id=about_shop.id, by=officer, disposition="report", reason=MARK, now=now
    )
    act_agree(act_id=act.id, by=uuid7())
    delay_passed(act.id)
    assert acts_carry_out_due() == 1
    world.drain()
    report = Report.objects.get(case=about_shop)
    told = SAR | {"story.narrative": f"{MARK} {MARK}"}
    report = report_fill(report_id=report.id, by=officer, told=told, version=1, now=now)
    report_propose(report_id=report.id, by=officer, version=report.version, now=now)
    reports_tell_due(now=report.due_at - timedelta(days=1))
    hold_place(about=report.about, by="officer", reason=MARK, now=now)
    world.drain()
    tell_people()
    hold = Hold.objects.get(deposit_id=held.id)
    rows = [*Case.objects.all(), *Alert.objects.all(), *CaseSnapshot.objects.all(), hold]
    rows += [report, *ReportContent.objects.all(), *LegalHold.objects.all()]
    ids = {f"{type(row).__name__} {number}": str(row.id) for number, row in enumerate(rows)}
    ids |= {f"reference {case.id}": case.reference for case in Case.objects.all()}
    ids["report reference"] = report.reference
    ids["act"] = str(Act.objects.get(kind="case_close").id)
    return ids | {"paid": str(paid.invoice_id), "held": str(held.invoice_id)}


@pytest.fixture
def secrets(looked_into: dict[str, str]) -> list[str]:
    """What must stand nowhere."""
    return [MARK, *(v for name, v in looked_into.items() if name not in ("paid", "held"))]


def check(text: str, secrets: list[str], where: Any, *, words: bool = True) -> None:
    for secret in secrets:
        assert secret not in text, (where, secret)
    if words:
        for innocent in INNOCENT:
            text = text.replace(innocent, "")
        found = TELLING.search(text)
        assert found is None, (where, text[max(0, found.start() - 80) : found.end() + 80])


def _text_of(answer: Any) -> str:
    """The whole answer, a file that is sent in parts too; it can be read again."""
    if answer.streaming:
        content = b"".join(answer.streaming_content)
        answer.streaming_content = [content]
    else:
        content = answer.content
    return str(content.decode("utf-8", "replace"))


def visible(answer: Any) -> str:
    """What a person reads of an answer; of anything but a page, all of it."""
    text: str = _text_of(answer)
    if "text/html" not in answer.get("Content-Type", ""):
        return text
    text = re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    return strip_tags(text)


def paths(ids: dict[str, str]) -> Iterator[str]:
    """Every path that can be filled with the shop's own ids."""
    for each in endpoints():
        if each.path.startswith(("/house/", "/desk/", "/v1/openapi", "/v1/docs", "/styleguide")):
            continue
        if set(each.parameters) <= set(ids):
            yield each.filled(ids)


def test_no_page_of_the_shop_tells_any_of_its_people(
    looked_into: dict[str, str], secrets: list[str], open_shop: World, staff: Staff
) -> None:
    told = 0
    for role in sorted(SHOP_ROLES):
        client = staff.client(role, raise_request_exception=False)
        for invoice_id in (looked_into["paid"], looked_into["held"]):
            ids = {"shop_id": str(open_shop.shop_id), "invoice_id": invoice_id}
            for path in paths(ids):
                answer = client.get(path)
                check(_text_of(answer), secrets, path, words=False)
                if path not in ("/metrics", "/readyz"):
                    check(visible(answer), secrets, (role, path))
                told += answer.status_code == 200
    assert told > 60


def test_the_shoppers_page_tells_nothing(looked_into: dict[str, str], secrets: list[str]) -> None:
    told = 0
    for path in paths({"invoice_id": looked_into["held"]}):
        if path.startswith("/i/"):
            answer = Client().get(path)
            check(_text_of(answer), secrets, path, words=False)
            check(visible(answer), secrets, path)
            told += answer.status_code == 200
    assert told >= 2


def test_no_answer_of_the_api_tells_a_key_of_every_scope(
    looked_into: dict[str, str], secrets: list[str], open_shop: World, key_for: Any
) -> None:
    api, told = Api(key_for(open_shop.shop_id)), 0
    for invoice_id in (looked_into["paid"], looked_into["held"]):
        ids = {"shop_id": str(open_shop.shop_id), "invoice_id": invoice_id}
        for event in Event.objects.filter(shop_id=open_shop.shop_id):
            check(visible(api.get(f"events/{event.id}")), secrets, ("event", event.type))
        for path in paths(ids):
            if path.startswith("/v1/"):
                answer = api.get(path.removeprefix("/v1/"))
                check(visible(answer), secrets, path)
                told += answer.status_code == 200
    assert told > 10


def test_no_event_delivery_notice_mail_or_push_of_the_shop_tells(
    looked_into: dict[str, str], secrets: list[str], open_shop: World, staff: Staff
) -> None:
    deliveries = Delivery.objects.filter(shop_id=open_shop.shop_id)
    assert deliveries.filter(type="invoice.held").exists()
    for delivery in deliveries:
        check(bytes(delivery.payload).decode(), secrets, delivery.type)
    for event in Event.objects.filter(shop_id=open_shop.shop_id):
        assert not event.type.startswith(("alert.", "case.", "report.", "retention."))
        check(str(event.body), [MARK], event.type, words=False)
    with as_web(open_shop.shop_id):
        assert not Event.objects.filter(type__startswith="case.").exists()
        assert not Event.objects.filter(type__startswith="alert.").exists()
        assert not Event.objects.filter(type__startswith="report.").exists()
        assert [act.kind for act in Act.objects.all()] == ["payout_destination"]
    assert Event.objects.filter(type="case.opened").count() == 2
    assert Event.objects.filter(type="report.due_soon").exists()
    assert Notice.objects.filter(kind="report_due", shop_id=None).exists()
    for notice in Notice.objects.filter(shop_id=open_shop.shop_id).exclude(kind="money_held"):
        check(str(notice.body), secrets, notice.kind)
    officer = staff.user("compliance_officer")
    letters = Letter.objects.exclude(user=officer).select_related("notice")
    assert letters.exists()
    for letter in letters:
        mail = written([letter.notice])
        check(f"{mail.subject} {mail.text}", secrets, letter.notice.kind)


def test_what_is_looked_for_is_there_to_be_found(looked_into: dict[str, str], staff: Staff) -> None:
    """Or the tests above would find nothing wherever they looked."""
    officer = staff.client("compliance_officer")
    case = Case.objects.get(about__startswith="shop:")
    page = officer.get(f"/house/cases/{case.id}")
    assert MARK in visible(page)
    assert TELLING.search(visible(page))
    assert case.reference in visible(page)
    report = Report.objects.get()
    assert MARK in visible(officer.get(f"/house/reports/{report.id}"))
    with as_web_role(), house_scope():
        assert Case.objects.count() == 2
    assert UUID(looked_into["act"])
