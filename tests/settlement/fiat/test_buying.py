"""Currency bought for payouts: booked once, with its proof, and what waited for it goes."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from gateway.ledger.accounts import bank, custody_hot, desk
from gateway.ledger.checks import ledger_checks
from gateway.ledger.selectors import balance
from gateway.treasury.buying.errors import PurchaseConflict, PurchaseNotPossible
from gateway.treasury.buying.models import CurrencyPurchase
from gateway.treasury.buying.services import currency_bought
from tests.settlement.conftest import CHAIN_ID, USDC
from tests.settlement.fiat.kit import EUR, FLOAT, Till


def _bought(till: Till, **changes: Any) -> CurrencyPurchase:
    return currency_bought(
        **{
            "reference": "kraken:1",
            "asset": USDC.code,
            "sold_units": 108_000_000,
            "ramp": "stripe",
            "currency": "EUR",
            "bought_units": 99_75,
            "fee_units": 25,
            "evidence": "trade TX7-1, statement line 12",
            "by": "ana",
            "now": till.place.now,
            **changes,
        }
    )


def test_a_purchase_is_booked_once_by_the_books_template(till: Till) -> None:
    till.world.fund(200_000_000)
    before = balance(account=desk(), asset=EUR).units
    assert _bought(till).id == _bought(till).id
    assert balance(account=bank("stripe"), asset=EUR).units == FLOAT + 99_75
    assert balance(account=custody_hot(CHAIN_ID), asset=USDC).units == 92_000_000
    assert balance(account=desk(), asset=EUR).units == before - 100_00
    assert ledger_checks() == []
    with pytest.raises(PurchaseConflict):
        _bought(till, bought_units=99_76)


@pytest.mark.parametrize(
    "changes",
    [
        {"evidence": " "},
        {"by": ""},
        {"currency": "XXX"},
        {"asset": "NONE@1"},
        {"sold_units": 0},
        {"bought_units": 0},
        {"fee_units": -1},
        {"sold_units": 10**12},
    ],
)
def test_what_is_not_proven_or_not_there_is_refused(till: Till, changes: dict[str, Any]) -> None:
    till.world.fund(200_000_000)
    with pytest.raises(PurchaseNotPossible):
        _bought(till, **changes)
    assert balance(account=bank("stripe"), asset=EUR).units == FLOAT
    assert not CurrencyPurchase.objects.exists()


def test_what_waited_for_it_goes(till: Till) -> None:
    till.world.paid(2_000_000_000)
    till.world.fund(2_000_000_000)
    payout = till.ask(1_500_000_000)
    assert payout.waiting_reason == "float_short"
    _bought(till, sold_units=1_000_000_000, bought_units=50_000)
    till.place.fake.state.fund("eur", 50_000)
    till.turn(3)
    payout.refresh_from_db()
    assert payout.status == "sent"


def test_an_operator_books_it_by_a_command(till: Till) -> None:
    till.world.fund(200_000_000)
    told = ["--reference", "k:1", "--ramp", "stripe", "--evidence", "x", "--by", "ana"]
    amounts = ["--sold", "108", USDC.code, "--bought", "99.75", "EUR", "--fee", "0.25"]
    out = StringIO()
    call_command("fiat_bought", *told, *amounts, stdout=out)
    assert "is booked as k:1" in out.getvalue()
    with pytest.raises(CommandError, match="no ramp"):
        call_command("fiat_bought", *told[:2], "--ramp", "other", *told[4:], *amounts)


def test_an_operator_sees_what_lies_there_and_what_came(till: Till) -> None:
    till.place.deliver()
    out = StringIO()
    call_command("ramps", "list", stdout=out)
    call_command("ramps", "events", stdout=out)
    assert "stripe (test) pays EUR; there: 1000.00 EUR" in out.getvalue()
    assert "handled  account.updated" in out.getvalue()
