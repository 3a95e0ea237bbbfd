"""What the journal accepts and, above all, what it refuses."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, connections, transaction

from gateway.events.ids import uuid7
from gateway.ledger import accounts, postings
from gateway.ledger.checks import ledger_checks
from gateway.ledger.deposits import post_deposit_confirmed, post_payment
from gateway.ledger.errors import EntryConflict, EntryUnknown, InsufficientBalance, LedgerError
from gateway.ledger.house import post_funding
from gateway.ledger.journal import PostedEntry, entry_post, entry_reverse
from gateway.ledger.models import Entry, PostingRow
from gateway.ledger.payouts import post_payout_reserved
from gateway.ledger.selectors import shop_balance
from gateway.ledger.upkeep import ensure_partitions
from gateway.money.amounts import Amount
from gateway.money.assets import Asset

USDC = Asset("USDC@31337", 6)
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def usdc(units: int) -> Amount:
    return Amount(units, USDC)


def fund(units: int = 1_000, reference: str | None = None) -> PostedEntry:
    return post_funding(
        reference=reference or str(uuid7()),
        custody=accounts.custody_hot(31337),
        amount=usdc(units),
        now=NOW,
    )


def check_now() -> None:
    """Have the deferred constraints say now what they would say at commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_an_entry_is_written_with_its_postings(db: None) -> None:
    entry = fund(1_000)
    check_now()
    rows = PostingRow.objects.filter(entry_id=entry.id).select_related("account").order_by("line")
    assert [(row.account.name, row.units) for row in rows] == [
        ("capital", -1_000),
        ("custody:hot:31337", 1_000),
    ]
    assert Entry.objects.get(id=entry.id).lines == 2
    assert entry.created


def test_posting_is_one_statement(db: None, django_assert_num_queries) -> None:
    fund()
    with django_assert_num_queries(1):
        fund()


def test_the_same_key_posts_once(db: None) -> None:
    first, second = fund(5, "opening"), fund(5, "opening")
    assert first.created and not second.created
    assert first.id == second.id
    assert PostingRow.objects.filter(entry_id=first.id).count() == 2


def test_the_same_key_with_another_payload_is_refused(db: None) -> None:
    fund(5, "opening")
    with pytest.raises(EntryConflict) as refused, transaction.atomic():
        fund(6, "opening")
    assert refused.value.code == "entry_conflict"


def test_an_entry_that_moves_nothing_is_refused(db: None) -> None:
    with pytest.raises(LedgerError):
        entry_post(key="nothing", kind="x", postings=[], refs={}, now=NOW)


def test_posting_outside_a_transaction_is_refused(committed: None) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        fund()


@contextmanager
def refused_as_append_only() -> Iterator[Any]:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        yield cursor


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_posting", "ledger_account"])
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET asset = 'X'", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_what_was_posted_cannot_be_changed(db: None, table: str, change: str) -> None:
    fund()
    check_now()
    statement = change.format(table)
    if table == "ledger_entry":
        statement = statement.replace("asset =", "kind =")
    with refused_as_append_only() as cursor:
        cursor.execute(statement)


def test_a_partition_cannot_be_emptied_behind_its_parents_back(db: None) -> None:
    fund()
    check_now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableoid::regclass::text FROM ledger_posting")
        partitions = [row[0] for row in cursor.fetchall()] + ["ledger_posting_default"]
    for partition in partitions:
        for statement in (f"TRUNCATE {partition}", f"DELETE FROM {partition}"):
            if statement.startswith("DELETE") and partition.endswith("default"):
                continue  # it is empty, so there is no row to refuse
            with refused_as_append_only() as cursor:
                cursor.execute(statement)


RAW_ENTRY = """
INSERT INTO ledger_entry (id, key, kind, lines, payload_hash, refs, happened_at, booked_at)
VALUES (uuidv7(), %s, 'raw', %s, sha256('x'), '{}', now(), now()) RETURNING id
"""
RAW_POSTING = """
INSERT INTO ledger_posting (entry_id, line, lines, booked_at, account_id, asset, units)
SELECT e.id, %s, %s, e.booked_at, a.id, %s, %s FROM ledger_entry e, ledger_account a
 WHERE e.id = %s AND a.name = %s AND a.asset = 'USDC@31337'
"""


def raw_entry(key: str, lines: list[tuple[str, str, int]], count: int | None = None) -> UUID:
    with connection.cursor() as cursor:
        cursor.execute(RAW_ENTRY, [key, count or len(lines)])
        entry_id: UUID = cursor.fetchone()[0]
        for number, (account, asset, units) in enumerate(lines, start=1):
            cursor.execute(
                RAW_POSTING, [number, count or len(lines), asset, units, entry_id, account]
            )
    return entry_id


HOT, CAPITAL, CODE = "custody:hot:31337", "capital", "USDC@31337"


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ([(HOT, CODE, 5), (CAPITAL, CODE, -4)], None),
        ([(HOT, CODE, 5), (CAPITAL, CODE, -5)], 3),
        ([], 2),
        # the asset of a posting must be its account's
        ([(HOT, "EUR", 5), (CAPITAL, "EUR", -5)], None),
    ],
    ids=["unbalanced", "a line is missing", "no lines", "wrong asset"],
)
def test_whatever_inserts_an_entry_must_insert_it_whole(
    db: None, lines: list[tuple[str, str, int]], count: int | None
) -> None:
    fund()
    with pytest.raises(DatabaseError, match="is not whole"), transaction.atomic():
        raw_entry("raw", lines, count)
        check_now()


def test_a_whole_entry_inserted_by_hand_is_accepted(db: None) -> None:
    fund()
    with transaction.atomic():
        raw_entry("raw", [(HOT, CODE, 5), (CAPITAL, CODE, -5)])
        check_now()


@pytest.mark.parametrize(("line", "lines"), [(3, 4), (3, 2), (1, 2)])
def test_a_balanced_pair_appended_to_an_old_entry_is_refused(
    db: None, line: int, lines: int
) -> None:
    entry = fund()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(RAW_POSTING, [line, lines, CODE, 5, entry.id, HOT])
        cursor.execute(RAW_POSTING, [line + 1, lines, CODE, -5, entry.id, CAPITAL])
        check_now()


def test_a_pair_in_another_month_of_the_same_entry_is_refused(db: None) -> None:
    entry = fund()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        for line, units, account in ((1, 5, HOT), (2, -5, CAPITAL)):
            cursor.execute(
                RAW_POSTING.replace("e.booked_at,", "e.booked_at + interval '40 days',"),
                [line, 2, CODE, units, entry.id, account],
            )
        check_now()


def test_a_misspelt_account_is_refused(db: None) -> None:
    with pytest.raises(DatabaseError, match="ledger_account_known"), transaction.atomic():
        entry_post(
            key="typo",
            kind="x",
            postings=[
                postings.debit(accounts.AccountName("dessk"), usdc(1)),
                postings.credit(accounts.capital(), usdc(1)),
            ],
            refs={},
            now=NOW,
        )


def test_amounts_of_a_whole_uint256_are_kept_exactly(db: None) -> None:
    units = 2**256 - 1
    fund(units)
    assert PostingRow.objects.get(units__gt=2**255).units == units


def test_a_reversal_is_exact_and_happens_once(db: None) -> None:
    fund(5, "opening")
    first = entry_reverse(key="funding:opening", now=NOW)
    second = entry_reverse(key="funding:opening", now=NOW)
    check_now()
    assert first.created and not second.created and first.id == second.id
    assert {row.units for row in PostingRow.objects.filter(entry_id=first.id)} == {5, -5}
    assert Entry.objects.get(id=first.id).reverses_id == Entry.objects.get(key="funding:opening").id


def test_what_was_reversed_is_not_silently_taken_for_posted(db: None) -> None:
    fund(5, "opening")
    entry_reverse(key="funding:opening", now=NOW)
    with pytest.raises(EntryConflict), transaction.atomic():
        fund(5, "opening")


def test_reversing_what_was_never_posted_is_refused(db: None) -> None:
    with pytest.raises(EntryUnknown), transaction.atomic():
        entry_reverse(key="nothing", now=NOW)


def test_the_month_ahead_has_its_partition_and_late_rows_move_into_theirs(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('ledger_posting_2031_05')")
        assert cursor.fetchone() == (None,)
        fund()
        # an entry of a month that has no partition yet
        cursor.execute(
            "INSERT INTO ledger_entry (id, key, kind, lines, payload_hash, refs, happened_at,"
            " booked_at) VALUES (uuidv7(), 'late', 'raw', 2, sha256('x'), '{}', now(),"
            " '2031-05-07') RETURNING id"
        )
        entry_id = cursor.fetchone()[0]
        for line, units, account in ((1, 5, HOT), (2, -5, CAPITAL)):
            cursor.execute(RAW_POSTING, [line, 2, CODE, units, entry_id, account])
    check_now()
    assert ensure_partitions(today=datetime(2031, 4, 30, tzinfo=UTC).date(), months=2) == 2
    assert ensure_partitions(today=datetime(2031, 4, 30, tzinfo=UTC).date(), months=2) == 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text, units FROM ledger_posting WHERE entry_id = %s"
            " ORDER BY line",
            [entry_id],
        )
        assert cursor.fetchall() == [("ledger_posting_2031_05", 5), ("ledger_posting_2031_05", -5)]
    for statement in ("DELETE FROM ledger_posting_2031_05", "TRUNCATE ledger_posting_2031_05"):
        with refused_as_append_only() as cursor:
            cursor.execute(statement)


def test_two_threads_that_post_one_key_post_it_once(committed: None) -> None:
    reference, start = str(uuid7()), threading.Barrier(8)
    created: list[bool] = []

    def post() -> None:
        try:
            start.wait()
            with transaction.atomic():
                created.append(fund(7, reference).created)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(created) == [False] * 7 + [True]
    assert Entry.objects.filter(key=f"funding:{reference}").count() == 1


def credit_shop(shop_id: UUID, units: int) -> None:
    deposit_id = uuid7()
    post_deposit_confirmed(deposit_id=deposit_id, chain_id=31337, amount=usdc(units), now=NOW)
    post_payment(
        deposit_id=deposit_id,
        invoice_id=uuid7(),
        shop_id=shop_id,
        token=usdc(units),
        credit=usdc(units),
        fee=usdc(0),
        now=NOW,
    )


def test_two_payouts_racing_for_one_balance_never_overdraw_it(committed: None) -> None:
    shop_id = uuid7()
    with transaction.atomic():
        credit_shop(shop_id, 100)
    start = threading.Barrier(8)
    outcomes: list[str] = []

    def reserve() -> None:
        try:
            start.wait()
            with transaction.atomic():
                post_payout_reserved(payout_id=uuid7(), shop_id=shop_id, amount=usdc(30), now=NOW)
            outcomes.append("reserved")
        except InsufficientBalance:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=reserve) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * 5 + ["reserved"] * 3


def test_a_refused_payout_leaves_no_trace(db: None) -> None:
    shop_id, payout_id = uuid7(), uuid7()
    with pytest.raises(InsufficientBalance), transaction.atomic():
        post_payout_reserved(payout_id=payout_id, shop_id=shop_id, amount=usdc(1), now=NOW)
    assert not Entry.objects.filter(key__startswith=f"payout:{payout_id}").exists()


def test_payments_to_a_busy_shop_at_once_are_all_counted(committed: None) -> None:
    shop_id = uuid7()
    start = threading.Barrier(8)
    failed: list[Exception] = []

    def work(number: int) -> None:
        try:
            start.wait()
            for _ in range(10):
                with transaction.atomic():
                    credit_shop(shop_id, 10)
                    if number == 0:
                        post_payout_reserved(
                            payout_id=uuid7(), shop_id=shop_id, amount=usdc(7), now=NOW
                        )
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    found = shop_balance(shop_id=shop_id, asset=CODE)
    assert (found.available, found.reserved, found.from_deposits) == (730, 70, 800)
    assert ledger_checks() == []
