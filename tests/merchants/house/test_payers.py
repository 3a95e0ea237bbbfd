"""What shoppers said of who pays, on the officers' pages; and what a shop's people see of it."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gateway.chains.models import Deposit
from gateway.compliance.knowing.erasing import subject_erase
from gateway.compliance.models import Hold
from gateway.compliance.travelling.ivms.payers import PayerTold
from gateway.compliance.travelling.models import PayerStatement
from gateway.compliance.travelling.stating import Statement
from gateway.invoices.models import Invoice
from gateway.invoices.payer_told import invoice_tell_payer
from tests.checkout.test_views import assert_strict
from tests.faces import Staff
from tests.invoices.conftest import LISTED
from tests.merchants.house.test_approvals import said

pytestmark = pytest.mark.django_db

ADA = PayerTold(
    family="Lovelace",
    given="Ada",
    street="St James's Square 12",
    town="London",
    country="GB",
    document="C01X00T47",
    document_kind="CCPT",
    document_country="GB",
)


@pytest.fixture
def ruled(staff: Staff, settings: Any) -> Staff:
    settings.TRAVEL_RULE = {
        "establishments": ["EU"],
        "test_shops": True,
        "payer_from": {"EUR": "10.00"},
    }
    return staff


@pytest.fixture
def officer(ruled: Staff) -> Client:
    return ruled.client("compliance_officer", HTTP_ACCEPT_LANGUAGE="en")


def told(staff: Staff, invoice: Invoice) -> None:
    statement = Statement(
        told=ADA, known_by=frozenset({"address", "document"}), provider="Acme Exchange"
    )
    invoice_tell_payer(invoice_id=invoice.id, statement=statement, now=timezone.now())
    staff.world.drain()


def hold_path(deposit: Deposit) -> str:
    return f"/house/holds/{Hold.objects.get(deposit_id=deposit.id).id}"


def test_a_hold_says_that_nobody_said_who_pays(officer: Client, ruled: Staff) -> None:
    deposit = ruled.world.confirmed(ruled.world.issue())
    answer = officer.get(hold_path(deposit))
    assert_strict(answer)
    page = said(answer)
    assert "Nobody said who pays" in page and "Travel Rule wants to know it" in page
    assert "Nobody said who pays" in said(officer.get("/house/holds"))


def test_a_hold_shows_who_said_that_they_pay(officer: Client, ruled: Staff) -> None:
    invoice = ruled.world.issue()
    told(ruled, invoice)
    deposit = ruled.world.confirmed(invoice, sender=LISTED)
    page = said(officer.get(hold_path(deposit)))
    for text in ("Ada Lovelace", "Square 12", "United Kingdom", "C01X00T47", "Acme Exchange"):
        assert text in page, text
    assert "On no list" in page


def test_an_officer_looks_up_who_pays_and_what_was_erased_is_said_to_be(
    officer: Client, ruled: Staff
) -> None:
    invoice = ruled.world.issue()
    typed = {"invoice": str(invoice.id), "do": "payer"}
    assert "Nobody said who pays it." in said(officer.post("/house/travel", typed))
    told(ruled, invoice)
    answer = officer.post("/house/travel", typed)
    assert_strict(answer)
    assert "Ada Lovelace" in said(answer)
    subject_erase(subject_id=PayerStatement.objects.get().subject_id, now=timezone.now())
    page = said(officer.post("/house/travel", typed))
    assert "has been erased" in page and "Lovelace" not in page


def test_a_shops_people_see_that_it_was_said_and_never_by_whom(ruled: Staff) -> None:
    invoice = ruled.world.issue()
    owner = ruled.client("owner", HTTP_ACCEPT_LANGUAGE="en")
    path = f"/dashboard/{invoice.shop_id}/invoices/{invoice.id}"
    assert "Shown once the customer has said who pays." in said(owner.get(path))
    told(ruled, invoice)
    page = said(owner.get(path))
    assert "The customer said who pays" in page
    assert "Lovelace" not in page and "Acme" not in page


def test_the_till_shows_the_code_of_the_page_and_says_what_it_asks(ruled: Staff) -> None:
    invoice = ruled.world.issue()
    cashier = ruled.client("cashier", HTTP_ACCEPT_LANGUAGE="en")
    path = f"/pos/{invoice.shop_id}/sales/{invoice.id}"
    page = said(cashier.get(path))
    assert 'class="qr"' in page and 'data-answer="wait"' in page
    assert "phone asks who pays" in page
    ruled.world.confirmed(invoice)
    page = said(cashier.get(path))
    assert 'data-answer="no"' in page and "has to say who paid" in page
