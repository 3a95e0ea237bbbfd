"""What waits for each other here: notes of one receipt, which share what is left of its taxes."""

from uuid import UUID

from django.db import connection


def receipt_notes_locked(receipt_id: UUID) -> None:
    """Until this transaction ends nobody else writes a note of this receipt. One query.

    An advisory lock: the row itself never changes, and the web may not even lock it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"receipt:{receipt_id}"]
        )
