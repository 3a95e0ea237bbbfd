"""Bank payouts: what is missing, and the way to the provider's own pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from gateway.ramps.accounts import account_bank_changed
from gateway.ramps.models import RampAccount
from gateway.ramps.onboarding import accounts_refresh
from gateway.settlement.models import Payout, PayoutQuote
from tests.ramps.conftest import place as ramp  # noqa: F401 (a fixture)
from tests.ramps.iso20022.kit import ramp_setting
from tests.ramps.kit import Place
from tests.stripe_fake import accounts
from tests.stripe_fake.faults import Fault

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def place(ramp: Place) -> Place:  # noqa: F811
    return ramp


@pytest.fixture
def page(open_shop: Any) -> str:
    return f"/dashboard/{open_shop.shop_id}/banks"


def _text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    text: str = answer.content.decode()
    return text


def test_without_a_provider_the_page_says_so(staff: Any, page: str, settings: Any) -> None:
    settings.RAMPS = []
    assert "No way to a bank yet" in _text(staff.client("owner", **ENGLISH).get(page))


def test_an_owner_is_led_to_the_providers_page(place: Place, staff: Any, page: str) -> None:
    owner = staff.client("owner", **ENGLISH)
    before = _text(owner.get(page))
    assert "Connect a bank account" in before and "connect.stripe.com" not in before
    after = _text(owner.post(page, {"ramp": "stripe"}))
    assert 'href="https://connect.stripe.com/setup/e/acct_' in after
    assert "Not finished" in after
    assert "What the business sells" in after
    again = _text(owner.post(page, {"ramp": "stripe"}))
    assert again != after
    assert RampAccount.objects.count() == 1


@pytest.mark.parametrize("role", ["manager", "accountant"])
def test_others_see_what_is_missing_and_connect_nothing(
    place: Place, staff: Any, page: str, role: str
) -> None:
    client = staff.client(role, **ENGLISH)
    text = _text(client.get(page))
    assert "owner connects bank accounts" in text
    assert '<form method="post" action="/dashboard' not in text
    assert client.post(page, {"ramp": "stripe"}).status_code == 403
    assert not RampAccount.objects.exists()


@pytest.mark.parametrize("role", ["cashier", "developer"])
def test_who_may_not_see_payouts_does_not_see_it(
    place: Place, staff: Any, page: str, role: str
) -> None:
    assert staff.client(role).get(page).status_code == 403


def test_a_deadline_and_what_is_overdue_are_shown(
    place: Place, staff: Any, page: str, open_shop: Any
) -> None:
    row = place.account(open_shop.shop_id)
    owner = staff.client("owner", **ENGLISH)
    assert "Stripe can pay your bank account" in _text(owner.get(page))
    accounts.demand(
        place.fake.state,
        row.remote_id,
        due=["individual.verification.document", "company.tax_id"],
        past=True,
    )
    RampAccount.objects.update(due_at=place.clock.advance(seconds=9))
    accounts_refresh(now=place.now)
    text = _text(owner.get(page))
    assert "Payouts stopped" in text
    assert "A photo of an identity document" in text
    assert "overdue" in text
    assert "company.tax_id" in text
    assert row.remote_id not in text


def test_a_provider_that_does_not_answer_is_told_of(place: Place, staff: Any, page: str) -> None:
    place.fake.faults.order(Fault.CUT_BEFORE, on="POST /v1/accounts")
    text = _text(staff.client("owner", **ENGLISH).post(page, {"ramp": "stripe"}), 502)
    assert "does not answer now" in text


def test_who_comes_back_has_the_provider_asked_soon(
    place: Place, staff: Any, page: str, open_shop: Any
) -> None:
    row = place.account(open_shop.shop_id)
    RampAccount.objects.update(due_at=None)
    assert "look again in a minute" in _text(staff.client("owner", **ENGLISH).get(page + "?back=1"))
    row.refresh_from_db()
    assert row.due_at is not None and row.due_at <= timezone.now()


def test_a_provider_that_is_not_offered_is_not_found(place: Place, staff: Any, page: str) -> None:
    assert staff.client("owner").post(page, {"ramp": "other"}).status_code == 404


def test_the_page_speaks_chinese(place: Place, staff: Any, page: str) -> None:
    text = _text(staff.client("owner", HTTP_ACCEPT_LANGUAGE="zh-hans").get(page))
    assert "连接银行账户" in text


def test_an_owner_asks_to_be_paid_to_the_bank(
    place: Place, staff: Any, page: str, open_shop: Any
) -> None:
    shop_id = open_shop.shop_id
    place.account(shop_id)
    deposit = open_shop.confirmed(open_shop.issue(5_000))
    open_shop.hear(deposit, "final")
    open_shop.drain()
    owner = staff.client("owner", **ENGLISH)
    here = f"/dashboard/{shop_id}/payouts"
    assert '<option value="EUR"' in _text(owner.get(here))
    confirm = _text(owner.post(here, {"amount": "20", "into": "EUR"}))
    assert "your bank" in confirm and "Promised until" in confirm
    quote = PayoutQuote.objects.get()
    told = {"amount": "20", "into": "EUR", "quote": str(quote.id), "confirmed": "yes"}
    assert owner.post(here, told).status_code == 302
    payout = Payout.objects.get()
    assert (payout.ramp, payout.asset, payout.units) == ("stripe", "EUR", quote.units)
    shown = _text(owner.get(f"{here}/{payout.id}"))
    assert "your bank" in shown


def test_a_bank_that_changed_there_is_said_to_cool_off(staff: Any, place: Place, page: str) -> None:
    shop_id, now = staff.world.shop_id, timezone.now()
    account = place.account(shop_id)
    owner = staff.client("owner", **ENGLISH)
    assert "was changed" not in _text(owner.get(page))
    account_bank_changed(account_id=account.id, at=now, now=now)
    assert "Your bank account there was changed." in _text(owner.get(page))
    RampAccount.objects.update(bank_changed_at=now - timedelta(days=2))
    assert "was changed" not in _text(owner.get(page))


def test_a_bank_without_pages_leads_to_the_form_for_the_number(
    staff: Any, page: str, settings: Any
) -> None:
    settings.RAMPS = [ramp_setting()]
    owner = staff.client("owner", **ENGLISH)
    text = _text(owner.get(page))
    assert "Name the bank account (IBAN)" in text
    assert page.replace("/banks", "/settings/bank") in text
    assert '<form method="post" action="/dashboard' not in text
    assert owner.post(page, {"ramp": "bank"}).status_code == 404
