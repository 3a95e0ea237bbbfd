"""The addresses we look out for, in memory, and never older than the question."""

from array import array
from bisect import bisect_left
from collections.abc import Container, Iterable
from datetime import datetime

from django.db import connection

LOAD_ROWS = 50_000

SNAPSHOT_SQL = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"

LOAD_SQL = """
SELECT address, watch_until > %(now)s, poll_until
  FROM chains_depositaddress
 WHERE address > %(after)s AND mode = %(mode)s
 ORDER BY address
 LIMIT %(rows)s
"""

# The horizon of this statement's own snapshot comes with its rows: whatever commits later has an
# id at or above it, so the next refresh sees it. Rows between the two horizons come twice.
# Ordered and limited, so that the index is used even before the first ANALYZE.
REFRESH_SQL = """
SELECT s.horizon::text, a.changed_xact::text, a.address, a.poll_until, a.mode
  FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS horizon) s
  LEFT JOIN LATERAL (
       SELECT changed_xact, address, poll_until, mode
         FROM chains_depositaddress
        WHERE (changed_xact, address) > (%(xact)s::xid8, %(after)s::bytea)
        ORDER BY changed_xact, address
        LIMIT %(rows)s) a ON true
"""
REFRESH_ROWS = 5_000


class ColdSet:
    """Addresses whose monitoring ended, by their first 8 bytes: 8 bytes of memory each.

    Deposit addresses are hashes, so a stranger's address that shares 8 bytes is a rarity, and
    only costs a look into the database.
    """

    def __init__(self, addresses: Iterable[bytes] = ()) -> None:
        self._prefixes = array("Q", sorted(map(_prefix, addresses)))

    def __len__(self) -> int:
        return len(self._prefixes)

    def __contains__(self, address: object) -> bool:
        if not isinstance(address, bytes):
            return False
        prefix = _prefix(address)
        place = bisect_left(self._prefixes, prefix)
        return place < len(self._prefixes) and self._prefixes[place] == prefix


class WatchedAddresses:
    """All deposit addresses of a mode: monitored ones in a set, older ones in a compact array.

    ``refresh`` before matching a block makes sure that an address that was committed before the
    block was read is known: it can't have been paid before it was shown.
    """

    def __init__(self, *, mode: str) -> None:
        self.hot: set[bytes] = set()
        self.cold = ColdSet()
        self.polled: dict[bytes, datetime] = {}
        self._mode = mode
        self._horizon = "0"
        self._turn = 0

    def __len__(self) -> int:
        return len(self.hot) + len(self.cold)

    def __contains__(self, address: object) -> bool:
        return address in self.hot or (len(self.cold) > 0 and address in self.cold)

    def load(self, *, now: datetime) -> None:
        """Read every address there is. One query for each 50,000."""
        hot: set[bytes] = set()
        polled: dict[bytes, datetime] = {}
        cold: list[bytes] = []
        after = b""
        with connection.cursor() as cursor:
            cursor.execute(SNAPSHOT_SQL)
            horizon = cursor.fetchone()[0]
            while True:
                cursor.execute(
                    LOAD_SQL,
                    {"mode": self._mode, "now": now, "after": after, "rows": LOAD_ROWS},
                )
                rows = cursor.fetchall()
                for address, is_hot, poll_until in rows:
                    if is_hot:
                        hot.add(bytes(address))
                    else:
                        cold.append(address[:8])
                    if poll_until > now:
                        polled[bytes(address)] = poll_until
                if len(rows) < LOAD_ROWS:
                    break
                after = bytes(rows[-1][0])
        self.hot, self.polled, self._horizon = hot, polled, horizon
        self.cold = ColdSet(cold)

    def refresh(self) -> None:
        """Read the addresses that were reserved or changed since the last look.

        One query, and one more for each 5,000 addresses that are new.
        """
        xact, after, horizon = self._horizon, b"", ""
        while True:
            with connection.cursor() as cursor:
                cursor.execute(REFRESH_SQL, {"xact": xact, "after": after, "rows": REFRESH_ROWS})
                rows = cursor.fetchall()
            horizon = horizon or rows[0][0]
            for _, _, address, poll_until, mode in rows:
                if mode == self._mode:
                    self.hot.add(bytes(address))
                    self.polled[bytes(address)] = poll_until
            if len(rows) < REFRESH_ROWS:
                break
            xact, after = rows[-1][1], bytes(rows[-1][2])
        self._horizon = horizon

    @property
    def fastest(self) -> Container[bytes]:
        """What to match against in a hot loop: the set itself while there is no cold one."""
        return self if len(self.cold) else self.hot

    def to_poll(self, *, now: datetime, limit: int) -> list[bytes]:
        """At most ``limit`` of the addresses whose native balance is polled, in turn."""
        over = [address for address, until in self.polled.items() if until <= now]
        for address in over:
            del self.polled[address]
        if len(self.polled) <= limit:
            return list(self.polled)
        everyone = list(self.polled)
        start, self._turn = self._turn, (self._turn + limit) % len(everyone)
        return (everyone[start:] + everyone[:start])[:limit]


def _prefix(address: bytes) -> int:
    return int.from_bytes(address[:8], "big")
