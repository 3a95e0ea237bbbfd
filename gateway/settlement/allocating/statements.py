"""The room's statements: each moves any number of credits and uses at once.

A payout of ten thousand invoices is one of them. All are run under the lock of ``CreditTotal``.
"""

from typing import Any
from uuid import UUID

from django.db import connection

TAKE_SQL = """
WITH open_credit AS (
    SELECT deposit_id, units - taken_units AS free,
           sum(units - taken_units) OVER (ORDER BY credited_at, deposit_id) AS upto
      FROM allocating_shopcredit
     WHERE shop_id = %(shop)s::uuid AND asset = %(asset)s::text AND taken_units < units
), part AS (
    SELECT deposit_id, least(free, %(units)s::numeric - (upto - free)) AS units
      FROM open_credit WHERE upto - free < %(units)s::numeric
), taken AS (
    UPDATE allocating_shopcredit c SET taken_units = c.taken_units + p.units
      FROM part p WHERE c.deposit_id = p.deposit_id
), used AS (
    SELECT deposit_id, units FROM part
     UNION ALL
    SELECT NULL, %(units)s::numeric - coalesce((SELECT sum(units) FROM part), 0)
)
INSERT INTO allocating_credituse AS u (id, shop_id, asset, payout_id, deposit_id, units)
SELECT uuidv7(), %(shop)s::uuid, %(asset)s::text, %(payout)s::uuid, deposit_id, units
  FROM used WHERE units > 0
    ON CONFLICT (shop_id, asset, payout_id, deposit_id)
    DO UPDATE SET units = u.units + EXCLUDED.units
"""

# What payouts or others took without a credit, given credits now; each owed unit and each open one
# have a place on one line, and what overlaps belongs together.
COVER_SQL = """
WITH open_credit AS (
    SELECT deposit_id, units - taken_units AS free,
           sum(units - taken_units) OVER (ORDER BY credited_at, deposit_id) AS upto
      FROM allocating_shopcredit
     WHERE shop_id = %(shop)s::uuid AND asset = %(asset)s::text AND taken_units < units
), owed AS (
    SELECT id, payout_id, units, sum(units) OVER (ORDER BY id) AS upto
      FROM allocating_credituse
     WHERE shop_id = %(shop)s::uuid AND asset = %(asset)s::text AND deposit_id IS NULL
), part AS (
    SELECT o.id, o.payout_id, c.deposit_id,
           least(o.upto, c.upto, %(units)s::numeric)
           - greatest(o.upto - o.units, c.upto - c.free) AS units
      FROM owed o
      JOIN open_credit c ON c.upto - c.free < least(o.upto, %(units)s::numeric)
       AND o.upto - o.units < least(c.upto, %(units)s::numeric)
), taken AS (
    UPDATE allocating_shopcredit c SET taken_units = c.taken_units + p.units
      FROM (SELECT deposit_id, sum(units) AS units FROM part GROUP BY deposit_id) p
     WHERE c.deposit_id = p.deposit_id
), covered AS (
    SELECT id, sum(units) AS units FROM part GROUP BY id
), gone AS (
    DELETE FROM allocating_credituse u USING covered c WHERE u.id = c.id AND u.units = c.units
), less AS (
    UPDATE allocating_credituse u SET units = u.units - c.units
      FROM covered c WHERE u.id = c.id AND u.units > c.units
)
INSERT INTO allocating_credituse AS u (id, shop_id, asset, payout_id, deposit_id, units)
SELECT uuidv7(), %(shop)s::uuid, %(asset)s::text, payout_id, deposit_id, units
  FROM part WHERE units > 0
    ON CONFLICT (shop_id, asset, payout_id, deposit_id)
    DO UPDATE SET units = u.units + EXCLUDED.units
"""

# The uses of a payout, of nothing (the remainder) or of a credit end; the credits are open again.
GIVE_BACK_SQL = """
WITH gone AS (
    DELETE FROM allocating_credituse WHERE payout_id = %(payout)s::uuid RETURNING deposit_id, units
), freed AS (
    UPDATE allocating_shopcredit c SET taken_units = c.taken_units - g.units
      FROM (SELECT deposit_id, sum(units) AS units FROM gone GROUP BY deposit_id) g
     WHERE c.deposit_id = g.deposit_id
)
SELECT coalesce(sum(units), 0) FROM gone
"""

# Of the remainder, so many units are no longer taken: what stands on no credit first, then the
# newest credits.
LESSEN_SQL = """
WITH other AS (
    SELECT u.id, u.deposit_id, u.units,
           sum(u.units) OVER (
               ORDER BY u.deposit_id IS NOT NULL, c.credited_at DESC, u.deposit_id DESC) AS upto
      FROM allocating_credituse u
      LEFT JOIN allocating_shopcredit c ON c.deposit_id = u.deposit_id
     WHERE u.shop_id = %(shop)s::uuid AND u.asset = %(asset)s::text AND u.payout_id IS NULL
), part AS (
    SELECT id, deposit_id, units, least(units, %(units)s::numeric - (upto - units)) AS back
      FROM other WHERE upto - units < %(units)s::numeric
), gone AS (
    DELETE FROM allocating_credituse u USING part p WHERE u.id = p.id AND p.back = p.units
), less AS (
    UPDATE allocating_credituse u SET units = u.units - p.back
      FROM part p WHERE u.id = p.id AND p.back < p.units
)
UPDATE allocating_shopcredit c SET taken_units = c.taken_units - p.back
  FROM part p WHERE c.deposit_id = p.deposit_id
"""

# A credit is not what it was: its uses stand on nothing until others take its place.
UNCOVER_SQL = """
WITH gone AS (
    DELETE FROM allocating_credituse WHERE deposit_id = %(deposit)s::uuid
    RETURNING shop_id, asset, payout_id, units
)
INSERT INTO allocating_credituse AS u (id, shop_id, asset, payout_id, deposit_id, units)
SELECT uuidv7(), shop_id, asset, payout_id, NULL, units FROM gone
    ON CONFLICT (shop_id, asset, payout_id, deposit_id)
    DO UPDATE SET units = u.units + EXCLUDED.units
"""

# As one statement sees it: what deposits brought and what is left of it, what stands on nothing.
STANDING_SQL = """
SELECT coalesce((SELECT sum(from_deposits - available) FROM ledger_shop_balance
                  WHERE shop_id = %(shop)s::uuid AND asset = %(asset)s::text), 0),
       coalesce((SELECT sum(units) FROM allocating_credituse
                  WHERE shop_id = %(shop)s::uuid AND asset = %(asset)s::text
                     AND deposit_id IS NULL), 0)
"""

LOCK_SQL = """
INSERT INTO allocating_credittotal AS t (shop_id, asset, payout_units, other_units)
VALUES (%(shop)s::uuid, %(asset)s::text, 0, 0)
    ON CONFLICT (shop_id, asset) DO UPDATE SET payout_units = t.payout_units
RETURNING payout_units, other_units
"""

TOTAL_SQL = """
UPDATE allocating_credittotal
   SET payout_units = %(payouts)s::numeric, other_units = %(other)s::numeric
 WHERE shop_id = %(shop)s::uuid AND asset = %(asset)s::text
"""


def run(sql: str, **parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def numbers(sql: str, *, shop: UUID, asset: str) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"shop": shop, "asset": asset})
        first, second = cursor.fetchone()
    return int(first), int(second)


def given_back(payout_id: UUID) -> int:
    """Base units that a payout had taken."""
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK_SQL, {"payout": payout_id})
        return int(cursor.fetchone()[0])
