"""The audit log's page: who sees it, what it tells, and its file."""

import csv
import io
from typing import Any

import pytest
from django.utils import timezone

from merchants.accounts.services import api_key_create
from merchants.audit.models import Record
from merchants.audit.recording import record
from tests.faces import Staff
from tests.invoices.conftest import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(open_shop: World) -> str:
    return f"/dashboard/{open_shop.shop_id}/audit"


@pytest.mark.parametrize(
    ("role", "status"),
    [("owner", 200), ("accountant", 200), ("manager", 403), ("cashier", 403), ("developer", 403)],
)
def test_owners_and_accountants_look_and_nobody_else(
    staff: Staff, log: str, role: str, status: int
) -> None:
    for path in (log, f"{log}.csv"):
        assert staff.client(role).get(path).status_code == status


def test_acts_are_told_by_whom_and_what_changed(
    staff: Staff, log: str, open_shop: World, django_assert_max_num_queries: Any
) -> None:
    owner, developer = staff.client("owner"), staff.user("developer")
    api_key_create(
        shop_id=open_shop.shop_id, mode="test", name="Till at the door", created_by=developer
    )
    path = f"/dashboard/{open_shop.shop_id}/settings"
    form = {"section": "place", "pricing_currency": "EUR", "time_zone": "Europe/Berlin"}
    assert owner.post(path, form).status_code == 302
    for number in range(20):
        record(
            act="sale.voided",
            shop_id=open_shop.shop_id,
            who=f"user:{developer.pk}",
            subject=f"invoice:{number}",
            now=timezone.now(),
        )
    with django_assert_max_num_queries(9):
        page = owner.get(log).content.decode()
    assert "Till at the door" in page and developer.name in page
    assert "→ Europe/Berlin" in page
    assert "127.0.0.0/24" in page
    narrow = owner.get(log, {"kind": "settings"}).content.decode()
    assert "→ Europe/Berlin" in narrow and "Till at the door" not in narrow


def test_an_act_without_a_secret_stays_without_one(
    staff: Staff, log: str, open_shop: World
) -> None:
    owner = staff.client("owner")
    key = owner.post(f"/dashboard/{open_shop.shop_id}/developers/keys", {"name": "n"})
    secrets = [word for word in key.content.decode().split('"') if word.startswith("tw_test_")]
    assert secrets
    told = str(list(Record.objects.values()))
    assert not [secret for secret in secrets if secret in told]


def test_the_file_holds_what_the_page_shows_and_that_it_was_taken(
    staff: Staff, log: str, open_shop: World
) -> None:
    record(
        act="settings.changed",
        shop_id=open_shop.shop_id,
        who="house",
        detail={"name": {"from": "a", "to": "=HYPERLINK(1)"}},
        now=timezone.now(),
    )
    answer = staff.client("accountant").get(f"{log}.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert {row["act"] for row in rows} == {"settings.changed", "file.exported"}
    assert not [cell for row in rows for cell in row.values() if cell.startswith("=")]
    taken = Record.objects.get(act="file.exported")
    assert (taken.subject, taken.who) == ("audit.csv", f"user:{staff.user('accountant').pk}")


@pytest.mark.parametrize(
    "query",
    ["since=x", "until=9999-12-31", "since=0001-01-01", "kind=x", "who=x", "since=2026-13-1"],
)
def test_what_is_no_question_is_no_crash(staff: Staff, log: str, query: str) -> None:
    assert staff.client("owner").get(f"{log}?{query}").status_code == 200


def test_a_cursor_of_nobody_is_not_there(staff: Staff, log: str) -> None:
    assert staff.client("owner").get(f"{log}?cursor=x").status_code == 404


@pytest.mark.parametrize("what", ["invoices", "refunds", "payouts", "customers"])
def test_lists_that_leave_as_files_are_written_down(
    staff: Staff, open_shop: World, what: str
) -> None:
    shop = f"/dashboard/{open_shop.shop_id}"
    assert staff.client("owner").get(f"{shop}/{what}.csv").status_code == 200
    taken = Record.objects.get(act="file.exported")
    assert taken.subject == f"{what.replace('invoices', 'payments')}.csv"
    assert taken.who == f"user:{staff.user('owner').pk}"


def test_a_refused_change_of_the_look_or_of_receipts_is_not_written_down(
    staff: Staff, open_shop: World
) -> None:
    owner, settings = staff.client("owner"), f"/dashboard/{open_shop.shop_id}/settings"
    changed = Record.objects.filter(act="settings.changed")
    owner.post(f"{settings}/branding/change", {"action": "accent", "accent": "no colour"})
    owner.post(f"{settings}/receipts", {"section": "rules", "void": "sometimes"})
    assert not changed.exists()
    owner.post(f"{settings}/branding/change", {"action": "accent", "accent": "#FFD400"})
    look = changed.get(subject="settings:branding")
    assert look.detail == {"accent": "#FFD400"}
    owner.post(f"{settings}/receipts", {"section": "rules", "void": "never"})
    rules = changed.get(subject="settings:receipts")
    assert rules.detail == {"void": {"from": "paid", "to": "never"}}
    form = {"section": "heading", "legal_name": "Prinz GmbH"}
    owner.post(f"{settings}/receipts", form)
    heading = changed.filter(subject="settings:receipts").latest("id")
    assert heading.detail == {"heading": ["legal_name"]}, "which fields, not what they say"
