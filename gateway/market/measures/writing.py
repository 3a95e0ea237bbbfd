"""Add gathered sums to the days' rows. Each is one statement, by key, in the order of the keys."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from gateway.market.measures.sums import Sums

BOOKED_SQL = """
INSERT INTO measures_daybooked AS d
       (day, account, kind, asset, mode, postings, unvalued, units, usd_e6)
SELECT * FROM unnest(%s::date[], %s::text[], %s::text[], %s::text[], %s::text[], %s::int[],
                     %s::int[], %s::numeric[], %s::numeric[])
ON CONFLICT (day, account, kind, asset) DO UPDATE
   SET postings = d.postings + EXCLUDED.postings, unvalued = d.unvalued + EXCLUDED.unvalued,
       units = d.units + EXCLUDED.units, usd_e6 = d.usd_e6 + EXCLUDED.usd_e6
"""

EDGES_SQL = """
INSERT INTO measures_dayedge AS d (day, asset, shop_id, line, mode, usd_e6)
SELECT * FROM unnest(%s::date[], %s::text[], %s::uuid[], %s::text[], %s::text[], %s::numeric[])
ON CONFLICT (day, asset, shop_id, line) DO UPDATE SET usd_e6 = d.usd_e6 + EXCLUDED.usd_e6
"""

MARKOUTS_SQL = """
INSERT INTO measures_daymarkout AS d
       (day, kind, asset, shop_id, seconds, mode, fills, missing, usd_e6, notional_usd_e6)
SELECT * FROM unnest(%s::date[], %s::text[], %s::text[], %s::uuid[], %s::smallint[], %s::text[],
                     %s::int[], %s::int[], %s::numeric[], %s::numeric[])
ON CONFLICT (day, kind, asset, shop_id, seconds) DO UPDATE
   SET fills = d.fills + EXCLUDED.fills, missing = d.missing + EXCLUDED.missing,
       usd_e6 = d.usd_e6 + EXCLUDED.usd_e6,
       notional_usd_e6 = d.notional_usd_e6 + EXCLUDED.notional_usd_e6
"""

DAYS_SQL = """
INSERT INTO measures_positionday AS d
       (day, asset, mode, closing_units, realised_usd_e6, square_unit_ms, held_ms, unvalued)
SELECT * FROM unnest(%s::date[], %s::text[], %s::text[], %s::numeric[], %s::numeric[],
                     %s::numeric[], %s::bigint[], %s::int[])
ON CONFLICT (day, asset) DO UPDATE
   SET closing_units = EXCLUDED.closing_units,
       realised_usd_e6 = d.realised_usd_e6 + EXCLUDED.realised_usd_e6,
       square_unit_ms = d.square_unit_ms + EXCLUDED.square_unit_ms,
       held_ms = d.held_ms + EXCLUDED.held_ms, unvalued = d.unvalued + EXCLUDED.unvalued
"""

POSITIONS_SQL = """
INSERT INTO measures_position
       (asset, mode, units, uncosted_units, cost_usd_e6, realised_usd_e6, square_unit_ms, since,
        changed_at)
SELECT * FROM unnest(%s::text[], %s::text[], %s::numeric[], %s::numeric[], %s::numeric[],
                     %s::numeric[], %s::numeric[], %s::timestamptz[], %s::timestamptz[])
ON CONFLICT (asset) DO UPDATE
   SET units = EXCLUDED.units, uncosted_units = EXCLUDED.uncosted_units,
       cost_usd_e6 = EXCLUDED.cost_usd_e6, realised_usd_e6 = EXCLUDED.realised_usd_e6,
       square_unit_ms = EXCLUDED.square_unit_ms, changed_at = EXCLUDED.changed_at
"""


def sums_add(sums: Sums) -> None:
    """In the caller's transaction. At most five statements; none for what is empty."""
    _write(
        BOOKED_SQL,
        (
            (*key, row.mode, row.postings, row.unvalued, row.units, row.usd_e6)
            for key, row in sorted(sums.booked.items())
        ),
    )
    _write(EDGES_SQL, ((*key, mode, usd) for key, (mode, usd) in sorted(sums.edges.items())))
    _write(
        MARKOUTS_SQL,
        (
            (*key, row.mode, row.fills, row.missing, row.usd_e6, row.notional_usd_e6)
            for key, row in sorted(sums.markouts.items())
        ),
    )
    _write(
        DAYS_SQL,
        (
            (
                *key,
                row.mode,
                row.closing_units,
                row.realised_usd_e6,
                row.square_unit_ms,
                row.held_ms,
                row.unvalued,
            )
            for key, row in sorted(sums.days.items())
        ),
    )
    _write(
        POSITIONS_SQL,
        (
            (
                asset,
                held.mode,
                held.costed.units,
                held.costed.uncosted,
                held.costed.cost_usd_e6,
                held.costed.realised_usd_e6,
                held.square_unit_ms,
                held.since,
                held.changed_at,
            )
            for asset, held in sorted(sums.positions.items())
        ),
    )


def _write(sql: str, rows: Iterable[Sequence[Any]]) -> None:
    columns = list(zip(*rows, strict=True))
    if columns:
        with connection.cursor() as cursor:
            cursor.execute(sql, [list(map(_plain, column)) for column in columns])


def _plain(value: Any) -> Any:
    """An int of any size travels as text, as what PostgreSQL makes of a list takes one type."""
    return str(value) if isinstance(value, int) else value
