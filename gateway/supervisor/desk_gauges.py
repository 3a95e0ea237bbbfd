"""Gauges of the desk: what it holds, what it hedged and at what cost, what is on its way."""

from gateway.supervisor.gauges import DatabaseGauge

DESK_GAUGES = (
    DatabaseGauge(
        "desk_position_units",
        "Base units the desk holds beyond its target, by the books",
        ("asset",),
    ),
    DatabaseGauge("in_transit_units", "Base units between chains and exchanges", ("asset",)),
    DatabaseGauge("hedged_units", "Base units of the asset that hedges have closed", ("asset",)),
    DatabaseGauge(
        "hedge_cost_dollars", "What hedges brought less than fair value, gas left out", ("asset",)
    ),
    DatabaseGauge("hedge_gas_wei", "Wei of gas that hedges spent, by chain", ("chain",)),
    DatabaseGauge("hedges_active", "Hedges under way", ("asset",)),
    DatabaseGauge("hedges_failed", "Hedges that failed", ("asset",)),
    DatabaseGauge("exchanges_stopped", "Exchanges that are not traded on", ("exchange",)),
    DatabaseGauge("exchange_orders_open", "Orders that are not over", ("exchange",)),
    DatabaseGauge("moves_overdue", "Moves that have not arrived in their time", ("asset",)),
    DatabaseGauge("pool_units", "Base units that providers of liquidity own", ("asset",)),
    DatabaseGauge("withdrawals_waiting", "Providers' withdrawals in the queue", ("asset",)),
    DatabaseGauge("withdrawals_stuck", "Providers' withdrawals that wait for people", ("asset",)),
)

DESK_GAUGES_SQL = """
SELECT 'desk_position_units', ARRAY[a.asset], -sum(coalesce(s.units, 0) + coalesce((
           SELECT sum(p.units) FROM ledger_posting p
            WHERE p.account_id = a.id AND p.booked_at >= coalesce(s.through, '-infinity')
       ), 0))::float8
  FROM ledger_account a LEFT JOIN ledger_snapshot s ON s.account_id = a.id
 WHERE a.name = 'desk' GROUP BY a.asset
UNION ALL
SELECT 'in_transit_units', ARRAY[a.asset], sum(coalesce(s.units, 0) + coalesce((
           SELECT sum(p.units) FROM ledger_posting p
            WHERE p.account_id = a.id AND p.booked_at >= coalesce(s.through, '-infinity')
       ), 0))::float8
  FROM ledger_account a LEFT JOIN ledger_snapshot s ON s.account_id = a.id
 WHERE a.name >= 'in_transit:' AND a.name < 'in_transit;' GROUP BY a.asset
UNION ALL
SELECT 'hedged_units', ARRAY[asset],
       sum(CASE side WHEN 'sell' THEN sold_units ELSE bought_units END)::float8
  FROM hedges_hedge GROUP BY asset
UNION ALL
SELECT 'hedge_cost_dollars', ARRAY[asset], sum(cost_cents)::float8 / 100
  FROM hedges_hedge GROUP BY asset
UNION ALL
SELECT 'hedge_gas_wei', ARRAY[chain_id::text], sum(fee_units)::float8
  FROM hedges_hedge GROUP BY chain_id
UNION ALL
SELECT 'hedges_active', ARRAY[asset], count(*)::float8 FROM hedges_hedge
 WHERE status IN ('planned', 'sent') GROUP BY asset
UNION ALL
SELECT 'hedges_failed', ARRAY[asset], count(*)::float8 FROM hedges_hedge
 WHERE status = 'failed' GROUP BY asset
UNION ALL
SELECT 'exchanges_stopped', ARRAY[exchange], (stopped_at IS NOT NULL)::int::float8
  FROM hedges_exchangestanding
UNION ALL
SELECT 'exchange_orders_open', ARRAY[exchange], count(*)::float8 FROM hedges_exchangeorder
 WHERE status IN ('planned', 'asked') GROUP BY exchange
UNION ALL
SELECT 'moves_overdue', ARRAY[asset], count(*)::float8 FROM hedges_inventorymove
 WHERE overdue AND ended_at IS NULL GROUP BY asset
UNION ALL
SELECT 'pool_units', ARRAY[asset], sum(principal_units + fees_units)::float8
  FROM providers_liquiditypool GROUP BY asset
UNION ALL
SELECT 'withdrawals_' || w.status, ARRAY[p.asset], count(*)::float8
  FROM providers_withdrawal w JOIN providers_liquiditypool p ON p.id = w.pool_id
 WHERE w.status IN ('waiting', 'stuck') GROUP BY w.status, p.asset
"""
