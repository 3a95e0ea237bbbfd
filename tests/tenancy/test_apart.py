"""In a shop's scope nobody else's row can be read, changed, deleted or written: table by table."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from gateway.tenancy import scope
from gateway.tenancy.grants import privileges_on
from tests.as_web import as_web, as_web_role
from tests.tenancy.tables import (
    asked,
    inserting,
    kept_tables,
    row_for,
    shop_of,
    through_of,
    uuid_of,
)

pytestmark = pytest.mark.django_db

OURS, THEIRS = uuid_of(1), uuid_of(2)


@pytest.fixture
def loose(db: None) -> None:
    """Tables take any row: what else would refuse it is gone until the test's rollback."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no foreign keys
        checks = asked(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint"
            " WHERE contype = 'c' AND conparentid = 0"
            " AND connamespace = 'public'::regnamespace AND coninhcount = 0"
        )
        for table, name in checks:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


@pytest.fixture
def filled(loose: None) -> dict[str, tuple[str, Any, Any]]:
    """A row of ours and one of theirs in each table that is kept apart: the column that tells them
    apart, and its value in ours and in theirs."""
    tables = kept_tables()
    told = {}
    for table, rule in tables.items():
        if through_of(rule) is None:
            column = shop_of(table, rule)
            for shop_id in (OURS, THEIRS):
                _insert(table, row_for(table, column=column, value=shop_id))
            told[table] = (column, str(OURS), str(THEIRS))
    for table, rule in tables.items():
        through = through_of(rule)
        if through is not None:
            parent, column = through
            keys = [
                asked(f"SELECT id::text FROM {parent} WHERE shop_id = %s", [shop_id])[0][0]
                for shop_id in (OURS, THEIRS)
            ]
            for key in keys:
                _insert(table, row_for(table, column=column, value=key))
            told[table] = (column, *keys)
    return told


def test_every_kept_table_is_tried(filled: dict[str, Any]) -> None:
    assert set(filled) == set(kept_tables())
    assert len(filled) > 35


def test_only_our_rows_are_seen(filled: dict[str, tuple[str, Any, Any]]) -> None:
    for table, (column, ours, _) in filled.items():
        with as_web(OURS):
            seen = {row[0] for row in asked(f"SELECT {column}::text FROM {table}")}
        assert seen == {ours}, table


def test_the_orm_sees_our_rows_only(filled: dict[str, tuple[str, Any, Any]]) -> None:
    tried = 0
    for model in apps.get_models():
        told = filled.get(model._meta.db_table)
        if told is None:
            continue
        column, ours, theirs = told
        field = next(f for f in model._meta.concrete_fields if f.column == column)
        with as_web(OURS):
            seen = {str(v) for v in model._default_manager.values_list(field.attname, flat=True)}
            assert seen == {ours}, model
            assert not model._default_manager.filter(**{field.attname: theirs}).exists(), model
        tried += 1
    assert tried > 30


def test_their_rows_can_be_neither_changed_nor_deleted(
    filled: dict[str, tuple[str, Any, Any]],
) -> None:
    for table, (column, _, theirs) in filled.items():
        # by a condition that only their row fulfils, and by none at all
        for where in (f"WHERE {column}::text = '{theirs}'", ""):
            for words in (f"UPDATE {table} SET {_any_column(table)}", f"DELETE FROM {table}"):
                with as_web(OURS), _refused_or() as changed, connection.cursor() as cursor:
                    cursor.execute(f"{words} {where}")
                    changed.append(cursor.rowcount)
                    if not where:
                        raise _Undo
                assert changed in ([], [0], [1]), (table, words)
                assert not where or changed in ([], [0]), (table, words)
        assert asked(f"SELECT count(*) FROM {table} WHERE {column}::text = %s", [theirs])[0] == (
            1,
        ), table


def test_nothing_can_be_written_as_theirs(filled: dict[str, tuple[str, Any, Any]]) -> None:
    for table, (column, _, theirs) in filled.items():
        sql, values = inserting(table, row_for(table, column=column, value=theirs))
        with as_web(OURS):
            with pytest.raises(DatabaseError) as refusal, transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(sql, values)
        assert refusal.value.__cause__.sqlstate == "42501", (table, refusal.value)


def test_our_row_cannot_be_made_theirs(filled: dict[str, tuple[str, Any, Any]]) -> None:
    for table, (column, _, theirs) in filled.items():
        if "UPDATE" not in privileges_on(table):
            continue
        kind = asked(
            "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attname = %s",
            [table, column],
        )[0][0]
        with as_web(OURS), pytest.raises(DatabaseError) as refusal, transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"UPDATE {table} SET {column} = %s::text::{kind}", [theirs])
        assert refusal.value.__cause__.sqlstate == "42501", (table, refusal.value)


def test_nobody_sees_nothing_and_the_house_sees_all(
    filled: dict[str, tuple[str, Any, Any]],
) -> None:
    for table, (column, ours, theirs) in filled.items():
        with as_web():
            assert asked(f"SELECT {column} FROM {table}") == [], table
        with as_web_role(), scope.house_scope():
            seen = {row[0] for row in asked(f"SELECT {column}::text FROM {table}")}
        assert {ours, theirs} <= seen, table


def test_a_scope_that_is_no_id_opens_nothing(filled: dict[str, Any]) -> None:
    for words in ("' OR true --", "house", "*", str(UUID(int=0))):
        with as_web(), _refused_or(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('tillway.shop', %s, true)", [words])
            cursor.execute("SELECT count(*) FROM invoices_invoice")
            assert cursor.fetchone() == (0,)
            raise _Undo


class _Undo(Exception):
    """Roll back what was tried."""


@contextmanager
def _refused_or() -> Iterator[list[int]]:
    """What was done, if the database let it be; either way it is undone on ``_Undo``."""
    done: list[int] = []
    try:
        with transaction.atomic():
            yield done
    except _Undo:
        pass
    except DatabaseError as error:
        if error.__cause__.sqlstate not in {"42501", "22P02"}:
            raise


def _insert(table: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(*inserting(table, values))


def _any_column(table: str) -> str:
    """A column that may be set, to itself."""
    name = asked(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND attgenerated = '' AND attidentity = '' LIMIT 1",
        [table],
    )[0][0]
    return f'"{name}" = "{name}"'
