"""An account's statement between two moments, line by line: opening, what moved it, closing.

By ``booked_at``: what was stated once is stated so for ever. It reads a page at a time, so that the
longest costs no more memory than a short one.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from typing import Any, Final
from uuid import UUID

from django.db import connection

from gateway.ledger.accounts import AccountName
from gateway.ledger.following import readable_through
from gateway.ledger.moments import balance_at
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import Asset

ROWS: Final = 2_000
LINES_SQL: Final = """
SELECT p.booked_at, p.entry_id, p.line, p.units, e.happened_at, e.key, e.kind, e.reverses_id
  FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id
 WHERE p.account_id = (SELECT id FROM ledger_account WHERE name = %(account)s AND asset = %(asset)s)
   AND p.booked_at >= %(start)s AND p.booked_at < %(end)s
   AND (%(entry)s::uuid IS NULL OR (p.booked_at, p.entry_id) > (%(start)s, %(entry)s::uuid))
 ORDER BY p.booked_at, p.entry_id LIMIT %(rows)s
"""
HEADER: Final = (
    "booked_at",
    "happened_at",
    "entry",
    "key",
    "kind",
    "reverses",
    "debit",
    "credit",
    "balance",
)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A posting, and the account's balance after it; base units, debits positive."""

    booked_at: datetime
    happened_at: datetime
    entry_id: UUID
    key: str
    kind: str
    reverses: UUID | None
    units: int
    balance: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What an account held at ``start``, and the lines from it until before ``end``.

    The closing balance is the last line's, or the opening one where there is none.
    """

    account: AccountName
    asset: str
    start: datetime
    end: datetime
    opening: int
    lines: Iterator[StatementLine]


def statement_of(*, account: AccountName, asset: str, start: datetime, end: datetime) -> Statement:
    """The statement of any account. Two queries, and one for each ``ROWS`` lines as they are read.

    Args:
        end: no later than what is complete: a transaction under way may still book into the last
            moments, which are then left for the next statement.
    """
    complete = min(end, readable_through(lag=timedelta(0)))
    opening = balance_at(account=account, asset=asset, at=start)
    lines = _lines(account=account, asset=asset, start=start, end=complete, balance=opening)
    return Statement(account, asset, start, max(complete, start), opening, lines)


def _lines(
    *, account: AccountName, asset: str, start: datetime, end: datetime, balance: int
) -> Iterator[StatementLine]:
    entry: UUID | None = None
    while True:
        asked: dict[str, Any] = {
            "account": account,
            "asset": asset,
            "start": start,
            "end": end,
            "entry": entry,
            "rows": ROWS,
        }
        with connection.cursor() as cursor:
            cursor.execute(LINES_SQL, asked)
            rows = cursor.fetchall()
        for row in rows:
            balance += int(row[3])
            yield StatementLine(
                booked_at=row[0],
                entry_id=row[1],
                units=int(row[3]),
                happened_at=row[4],
                key=row[5],
                kind=row[6],
                reverses=row[7],
                balance=balance,
            )
        if len(rows) < ROWS:
            return
        start, entry = rows[-1][0], rows[-1][1]


def statement_csv(statement: Statement, *, asset: Asset) -> Iterator[str]:
    """The statement as a file's lines: a head, the opening balance, each posting with the balance
    after it, the closing balance. Amounts are plain decimals of the asset, balances signed.
    """
    yield _row(HEADER)
    start, end = (moment.isoformat() for moment in (statement.start, statement.end))
    opening = _plain(statement.opening, asset)
    yield _row((start, "", "", "", "opening", "", "", "", opening))
    closing = opening
    for line in statement.lines:
        closing = _plain(line.balance, asset)
        yield _row(
            (
                line.booked_at.isoformat(),
                line.happened_at.isoformat(),
                str(line.entry_id),
                line.key,
                line.kind,
                str(line.reverses or ""),
                _plain(line.units, asset) if line.units > 0 else "",
                _plain(-line.units, asset) if line.units < 0 else "",
                closing,
            )
        )
    yield _row((end, "", "", "", "closing", "", "", "", closing))


def _plain(units: int, asset: Asset) -> str:
    return format_amount(Amount(units, asset))


def _row(values: tuple[str, ...]) -> str:
    written = StringIO()
    csv.writer(written, lineterminator="\r\n").writerow([_harmless(value) for value in values])
    return written.getvalue()


def _harmless(value: str) -> str:
    """No spreadsheet takes it for a formula; a negative number stays one."""
    if value[:1] in {"=", "+", "@", "\t", "\r"} or (value[:1] == "-" and not value[1:2].isdigit()):
        return f"'{value}"
    return value
