"""The close of a month: what it books, and that nothing gets into it afterwards."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from gateway.events.ids import uuid7
from gateway.ledger import accounts
from gateway.ledger.checks import ledger_checks
from gateway.ledger.closing import (
    RESULT_ACCOUNTS,
    Month,
    closed_months,
    next_to_close,
    period_close,
    result_of,
)
from gateway.ledger.errors import PeriodClosed, PeriodNotClosable
from gateway.ledger.journal import entry_post, entry_reverse
from gateway.ledger.models import Entry, Period
from gateway.ledger.moments import balances_at
from gateway.ledger.postings import Posting, credit, debit
from gateway.money.amounts import Amount
from tests.ledger.books import CHAIN, ETH, GAS, USDC, Books, eth, usdc

MARCH, APRIL, MAY = Month(2001, 3), Month(2001, 4), Month(2001, 5)
INSIDE = datetime(2001, 3, 20, tzinfo=UTC)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def post(*lines: Posting, at: datetime, key: str = "") -> str:
    name = key or f"test:{uuid7()}"
    with transaction.atomic():
        entry_post(key=name, kind="test", postings=lines, refs={}, now=at)
    return name


def earn(units: int, *, at: datetime = INSIDE, key: str = "") -> str:
    return post(
        debit(accounts.custody_hot(CHAIN), usdc(units)),
        credit(accounts.fees(), usdc(units)),
        at=at,
        key=key,
    )


def spend(amount: Amount = GAS, *, at: datetime = INSIDE) -> None:
    post(
        debit(accounts.custody_hot(CHAIN), eth(10**18)),
        credit(accounts.capital(), eth(10**18)),
        at=at,
    )
    post(debit(accounts.gas(), amount), credit(accounts.custody_hot(CHAIN), amount), at=at)


def close(month: Month = MARCH, reference: str = "r1") -> Period:
    return period_close(month=month, by="ann", reference=reference, now=NOW)


def held(at: datetime) -> dict[Any, int]:
    return balances_at(accounts=[*RESULT_ACCOUNTS, accounts.capital()], at=at, clock="happened")


def test_a_months_result_becomes_capital(books: Books) -> None:
    earn(700)
    spend()
    earn(50, at=APRIL.starts_at)
    period = close()
    assert Entry.objects.get(id=period.entry_id).happened_at < MARCH.ends_at
    after = held(MARCH.ends_at)
    assert after[accounts.fees(), USDC.code] == 0
    assert after[accounts.gas(), ETH.code] == 0
    assert after[accounts.capital(), USDC.code] == -700
    assert after[accounts.capital(), ETH.code] == GAS.units - 10**18
    # the next month starts at nothing and is its own
    assert [line.amount.units for line in result_of(APRIL)] == [-50]
    books.holds(
        hot={USDC: 750, ETH: 10**18 - GAS.units},
        fees={USDC: -50},
        gas={},
        capital={USDC: -700, ETH: GAS.units - 10**18},
    )


def test_the_first_month_takes_what_was_before_it_along(books: Books) -> None:
    earn(5, at=datetime(2000, 1, 1, tzinfo=UTC))
    earn(700)
    close()
    assert held(MARCH.ends_at)[accounts.capital(), USDC.code] == -705


def test_a_month_in_which_nothing_happened_closes_without_an_entry(db: None) -> None:
    assert close().entry_id is None
    assert [closed.month for closed in closed_months()] == [MARCH]


def test_nothing_can_be_booked_into_a_closed_month(db: None) -> None:
    key = earn(700)
    earn(1, at=MARCH.ends_at)
    close()
    for at in (INSIDE, MARCH.ends_at - timedelta(microseconds=1), datetime(1999, 1, 1, tzinfo=UTC)):
        with pytest.raises(PeriodClosed), transaction.atomic():
            earn(1, at=at)
    with pytest.raises(PeriodClosed), transaction.atomic():
        entry_reverse(key=key, now=INSIDE)
    # a correction is of today, what was booked before stays so when it is told again
    with transaction.atomic():
        entry_reverse(key=key, now=MARCH.ends_at)
    assert ledger_checks() == []


def test_whoever_inserts_is_refused(db: None) -> None:
    close()
    with (
        pytest.raises(DatabaseError, match="closed period"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO ledger_entry (id, key, kind, lines, payload_hash, refs, happened_at,"
            " booked_at) VALUES (uuidv7(), 'x', 'x', 2, sha256('x'), '{}', %s, now())",
            [INSIDE],
        )


def test_told_again_it_answers_as_it_did(db: None) -> None:
    earn(700)
    assert close() == close()
    with pytest.raises(PeriodClosed):
        close(reference="another")
    assert Period.objects.count() == 1


def test_months_are_closed_one_after_the_other(db: None) -> None:
    assert next_to_close() is None
    close(MARCH)
    assert next_to_close() == APRIL
    for month in (MAY, Month(2001, 2)):
        with pytest.raises(PeriodNotClosable):
            close(month, reference="r2")
    close(APRIL, reference="r2")
    assert [str(closed.month) for closed in closed_months()] == ["2001-04", "2001-03"]


def test_a_month_can_be_closed_an_hour_after_its_end(db: None) -> None:
    with pytest.raises(PeriodNotClosable):
        period_close(
            month=MARCH, by="ann", reference="r", now=MARCH.ends_at + timedelta(minutes=59)
        )
    period_close(month=MARCH, by="ann", reference="r", now=MARCH.ends_at + timedelta(hours=1))


def test_the_database_closes_no_month_that_is_not_over(db: None) -> None:
    month = Month.of(datetime.now(UTC))
    with pytest.raises(IntegrityError):
        period_close(month=month, by="ann", reference="r", now=NOW + timedelta(days=36_500))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_period SET ends_at = starts_at",
        "DELETE FROM ledger_period",
        "TRUNCATE ledger_period",
    ],
)
def test_a_closed_month_is_never_opened_again(db: None, change: str) -> None:
    close()
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


def test_a_close_waits_for_who_books_late_and_counts_it(committed: None) -> None:
    booked, go = threading.Event(), threading.Event()

    def late() -> None:
        with transaction.atomic():
            earn(700)
            booked.set()
            go.wait(20)
        connections.close_all()

    def closing() -> None:
        done.append(close())
        connections.close_all()

    done: list[Period] = []
    threads = [threading.Thread(target=late), threading.Thread(target=closing)]
    threads[0].start()
    assert booked.wait(20)
    # it would see no open transaction of that time: the one that books late began just now
    threads[1].start()
    threads[1].join(0.5)
    assert not done
    go.set()
    for thread in threads:
        thread.join()
    assert held(MARCH.ends_at)[accounts.capital(), USDC.code] == -700
    assert done[0].entry_id is not None
    assert ledger_checks() == []


def test_a_month_knows_its_neighbours() -> None:
    assert Month(2026, 12).next == Month(2027, 1)
    assert Month(2027, 1).before == Month(2026, 12)
    assert Month(2026, 11).before == Month(2026, 10)
    assert str(Month.parse("2026-03")) == "2026-03"
    for name in ("2026-3", "2026-13", "march", "2026-03-01"):
        with pytest.raises(ValueError):
            Month.parse(name)
