"""Entries of the past: written as a restored journal has them, since the verbs book now."""

from datetime import datetime
from hashlib import sha256

from django.db import connection

from gateway.events.ids import uuid7
from gateway.ledger.journal import written_out
from gateway.ledger.postings import Posting


def book(*lines: Posting, booked_at: datetime, happened_at: datetime | None = None) -> str:
    """Write an entry with both its times; its key."""
    key = f"past:{uuid7()}"
    written = written_out(key=key, kind="past", postings=lines, refs={})
    with connection.cursor() as cursor:
        for name, asset in zip(written.accounts, written.assets, strict=True):
            cursor.execute(
                "INSERT INTO ledger_account (name, asset) VALUES (%s, %s)"
                " ON CONFLICT (name, asset) DO NOTHING",
                [name, asset],
            )
        cursor.execute(
            "WITH entry AS ("
            " INSERT INTO ledger_entry (id, key, kind, lines, payload_hash, refs, happened_at,"
            "                           booked_at)"
            " VALUES (uuidv7(), %s, 'past', %s, %s, '{}', %s, %s) RETURNING id)"
            " INSERT INTO ledger_posting (entry_id, line, lines, booked_at, account_id, asset,"
            "                             units)"
            " SELECT entry.id, l.line, %s, %s, a.id, l.asset, l.units"
            "   FROM entry, unnest(%s::text[], %s::text[], %s::numeric[]) WITH ORDINALITY"
            "        l (account, asset, units, line)"
            "   JOIN ledger_account a ON a.name = l.account AND a.asset = l.asset",
            [
                key,
                len(written.accounts),
                sha256(key.encode()).digest(),
                happened_at or booked_at,
                booked_at,
                len(written.accounts),
                booked_at,
                written.accounts,
                written.assets,
                written.units,
            ],
        )
    return key
