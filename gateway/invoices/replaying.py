"""Every quote of an invoice can be drawn again from what it was drawn from, which is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from gateway.invoices.models import Invoice
from gateway.market.errors import ReplayRefused, SnapshotNotKept, SnapshotUnreadable
from gateway.market.kept_snapshots import kept_snapshot, kept_snapshots_prune, snapshots_keep
from gateway.market.quotes import Quote, QuoteRefusal
from gateway.market.replay import replayed

# Asked for every minute: each set of quotes is met twice before its snapshot leaves Valkey.
LOOK_BACK = timedelta(minutes=3)

# Sets drawn in that time: those of new invoices, by the order of their ids, and those that ended
# an older set, whose event says when.
USED_SQL = """
SELECT DISTINCT (quoted.quote ->> 'snapshot_version')::bigint
  FROM (SELECT i.book FROM invoices_invoice i WHERE i.id >= %(first_id)s
        UNION ALL
        SELECT i.book FROM events_event e
          JOIN invoices_invoice i ON i.id = substring(e.subject FROM 9)::uuid
         WHERE e.type = 'invoice.requoted' AND e.occurred_at >= %(since)s) AS x (book),
       jsonb_path_query(x.book::jsonb, '$.sets[*].quotes[0]') AS quoted (quote)
"""


@dataclass(frozen=True, slots=True)
class Replay:
    """A stored quote and what is drawn in its place now, or why nothing can be."""

    stored: Quote
    drawn: Quote | QuoteRefusal | None
    refusal: str = ""

    @property
    def is_same(self) -> bool:
        return self.drawn == self.stored


def used_snapshots_keep(*, now: datetime) -> int:
    """Keep the snapshots that quotes of the last minutes were drawn from; how many were new.

    Raises:
        redis.RedisError: Valkey is away; ask again.
    """
    since = now - LOOK_BACK
    first_id = UUID(int=int(since.timestamp() * 1000) << 80)
    with connection.cursor() as cursor:
        cursor.execute(USED_SQL, {"first_id": first_id, "since": since})
        versions = {row[0] for row in cursor.fetchall()}
    kept_snapshots_prune(now=now)
    return snapshots_keep(versions=versions, now=now)


def invoice_replay(*, invoice: Invoice) -> list[Replay]:
    """Each quote that the invoice ever promised, drawn again. One query a snapshot."""
    replays = []
    for drawn in invoice.promises.sets:
        try:
            snapshot = kept_snapshot(version=drawn.quotes[0].snapshot_version)
        except (SnapshotNotKept, SnapshotUnreadable) as error:
            replays += [Replay(quote, None, error.code) for quote in drawn.quotes]
            continue
        for quote in drawn.quotes:
            try:
                replays.append(Replay(quote, replayed(quote, snapshot=snapshot)))
            except ReplayRefused as error:
                replays.append(Replay(quote, None, error.code))
    return replays
