"""Balances at any moment, by both clocks, against the plain sums of all postings."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.ledger import accounts
from gateway.ledger.accounts import AccountName
from gateway.ledger.checks import ledger_checks
from gateway.ledger.moments import Clock, balance_at, balances_at, trial_balance_at
from gateway.ledger.postings import credit, debit
from gateway.ledger.upkeep import mark_day
from tests.ledger.books import EURC, USDC, usdc
from tests.ledger.past import book

START = datetime(2001, 3, 10, 12, 0, tzinfo=UTC)
SHOP = accounts.shop_available(UUID(int=7))
NAMES = (accounts.desk(), accounts.fees(), accounts.custody_hot(1), SHOP)
CLOCKS: tuple[Clock, ...] = ("booked", "happened")


def by_hand(account: AccountName, at: datetime, clock: Clock) -> int:
    """The same by adding up everything."""
    column = {"booked": "e.booked_at", "happened": "e.happened_at"}[clock]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(p.units), 0) FROM ledger_posting p"
            " JOIN ledger_entry e ON e.id = p.entry_id"
            " JOIN ledger_account a ON a.id = p.account_id"
            f" WHERE a.name = %s AND a.asset = %s AND {column} < %s",
            [account, USDC.code, at],
        )
        return int(cursor.fetchone()[0])


def marked(*moments: datetime) -> None:
    """Marks as the daily task had made them at these midnights."""
    with connection.cursor() as cursor:
        for moment in moments:
            cursor.execute("INSERT INTO ledger_marked (through) VALUES (%s)", [moment])
            cursor.execute(
                "INSERT INTO ledger_mark (account_id, through, units)"
                " SELECT account_id, %s, sum(units) FROM ledger_posting WHERE booked_at < %s"
                "  GROUP BY account_id",
                [moment, moment],
            )


minutes = st.integers(min_value=-3_000, max_value=3_000)
moved = st.tuples(
    st.sampled_from(NAMES),
    st.sampled_from(NAMES),
    st.integers(min_value=1, max_value=1_000),
    minutes,
    st.one_of(st.just(0), st.integers(min_value=-70, max_value=70), minutes),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(moved, max_size=12), st.lists(minutes, min_size=1, max_size=4), st.booleans())
def test_every_moment_is_what_adding_up_says(
    db: None, entries: list[Any], moments: list[int], has_marks: bool
) -> None:
    with connection.cursor() as cursor:  # one example is not the next one's past
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in ("ledger_mark", "ledger_marked", "ledger_posting", "ledger_entry"):
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute("SET LOCAL session_replication_role = origin")
    for left, right, units, booked, later in entries:
        if left != right:
            book(
                debit(left, usdc(units)),
                credit(right, usdc(units)),
                booked_at=START + timedelta(minutes=booked),
                happened_at=START + timedelta(minutes=booked - later),
            )
    if has_marks:
        marked(datetime(2001, 3, 10, tzinfo=UTC), datetime(2001, 3, 12, tzinfo=UTC))
    for moment in moments:
        at = START + timedelta(minutes=moment)
        for clock in CLOCKS:
            every = {
                line.account: line.units
                for line in trial_balance_at(at=at, clock=clock)
                if line.asset == USDC.code
            }
            found = balances_at(accounts=NAMES, at=at, clock=clock)
            for name in NAMES:
                expected = by_hand(name, at, clock)
                assert found.get((name, USDC.code), 0) == expected, (name, clock)
                assert every.get(name, 0) == expected, (name, clock)
            assert sum(every.values()) == 0


def test_a_moment_itself_is_after_it(db: None) -> None:
    book(debit(accounts.desk(), usdc(5)), credit(accounts.fees(), usdc(5)), booked_at=START)
    later = START + timedelta(microseconds=1)
    for clock in CLOCKS:
        for at, units in ((START, 0), (later, 5)):
            assert balance_at(account=accounts.desk(), asset=USDC.code, at=at, clock=clock) == units


def test_what_is_booked_late_is_of_its_day_by_one_clock_only(db: None) -> None:
    book(
        debit(accounts.desk(), usdc(5)),
        credit(accounts.fees(), usdc(5)),
        booked_at=START + timedelta(days=3),
        happened_at=START,
    )
    between = START + timedelta(days=1)
    ask = {"account": accounts.desk(), "asset": USDC.code, "at": between}
    assert balance_at(**ask) == 0
    assert balance_at(**ask, clock="happened") == 5


def test_an_account_nobody_posted_to_holds_nothing(db: None) -> None:
    assert balance_at(account=accounts.bank("strange"), asset="EUR", at=START) == 0
    assert balances_at(accounts=[accounts.bank("strange")], at=START) == {}


def test_families_add_up_what_many_have(db: None) -> None:
    for number in (1, 2, 3):
        shop = accounts.shop_available(UUID(int=number))
        book(debit(accounts.desk(), usdc(5)), credit(shop, usdc(5)), booked_at=START)
    held = accounts.held(UUID(int=9))
    book(debit(accounts.desk(), usdc(7)), credit(held, usdc(7)), booked_at=START)
    lines = {
        line.account: (line.units, line.accounts)
        for line in trial_balance_at(at=START + timedelta(days=1), by_family=True)
    }
    assert lines["shop:*:available"] == (-15, 3)
    assert lines["held:*"] == (-7, 1)
    assert lines["desk"] == (22, 1)


@pytest.mark.parametrize("clock", CLOCKS)
def test_it_is_one_query(db: None, clock: Clock, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        balances_at(accounts=NAMES, at=START, clock=clock)
    with django_assert_num_queries(1):
        trial_balance_at(at=START, clock=clock, by_family=True)


def test_the_daily_marks_hold_every_account_and_say_the_same(db: None) -> None:
    for day in range(3):
        book(
            debit(accounts.desk(), usdc(5)),
            credit(SHOP, usdc(5)),
            booked_at=START + timedelta(days=day),
        )
    assert mark_day() == 2
    assert mark_day() == 0
    assert balance_at(account=SHOP, asset=USDC.code, at=datetime.now(UTC)) == -15
    # an older moment has no mark before it
    assert balance_at(account=SHOP, asset=USDC.code, at=START + timedelta(days=2)) == -10
    assert balance_at(account=SHOP, asset=EURC.code, at=START) == 0
    # the shop's rows are not the past's: written by hand, it has none
    assert [each for each in ledger_checks() if each.check.startswith("a day's mark")] == []
