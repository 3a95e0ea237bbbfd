"""Statements of accounts and what the commands print."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from gateway.ledger import account_statement, accounts
from gateway.ledger.account_statement import Statement, statement_csv, statement_of
from gateway.ledger.models import Period
from gateway.ledger.moments import balance_at
from gateway.ledger.postings import credit, debit
from tests.ledger.books import USDC, usdc
from tests.ledger.past import book

START = datetime(2001, 3, 10, tzinfo=UTC)
DAY = timedelta(days=1)
SHOP = accounts.shop_available(UUID(int=7))


def moved(units: int, *, after: timedelta) -> str:
    out, into = (accounts.desk(), SHOP) if units > 0 else (SHOP, accounts.desk())
    return book(
        debit(out, usdc(abs(units))), credit(into, usdc(abs(units))), booked_at=START + after
    )


@pytest.fixture
def history(db: None) -> list[str]:
    """Before the statement, in it, at its very ends, and after it."""
    return [
        moved(7_000_000, after=-DAY),
        moved(1_000_000, after=timedelta(0)),
        moved(-2_500_000, after=DAY / 2),
        moved(10_000_000, after=DAY - timedelta(microseconds=1)),
        moved(5_000_000, after=DAY),
    ]


def of_the_day(account: accounts.AccountName = SHOP) -> Statement:
    return statement_of(account=account, asset=USDC.code, start=START, end=START + DAY)


def rows_of(statement: Statement) -> list[dict[str, str]]:
    text = "".join(statement_csv(statement, asset=USDC))
    return list(csv.DictReader(StringIO(text, newline="")))


def test_a_statement_opens_where_the_last_one_closed_and_adds_up(history: list[str]) -> None:
    rows = rows_of(of_the_day())
    assert [row["kind"] for row in rows] == ["opening", "past", "past", "past", "closing"]
    assert [row["balance"] for row in rows] == [
        "-7.000000",
        "-8.000000",
        "-5.500000",
        "-15.500000",
        "-15.500000",
    ]
    assert [(row["debit"], row["credit"]) for row in rows[1:-1]] == [
        ("", "1.000000"),
        ("2.500000", ""),
        ("", "10.000000"),
    ]
    assert [row["key"] for row in rows[1:-1]] == history[1:4]
    end = balance_at(account=SHOP, asset=USDC.code, at=START + DAY)
    assert end == -15_500_000


def test_a_quiet_day_closes_as_it_opened(history: list[str]) -> None:
    later = statement_of(account=SHOP, asset=USDC.code, start=START + 2 * DAY, end=START + 3 * DAY)
    assert [(row["kind"], row["balance"]) for row in rows_of(later)] == [
        ("opening", "-20.500000"),
        ("closing", "-20.500000"),
    ]


def test_it_reads_page_by_page_and_misses_nothing(
    history: list[str], monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    whole = rows_of(of_the_day())
    for size in (1, 2, 3):
        monkeypatch.setattr(account_statement, "ROWS", size)
        with django_assert_num_queries(2 + 3 // size + 1):
            assert rows_of(of_the_day()) == whole


def test_entries_of_one_moment_are_all_in_it(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [moved(1_000_000, after=DAY / 2) for _ in range(5)]
    monkeypatch.setattr(account_statement, "ROWS", 2)
    assert {line.key for line in of_the_day().lines} == set(keys)


def test_it_ends_where_the_journal_is_complete(history: list[str]) -> None:
    year = statement_of(
        account=SHOP, asset=USDC.code, start=START, end=datetime(2100, 1, 1, tzinfo=UTC)
    )
    assert year.end <= datetime.now(UTC)


def test_no_spreadsheet_runs_what_a_key_says(db: None) -> None:
    written = account_statement._row(("=1+1", "@SUM", "-1.5", "-x", "plain"))
    assert written == "'=1+1,'@SUM,-1.5,'-x,plain\r\n"


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_the_command_writes_the_same_file(history: list[str]) -> None:
    days = ("--first", "2001-03-10", "--last", "2001-03-10")
    text = printed("statement", SHOP, USDC.code, "--decimals", "6", *days)
    assert list(csv.DictReader(StringIO(text, newline=""))) == rows_of(of_the_day())
    with pytest.raises(CommandError):
        printed("statement", "desks", USDC.code, *days)
    with pytest.raises(CommandError):
        printed("statement", SHOP, USDC.code, "--first", "2001-03-10", "--last", "2001-03-09")


def test_the_trial_balance_of_a_moment_sums_to_zero(history: list[str]) -> None:
    text = printed("trial_balance", "--at", "2001-03-11", "--families")
    assert text.splitlines() == [
        f"desk\t{USDC.code}\t15500000",
        f"shop:*:available\t{USDC.code}\t-15500000",
        "1 assets, each sums to 0",
    ]
    assert printed("trial_balance", "--at", "2001-03-11", "--clock", "happened").startswith("desk")


def test_a_months_close_is_proposed_by_command(history: list[str]) -> None:
    asked = ("period_close", "2001-03", "--by", "ann", "--reason", "through")
    assert printed(*asked).startswith("Proposed: two people agree to it at /house/approvals/")
    assert not Period.objects.exists()
    for month in ("2001-03", "2999-01", "2001-3"):
        with pytest.raises(CommandError):
            printed("period_close", month, "--by", "ann", "--reason", "again")
