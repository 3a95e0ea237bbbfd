"""Every room's migrations lead back to nothing, and forward again to the same tables."""

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from pytest_django.plugin import DjangoDbBlocker

ALIAS = "back_and_forth"
OURS = ("gateway.", "merchants.")
QUESTIONS = (
    "SELECT format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable,"
    " column_default) FROM information_schema.columns WHERE table_schema = 'public'",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))"
    " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "SELECT format('%s %s', tgrelid::regclass, pg_get_triggerdef(oid))"
    " FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT format('%s %s %s', polrelid::regclass, polname, pg_get_expr(polqual, polrelid))"
    " FROM pg_policy",
    "SELECT format('%s %s %s', relname, reloptions, relrowsecurity) FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')",
)


@pytest.fixture
def scratch(django_db_blocker: DjangoDbBlocker) -> Iterator[Any]:
    """An empty database of its own."""
    ours = settings.DATABASES["default"]
    name = f"migrations_{os.getpid()}"
    with (
        django_db_blocker.unblock(),
        psycopg.connect(
            host=ours["HOST"], user=ours["USER"], dbname="postgres", autocommit=True
        ) as server,
    ):
        server.execute(f'CREATE DATABASE "{name}"')
        connections.databases[ALIAS] = {**connections.databases["default"], "NAME": name}
        try:
            yield connections[ALIAS]
        finally:
            connections[ALIAS].close()
            del connections[ALIAS], connections.databases[ALIAS]
            server.execute(f'DROP DATABASE "{name}"')


def _schema(connection: Any) -> set[str]:
    found: set[str] = set()
    with connection.cursor() as cursor:
        for question in QUESTIONS:
            cursor.execute(question)
            found |= {row[0] for row in cursor.fetchall()}
    return found


def _migrate(*target: str) -> None:
    call_command("migrate", *target, database=ALIAS, verbosity=0)


@pytest.mark.slow
def test_migrations_go_back_to_nothing_and_forward_to_the_same(scratch: Any) -> None:
    migrated = MigrationLoader(None).migrated_apps
    rooms = {label for label in migrated if apps.get_app_config(label).name.startswith(OURS)}
    assert {"ledger", "events", "invoices", "accounts"} <= rooms
    for label in sorted(migrated - rooms):
        _migrate(label)
    before = _schema(scratch)
    _migrate()
    full = _schema(scratch)
    for label in sorted(rooms):
        _migrate(label, "zero")
    left = _schema(scratch) - before
    assert left == set()
    _migrate()
    assert _schema(scratch) ^ full == set()
