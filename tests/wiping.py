"""Empty what tests that commit leave in tables that Django doesn't manage, so doesn't flush."""

from django.db import connection, transaction

TABLES = (
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
    "events_outbox",
    "events_event",
    "events_sequence",
)


def wipe_unmanaged() -> None:
    """Only a superuser can: as a replica, the database's own refusals are not heard."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"TRUNCATE {', '.join(TABLES)}")
