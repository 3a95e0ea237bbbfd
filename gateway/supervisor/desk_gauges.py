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
    DatabaseGauge(
        "exchange_order_oldest_seconds",
        "Seconds since the oldest order that is not over was made",
        ("exchange",),
    ),
    DatabaseGauge("ranges_open", "Ranges that are open", ("chain",)),
    DatabaseGauge("ranges_failed", "Ranges that could not be opened", ("chain",)),
    DatabaseGauge(
        "range_unfinished_oldest_seconds",
        "Seconds since anything was sent for the range that is longest being opened or taken back",
        ("chain",),
    ),
    DatabaseGauge("moves_overdue", "Moves that have not arrived in their time", ("asset",)),
    DatabaseGauge("pool_units", "Base units that providers of liquidity own", ("asset",)),
    DatabaseGauge("withdrawals_waiting", "Providers' withdrawals in the queue", ("asset",)),
    DatabaseGauge("withdrawals_stuck", "Providers' withdrawals that wait for people", ("asset",)),
    DatabaseGauge(
        "withdrawal_oldest_seconds", "Seconds since the first in the queue asked", ("asset",)
    ),
    DatabaseGauge(
        "pool_off_the_books_units", "Base units that pools and the books differ by", ("asset",)
    ),
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
UNION ALL
SELECT 'exchange_order_oldest_seconds', ARRAY[s.exchange],
       coalesce(extract(epoch FROM clock_timestamp() - min(o.created_at)), 0)::float8
  FROM hedges_exchangestanding s
  LEFT JOIN hedges_exchangeorder o
    ON o.exchange = s.exchange AND o.status IN ('planned', 'asked')
 GROUP BY s.exchange
UNION ALL
SELECT 'ranges_open', ARRAY[chain_id::text], count(*) FILTER (WHERE status = 'open')::float8
  FROM ranges_rangeposition GROUP BY chain_id
UNION ALL
SELECT 'ranges_failed', ARRAY[chain_id::text], count(*) FILTER (WHERE status = 'failed')::float8
  FROM ranges_rangeposition GROUP BY chain_id
UNION ALL
SELECT 'range_unfinished_oldest_seconds', ARRAY[r.chain_id::text], coalesce(
           extract(epoch FROM clock_timestamp() - min(coalesce(s.latest, r.decided_at))
             FILTER (WHERE r.status IN ('opening', 'closing'))), 0)::float8
  FROM ranges_rangeposition r
  LEFT JOIN LATERAL (SELECT max(created_at) AS latest FROM ranges_rangestep
                      WHERE position_id = r.id) s ON true
 GROUP BY r.chain_id
UNION ALL
SELECT 'withdrawal_oldest_seconds', ARRAY[p.asset], coalesce(
           extract(epoch FROM clock_timestamp() - min(w.requested_at)), 0)::float8
  FROM providers_liquiditypool p
  LEFT JOIN providers_withdrawal w ON w.pool_id = p.id AND w.status = 'waiting'
 GROUP BY p.asset
UNION ALL
SELECT 'pool_off_the_books_units', ARRAY[p.asset], sum(abs(
           p.principal_units + p.fees_units + p.leaving_units + coalesce((
               SELECT sum(coalesce(s.units, 0) + coalesce((
                          SELECT sum(l.units) FROM ledger_posting l
                           WHERE l.account_id = a.id
                             AND l.booked_at >= coalesce(s.through, '-infinity')), 0))
                 FROM ledger_account a LEFT JOIN ledger_snapshot s ON s.account_id = a.id
                WHERE a.name = 'pool:' || p.id::text AND a.asset = p.asset), 0)))::float8
  FROM providers_liquiditypool p GROUP BY p.asset
"""
