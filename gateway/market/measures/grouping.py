"""Spreads and markouts added up over days, by whatever is asked for."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.db import connection

from gateway.market.measures.sums import AT_PROMISE, NO_SHOP
from gateway.market.measures.values import (
    HORIZON_SECONDS,
    FillGroup,
    FillKind,
    Line,
    MarkoutSum,
    Mode,
)

By = Literal["asset", "day", "shop", "kind"]

_COLUMNS: Mapping[By, str] = {
    "asset": "asset",
    "day": "day::text",
    "shop": "shop_id::text",
    "kind": "''",
}
_MOMENTS: tuple[int | None, ...] = (None, 0, *HORIZON_SECONDS)
_QUOTED = -2
"""Marks, among the moments, what quotes showed."""

GROUPS_SQL = """
SELECT kind, {group}, seconds, sum(fills), sum(missing), sum(usd_e6), sum(notional_usd_e6)
  FROM measures_daymarkout
 WHERE mode = %(mode)s AND day >= %(first)s AND day <= %(last)s
   AND (%(kind)s::text IS NULL OR kind = %(kind)s)
   AND (%(asset)s::text IS NULL OR asset = %(asset)s)
   AND (%(shop)s::uuid IS NULL OR shop_id = %(shop)s)
 GROUP BY 1, 2, 3
UNION ALL
SELECT %(payment)s::text, {group}, %(quoted)s, 0, 0, sum(usd_e6), 0
  FROM measures_dayedge
 WHERE mode = %(mode)s AND day >= %(first)s AND day <= %(last)s AND line = %(spread)s
   AND coalesce(%(kind)s::text, %(payment)s) = %(payment)s
   AND (%(asset)s::text IS NULL OR asset = %(asset)s)
   AND (%(shop)s::uuid IS NULL OR shop_id = %(shop)s)
 GROUP BY 1, 2
"""


def fill_groups(
    *,
    mode: Mode,
    first: date,
    last: date,
    by: By,
    kind: FillKind | None = FillKind.PAYMENT,
    asset: str | None = None,
    shop_id: UUID | None = None,
) -> list[FillGroup]:
    """Spreads and markouts of UTC days, added up by asset, by day, by shop or by kind, the group
    with the most fills first (days: in their order). One query, of daily sums.

    Args:
        kind: None for all kinds, in groups of their own.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            GROUPS_SQL.format(group=_COLUMNS[by]),
            {
                "mode": mode,
                "first": first,
                "last": last,
                "kind": None if kind is None else kind.value,
                "asset": asset,
                "shop": shop_id,
                "payment": FillKind.PAYMENT.value,
                "spread": Line.QUOTED_SPREAD.value,
                "quoted": _QUOTED,
            },
        )
        rows = cursor.fetchall()
    found: dict[tuple[str, str], dict[int, tuple[int, int, int, int]]] = {}
    for kind_name, group, seconds, *told in rows:
        counted, missing, usd_e6, notional = map(int, told)
        found.setdefault((kind_name, group), {})[seconds] = (counted, missing, usd_e6, notional)
    groups = [_group(FillKind(key[0]), by, key[1], moments) for key, moments in found.items()]
    if by == "day":
        return sorted(groups, key=lambda each: (each.day, each.kind))
    return sorted(groups, key=lambda each: (-each.fills, each.kind, str(each.asset)))


def _group(
    kind: FillKind, by: By, group: str, moments: Mapping[int, tuple[int, int, int, int]]
) -> FillGroup:
    nothing = (0, 0, 0, 0)
    markouts = tuple(
        MarkoutSum(seconds, *moments.get(AT_PROMISE if seconds is None else seconds, nothing))
        for seconds in _MOMENTS
    )
    promised, filled = markouts[0], markouts[1]
    own: dict[str, Any] = {"asset": None, "day": None, "shop_id": None}
    if by == "asset":
        own["asset"] = group
    elif by == "day":
        own["day"] = date.fromisoformat(group)
    elif by == "shop":
        own["shop_id"] = None if UUID(group) == NO_SHOP else UUID(group)
    return FillGroup(
        kind=kind,
        **own,
        fills=filled.fills + filled.missing,
        markouts=markouts,
        quoted_usd_e6=moments.get(_QUOTED, nothing)[2],
        quoted_notional_usd_e6=promised.notional_usd_e6,
    )
