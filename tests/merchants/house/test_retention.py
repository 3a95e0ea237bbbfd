"""Retention on the officers' pages: terms, the daily round, holds, and what somebody may have."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from gateway.compliance.alerts.services import alert_raise
from gateway.compliance.cases.record_models import RecordEntry, RecordOpening
from gateway.compliance.knowing.erasing import subject_erase
from gateway.compliance.knowing.fields import subject_declare
from gateway.compliance.knowing.legal_holds import legal_hold_place
from gateway.compliance.knowing.models import LegalHold, Subject
from gateway.compliance.retaining.sweeping import sweep
from gateway.events.ids import uuid7
from merchants.accounts.actions import ROLES
from tests.checkout.test_views import assert_strict
from tests.faces import Staff
from tests.invoices.conftest import LISTED
from tests.merchants.house.test_approvals import said
from tests.merchants.house.test_holds import second_officer

pytestmark = pytest.mark.django_db
ROOT = "/house/retention"
MARK = "Zwiebelkuchen"
SECRET = "Schweigekuchen"


@pytest.fixture
def officer(staff: Staff) -> Client:
    return staff.client("compliance_officer")


@pytest.fixture
def ada(staff: Staff) -> Subject:
    return subject_declare(
        shop_id=staff.world.shop_id,
        kind="person",
        fields={"name": f"Ada {MARK}", "date_of_birth": "1815-12-10"},
        now=timezone.now(),
    )


def exported(client: Client, kind: str, named: Any) -> zipfile.ZipFile:
    answer = client.post(
        f"{ROOT}/export.zip", {"kind": kind, "id": str(named), "reason": "her letter"}
    )
    assert answer.status_code == 200 and answer.streaming, answer.content
    assert answer["Cache-Control"] == "no-store"
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_terms_and_the_daily_round_are_shown(officer: Client, ada: Subject) -> None:
    page = said(officer.get(ROOT))
    assert "31 CFR 501.601" in page and "10 years" in page and "No round yet" in page
    Subject.objects.filter(id=ada.id).update(retain_until=timezone.now())
    sweep(now=timezone.now())
    answer = officer.get(ROOT)
    assert_strict(answer)
    assert "Within 90 days: 1" in said(answer) and str(ada.id) in said(answer)


def test_a_hold_is_placed_by_one_and_lifted_by_two(officer: Client, ada: Subject) -> None:
    told = {"kind": "subject", "id": str(ada.id), "reason": "a court"}
    assert "It is kept" in said(officer.post(f"{ROOT}/holds", told, follow=True))
    hold = LegalHold.objects.get()
    page = said(officer.post(f"{ROOT}/holds/{hold.id}/ask", {"reason": "it is over"}, follow=True))
    assert "Asked." in page and "Agree and lift it" not in page
    refused = officer.post(f"{ROOT}/holds/{hold.id}/agree")
    assert refused.status_code == 422 and "Another officer" in refused.content.decode()
    _, other = second_officer()
    assert "Agree and lift it" in said(other.get(ROOT))
    assert "Lifted." in said(other.post(f"{ROOT}/holds/{hold.id}/agree", follow=True))
    for wrong in ({**told, "id": "x"}, {**told, "kind": "shop"}, {**told, "reason": " "}):
        assert officer.post(f"{ROOT}/holds", wrong).status_code == 422
    assert officer.post(f"{ROOT}/holds/{uuid7()}/ask", {"reason": "x"}).status_code == 422
    assert officer.post(f"{ROOT}/holds/{hold.id}/burn").status_code == 404


def test_somebody_gets_all_that_is_held_and_nothing_that_is_suspected(
    officer: Client, ada: Subject, staff: Staff
) -> None:
    world = staff.world
    legal_hold_place(about=f"subject:{ada.id}", by="x", reason=SECRET, now=timezone.now())
    alert_raise(
        kind="name_match",
        about=f"subject:{ada.id}",
        fingerprint=SECRET,
        mode="test",
        shop_id=world.shop_id,
        severity="high",
        evidence={"name": SECRET},
        versions={"ofac": "1"},
        now=timezone.now(),
    )
    world.drain()
    archive = exported(officer, "subject", ada.id)
    assert archive.testzip() is None
    people = json.loads(archive.read("people.json"))
    assert people[0]["fields"]["name"] == f"Ada {MARK}"
    page = archive.read("index.html").decode()
    assert MARK in page and "1815-12-10" in page
    for name in archive.namelist():
        text = archive.read(name).decode()
        for secret in (SECRET, "name_match", "legal_hold", "rating", "verdict"):
            assert secret not in text, (name, secret)
    entry = RecordEntry.objects.get(verb="exported")
    assert str(ada.id) not in entry.facts
    opening = RecordOpening.objects.get(number=entry.number, name="about")
    assert str(ada.id) in opening.value
    assert f"#{entry.number}" in said(officer.get(ROOT))


def test_a_shop_gets_its_sales_and_nothing_about_a_held_payment(
    officer: Client, ada: Subject, staff: Staff
) -> None:
    world = staff.world
    world.issue(order_id=MARK)
    world.confirmed(world.issue(order_id="table 2"), sender=LISTED)
    archive = exported(officer, "shop", world.shop_id)
    invoices = json.loads(archive.read("invoices.json"))
    assert {MARK, "table 2"} <= {one["order_id"] for one in invoices}
    members = json.loads(archive.read("members.json"))
    assert isinstance(members, list)
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert MARK in everything and f"Ada {MARK}" in everything
    for secret in ("sanction", "ofac", "compliance", "verdict", "suspic"):
        assert secret not in everything, secret


def test_who_was_erased_gets_what_is_left(officer: Client, ada: Subject) -> None:
    subject_erase(subject_id=ada.id, now=timezone.now())
    people = json.loads(exported(officer, "subject", ada.id).read("people.json"))
    assert "fields" not in people[0] and people[0]["erased_at"]


def test_of_nobody_nothing_is_given_and_nothing_recorded(officer: Client) -> None:
    for told in (
        {"kind": "subject", "id": str(uuid7()), "reason": "x"},
        {"kind": "subject", "id": "x", "reason": "x"},
        {"kind": "case", "id": str(uuid7()), "reason": "x"},
        {"kind": "shop", "id": str(uuid7()), "reason": ""},
    ):
        assert officer.post(f"{ROOT}/export.zip", told).status_code == 422
    assert not RecordEntry.objects.filter(verb="exported").exists()


def test_it_is_written_from_the_command_line(ada: Subject, tmp_path: Any) -> None:
    out = tmp_path / "ada.zip"
    call_command("subject_export", subject=ada.id, by="ada", reason="letter", out=out)
    assert zipfile.ZipFile(out).testzip() is None and out.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError, match="export_of_nobody"):
        call_command("subject_export", shop=uuid7(), by="a", reason="b", out=tmp_path / "no.zip")
    assert not (tmp_path / "no.zip").exists()


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"compliance_officer"}))
def test_nobody_but_the_officers_gets_in(role: str, staff: Staff) -> None:
    client = staff.client(role, raise_request_exception=False)
    assert client.get(ROOT).status_code in (403, 404)
    assert client.post(f"{ROOT}/holds").status_code in (403, 404)
    assert client.post(f"{ROOT}/export.zip").status_code in (403, 404)
