"""Empty the database between tests that commit.

Truncating some three hundred tables makes as many files anew as they and their indexes have, which
took longer than most of the tests. Few tables hold a row afterwards, and few rows: those are
deleted.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.postgresql.operations import DatabaseOperations

UNMANAGED: Final = (
    "ledger_mark",
    "ledger_marked",
    "ledger_period",
    "ledger_set_aside",
    "ledger_pending_open",
    "ledger_resolution",
    "ledger_pending",
    "ledger_snapshot",
    "ledger_shop_slot",
    "ledger_shop_balance",
    "ledger_posting",
    "ledger_entry",
    "ledger_account",
    "ledger_fiatmode",
    "events_outbox",
    "events_event",
    "events_sequence",
)
"""Tables that Django's flush doesn't know."""
LARGE_BYTES: Final = 1_000_000
"""Beyond it a table is truncated all the same: what is deleted lies there until a vacuum."""
AS_REPLICA: Final = "SET LOCAL session_replication_role = replica"
"""Only a superuser can: the database's own refusals are not heard then."""


def wipe_unmanaged() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in emptying(UNMANAGED):
            cursor.execute(statement)


def flush_what_is_filled() -> None:
    """Have Django's own flush do so from now on."""

    def sql_flush(
        self: DatabaseOperations,
        style: Any,
        tables: Sequence[str],
        *,
        reset_sequences: bool = False,
        allow_cascade: bool = False,
    ) -> list[str]:
        assert not reset_sequences, "no test counts on a sequence's first number"
        return emptying(tables)

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign, assignment]


def emptying(tables: Iterable[str]) -> list[str]:
    """Statements for one transaction that empty the tables which hold something. One query."""
    names = [connection.ops.quote_name(table) for table in tables]
    asked = " UNION ALL ".join(
        f"SELECT '{name}', pg_total_relation_size('{name}') WHERE EXISTS (SELECT FROM {name})"
        for name in names
    )
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(asked)
        filled = cursor.fetchall()
    large = [name for name, size in filled if size > LARGE_BYTES]
    return [
        *([AS_REPLICA] if filled else []),
        *([f"TRUNCATE {', '.join(large)} CASCADE"] if large else []),
        *(f"DELETE FROM {name}" for name, _ in filled if name not in large),
    ]
