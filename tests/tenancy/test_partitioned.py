"""Indexes of partitioned tables are built beside their writers, also after it failed half way."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

WITH_IT = """
SELECT c.relname FROM pg_inherits i
  JOIN pg_index x ON x.indexrelid = i.inhrelid AND x.indisvalid
  JOIN pg_class c ON c.oid = x.indrelid
 WHERE i.inhparent = %s::regclass
"""
PARTITIONS = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
 WHERE i.inhparent = %s::regclass
"""


@pytest.mark.parametrize(
    ("migration", "left", "later"),
    [
        (
            "merchants.calls.migrations.0002_by_time_taken",
            "calls_call_default_calls_by_time_taken",
            "calls_call_2091_01_01",
        ),
        (
            "merchants.webhooks.migrations.0006_ended_badly",
            "webhooks_delivery_default_ended_badly",
            "webhooks_delivery_2091_01",
        ),
    ],
    ids=["calls", "deliveries"],
)
def test_every_partition_has_the_index_and_no_writer_waited_for_it(
    migration, left, later, django_db_setup, django_db_blocker
):
    """On a connection of its own: an index is not built within a transaction."""
    (building,) = import_module(migration).Migration.operations
    label, index, now = migration.split(".")[1], building.index.name, SimpleNamespace(apps=apps)
    table = apps.get_model(label, building.model_name)._meta.db_table
    with django_db_blocker.unblock():
        own = connection.copy()
        try:
            with own.cursor() as cursor, own.schema_editor(atomic=False) as editor:

                def names(sql, of):
                    cursor.execute(sql, [of])
                    return {name for (name,) in cursor.fetchall()}

                assert names(WITH_IT, index) == names(PARTITIONS, table)
                building.database_backwards(label, editor, now, now)
                cursor.execute(  # as what a broken run has left
                    f"CREATE INDEX {left} ON {table}_default (shop_id)"
                )
                with CaptureQueriesContext(own) as asked:
                    building.database_forwards(label, editor, now, now)
                    building.database_forwards(label, editor, now, now)
                said = [query["sql"] for query in asked.captured_queries]
                made = [sql for sql in said if sql.startswith("CREATE")]
                assert len(made) == 2 + len(names(PARTITIONS, table))
                assert all(" ON ONLY " in sql or " CONCURRENTLY " in sql for sql in made), made
                assert said[0].startswith("SET lock_timeout"), said
                assert names(WITH_IT, index) == names(PARTITIONS, table)
                cursor.execute(
                    "SELECT indisvalid FROM pg_index WHERE indexrelid = %s::regclass", [index]
                )
                assert cursor.fetchone() == (True,)
                cursor.execute("BEGIN")
                cursor.execute(f"SELECT {label}_ensure_partitions('2091-01-01', 1)")
                assert later in names(WITH_IT, index)
                cursor.execute("ROLLBACK")
        finally:
            own.close()
