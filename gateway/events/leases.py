"""Work that only one process may do at a time: a row with an epoch, not a session's lock.

The holder renews before the time to live runs out; a standby takes over by compare-and-set after
it did. Each transaction of the holder calls ``check``, so that one which lost its lease without
noticing (a long pause, a partition) can't commit anything.
"""

from dataclasses import dataclass

from django.db import connection

from gateway.events.errors import LeaseLost

ACQUIRE_SQL = """
INSERT INTO events_lease AS l (name, holder, epoch, expires_at)
VALUES (
    %(name)s, %(holder)s, %(above)s + 1, clock_timestamp() + make_interval(secs => %(ttl)s))
ON CONFLICT (name) DO UPDATE
   SET holder = excluded.holder, epoch = greatest(l.epoch + 1, excluded.epoch),
       expires_at = excluded.expires_at
 WHERE l.expires_at < clock_timestamp() OR l.holder = excluded.holder
RETURNING epoch
"""

RENEW_SQL = """
UPDATE events_lease SET expires_at = clock_timestamp() + make_interval(secs => %(ttl)s)
 WHERE name = %(name)s AND epoch = %(epoch)s
"""


@dataclass(frozen=True, slots=True)
class LeaseHandle:
    """Proof of holding a lease: valid while the row still carries its epoch."""

    name: str
    holder: str
    epoch: int


def acquire(*, name: str, holder: str, ttl_seconds: float, above: int = 0) -> LeaseHandle | None:
    """The lease, if it is free, has run out or is ours already; otherwise None.

    Args:
        above: an epoch seen elsewhere, which the new one is to be above: a store that is fenced
            by epochs may remember more than a database that was restored.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            ACQUIRE_SQL,
            {"name": name, "holder": holder, "ttl": ttl_seconds, "above": above},
        )
        row = cursor.fetchone()
    return LeaseHandle(name=name, holder=holder, epoch=row[0]) if row else None


def renew(*, handle: LeaseHandle, ttl_seconds: float) -> None:
    """Hold on for another ``ttl_seconds``.

    Raises:
        LeaseLost: another process took over.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            RENEW_SQL,
            {
                "name": handle.name,
                "epoch": handle.epoch,
                "ttl": ttl_seconds,
            },
        )
        if cursor.rowcount != 1:
            raise LeaseLost(handle.name)


def check(*, handle: LeaseHandle) -> None:
    """Refuse to go on in this transaction unless the lease is still ours.

    The row stays locked FOR SHARE to the end of the transaction: nobody can take the lease over
    between this check and the commit.

    Raises:
        LeaseLost: another process took over.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM events_lease WHERE name = %s AND epoch = %s FOR SHARE",
            [handle.name, handle.epoch],
        )
        if cursor.fetchone() is None:
            raise LeaseLost(handle.name)


def release(*, handle: LeaseHandle) -> None:
    """Let a standby take over at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE events_lease SET expires_at = clock_timestamp() - interval '1 second'"
            " WHERE name = %s AND epoch = %s",
            [handle.name, handle.epoch],
        )
