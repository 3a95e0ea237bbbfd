"""Gauges of what the desk learnt: markouts, spreads, results of the UTC day, limits, and how far
behind the measures are. From daily sums; none looks at single fills but those that are due."""

from gateway.supervisor.gauges import DatabaseGauge

_FILLS = ("mode", "kind")
_MARKOUTS = ("mode", "kind", "seconds")

MEASURE_GAUGES = (
    DatabaseGauge("desk_day_fills", "Fills of the UTC day, by kind", _FILLS),
    DatabaseGauge("desk_day_notional_dollars", "What these fills were of", _FILLS),
    DatabaseGauge(
        "desk_day_markout_dollars",
        "What they were worth to the desk at a time after them (-1: at the promise)",
        _MARKOUTS,
    ),
    DatabaseGauge(
        "desk_day_markouts_missing", "Fills whose value at that time nobody knew", _MARKOUTS
    ),
    DatabaseGauge(
        "desk_day_edge_dollars",
        "What payments' rates of the UTC day kept, by line of the waterfall",
        ("mode", "line"),
    ),
    DatabaseGauge(
        "desk_day_result_dollars",
        "What the UTC day booked on an account, to the house, at fair values of its time",
        ("mode", "account", "kind"),
    ),
    DatabaseGauge(
        "desk_day_unvalued", "Postings of the UTC day at a time without a price", ("mode",)
    ),
    DatabaseGauge("desk_realised_dollars", "Earned by closed positions so far", ("asset",)),
    DatabaseGauge("desk_equity_dollars", "What all positions are worth together", ("mode",)),
    DatabaseGauge("desk_day_drawdown_dollars", "Deepest fall below the UTC day's best", ("mode",)),
    DatabaseGauge("lock_open_units", "Base units in open locks", ("asset",)),
    DatabaseGauge("lock_cap_units", "Base units that open locks may be of", ("asset",)),
    DatabaseGauge("measures_behind_seconds", "Age of what the measures have read of the ledger"),
    DatabaseGauge("markouts_overdue", "Fills that should have been looked at again by now"),
    DatabaseGauge("fair_values_age_seconds", "Age of the last fair values that were kept"),
)

MEASURE_GAUGES_SQL = """
WITH today AS (SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date AS day),
marks AS (
    SELECT mode, kind, seconds, sum(fills) AS fills, sum(missing) AS missing,
           sum(usd_e6) / 1e6 AS dollars, sum(notional_usd_e6) / 1e6 AS notional
      FROM measures_daymarkout WHERE day = (SELECT day FROM today) GROUP BY 1, 2, 3
), booked AS (
    SELECT mode, account, kind, sum(usd_e6) / 1e6 AS dollars, sum(unvalued) AS unvalued
      FROM measures_daybooked WHERE day = (SELECT day FROM today) GROUP BY 1, 2, 3
)
SELECT g.name, g.labels, g.value::float8 FROM (
    SELECT v.* FROM marks, LATERAL (VALUES
        ('desk_day_fills', ARRAY[mode, kind], fills + missing),
        ('desk_day_notional_dollars', ARRAY[mode, kind], notional)
    ) AS v (name, labels, value) WHERE seconds = 0
    UNION ALL
    SELECT v.* FROM marks, LATERAL (VALUES
        ('desk_day_markout_dollars', ARRAY[mode, kind, seconds::text], dollars),
        ('desk_day_markouts_missing', ARRAY[mode, kind, seconds::text], missing::numeric)
    ) AS v (name, labels, value)
    UNION ALL
    SELECT 'desk_day_edge_dollars', ARRAY[mode, line], sum(usd_e6) / 1e6
      FROM measures_dayedge WHERE day = (SELECT day FROM today) GROUP BY mode, line
    UNION ALL
    SELECT 'desk_day_result_dollars', ARRAY[mode, account, kind], dollars FROM booked
    UNION ALL
    SELECT 'desk_day_unvalued', ARRAY[mode], sum(unvalued) FROM booked GROUP BY mode
    UNION ALL
    SELECT 'desk_realised_dollars', ARRAY[asset], realised_usd_e6 / 1e6 FROM measures_position
    UNION ALL
    SELECT v.* FROM measures_equityday, LATERAL (VALUES
        ('desk_equity_dollars', ARRAY[mode], closing_cents / 100),
        ('desk_day_drawdown_dollars', ARRAY[mode], drawdown_cents / 100)
    ) AS v (name, labels, value) WHERE day = (SELECT day FROM today)
    UNION ALL
    SELECT 'lock_open_units', ARRAY[asset], sum(units)
      FROM market_lockexposure WHERE minute >= clock_timestamp() GROUP BY asset
    UNION ALL
    SELECT 'lock_cap_units', ARRAY[asset], max(cap) FROM market_lockroom GROUP BY asset
    UNION ALL
    SELECT 'measures_behind_seconds', '{}', extract(epoch FROM clock_timestamp() - through)
      FROM measures_journalread
    UNION ALL
    SELECT 'markouts_overdue', '{}', count(*) FROM measures_deskfill
     WHERE due_at < clock_timestamp() - interval '30 seconds'
    UNION ALL
    SELECT 'fair_values_age_seconds', '{}', extract(epoch FROM clock_timestamp() - max(at))
      FROM measures_fairvalues HAVING max(at) IS NOT NULL
) AS g
"""
