"""The golden tests of the order book's row: what owners, the desk and the fees have after it."""

import pytest
from django.db import transaction

from gateway.events.ids import uuid7
from gateway.ledger import accounts, postings
from gateway.ledger.accounts import AccountName
from gateway.ledger.errors import EntryConflict, LedgerError
from gateway.ledger.journal import NewEntry, entries_post
from gateway.ledger.models import Entry
from gateway.ledger.selectors import units_of
from gateway.ledger.trades import post_trades, trades_entry, trades_key
from tests.ledger.books import ETH, NOW, TOKEN, USDC, eth, usdc

ANN, BOB = AccountName("pool:ann"), AccountName("pool:bob")
PRICE, FEE = usdc(15_000_000), usdc(7_500)


def traded(seller: AccountName, buyer: AccountName, **fees: object) -> postings.Postings:
    told = {"seller_fee": usdc(0), "buyer_fee": usdc(0), **fees}
    return postings.trade(seller=seller, buyer=buyer, base=TOKEN, quote=PRICE, **told)


def lines(entry: postings.Postings) -> dict[tuple[str, str], int]:
    return {(str(x.account), x.amount.asset.code): x.amount.units for x in entry}


def test_a_providers_purchase_from_another_with_its_fee() -> None:
    assert lines(traded(ANN, BOB, buyer_fee=FEE)) == {
        ("pool:ann", ETH.code): TOKEN.units,
        ("pool:bob", ETH.code): -TOKEN.units,
        ("pool:bob", USDC.code): 15_007_500,
        ("pool:ann", USDC.code): -15_000_000,
        ("fees", USDC.code): -7_500,
    }


def test_the_desk_sells_to_a_provider_who_pays_for_resting() -> None:
    assert lines(traded(ANN, accounts.desk(), seller_fee=FEE)) == {
        ("pool:ann", ETH.code): TOKEN.units,
        ("desk", ETH.code): -TOKEN.units,
        ("desk", USDC.code): 15_000_000,
        ("pool:ann", USDC.code): -14_992_500,
        ("fees", USDC.code): -7_500,
    }


def test_nothing_is_traded_for_nothing() -> None:
    for more in ({"base": eth(0)}, {"quote": usdc(0)}, {"buyer_fee": usdc(-1)}):
        told = {"base": TOKEN, "quote": PRICE, "seller_fee": usdc(0), "buyer_fee": usdc(0)}
        with pytest.raises(LedgerError):
            postings.trade(seller=ANN, buyer=BOB, **{**told, **more})


@pytest.mark.django_db
def test_many_entries_at_once_each_once() -> None:
    first, second = uuid7(), uuid7()
    entries = [
        trades_entry(
            command_id=command_id, market="m", by="ann", sequences=[number], lines=traded(ANN, BOB)
        )
        for number, command_id in ((1, first), (2, second))
    ]
    before = units_of([(ANN, ETH.code), (BOB, USDC.code)])
    assert before == {(ANN, ETH.code): 0, (BOB, USDC.code): 0}
    assert [posted.created for posted in post_trades(entries, now=NOW)] == [True, True]
    assert [posted.created for posted in post_trades(entries, now=NOW)] == [False, False]
    assert units_of([(ANN, ETH.code), (BOB, USDC.code)]) == {
        (ANN, ETH.code): 2 * TOKEN.units,
        (BOB, USDC.code): 2 * PRICE.units,
    }
    row = Entry.objects.get(key=trades_key(first))
    assert (row.kind, row.refs["sequences"], row.refs["by"]) == ("trade", [1], "ann")
    other = trades_entry(
        command_id=first, market="m", by="ann", sequences=[1], lines=traded(BOB, ANN)
    )
    with pytest.raises(EntryConflict), transaction.atomic():
        post_trades([other], now=NOW)
    assert post_trades([], now=NOW) == []


@pytest.mark.django_db
def test_an_entry_that_moves_nothing_posts_none_of_them() -> None:
    good = NewEntry(key="good", kind="trade", postings=traded(ANN, BOB), refs={})
    empty = NewEntry(
        key="empty", kind="trade", postings=(*traded(ANN, BOB), *traded(BOB, ANN)), refs={}
    )
    with pytest.raises(LedgerError):
        entries_post([good, empty], now=NOW)
    assert not Entry.objects.filter(key="good").exists()
