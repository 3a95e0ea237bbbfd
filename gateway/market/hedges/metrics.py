"""Prometheus: what the desk holds, what it hedged and at what cost, what is on its way."""

from collections.abc import Iterator

from django.db import connection
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

GAUGES_SQL = """
SELECT 'desk_position_units', a.asset, -sum(coalesce(s.units, 0) + coalesce((
           SELECT sum(p.units) FROM ledger_posting p
            WHERE p.account_id = a.id AND p.booked_at >= coalesce(s.through, '-infinity')
       ), 0))::float8
  FROM ledger_account a LEFT JOIN ledger_snapshot s ON s.account_id = a.id
 WHERE a.name = 'desk' GROUP BY a.asset
UNION ALL
SELECT 'in_transit_units', a.asset, sum(coalesce(s.units, 0) + coalesce((
           SELECT sum(p.units) FROM ledger_posting p
            WHERE p.account_id = a.id AND p.booked_at >= coalesce(s.through, '-infinity')
       ), 0))::float8
  FROM ledger_account a LEFT JOIN ledger_snapshot s ON s.account_id = a.id
 WHERE a.name >= 'in_transit:' AND a.name < 'in_transit;' GROUP BY a.asset
UNION ALL
SELECT 'hedged_units_total', asset,
       sum(CASE side WHEN 'sell' THEN sold_units ELSE bought_units END)::float8
  FROM hedges_hedge GROUP BY asset
UNION ALL
SELECT 'hedge_cost_dollars', asset, sum(cost_cents)::float8 / 100 FROM hedges_hedge GROUP BY asset
UNION ALL
SELECT 'hedge_gas_wei', chain_id::text, sum(fee_units)::float8 FROM hedges_hedge GROUP BY chain_id
UNION ALL
SELECT 'hedges_active', asset, count(*)::float8 FROM hedges_hedge
 WHERE status IN ('planned', 'sent') GROUP BY asset
UNION ALL
SELECT 'hedges_failed', asset, count(*)::float8 FROM hedges_hedge
 WHERE status = 'failed' GROUP BY asset
UNION ALL
SELECT 'moves_overdue', asset, count(*)::float8 FROM hedges_inventorymove
 WHERE overdue AND ended_at IS NULL GROUP BY asset
"""

GAUGE_HELP = {
    "desk_position_units": "Base units the desk holds beyond its target, by the books",
    "in_transit_units": "Base units between chains and exchanges",
    "hedged_units_total": "Base units of the asset that hedges have closed",
    "hedge_cost_dollars": "What hedges brought less than fair value, gas left out",
    "hedge_gas_wei": "Wei of gas that hedges spent, by chain",
    "hedges_active": "Hedges under way",
    "hedges_failed": "Hedges that failed",
    "moves_overdue": "Moves that have not arrived in their time",
}


class HedgingGauges(Collector):
    """Gauges that one query answers."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        families = {
            name: GaugeMetricFamily(
                f"tillway_{name}", text, labels=["chain" if name == "hedge_gas_wei" else "asset"]
            )
            for name, text in GAUGE_HELP.items()
        }
        with connection.cursor() as cursor:
            cursor.execute(GAUGES_SQL)
            for name, label, value in cursor.fetchall():
                families[name].add_metric([label], value)
        yield from families.values()
