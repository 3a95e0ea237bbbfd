"""Reports to authorities on the officers' pages: filled in, approved by another, filed, and read by
nobody else."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gateway.chains.models import Deposit
from gateway.compliance.alerts.services import alert_raise
from gateway.compliance.cases.models import Case
from gateway.compliance.cases.services import case_assign, case_close_propose
from gateway.compliance.reporting.models import Report, ReportReading
from gateway.compliance.reporting.sealed_content import content_of
from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.services import act_agree
from gateway.events.ids import uuid7
from merchants.accounts.actions import ROLES
from merchants.notices.models import Notice
from merchants.notices.tasks import tell_people
from tests.checkout.test_views import assert_strict
from tests.compliance.reporting.answered import REPORTING, SAR
from tests.custody.approvals.conftest import delay_passed
from tests.faces import PASSWORD, Staff
from tests.invoices.conftest import LISTED
from tests.merchants.house.test_approvals import said
from tests.merchants.house.test_holds import second_officer

pytestmark = pytest.mark.django_db
ROOT = "/house/reports"
MARK = "Zwiebelkuchen"


@pytest.fixture(autouse=True)
def _the_house(settings: Any) -> None:
    settings.REPORTING = REPORTING


@pytest.fixture
def officer(staff: Staff) -> Client:
    return staff.client("compliance_officer")


@pytest.fixture
def reported(staff: Staff) -> Report:
    """The report of a case about the shop, which two people decided to report."""
    return _reported(staff, fingerprint=MARK)


def reported_again(staff: Staff) -> Report:
    """As ``reported``, of a shop one of whose payments is held."""
    staff.world.load_list()
    staff.world.confirmed(staff.world.issue(), sender=LISTED)
    return _reported(staff, fingerprint="again")


def _reported(staff: Staff, *, fingerprint: str) -> Report:
    world, now = staff.world, timezone.now()
    alert = alert_raise(
        kind="refund_spike",
        about=f"shop:{world.shop_id}",
        fingerprint=fingerprint,
        mode="test",
        shop_id=world.shop_id,
        severity="high",
        evidence={"refunds": 40},
        versions={"rules": "1"},
        now=now,
    )
    world.drain()
    case = Case.objects.get(gathered__alert=alert)
    me, other = staff.user("compliance_officer").pk, uuid7()
    case_assign(case_id=case.id, by=me, expected=None, to=me, now=now)
    act = case_close_propose(case_id=case.id, by=me, disposition="report", reason="why", now=now)
    act_agree(act_id=act.id, by=other)
    delay_passed(act.id)
    assert acts_carry_out_due() == 1
    world.drain()
    return Report.objects.get(case=case)


def form(report: Report, **more: str) -> dict[str, Any]:
    """The form as a browser sends it."""
    report.refresh_from_db()
    told: dict[str, Any] = {**SAR, "version": str(report.version), **more}
    told["activity.classes"] = ["", *told["activity.classes"].split()]
    return told


def do(client: Client, report: Report, verb: str, **typed: Any) -> Any:
    return client.post(f"{ROOT}/{report.id}/{verb}", typed, follow=True)


def page_of(answer: Any) -> str:
    """What a page says, also one that refuses."""
    text: str = answer.content.decode()
    return text


def state(report: Report) -> str:
    report.refresh_from_db()
    return report.state


def test_what_is_not_filed_is_listed_with_what_is_due(
    officer: Client, reported: Report, django_assert_max_num_queries: Any
) -> None:
    said(officer.get(ROOT))
    with django_assert_max_num_queries(9):
        answer = officer.get(ROOT)
    assert_strict(answer)
    page = said(answer)
    assert "Suspicious activity report (FinCEN)" in page and reported.reference in page
    assert "29 days left" in page and "Draft" in page
    assert reported.reference not in said(officer.get(f"{ROOT}?state=filed"))
    assert officer.get(f"{ROOT}?state=other").status_code == 404


def test_a_case_leads_to_its_report_and_begins_another(officer: Client, reported: Report) -> None:
    page = said(officer.get(f"/house/cases/{reported.case_id}"))
    assert f"{ROOT}/{reported.id}" in page and "A report was begun" in page
    begun = officer.post(
        f"{ROOT}/begin", {"case_id": str(reported.case_id), "kind": "goaml"}, follow=True
    )
    assert "Suspicious transaction report (goAML)" in said(begun)
    again = officer.post(
        f"{ROOT}/begin", {"case_id": str(reported.case_id), "kind": "goaml"}, follow=True
    )
    assert "There is one of this kind already." in said(again)
    assert officer.post(f"{ROOT}/begin", {"case_id": "x"}).status_code == 404


def test_two_officers_bring_it_to_its_number(
    officer: Client, reported: Report, staff: Staff
) -> None:
    page = page_of(do(officer, reported, "fill", **{"version": "1", "then": "propose"}))
    assert "Something is missing or wrong" in page and "This is missing." in page
    page = said(do(officer, reported, "fill", **form(reported, then="propose")))
    assert "Saved." in page and "You proposed it." in page
    assert state(reported) == "proposed"
    assert do(officer, reported, "approve", password=PASSWORD, version="2").status_code == 422
    _, other = second_officer()
    page = said(other.get(f"{ROOT}/{reported.id}"))
    assert MARK in page and "typed by Compliance_Officer" in page
    wrong = do(other, reported, "approve", password="wrong", version=str(reported.version))
    assert "That isn" in page_of(wrong)
    page = said(do(other, reported, "approve", password=PASSWORD, version=str(reported.version)))
    assert "Approved. Its file is written" in page
    file = officer.get(f"{ROOT}/{reported.id}/file")
    assert file["Content-Disposition"].startswith('attachment; filename="fincen_sar-R-')
    assert b"<fc2:RawEntityIndividualLastName>Zwiebelkuchen<" in file.content
    assert file["Cache-Control"] == "no-store"
    assert "Filed. Enter the authority" in said(do(officer, reported, "filed"))
    refused = do(officer, reported, "acknowledge", number="7")
    assert "no number of that authority" in page_of(refused)
    page = said(do(officer, reported, "acknowledge", number="31000123456789"))
    assert "31000123456789" in page and state(reported) == "acknowledged"
    page = said(do(officer, reported, "amend"))
    assert "An amendment was begun." in page and "Correction" in page
    assert ReportReading.objects.filter(report=reported, what="file").count() == 1


def test_what_goes_along_is_shown_before_it_does_and_downloaded_after(
    officer: Client, staff: Staff, reported: Report, django_assert_max_num_queries: Any
) -> None:
    assert "The case names no transfers" in said(officer.get(f"{ROOT}/{reported.id}"))
    assert officer.get(f"{ROOT}/{reported.id}/file?part=attachment").status_code == 404
    with_money = reported_again(staff)
    with django_assert_max_num_queries(40):
        page = said(officer.get(f"{ROOT}/{with_money.id}"))
    deposit = Deposit.objects.get()
    name = f"transfers-{with_money.reference}.csv"
    assert name in page and "Transfers: 1," in page
    assert f"0x{bytes(deposit.tx_hash).hex()}" in page
    assert "Does not go along" not in page
    page = said(
        do(officer, with_money, "fill", **form(with_money, **{"filing.attachment": "none"}))
    )
    assert "Does not go along" in page
    told = form(with_money, then="propose", **{"filing.attachment": "transfers"})
    said(do(officer, with_money, "fill", **told))
    _, other = second_officer()
    with_money.refresh_from_db()
    page = said(
        do(other, with_money, "approve", password=PASSWORD, version=str(with_money.version))
    )
    assert "Hand in both: the report names the attachment" in page
    file = officer.get(f"{ROOT}/{with_money.id}/file?part=attachment")
    assert file["Content-Disposition"] == f'attachment; filename="{name}"'
    assert file["Content-Type"].startswith("text/csv") and file["Cache-Control"] == "no-store"
    assert "the attachment" in said(officer.get(f"{ROOT}/{with_money.id}"))
    assert officer.get(f"{ROOT}/{with_money.id}/file?part=package").status_code == 404


def test_what_was_typed_and_refused_is_not_lost(officer: Client, reported: Report) -> None:
    told = form(reported, **{"activity.dollars": "12.50", "then": "propose"})
    page = page_of(do(officer, reported, "fill", **told))
    assert "Whole dollars, digits only." in page and 'value="12.50"' in page
    stale = form(reported, version="1", **{"story.narrative": "Lost words"})
    page = page_of(do(officer, reported, "fill", **stale))
    assert "changed this report in the meantime" in page and "Lost words" in page


def test_it_is_sent_back_refused_and_written_again(
    officer: Client, reported: Report, staff: Staff
) -> None:
    _, other = second_officer()
    do(officer, reported, "fill", **form(reported, then="propose"))
    assert "Sent back" in said(do(other, reported, "send-back", reason="the day is wrong"))
    for _ in range(2):
        version = form(reported, then="propose")
        do(officer, reported, "fill", **version)
        reported.refresh_from_db()
        do(other, reported, "approve", password=PASSWORD, version=str(reported.version))
        assert "Written again" in said(do(officer, reported, "write"))
        do(officer, reported, "filed")
        assert "A draft again" in said(do(officer, reported, "refused", reason="error F12"))
    assert state(reported) == "draft"


def test_a_subject_is_added_by_their_number(officer: Client, reported: Report) -> None:
    do(officer, reported, "fill", **{"subject.count": "3", "version": "1"})
    reported.refresh_from_db()
    page = said(officer.get(f"{ROOT}/{reported.id}"))
    assert 'name="subject.3.last_name"' in page and 'name="subject.4.last_name"' not in page
    assert content_of(reported).answers["subject.count"].value == "3"


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"compliance_officer"}))
def test_nobody_but_the_officers_gets_in(role: str, reported: Report, staff: Staff) -> None:
    client = staff.client(role, raise_request_exception=False)
    for path in (ROOT, f"{ROOT}/{reported.id}", f"{ROOT}/{reported.id}/file"):
        assert client.get(path).status_code in (403, 404), path
    for verb in ("fill", "approve", "filed"):
        assert client.post(f"{ROOT}/{reported.id}/{verb}").status_code in (403, 404)
    assert state(reported) == "draft"
    assert not ReportReading.objects.exists()


def test_what_there_is_no_report_or_verb_for_is_not_found(
    officer: Client, reported: Report
) -> None:
    nobody = uuid7()
    for path in (
        f"{ROOT}/{nobody}",
        f"{ROOT}/{nobody}/file",
        f"{ROOT}/{reported.id}/file",
        f"{ROOT}/{reported.id}/table.csv",
    ):
        assert officer.get(path).status_code == 404, path
    assert officer.post(f"{ROOT}/{reported.id}/burn").status_code == 404
    assert officer.post(f"{ROOT}/{nobody}/filed").status_code == 404


def test_officers_are_told_of_what_waits(
    officer: Client, reported: Report, staff: Staff, drain: Callable[[], int]
) -> None:
    do(officer, reported, "fill", **form(reported, then="propose"))
    drain()
    tell_people()
    notice = Notice.objects.get(kind="report_waits")
    assert notice.shop_id is None and notice.subject == f"report:{reported.id}"


def test_the_page_is_told_in_chinese(officer: Client, reported: Report) -> None:
    officer.cookies["django_language"] = "zh-hans"
    page = said(officer.get(f"{ROOT}/{reported.id}"))
    assert "可疑活动报告" in page and "Narrative" not in page
