"""How many rows of a table this transaction has read, and how: PostgreSQL's own count."""

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class RowsRead:
    in_sequence: int
    by_index: int

    def since(self, before: "RowsRead") -> "RowsRead":
        return RowsRead(
            in_sequence=self.in_sequence - before.in_sequence,
            by_index=self.by_index - before.by_index,
        )


def rows_read(table: str) -> RowsRead:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq_tup_read, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = %s",
            [table],
        )
        return RowsRead(*cursor.fetchone())


def analyse(table: str) -> None:
    """Let the planner see the table as it is now."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {table}")
