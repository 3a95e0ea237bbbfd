"""Migrations of this room that are no transaction can be run again after they failed half way."""

from importlib import import_module

from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

WITH_IT = """
SELECT c.relname FROM pg_inherits i
  JOIN pg_index x ON x.indexrelid = i.inhrelid AND x.indisvalid
  JOIN pg_class c ON c.oid = x.indrelid
 WHERE i.inhparent = 'webhooks_delivery_of_replay'::regclass
"""
PARTITIONS = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
 WHERE i.inhparent = 'webhooks_delivery'::regclass
"""


def test_every_month_has_the_index_of_replays_also_after_it_failed_half_way(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """On a connection of its own: an index is not built within a transaction."""
    indexing = import_module("merchants.webhooks.migrations.0005_replay_index")
    with django_db_blocker.unblock():
        own = connection.copy()
        try:
            with own.cursor() as cursor, own.schema_editor(atomic=False) as editor:

                def names(sql: str) -> set[str]:
                    cursor.execute(sql)
                    return {name for (name,) in cursor.fetchall()}

                assert names(WITH_IT) == names(PARTITIONS)
                indexing.drop(None, editor)
                cursor.execute(
                    "CREATE INDEX webhooks_delivery_default_of_replay"
                    " ON webhooks_delivery_default (event_id)"  # as what a broken run has left
                )
                indexing.build(None, editor)
                indexing.build(None, editor)
                assert names(WITH_IT) == names(PARTITIONS)
                cursor.execute(
                    "SELECT indisvalid FROM pg_index"
                    " WHERE indexrelid = 'webhooks_delivery_of_replay'::regclass"
                )
                assert cursor.fetchone() == (True,)
                cursor.execute("BEGIN")
                cursor.execute("SELECT webhooks_ensure_partitions('2091-01-01', 1)")
                assert "webhooks_delivery_2091_01" in names(WITH_IT)
                cursor.execute("ROLLBACK")
        finally:
            own.close()
