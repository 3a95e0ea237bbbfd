"""Euros of test mode are never added to live ones."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import Error, connection, transaction

from gateway.ledger import accounts
from gateway.ledger.errors import FiatOfOtherMode
from gateway.ledger.fiat_mode import fiat_mode_held
from gateway.ledger.journal import NewEntry, entries_post, entry_post
from gateway.ledger.models import Entry
from gateway.ledger.pending import pending_make
from gateway.ledger.postings import Postings, credit, debit, entry_of
from gateway.ledger.selectors import balance
from gateway.money.amounts import Amount
from gateway.money.assets import Asset, fiat
from gateway.supervisor.checks import live_mode_is_safe

pytestmark = pytest.mark.django_db
EUR = fiat("EUR")
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SHOP = accounts.shop_available(UUID(int=7))


def moves(units: int, asset: Asset = EUR) -> Postings:
    return entry_of(
        debit(accounts.bank("stripe"), Amount(units, asset)), credit(SHOP, Amount(units, asset))
    )


@transaction.atomic
def post(key: str, units: int, asset: Asset = EUR) -> None:
    entry_post(key=key, kind="test", postings=moves(units, asset), refs={}, now=NOW)


def test_a_test_shops_euros_are_never_beside_live_ones(settings: Any) -> None:
    assert fiat_mode_held() == ""
    post("a", 100)
    assert fiat_mode_held() == "test"
    post("b", 50)
    settings.LIVE_MODE = True
    with pytest.raises(FiatOfOtherMode):
        post("c", 7_000)
    with pytest.raises(FiatOfOtherMode), transaction.atomic():
        entries_post([NewEntry(key="d", kind="test", postings=moves(1), refs={})], now=NOW)
    with pytest.raises(FiatOfOtherMode), transaction.atomic():
        pending_make(key="e", kind="test", postings=moves(1), refs={}, expires_at=NOW, now=NOW)
    assert balance(account=accounts.bank("stripe"), asset=EUR).units == 150
    assert Entry.objects.count() == 2


def test_live_euros_stay_alone_too(settings: Any) -> None:
    settings.LIVE_MODE = True
    post("a", 100)
    settings.LIVE_MODE = False
    with pytest.raises(FiatOfOtherMode):
        post("b", 100)


def test_tokens_say_their_mode_by_their_chain_and_are_not_asked(settings: Any) -> None:
    post("a", 100)
    settings.LIVE_MODE = True
    post("b", 100, Asset("USDC@8453", 6))
    assert Entry.objects.count() == 2


@pytest.mark.parametrize(
    "sql", ["UPDATE ledger_fiatmode SET mode = 'live'", "DELETE FROM ledger_fiatmode"]
)
def test_the_database_keeps_of_which_mode_they_are(sql: str) -> None:
    post("a", 100)
    with pytest.raises(Error, match="stays"), transaction.atomic():
        connection.cursor().execute(sql)


def test_live_mode_refuses_books_with_test_euros(settings: Any) -> None:
    settings.LIVE_MODE = True
    assert "tillway.E035" not in {message.id for message in live_mode_is_safe(None)}
    settings.LIVE_MODE = False
    post("a", 100)
    settings.LIVE_MODE = True
    assert "tillway.E035" in {message.id for message in live_mode_is_safe(None)}
