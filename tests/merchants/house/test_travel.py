"""The officers' page of the Travel Rule: what waits, who is in it, our yes or no."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from gateway.compliance.knowing.declaring import subject_screen
from gateway.compliance.knowing.erasing import subject_erase
from gateway.compliance.listed.entities import ListedEntity, ListedName
from gateway.compliance.services import list_take
from gateway.compliance.travelling.counterparties import counterparty_put
from gateway.compliance.travelling.models import Exchange
from gateway.compliance.travelling.receiving import inquiry_receive
from gateway.compliance.travelling.routes import route_open
from gateway.compliance.travelling.travel_address import travel_address_decode
from tests.checkout.test_views import assert_strict
from tests.compliance.knowing.conftest import Listed, listed
from tests.compliance.travelling.conftest import DTI, LEI, WALLET
from tests.compliance.travelling.test_trp import body
from tests.faces import Staff
from tests.merchants.house.test_approvals import said

__all__ = ["listed"]

pytestmark = pytest.mark.django_db
ROOT = "/house/travel"


@pytest.fixture
def officer(staff: Staff, settings: Any) -> Client:
    settings.PUBLIC_URL = "https://pay.example"
    settings.TRAVEL_RULE = {"dti": {"USDC@31337": DTI}, "lei": LEI, "name": "Tillway GmbH"}
    return staff.client("compliance_officer")


@pytest.fixture
def received(officer: Client, staff: Staff) -> Exchange:
    """Acme asks whether it may send 25.50 USDC."""
    now = timezone.now()
    acme = counterparty_put(
        name="acme",
        legal_name="Acme Exchange AG",
        country="CH",
        hosts=["acme.example"],
        certificate=b"\1" * 32,
        by="test",
        now=now,
    )
    route = route_open(
        shop_id=staff.world.shop_id,
        mode="test",
        about=f"invoice:{uuid4()}",
        address=WALLET,
        expires_at=now + timedelta(days=1),
        now=now,
    )
    return inquiry_receive(
        route_id=route.id,
        whose=acme,
        request_identifier=uuid4(),
        plain=body(callback="https://acme.example/decided", amount="25.5"),
        now=now,
    )


def test_what_waits_for_us_is_shown_with_who_sends(officer: Client, received: Exchange) -> None:
    answer = officer.get(ROOT)
    assert_strict(answer)
    page = said(answer)
    for part in ("25.5", "Acme Exchange AG", "Waiting for us", "Version 1, by test"):
        assert part in page, part
    one = said(officer.get(f"{ROOT}/{received.id}"))
    assert "Bäckerei Arbor GmbH" in one and "Yes, it may" in one


@pytest.mark.parametrize(("decision", "state"), [("approve", "approving"), ("reject", "rejecting")])
def test_an_officer_decides_once(
    officer: Client, received: Exchange, decision: str, state: str
) -> None:
    page = f"{ROOT}/{received.id}"
    assert "Decided." in said(officer.post(page, {"decision": decision}, follow=True))
    received.refresh_from_db()
    assert received.state == state and received.decided_by.startswith("user:")
    assert officer.post(page, {"decision": "reject"}).status_code == 409
    assert officer.post(page, {"decision": "?"}).status_code == 422
    assert "Yes, it may" not in said(officer.get(page))


def test_money_of_somebody_called_like_a_listed_one_is_not_let_in_by_a_click(
    officer: Client, received: Exchange, listed: Listed
) -> None:
    baker = ListedEntity("names", "1", "organisation", (ListedName("Bäckerei ARBOR GmbH"),))
    list_take(entities=[baker], source="names", loaded_by="test", now=timezone.now())
    subject_screen(subject_id=received.subject_id, shop_id=None, now=timezone.now())
    page = f"{ROOT}/{received.id}"
    answer = officer.post(page, {"decision": "approve"})
    assert "A list may name who sends this" in said(answer, 422)
    received.refresh_from_db()
    assert received.state == "received"
    officer.post(page, {"decision": "reject"})
    received.refresh_from_db()
    assert received.state == "rejecting"


def test_what_was_erased_is_not_shown(officer: Client, received: Exchange) -> None:
    subject_erase(subject_id=received.subject_id, now=timezone.now())
    page = said(officer.get(f"{ROOT}/{received.id}"))
    assert "have been erased" in page and "Arbor" not in page


def test_a_travel_address_is_made_for_a_payment(officer: Client, staff: Staff) -> None:
    invoice = staff.world.issue()
    answer = officer.post(ROOT, {"invoice": str(invoice.id)})
    assert answer.status_code == 200
    url = travel_address_decode(answer.context["travel_address"])
    assert url.startswith("https://pay.example/trp/inquiries/")
    again = officer.post(ROOT, {"invoice": str(invoice.id)})
    assert again.context["travel_address"] == answer.context["travel_address"]
    for wrong in ("", "x", str(uuid4())):
        assert officer.post(ROOT, {"invoice": wrong}).status_code == 422


def test_empty_it_says_so_and_others_do_not_see_it(officer: Client, staff: Staff) -> None:
    page = said(officer.get(ROOT))
    assert "Nobody waits for us" in page and "Nobody yet" in page
    for view in ("open", "ended"):
        assert "Nothing yet" in said(officer.get(f"{ROOT}?view={view}"))
    assert officer.get(f"{ROOT}?view=x").status_code == 404
    assert officer.get(f"{ROOT}/{uuid4()}").status_code == 404
    assert staff.client("owner").get(ROOT).status_code in (302, 403, 404)
