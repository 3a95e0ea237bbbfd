"""Which tables hold a shop's rows, as the database itself tells it; and a row for any of them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from gateway.tenancy.operations import POLICY

TABLES_SQL = """
SELECT c.relname, c.relrowsecurity,
       (SELECT pg_get_expr(p.polqual, p.polrelid) FROM pg_policy p
         WHERE p.polrelid = c.oid AND p.polname = %s)
  FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
"""
COLUMNS_SQL = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       a.attidentity <> '' OR a.attgenerated <> ''
  FROM pg_attribute a
 WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
WITH_SHOP_SQL = """
SELECT a.attrelid::regclass::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
   AND a.attname = 'shop_id' AND NOT a.attisdropped
"""
REFERENCES_SQL = """
SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint
 WHERE contype = 'f' AND conparentid = 0 AND connamespace = 'public'::regnamespace
"""


def asked(sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def kept_tables() -> dict[str, str]:
    """The tables that a policy keeps apart, with its condition."""
    return {name: rule for name, is_on, rule in asked(TABLES_SQL, [POLICY]) if is_on and rule}


def tables_of_shops() -> set[str]:
    """Every table with a shop's id, and every one that refers to such a table, near or far."""
    found = {"shops_shop"} | {row[0] for row in asked(WITH_SHOP_SQL)}
    references = asked(REFERENCES_SQL)
    while more := {child for child, parent in references if parent in found} - found:
        found |= more
    return found


@dataclass(frozen=True)
class Row:
    """A row that was put into a table, and how to find it again."""

    table: str
    values: dict[str, Any]

    @property
    def where(self) -> tuple[str, list[Any]]:
        keys = [name for name, value in self.values.items() if value is not None]
        return " AND ".join(f'"{name}"::text = %s::text' for name in keys), [
            self.values[name] for name in keys
        ]


def row_for(table: str, *, column: str, value: Any) -> dict[str, Any]:
    """Whatever a table needs of a row, whose ``column`` is ``value``."""
    if table == "ledger_account":  # its shop is made of its name
        return {"name": f"shop:{value}:available", "asset": "USDC@31337"}
    return {
        name: value if name == column else _something(kind)
        for name, kind, needed, made in asked(COLUMNS_SQL, [table])
        if name == column or (needed and not made)
    }


def _something(kind: str) -> Any:
    word = kind.split("(", maxsplit=1)[0]
    if word in {"text", "character varying"}:
        return uuid4().hex[:4]
    if word == "uuid":
        return str(uuid4())
    if word in {"integer", "bigint", "smallint", "numeric"}:
        return uuid4().int % 30_000
    if word == "double precision":
        return 0.5
    if word == "boolean":
        return "true"
    if word == "timestamp with time zone":
        return "2026-11-29 12:00:00+00"
    if word == "date":
        return "2026-11-29"
    if word == "bytea":
        return "\\x" + uuid4().hex
    if word == "jsonb":
        return "{}"
    if word == "xid8":
        return "7"
    if kind.endswith("[]"):
        return "{}"
    raise AssertionError(f"say in tests/tenancy/tables.py what a {kind} may be")


def inserting(table: str, values: dict[str, Any]) -> tuple[str, list[Any]]:
    kinds = {name: kind for name, kind, *_ in asked(COLUMNS_SQL, [table])}
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join(f"%s::text::{kinds[name]}" for name in values)
    return f"INSERT INTO {table} ({names}) VALUES ({marks})", [str(v) for v in values.values()]


def shop_of(table: str, rule: str) -> str:
    """The column that a table's policy goes by."""
    del rule
    return "id" if table == "shops_shop" else "shop_id"


def through_of(rule: str) -> tuple[str, str] | None:
    """Of a policy that goes through another table: that table, and the column that refers to it."""
    import re

    found = re.search(r"FROM (\w+) kept\s+WHERE \(+kept\.(\w+) = (\w+)\.(\w+)\)", rule)
    return (found[1], found[4]) if found else None


def uuid_of(number: int) -> UUID:
    return UUID(int=(7 << 76) | (2 << 62) | number)
