"""Entries that people make, and what the books hold them to."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from gateway.events.ids import uuid7
from gateway.ledger import accounts, manual, pending
from gateway.ledger.accounts import AccountName
from gateway.ledger.checks import ledger_checks
from gateway.ledger.closing import Month, period_close
from gateway.ledger.deposits import post_deposit_orphaned
from gateway.ledger.errors import (
    AccountNotByHand,
    EntryConflict,
    EntryNotCorrectable,
    EntryReversed,
    EntryUnknown,
    InsufficientBalance,
    LedgerError,
    PendingResolved,
    Unbalanced,
)
from gateway.ledger.models import Entry
from gateway.ledger.payouts import post_payout_reserved
from gateway.ledger.postings import Posting, credit, debit
from gateway.ledger.selectors import shop_balance
from tests.ledger.books import CREDIT, ETH, NOW, TOKEN, USDC, Books, usdc

LATER = NOW + timedelta(hours=1)


def lines(out: AccountName, into: AccountName, units: int = 100) -> list[Posting]:
    return [debit(out, usdc(units)), credit(into, usdc(units))]


def by_hand(postings: list[Posting], *, verb: Any = manual.manual_entry_post, **others: Any) -> Any:
    told = {
        "reference": str(uuid7()),
        "reason": "The bank charged twice.",
        "by": "ann",
        "documents": ["statement 7"],
        "now": NOW,
    }
    with transaction.atomic():
        return verb(postings=postings, **{**told, **others})


@pytest.fixture
def paid(books: Books) -> Books:
    books.confirmed()
    books.paid()
    return books


def goodwill(books: Books, units: int = 100) -> list[Posting]:
    return lines(accounts.losses(), accounts.shop_available(books.shop_id), units)


def taking(books: Books, units: int) -> list[Posting]:
    return lines(accounts.shop_available(books.shop_id), accounts.fees(), units)


def available(books: Books) -> int:
    return shop_balance(shop_id=books.shop_id, asset=USDC.code).available


def test_an_entry_by_hand_says_why_who_and_by_what(books: Books) -> None:
    made = by_hand(goodwill(books), reference="a1")
    assert made.created
    entry = Entry.objects.get(id=made.id)
    assert (entry.key, entry.kind) == ("manual:a1", "manual")
    assert entry.refs == {
        "reference": "a1",
        "reason": "The bank charged twice.",
        "by": "ann",
        "documents": ["statement 7"],
    }
    books.holds(shop=(100, 0), losses={USDC: 100})


def test_once_for_its_reference(books: Books) -> None:
    first, again = (by_hand(goodwill(books), reference="a1") for _ in range(2))
    assert (again.id, again.created) == (first.id, False)
    with pytest.raises(EntryConflict):
        by_hand(goodwill(books, 101), reference="a1")


def test_a_shops_balance_never_goes_below_zero_by_hand(paid: Books) -> None:
    with pytest.raises(InsufficientBalance):
        by_hand(taking(paid, CREDIT.units + 1))
    by_hand(taking(paid, CREDIT.units))
    assert available(paid) == 0


def test_a_shop_that_owes_can_be_given_less_than_that(paid: Books) -> None:
    with transaction.atomic():
        post_payout_reserved(payout_id=uuid7(), shop_id=paid.shop_id, amount=CREDIT, now=NOW)
        post_deposit_orphaned(deposit_id=paid.deposit_id, now=NOW)
    by_hand(goodwill(paid, 300_000))
    assert available(paid) == 300_000 - CREDIT.units


@pytest.mark.parametrize(
    "account",
    [
        accounts.suspense(),
        accounts.refunds(),
        accounts.blocked(),
        accounts.held(UUID(int=1)),
        accounts.pool(UUID(int=1)),
        accounts.shop_reserved(UUID(int=1)),
        AccountName("fees:mine"),
        AccountName("desks"),
    ],
)
def test_accounts_that_follow_a_process_are_not_touched_by_hand(
    db: None, account: AccountName
) -> None:
    assert not manual.may_be_by_hand(account)
    with pytest.raises(AccountNotByHand):
        by_hand(lines(accounts.losses(), account))


@pytest.mark.parametrize(
    "account",
    [
        accounts.bank("ramp"),
        accounts.receivable("ramp"),
        accounts.in_transit("ramp"),
        accounts.exchange("x"),
        accounts.custody_hot(1),
        accounts.custody_cold(1),
        accounts.capital(),
        accounts.desk(),
        accounts.gas(),
        accounts.venue_fees(),
        accounts.ramp_fees(),
        accounts.rounding(),
        accounts.insurance(),
    ],
)
def test_the_houses_own_accounts_can_be_put_right(db: None, account: AccountName) -> None:
    assert by_hand(lines(accounts.losses(), account)).created


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_it_needs_a_reason(books: Books, reason: str) -> None:
    with pytest.raises(LedgerError) as refused:
        by_hand(goodwill(books), reason=reason)
    assert refused.value.code == "reason_missing"


def test_it_balances(books: Books) -> None:
    with pytest.raises(Unbalanced):
        by_hand(goodwill(books)[:1])
    with pytest.raises(LedgerError):
        by_hand([])


def test_proposed_it_sets_aside_and_posts_what_was_proposed(paid: Books) -> None:
    by_hand(
        taking(paid, 300_000),
        verb=manual.manual_entry_pend,
        reference="a1",
        expires_at=NOW + timedelta(days=2),
    )
    assert available(paid) == 13_000_000
    with pytest.raises(EntryConflict):
        by_hand(taking(paid, 300_001), reference="a1")
    made = by_hand(taking(paid, 300_000), reference="a1", now=LATER)
    assert made.created
    assert made.id == pending.pending_view(key=manual.manual_key("a1")).entry_id
    assert by_hand(taking(paid, 300_000), reference="a1", now=LATER).created is False
    assert available(paid) == 13_000_000
    assert ledger_checks() == []


def test_let_go_it_can_not_be_posted(paid: Books) -> None:
    by_hand(
        taking(paid, 300_000),
        verb=manual.manual_entry_pend,
        reference="a1",
        expires_at=NOW + timedelta(days=2),
    )
    pending.pending_void(key=manual.manual_key("a1"), now=LATER, refs={"by": "bob"})
    with pytest.raises(PendingResolved):
        by_hand(taking(paid, 300_000), reference="a1", now=LATER)
    assert available(paid) == 13_300_000


def correct(entry_id: Any, *, reference: str = "c1", now: datetime = LATER) -> Any:
    with transaction.atomic():
        return manual.entry_correct(
            entry_id=entry_id, reason="Booked twice.", by="ann", reference=reference, now=now
        )


def test_a_correction_takes_an_entry_back_and_says_why(paid: Books) -> None:
    old = Entry.objects.get(key=f"deposit:{paid.deposit_id}:payment")
    made = correct(old.id)
    new = Entry.objects.get(id=made.id)
    assert (new.reverses_id, new.kind, new.happened_at) == (old.id, "payment_reversed", LATER)
    assert new.refs == {
        **old.refs,
        "correction_reason": "Booked twice.",
        "corrected_by": "ann",
        "correction_reference": "c1",
    }
    paid.holds(deposits={ETH: TOKEN.units}, suspense={ETH: -TOKEN.units})
    again = correct(old.id)
    assert (again.id, again.created) == (new.id, False)


def test_what_was_taken_back_is_not_taken_back_again(paid: Books) -> None:
    old = Entry.objects.get(key=f"deposit:{paid.deposit_id}:payment")
    made = correct(old.id)
    with pytest.raises(EntryReversed):
        correct(old.id, reference="c2")
    with pytest.raises(EntryNotCorrectable):
        correct(made.id, reference="c2")
    with pytest.raises(EntryUnknown):
        correct(uuid7())


def test_a_reorg_goes_on_after_a_correction(paid: Books) -> None:
    correct(Entry.objects.get(key=f"deposit:{paid.deposit_id}:payment").id)
    with transaction.atomic():
        post_deposit_orphaned(deposit_id=paid.deposit_id, now=LATER)
    paid.holds()


def test_what_the_house_took_back_itself_is_not_taken_back_again(paid: Books) -> None:
    old = Entry.objects.get(key=f"deposit:{paid.deposit_id}:payment")
    with transaction.atomic():
        post_deposit_orphaned(deposit_id=paid.deposit_id, now=NOW)
    with pytest.raises(EntryReversed):
        correct(old.id)


def test_a_correction_leaves_no_shop_below_zero(paid: Books) -> None:
    with transaction.atomic():
        post_payout_reserved(payout_id=uuid7(), shop_id=paid.shop_id, amount=usdc(1), now=NOW)
    with pytest.raises(InsufficientBalance):
        correct(Entry.objects.get(key=f"deposit:{paid.deposit_id}:payment").id)


def test_a_close_stands(books: Books) -> None:
    inside = datetime(2001, 3, 20, tzinfo=UTC)
    by_hand(lines(accounts.losses(), accounts.capital()), now=inside)
    period = period_close(month=Month(2001, 3), by="ann", reference="r", now=NOW)
    with pytest.raises(EntryNotCorrectable):
        correct(period.entry_id)


def test_what_happened_in_a_closed_month_is_put_right_today(books: Books) -> None:
    inside = datetime(2001, 3, 20, tzinfo=UTC)
    made = by_hand(lines(accounts.losses(), accounts.capital()), now=inside)
    period_close(month=Month(2001, 3), by="ann", reference="r", now=NOW)
    correct(made.id)
    books.holds(losses={USDC: -100}, capital={USDC: 100})
