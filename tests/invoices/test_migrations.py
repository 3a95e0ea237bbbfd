"""Migrations of this room that are no transaction can be run again after they failed half way."""

from importlib import import_module

from django.db import connection
from pytest_django.plugin import DjangoDbBlocker


def test_the_index_can_be_built_again_after_it_failed_half_way(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """On a connection of its own: an index is not built within a transaction."""
    noting = import_module("gateway.invoices.migrations.0013_orders_paid_once").Migration
    steps = [
        step
        for operation in noting.operations
        for step in getattr(operation, "database_operations", [operation])
    ]
    with django_db_blocker.unblock():
        own = connection.copy()
        try:
            with own.cursor() as cursor:
                for step in steps:  # over the index that is there, as one that failed would be
                    cursor.execute(step.sql)
                cursor.execute(
                    "SELECT indisvalid FROM pg_index"
                    " WHERE indexrelid = 'invoice_order_paid_once'::regclass"
                )
                assert cursor.fetchone() == (True,)
        finally:
            own.close()
