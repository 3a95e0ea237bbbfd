"""Entries in two phases: what waits, what it keeps, and that it ends once."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.events.ids import uuid7
from gateway.ledger import accounts, pending, postings
from gateway.ledger.checks import ledger_checks
from gateway.ledger.deposits import post_deposit_orphaned
from gateway.ledger.errors import (
    EntryConflict,
    EntryUnknown,
    InsufficientBalance,
    PendingExpired,
    PendingResolved,
    Unbalanced,
)
from gateway.ledger.models import Entry, Resolution
from gateway.ledger.payouts import post_payout_reserved
from gateway.ledger.selectors import shop_balance, shop_balances
from gateway.ledger.tasks import expire_pending_entries
from tests.ledger.books import NOW, USDC, Books, usdc

LATER = NOW + timedelta(hours=1)
END = NOW + timedelta(days=2)


def make(
    books: Books, units: int, *, key: str = "", bring: bool = False, **others: Any
) -> pending.PendingMade:
    """Something that will take (or bring) a shop's money once people agreed."""
    shop, house = accounts.shop_available(books.shop_id), accounts.losses()
    out, into = (house, shop) if bring else (shop, house)
    return pending.pending_make(
        key=key or f"test:{uuid7()}",
        kind="test",
        postings=[postings.debit(out, usdc(units)), postings.credit(into, usdc(units))],
        refs={},
        **{"expires_at": END, "now": NOW, "shop_id": books.shop_id, **others},
    )


def available(books: Books) -> int:
    return shop_balance(shop_id=books.shop_id, asset=USDC.code).available


def reserve(books: Books, units: int) -> None:
    with transaction.atomic():
        post_payout_reserved(payout_id=uuid7(), shop_id=books.shop_id, amount=usdc(units), now=NOW)


@pytest.fixture
def paid(books: Books) -> Books:
    """The shop has 13.30 USDC."""
    books.confirmed()
    books.paid()
    return books


def test_what_is_pending_moves_nothing_and_can_not_be_drawn(paid: Books) -> None:
    entries = Entry.objects.count()
    make(paid, 10_000_000)
    assert Entry.objects.count() == entries
    found = shop_balance(shop_id=paid.shop_id, asset=USDC.code)
    assert (found.available, found.set_aside) == (3_300_000, 10_000_000)
    assert shop_balances(shop_id=paid.shop_id)[USDC.code] == found
    with pytest.raises(InsufficientBalance):
        reserve(paid, 3_300_001)
    reserve(paid, 3_300_000)
    assert ledger_checks() == []


def test_it_can_not_set_aside_what_is_not_there(paid: Books) -> None:
    make(paid, 10_000_000)
    with pytest.raises(InsufficientBalance), transaction.atomic():
        make(paid, 3_300_001)
    assert available(paid) == 3_300_000
    assert ledger_checks() == []


def test_what_will_bring_money_brings_none_yet(paid: Books) -> None:
    made = make(paid, 5, bring=True)
    assert available(paid) == 13_300_000
    pending.pending_post(key=made.key, now=LATER)
    assert available(paid) == 13_300_005


def test_posted_it_is_an_entry_under_its_key(paid: Books, django_assert_num_queries: Any) -> None:
    made = make(paid, 10_000_000)
    with django_assert_num_queries(1):
        done = pending.pending_post(key=made.key, now=LATER, refs={"by": "ann"})
    entry = Entry.objects.get(key=made.key)
    assert (entry.id, entry.happened_at) == (done.entry_id, LATER)
    found = shop_balance(shop_id=paid.shop_id, asset=USDC.code)
    assert (found.available, found.set_aside) == (3_300_000, 0)
    view = pending.pending_view(key=made.key)
    assert (view.outcome, view.entry_id, view.outcome_refs) == ("posted", entry.id, {"by": "ann"})
    assert ledger_checks() == []


@pytest.mark.parametrize("end", ["void", "expire"])
def test_let_go_it_is_the_shops_to_draw_again(paid: Books, end: str) -> None:
    made = make(paid, 10_000_000)
    if end == "void":
        pending.pending_void(key=made.key, now=LATER)
    else:
        pending.pending_expire(key=made.key, now=END)
    found = shop_balance(shop_id=paid.shop_id, asset=USDC.code)
    assert (found.available, found.set_aside) == (13_300_000, 0)
    assert not Entry.objects.filter(key=made.key).exists()
    assert ledger_checks() == []


def test_told_again_nothing_happens_again(paid: Books) -> None:
    first = make(paid, 10, key="twice")
    assert make(paid, 10, key="twice") == pending.PendingMade(first.id, "twice", created=False)
    assert available(paid) == 13_299_990
    with pytest.raises(EntryConflict), transaction.atomic():
        make(paid, 11, key="twice")
    posted = pending.pending_post(key="twice", now=LATER)
    again = pending.pending_post(key="twice", now=LATER)
    assert posted.created and not again.created
    assert again.entry_id == posted.entry_id


RESOLVE: dict[str, Callable[[str], pending.Resolved]] = {
    "posted": lambda key: pending.pending_post(key=key, now=LATER),
    "voided": lambda key: pending.pending_void(key=key, now=LATER),
    "expired": lambda key: pending.pending_expire(key=key, now=END),
}


@pytest.mark.parametrize("first", RESOLVE)
@pytest.mark.parametrize("second", RESOLVE)
def test_it_ends_once(paid: Books, first: str, second: str) -> None:
    made = make(paid, 10)
    RESOLVE[first](made.key)
    if first == second:
        assert not RESOLVE[second](made.key).created
    else:
        with pytest.raises(PendingResolved), transaction.atomic():
            RESOLVE[second](made.key)
    assert Resolution.objects.get(pending_id=made.id).outcome == first


def test_its_end_is_the_databases_too(paid: Books) -> None:
    made = make(paid, 10)
    with pytest.raises(PendingExpired), transaction.atomic():
        pending.pending_post(key=made.key, now=END)
    with pytest.raises(PendingExpired), transaction.atomic():
        pending.pending_expire(key=made.key, now=END - timedelta(seconds=1))
    assert available(paid) == 13_299_990


def test_beat_expires_what_is_due_and_nothing_else(paid: Books) -> None:
    due = make(paid, 10, expires_at=LATER)
    far = make(paid, 20, expires_at=NOW + timedelta(days=36_500))
    assert expire_pending_entries() == 1
    assert expire_pending_entries() == 0
    assert available(paid) == 13_299_980
    assert pending.pending_view(key=due.key).outcome == "expired"
    assert [view.key for view in pending.pending_open().items] == [far.key]


def test_what_waits_is_read_in_pages(paid: Books, django_assert_num_queries: Any) -> None:
    made = [make(paid, 1).key for _ in range(5)]
    with django_assert_num_queries(1):
        first = pending.pending_open(size=3)
    rest = pending.pending_open(size=3, cursor=first.next_cursor)
    assert [view.key for view in (*first.items, *rest.items)] == made[::-1]
    assert rest.next_cursor is None


def test_a_reorg_may_take_what_was_set_aside(paid: Books) -> None:
    """Then it can't be posted as if it were covered; what has happened already can."""
    made = make(paid, 10_000_000)
    post_deposit_orphaned(deposit_id=paid.deposit_id, now=NOW)
    assert available(paid) == -10_000_000
    with pytest.raises(InsufficientBalance), transaction.atomic():
        pending.pending_post(key=made.key, now=LATER)
    assert pending.pending_view(key=made.key).outcome is None
    pending.pending_post(key=made.key, now=LATER, covered=False)
    assert available(paid) == -10_000_000
    assert ledger_checks() == []


def test_nothing_is_pending_under_a_strange_key(db: None) -> None:
    for ask in RESOLVE.values():
        with pytest.raises(EntryUnknown), transaction.atomic():
            ask("strange")
    with pytest.raises(EntryUnknown):
        pending.pending_view(key="strange")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_pending SET expires_at = expires_at + interval '1 day'",
        "DELETE FROM ledger_pending",
        "TRUNCATE ledger_pending CASCADE",
        "UPDATE ledger_resolution SET outcome = 'voided', entry_id = NULL",
        "DELETE FROM ledger_resolution",
        "TRUNCATE ledger_resolution",
    ],
)
def test_neither_it_nor_its_end_can_be_changed(paid: Books, change: str) -> None:
    pending.pending_post(key=make(paid, 10).key, now=LATER)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(change)


def test_a_second_end_is_refused_whoever_inserts_it(paid: Books) -> None:
    made = make(paid, 10)
    pending.pending_void(key=made.key, now=LATER)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_resolution (pending_id, outcome, refs, happened_at)"
            " VALUES (%s, 'voided', '{}', %s)",
            [made.id, LATER],
        )


def test_another_entry_can_not_pass_for_what_was_pending(paid: Books) -> None:
    made = make(paid, 10)
    stranger = Entry.objects.order_by("id")[0]
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_resolution (pending_id, outcome, entry_id, refs, happened_at)"
            " VALUES (%s, 'posted', %s, '{}', %s)",
            [made.id, stranger.id, LATER],
        )


def test_the_database_refuses_what_does_not_balance(db: None) -> None:
    with pytest.raises(Unbalanced):
        pending.pending_make(
            key="x",
            kind="x",
            postings=[postings.debit(accounts.desk(), usdc(1))],
            refs={},
            expires_at=END,
            now=NOW,
        )
    with (
        pytest.raises(DatabaseError, match="does not sum to zero"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO ledger_pending (id, key, kind, payload_hash, refs, accounts, assets,"
            " units, happened_at, expires_at) VALUES (uuidv7(), 'x', 'x', sha256('x'), '{}',"
            " '{desk,fees}', '{A,A}', '{1,-2}', now(), now() + interval '1 day')"
        )


acts = st.lists(
    st.tuples(
        st.sampled_from(["make", "post", "void", "expire", "reserve"]),
        st.integers(min_value=0, max_value=3),
        st.integers(min_value=1, max_value=6_000_000),
    ),
    max_size=20,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts)
def test_in_any_order_what_is_set_aside_and_drawn_never_exceeds_what_is_there(
    db: None, acts: list[tuple[str, int, int]]
) -> None:
    books = Books()
    books.confirmed()
    books.paid()
    free = 13_300_000
    waiting: list[tuple[str, int]] = []
    for act, index, size in acts:
        if act in ("make", "reserve"):
            verb = make if act == "make" else reserve
            try:
                with transaction.atomic():
                    made = verb(books, size)
            except InsufficientBalance:
                assert size > free
                continue
            assert size <= free
            free -= size
            if act == "make":
                waiting.append((made.key, size))
        elif len(waiting) > index:
            key, kept = waiting.pop(index)
            RESOLVE[{"post": "posted", "void": "voided", "expire": "expired"}[act]](key)
            free += kept if act != "post" else 0
    found = shop_balance(shop_id=books.shop_id, asset=USDC.code)
    assert (found.available, found.set_aside) == (free, sum(size for _key, size in waiting))
    assert ledger_checks() == []


def at_once(*verbs: Callable[[], Any]) -> list[Any]:
    """Run each in a thread and a transaction of its own, all starting together; results or
    errors in order."""
    results: list[Any] = [None] * len(verbs)
    start = threading.Barrier(len(verbs))

    def run(number: int, verb: Callable[[], Any]) -> None:
        try:
            start.wait()
            with transaction.atomic():
                results[number] = verb()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(sorted(RESOLVE)), min_size=2, max_size=8))
def test_asked_for_everything_at_once_it_ends_once(committed: None, asked: list[str]) -> None:
    with transaction.atomic():
        books = Books()
        books.confirmed()
        books.paid()
        made = make(books, 10_000_000)
    results = at_once(*(lambda name=name: RESOLVE[name](made.key) for name in asked))
    outcome = Resolution.objects.get(pending_id=made.id).outcome
    assert sum(not isinstance(found, Exception) and found.created for found in results) == 1
    for name, found in zip(asked, results, strict=True):
        if name == outcome:
            assert found.outcome == outcome
        else:
            assert isinstance(found, PendingResolved), found
    left = 13_300_000 - (10_000_000 if outcome == "posted" else 0)
    assert available(books) == left
    assert ledger_checks() == []


def test_two_at_once_never_set_the_same_money_aside(committed: None) -> None:
    with transaction.atomic():
        books = Books()
        books.confirmed()
        books.paid()
    results = at_once(*(lambda: make(books, 4_000_000) for _ in range(6)))
    refused = [found for found in results if isinstance(found, InsufficientBalance)]
    assert len(refused) == 3
    assert all(found in refused or found.created for found in results)
    assert available(books) == 1_300_000
    assert ledger_checks() == []
