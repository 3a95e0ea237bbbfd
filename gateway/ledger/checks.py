"""What must hold in the books whatever happened: for fault tests, the demo and the nightly run."""

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that doesn't hold, with the row it was found at."""

    check: str
    where: str
    found: str


_CHECKS: tuple[tuple[str, str], ...] = (
    (
        "an entry sums to zero in each asset",
        "SELECT entry_id || ' ' || asset, sum(units)::text FROM ledger_posting"
        " GROUP BY entry_id, asset HAVING sum(units) <> 0",
    ),
    (
        "an entry has all its lines",
        "SELECT e.key, count(p.line) || ' of ' || e.lines FROM ledger_entry e"
        "  LEFT JOIN ledger_posting p ON p.entry_id = e.id AND p.booked_at = e.booked_at"
        " GROUP BY e.id HAVING count(p.line) <> e.lines",
    ),
    (
        "a posting is on an account of its asset",
        "SELECT p.entry_id || ' ' || p.line, p.asset FROM ledger_posting p"
        "  LEFT JOIN ledger_account a ON a.id = p.account_id AND a.asset = p.asset"
        " WHERE a.id IS NULL",
    ),
    (
        "all accounts together sum to zero",
        "SELECT asset, sum(units)::text FROM ledger_posting GROUP BY asset HAVING sum(units) <> 0",
    ),
    (
        "a shop's balance equals its postings",
        "SELECT coalesce(b.shop_id, p.shop_id) || ' ' || coalesce(b.asset, p.asset),"
        "       format('%s/%s stored, %s/%s posted',"
        "              b.available, b.reserved, p.available, p.reserved)"
        "  FROM (SELECT shop_id, asset, sum(available) AS available, sum(reserved) AS reserved"
        "          FROM ledger_shop_balance GROUP BY shop_id, asset) b"
        "  FULL JOIN (SELECT a.shop_id, a.asset,"
        "                    -coalesce(sum(q.units) FILTER (WHERE a.side = 'available'), 0)"
        "                        AS available,"
        "                    -coalesce(sum(q.units) FILTER (WHERE a.side = 'reserved'), 0)"
        "                        AS reserved"
        "               FROM ledger_account a JOIN ledger_posting q ON q.account_id = a.id"
        "              WHERE a.shop_id IS NOT NULL GROUP BY a.shop_id, a.asset) p"
        "    ON p.shop_id = b.shop_id AND p.asset = b.asset"
        " WHERE (b.available, b.reserved) IS DISTINCT FROM (p.available, p.reserved)",
    ),
    (
        "a shop's days add up to its balance",
        "SELECT b.shop_id || ' ' || b.asset, format('%s, by days %s', b.available, d.available)"
        "  FROM (SELECT shop_id, asset, sum(available) AS available, sum(reserved) AS reserved"
        "          FROM ledger_shop_balance GROUP BY shop_id, asset) b"
        "  LEFT JOIN (SELECT shop_id, asset, sum(available) AS available,"
        "                    sum(reserved) AS reserved"
        "               FROM ledger_shop_slot GROUP BY shop_id, asset) d"
        "    ON d.shop_id = b.shop_id AND d.asset = b.asset"
        " WHERE (b.available, b.reserved) IS DISTINCT FROM (d.available, d.reserved)",
    ),
    (
        "a snapshot equals the postings before it",
        "SELECT a.name || ' ' || a.asset, s.units || ' instead of ' || coalesce(sum(p.units), 0)"
        "  FROM ledger_snapshot s JOIN ledger_account a ON a.id = s.account_id"
        "  LEFT JOIN ledger_posting p ON p.account_id = a.id AND p.booked_at < s.through"
        " GROUP BY a.name, a.asset, s.units HAVING s.units <> coalesce(sum(p.units), 0)",
    ),
    (
        "custody is never negative",
        "SELECT a.name || ' ' || a.asset, sum(p.units)::text"
        "  FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id"
        " WHERE a.name LIKE 'custody:%' GROUP BY a.name, a.asset HAVING sum(p.units) < 0",
    ),
    (
        "nobody is owed less than nothing",
        "SELECT a.name || ' ' || a.asset, sum(p.units)::text"
        "  FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id"
        " WHERE a.name IN ('suspense', 'refunds', 'blocked') OR a.name LIKE 'held:%'"
        "    OR a.name LIKE 'pool:%' OR a.side = 'reserved'"
        " GROUP BY a.name, a.asset HAVING sum(p.units) > 0",
    ),
    (
        "a day's mark equals the postings before it",
        "SELECT a.name || ' ' || a.asset || ' ' || m.through,"
        "       m.units || ' instead of ' || coalesce(sum(p.units), 0)"
        "  FROM (SELECT DISTINCT ON (account_id) * FROM ledger_mark"
        "         ORDER BY account_id, through DESC) m"
        "  JOIN ledger_account a ON a.id = m.account_id"
        "  LEFT JOIN ledger_posting p ON p.account_id = a.id AND p.booked_at < m.through"
        " GROUP BY a.name, a.asset, m.through, m.units HAVING m.units <> coalesce(sum(p.units), 0)",
    ),
    (
        "nothing happened in a closed period after its close but its close",
        "SELECT e.key, e.happened_at::text FROM ledger_entry e"
        "  JOIN ledger_period p ON e.happened_at < p.ends_at AND e.booked_at > p.closed_at",
    ),
    (
        "what is set aside is what is pending",
        "SELECT coalesce(b.shop_id, s.shop_id) || ' ' || coalesce(b.asset, s.asset),"
        "       format('%s set aside, %s pending', b.units, s.units)"
        "  FROM (SELECT shop_id, asset, sum(set_aside) AS units FROM ledger_shop_balance"
        "         GROUP BY shop_id, asset HAVING sum(set_aside) <> 0) b"
        "  FULL JOIN (SELECT s.shop_id, s.asset, sum(s.units) AS units FROM ledger_set_aside s"
        "              WHERE NOT EXISTS (SELECT 1 FROM ledger_resolution r"
        "                                 WHERE r.pending_id = s.pending_id)"
        "              GROUP BY s.shop_id, s.asset) s"
        "    ON s.shop_id = b.shop_id AND s.asset = b.asset"
        " WHERE b.units IS DISTINCT FROM s.units",
    ),
    (
        "what is not resolved waits in the queue, and nothing else",
        "SELECT coalesce(p.key, o.pending_id::text), 'resolved: ' || (r.pending_id IS NOT NULL)"
        "  FROM ledger_pending p"
        "  FULL JOIN ledger_pending_open o ON o.pending_id = p.id"
        "  LEFT JOIN ledger_resolution r ON r.pending_id = coalesce(p.id, o.pending_id)"
        " WHERE (r.pending_id IS NULL) <> (o.pending_id IS NOT NULL)",
    ),
    (
        "an entry is reversed at most once, and exactly",
        "SELECT r.key, a.name || ' ' || a.asset"
        "  FROM ledger_entry r"
        "  JOIN ledger_entry e ON e.id = r.reverses_id"
        "  JOIN ledger_posting p ON (p.entry_id, p.booked_at) IN"
        "       ((r.id, r.booked_at), (e.id, e.booked_at))"
        "  JOIN ledger_account a ON a.id = p.account_id"
        " GROUP BY r.key, a.name, a.asset HAVING sum(p.units) <> 0",
    ),
)


CHECK_COUNT = len(_CHECKS)


def ledger_checks() -> list[Difference]:
    """Everything in the books that doesn't hold; empty when all is well.

    Reads the whole journal: for audits and tests, not for requests. A query a check.
    """
    differences: list[Difference] = []
    with connection.cursor() as cursor:
        for check, sql in _CHECKS:
            cursor.execute(sql)
            differences.extend(Difference(check, str(row[0]), str(row[1])) for row in cursor)
    return differences
