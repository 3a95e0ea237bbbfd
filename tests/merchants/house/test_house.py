"""The house's pages: who gets in, and where they lead."""

import pytest
from django.test import Client

from merchants.accounts.actions import role_allows
from merchants.dashboard.house.frame import MENU
from tests.checkout.test_views import assert_strict
from tests.faces import Staff

pytestmark = pytest.mark.django_db
PAGES = ("/house/books",)


@pytest.mark.parametrize("role", ["operator", "compliance_officer"])
def test_every_menu_line_leads_to_a_page(staff: Staff, role: str) -> None:
    client = staff.client(role)
    for part in [part for line in MENU for part in line.parts]:
        answer = client.get(f"/house/{part.page}")
        if not role_allows(role, part.action):
            assert answer.status_code == 403, part.page
            continue
        assert answer.status_code == 200, part.page
        assert 'aria-current="page"' in answer.content.decode()


def test_parts_that_belong_together_lead_to_one_another(staff: Staff) -> None:
    page = staff.client("compliance_officer").get("/house/behaviour").content.decode()
    assert '<a class="filter" href="/house/scenarios">Scenarios</a>' in page
    assert '<a class="filter" href="/house/behaviour" aria-current="true">Behaviour</a>' in page
    assert 'href="/house/verification">Verification</a>' not in page


@pytest.mark.parametrize("page", PAGES)
def test_pages_keep_to_the_content_policy(olga: Client, page: str) -> None:
    answer = olga.get(page)
    assert_strict(answer)
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("role", ["operator", "compliance_officer"])
def test_the_house_opens_to_who_runs_it_or_watches_it(staff: Staff, role: str) -> None:
    client = staff.client(role)
    assert client.get("/house/")["Location"] == "/house/books"
    assert client.get("/house/books").status_code == 200


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("role", "status"), [("owner", 404), ("accountant", 404), ("desk", 403), ("cashier", 404)]
)
def test_it_is_closed_to_everybody_else(staff: Staff, role: str, status: int, page: str) -> None:
    assert staff.client(role).get(page).status_code == status
    door = staff.client(role).get("/house/")
    if role == "desk":
        assert door["Location"] == "/house/approvals"
    else:
        assert door.status_code == 404


def test_who_is_not_signed_in_is_asked_to(client: Client) -> None:
    for page in ("/house/", *PAGES):
        assert client.get(page)["Location"].startswith("/login?next=/house/")
