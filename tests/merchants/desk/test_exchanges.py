"""Exchanges on the desk's pages: what lies there, stopping one and letting it go on."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gateway.events.models import Event
from gateway.ledger import accounts
from gateway.ledger.postings import credit, debit
from gateway.market.hedges.exchange_models import ExchangeStanding
from gateway.market.hedges.standing import exchange_stop
from gateway.money.amounts import Amount
from tests.merchants.desk.conftest import DOLLAR, USDC

pytestmark = pytest.mark.django_db
WHO = "desk@shop.example"
HERE = "/desk/exchanges"


@pytest.fixture
def paper(tmp_path: Path, settings: Any) -> None:
    path = tmp_path / "exchange.json"
    path.write_text(json.dumps({"balances": {"USDC": "500"}}))
    held = {USDC.code: {"currency": "USDC"}}
    settings.EXCHANGES = [
        {"name": "paper", "kind": "recorded", "file": str(path), "assets": held, "trade": True}
    ]


def stop() -> None:
    exchange_stop(
        exchange="paper", reason="balance_differs", detail="USDC: 400", now=timezone.now()
    )


def test_without_exchanges_the_page_says_so(dora: Client, open_shop: Any) -> None:
    assert "No exchange is configured" in dora.get(HERE).content.decode()
    assert dora.get(f"{HERE}/paper").status_code == 404


def test_what_lies_there_leads_to_its_entries(
    dora: Client, open_shop: Any, paper: None, post: Any
) -> None:
    account = accounts.exchange("paper")
    post(
        debit(account, Amount(500 * DOLLAR, USDC)),
        credit(accounts.capital(), Amount(500 * DOLLAR, USDC)),
    )
    page = dora.get(f"{HERE}/paper").content.decode()
    link = f"/desk/entries?account=exchange%3Apaper&amp;asset={USDC.code.replace('@', '%40')}"
    assert link in page
    assert "500" in dora.get(link.replace("&amp;", "&")).content.decode()
    assert "Traded on" in dora.get(HERE).content.decode()


def test_a_stopped_one_says_why_and_is_let_go_with_a_name_and_a_reason(
    dora: Client, open_shop: Any, paper: None
) -> None:
    stop()
    assert f'href="{HERE}/paper"' in dora.get("/desk/").content.decode()
    page = dora.get(f"{HERE}/paper").content.decode()
    assert "something else than the books say" in page and "USDC: 400" in page
    silent = dora.post(f"{HERE}/paper", {"act": "resume", "reason": " "})
    assert silent.status_code == 422 and "Say why" in silent.content.decode()
    assert ExchangeStanding.objects.get().stopped_at is not None
    form = {"act": "resume", "reason": "they corrected it"}
    assert dora.post(f"{HERE}/paper", form).status_code == 302
    standing = ExchangeStanding.objects.get()
    assert (standing.stopped_at, standing.resumed_by) == (None, WHO)
    told = Event.objects.get(type="exchange.resumed").body
    assert (told["by"], told["because"]) == (WHO, "they corrected it")
    again = dora.post(f"{HERE}/paper", form, follow=True).content.decode()
    assert "It was not stopped" in again and "they corrected it" in again
    assert Event.objects.filter(type="exchange.resumed").count() == 1


def test_a_person_stops_one_once(dora: Client, open_shop: Any, paper: None) -> None:
    form = {"act": "stop", "reason": "they answer slowly"}
    dora.post(f"{HERE}/paper", form)
    dora.post(f"{HERE}/paper", form)
    standing = ExchangeStanding.objects.get()
    assert (standing.reason, standing.detail) == ("by_hand", "they answer slowly")
    assert Event.objects.get(type="exchange.stopped").body["by"] == WHO


@pytest.mark.parametrize("role", ["owner", "accountant", "compliance_officer"])
def test_nobody_else_lets_one_go(staff: Any, paper: None, role: str) -> None:
    stop()
    client = staff.client(role)
    assert client.get(HERE).status_code in (403, 404)
    form = {"act": "resume", "reason": "x"}
    assert client.post(f"{HERE}/paper", form).status_code in (403, 404)
    assert ExchangeStanding.objects.get().stopped_at is not None
