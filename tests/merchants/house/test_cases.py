"""Cases on the officers' pages: the queue, one case, and everything that is done with it."""

import json
from typing import Any

import pytest
from django.test import Client

from gateway.chains.models import Deposit
from gateway.compliance.alerts.services import alert_raise
from gateway.compliance.cases.models import Case, CaseNote
from gateway.compliance.cases.services import case_assign, case_escalate
from gateway.compliance.cases.verifying import export_check
from gateway.compliance.holds import hold_block
from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.models import Act
from gateway.events.ids import uuid7
from merchants.accounts.actions import ROLES
from merchants.accounts.models import User
from tests.checkout.test_views import assert_strict
from tests.custody.approvals.conftest import delay_passed
from tests.faces import PASSWORD, Staff
from tests.invoices.conftest import LISTED
from tests.merchants.house.test_approvals import said
from tests.merchants.house.test_holds import second_officer

pytestmark = pytest.mark.django_db
ROOT = "/house/cases"


@pytest.fixture
def officer(staff: Staff) -> Client:
    return staff.client("compliance_officer")


@pytest.fixture
def me(staff: Staff) -> User:
    return staff.user("compliance_officer")


@pytest.fixture
def held(staff: Staff) -> Case:
    """The case of a listed payer's money."""
    world = staff.world
    deposit = world.confirmed(world.issue(order_id="table 4"), sender=LISTED)
    return Case.objects.get(about=f"deposit:{deposit.id}")


def alerted(staff: Staff, **told: Any) -> Case:
    alert = alert_raise(
        **{
            "kind": "name_match",
            "about": f"shop:{staff.world.shop_id}",
            "fingerprint": str(uuid7()),
            "mode": "test",
            "shop_id": staff.world.shop_id,
            "severity": "medium",
            "evidence": {
                "asked": {"name": "Iwan Petrow"},
                "matches": [
                    {
                        "name": "Ivan PETROV",
                        "score": "0.93",
                        "source": "ofac",
                        "reasons": ["surname transliterated", "same year of birth"],
                    }
                ],
            },
            "versions": {"ofac": "3"},
            "now": staff.world.now,
            **told,
        }
    )
    staff.world.drain()
    return Case.objects.get(gathered__alert=alert)


def do(client: Client, case: Case, verb: str, **typed: str) -> Any:
    return client.post(f"{ROOT}/{case.id}/{verb}", typed, follow=True)


def held_by(case: Case) -> str:
    case.refresh_from_db()
    return str(case.assignee or "")


def test_what_waits_is_listed_with_what_is_due(
    officer: Client, held: Case, staff: Staff, django_assert_max_num_queries: Any
) -> None:
    other = alerted(staff)
    said(officer.get(ROOT))
    with django_assert_max_num_queries(13):
        answer = officer.get(ROOT)
    assert_strict(answer)
    page = said(answer)
    assert page.index(str(held.id)) < page.index(str(other.id))  # it is due first
    assert "A payment is held" in page
    assert "A name is like one on a list" in page
    assert " left" in page
    assert "Café Amélie" in page
    assert "None late" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=open", 2),
        ("state=triage", 0),
        ("severity=high", 1),
        ("whose=nobody", 2),
        ("whose=mine", 0),
        ("overdue=1", 0),
        ("severity=medium&state=open", 1),
        ("state=closed", 0),
    ],
)
def test_the_queue_is_filtered(
    officer: Client, held: Case, staff: Staff, query: str, found: int
) -> None:
    alerted(staff)
    page = said(officer.get(f"{ROOT}?{query}"))
    assert page.count('class="sale-link"') == found
    assert ("None of that kind" in page) == (found == 0)


@pytest.mark.parametrize(
    "query", ["state=gone", "severity=x", "whose=eve", "overdue=2", "cursor=nonesuch"]
)
def test_what_there_is_not_is_not_found(officer: Client, query: str) -> None:
    assert officer.get(f"{ROOT}?{query}").status_code == 404


def test_an_empty_queue_says_so(officer: Client) -> None:
    assert "Nothing waits" in said(officer.get(ROOT))


def test_a_long_queue_has_pages_that_keep_the_filter(
    officer: Client, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    from merchants.dashboard.house import cases as pages

    monkeypatch.setattr(pages, "cases_page", _by_two(pages.cases_page))
    for number in range(3):
        alerted(staff, about=f"list:l{number}")
    first = said(officer.get(f"{ROOT}?severity=medium"))
    assert first.count('class="sale-link"') == 2
    href = first.partition('<a class="button" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "severity=medium" in href
    second = said(officer.get(href))
    assert second.count('class="sale-link"') == 1
    assert "First page" in second


def _by_two(page: Any) -> Any:
    return lambda *args, **options: page(*args, **options, size=2)


def test_a_case_shows_its_evidence_readably(
    officer: Client, held: Case, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(45):
        answer = officer.get(f"{ROOT}/{held.id}")
    assert_strict(answer)
    page = said(answer)
    hold = Deposit.objects.get(id=held.about.partition(":")[2])
    assert held.reference in page
    assert "USDC" in page
    assert f"/dashboard/{held.shop_id}/invoices/{hold.invoice_id}" in page
    assert "/house/holds/" in page
    assert bytes(hold.tx_hash).hex() in page
    assert "Its payment is still held" in page
    assert "Propose it" not in page
    assert "Opened" in page


def test_matches_are_shown_with_their_reasons(officer: Client, staff: Staff) -> None:
    page = said(officer.get(f"{ROOT}/{alerted(staff).id}"))
    for words in ("Ivan PETROV", "0.93", "surname transliterated", "Iwan Petrow", "ofac #3"):
        assert words in page


def test_it_is_taken_worked_on_and_handed_over(
    officer: Client, staff: Staff, me: User, held: Case
) -> None:
    otto, _ = second_officer()
    assert "The case is yours" in said(do(officer, held, "take", expected=""))
    assert held_by(held) == str(me.pk)
    assert "Under investigation" in said(do(officer, held, "investigate"))
    page = said(do(officer, held, "hand-over", expected=str(me.pk), to=str(otto.pk)))
    assert "Handed over" in page
    assert "Otto works on it" in page
    assert held_by(held) == str(otto.pk)
    said(do(officer, held, "take", expected=str(otto.pk)))
    said(do(officer, held, "lay-down", expected=str(me.pk)))
    assert held_by(held) == ""


def test_who_was_too_slow_is_told_so_and_sees_how_it_is(
    officer: Client, staff: Staff, held: Case
) -> None:
    _, second = second_officer()
    said(do(second, held, "take", expected=""))
    page = said(do(officer, held, "take", expected=""), 422)
    assert "Somebody else was quicker" in page
    assert "Otto works on it" in page


@pytest.mark.parametrize("to", ["", "nobody", "0198c0de-0000-7000-8000-000000000009"])
def test_it_is_handed_to_officers_only(officer: Client, held: Case, staff: Staff, to: str) -> None:
    assert do(officer, held, "hand-over", expected="", to=to).status_code == 404
    owner = str(staff.user("owner").pk)
    assert do(officer, held, "hand-over", expected="", to=owner).status_code == 404
    assert held_by(held) == ""


def test_a_note_is_written_with_a_name(officer: Client, held: Case, me: User) -> None:
    page = said(do(officer, held, "note", text="Rang him.\n<b>No</b> answer."))
    assert "Written down" in page
    assert "&lt;b&gt;No&lt;/b&gt; answer." in page
    assert CaseNote.objects.get().author == me.pk
    assert "A note says something" in said(do(officer, held, "note", text=" "), 422)


def test_it_is_escalated_with_a_reason(officer: Client, held: Case) -> None:
    assert "Say why" in said(do(officer, held, "escalate", reason=""), 422)
    assert "stands first" in said(do(officer, held, "escalate", reason="the minister's"))
    assert "Escalated" in said(officer.get(ROOT))


def test_two_officers_close_it_on_its_page(officer: Client, staff: Staff, me: User) -> None:
    case = alerted(staff)
    said(do(officer, case, "take", expected=""))
    assert "Choose how it shall end" in said(do(officer, case, "propose", reason="x"), 422)
    page = said(do(officer, case, "propose", disposition="false_positive", reason="his cousin"))
    assert "Another officer must approve it" in page
    assert "You proposed it" in page
    act = Act.objects.get(kind="case_close")
    words = said(officer.get(f"/house/approvals/{act.id}"))
    assert "Close a case: A false alarm" in words
    assert f"{ROOT}/{case.id}" in words
    assert do(officer, case, "agree", password=PASSWORD).status_code == 403
    _, second = second_officer()
    assert "isn&#x27;t your password" in said(do(second, case, "agree", password="wrong"), 422)
    assert "Approved" in said(do(second, case, "agree", password=PASSWORD))
    delay_passed(act.id)
    assert acts_carry_out_due() == 1
    page = said(officer.get(f"{ROOT}/{case.id}"))
    assert "A false alarm" in page
    assert "The same, to the bit" in page
    assert "Differs" not in page
    assert "Nothing waits" in said(officer.get(ROOT))
    assert "A false alarm" in said(officer.get(f"{ROOT}?state=closed"))
    assert "Reopened" in said(do(officer, case, "reopen", reason="he came again"))
    case.refresh_from_db()
    assert (case.state, case.assignee) == ("investigating", me.pk)


def test_a_proposal_is_rejected_or_called_off(officer: Client, staff: Staff) -> None:
    case = alerted(staff)
    said(do(officer, case, "take", expected=""))
    _, second = second_officer()
    for client, verb in ((second, "reject"), (officer, "cancel")):
        said(do(officer, case, "propose", disposition="watch", reason="x"))
        assert "Nothing of it is done" in said(do(client, case, verb, reason="not yet"))
        case.refresh_from_db()
        assert case.state == "investigating"
    assert "Somebody was quicker" in said(do(officer, case, "cancel", reason="x"), 422)


def test_held_money_is_decided_before_its_case(officer: Client, staff: Staff, held: Case) -> None:
    said(do(officer, held, "take", expected=""))
    form = {"disposition": "block", "reason": "listed"}
    assert "Decide about that first" in said(do(officer, held, "propose", **form), 422)
    staff.world.decide(Deposit.objects.get(id=held.about.partition(":")[2]), hold_block)
    no = said(do(officer, held, "propose", disposition="no_action", reason="x"), 422)
    assert "says otherwise" in no
    assert "Proposed" in said(do(officer, held, "propose", **form))


def test_the_record_is_checked_and_given_away(officer: Client, held: Case) -> None:
    page = said(officer.get(f"{ROOT}/{held.id}?check=1"))
    assert "is what its hash says" in page
    answer = officer.get(f"{ROOT}/{held.id}/record.jsonl")
    assert answer["Content-Disposition"] == f'attachment; filename="case-{held.reference}.jsonl"'
    lines = answer.content.decode().splitlines()
    assert export_check(lines).problems == []
    assert json.loads(lines[0])["type"] == "record"


def test_evidence_of_any_shape_is_shown(officer: Client, staff: Staff) -> None:
    evidence = {
        "deep": {"a": [{"b": 1}, {"b": [1, 2]}], "none": None, "text": "x" * 5_000},
        "matches": ["odd", {"features": {"name": "0.9"}, "reasons": [{"rule": "dob"}]}],
        "many": {f"field {number}": number + 1 for number in range(60)},
    }
    case = alerted(staff, kind="something_new", evidence=evidence)
    page = said(officer.get(f"{ROOT}/{case.id}"))
    assert "Something new" in page
    assert "name: 0.9" in page
    assert "values more stand in the evidence below" in page


@pytest.mark.parametrize("role", [role for role in ROLES if role != "compliance_officer"])
def test_nobody_but_the_officers_gets_in(staff: Staff, held: Case, role: str) -> None:
    client = staff.client(role)
    for path in ("", f"/{held.id}", f"/{held.id}/record.jsonl"):
        assert client.get(ROOT + path).status_code in {403, 404}
    for verb in ("take", "note", "propose", "agree"):
        assert client.post(f"{ROOT}/{held.id}/{verb}").status_code in {403, 404}
    menu = client.get("/house/approvals")
    assert "/house/cases" not in menu.content.decode()


def test_what_there_is_no_case_or_verb_for_is_not_found(officer: Client, held: Case) -> None:
    assert officer.get(f"{ROOT}/{uuid7()}").status_code == 404
    assert officer.post(f"{ROOT}/{held.id}/forget").status_code == 404
    assert officer.get(f"{ROOT}/{held.id}/take").status_code == 405


def test_an_operator_is_not_told_of_a_proposal(officer: Client, staff: Staff) -> None:
    case = alerted(staff)
    said(do(officer, case, "take", expected=""))
    said(do(officer, case, "propose", disposition="report", reason="structuring"))
    staff.world.drain()
    act = Act.objects.get(kind="case_close")
    operator = staff.client("operator")
    assert operator.get(f"/house/approvals/{act.id}").status_code == 404
    for path in ("/house/approvals", "/notices/"):
        assert "structuring" not in said(operator.get(path))
    notices = said(officer.get("/notices/"))
    assert "A case waits for a second officer" in notices
    assert f"{ROOT}/{case.id}" in notices
    assert "structuring" not in notices


def test_one_that_follows_names_the_one_before(officer: Client, staff: Staff, me: User) -> None:
    first = alerted(staff)
    case_assign(case_id=first.id, by=me.pk, expected=None, to=me.pk, now=staff.world.now)
    case_escalate(case_id=first.id, by=me.pk, reason="x", now=staff.world.now)
    from datetime import timedelta

    second = alerted(staff, now=staff.world.now + timedelta(days=31))
    assert first.reference in said(officer.get(f"{ROOT}/{second.id}"))
    assert second.reference in said(officer.get(f"{ROOT}/{first.id}"))
