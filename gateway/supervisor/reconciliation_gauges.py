"""Gauges of reconciliation: what differs, what was not compared, and when it was looked at last.

Both modes have a row from the first scrape on, so that an alert can't be silent for want of one.
"""

from gateway.supervisor.gauges import DatabaseGauge

RECONCILIATION_GAUGES = (
    DatabaseGauge(
        "reconciliation_differences_open", "Differences that nobody has explained", ("mode",)
    ),
    DatabaseGauge(
        "reconciliation_missing_open",
        "Those of them in which money is missing: payouts wait",
        ("mode",),
    ),
    DatabaseGauge(
        "reconciliation_oldest_seconds", "Age of the oldest open difference; 0: none", ("mode",)
    ),
    DatabaseGauge(
        "reconciliation_not_compared", "Accounts that the last run could not compare", ("mode",)
    ),
    DatabaseGauge(
        "reconciliation_age_seconds", "Age of the last run; +Inf: there was none", ("mode",)
    ),
    DatabaseGauge("payouts_books_differ", "Payouts that wait for a difference", ("mode",)),
)

RECONCILIATION_GAUGES_SQL = """
WITH modes AS (SELECT unnest(ARRAY['test', 'live']) AS mode),
last_run AS (
    SELECT id, ended_at FROM reconciling_reconciliationrun ORDER BY started_at DESC LIMIT 1)
SELECT g.name, g.labels, g.value::float8
  FROM modes m
  LEFT JOIN LATERAL (
       SELECT count(*) AS open, count(*) FILTER (WHERE is_missing) AS missing,
              coalesce(extract(epoch FROM clock_timestamp() - min(opened_at)), 0) AS oldest
         FROM reconciling_difference d WHERE d.mode = m.mode AND d.status = 'open') d ON true
  LEFT JOIN LATERAL (
       SELECT count(*) AS unknown FROM reconciling_reconciliationline l
        WHERE l.run_id = (SELECT id FROM last_run) AND l.mode = m.mode
          AND l.state = 'not_compared') l ON true
  LEFT JOIN LATERAL (
       SELECT count(*) AS waiting FROM settlement_payout p
        WHERE p.status IN ('approved', 'awaiting_funds') AND p.mode = m.mode
          AND p.waiting_reason = 'books_differ') p ON true
 CROSS JOIN LATERAL (VALUES
       ('reconciliation_differences_open', ARRAY[m.mode], d.open::float8),
       ('reconciliation_missing_open', ARRAY[m.mode], d.missing::float8),
       ('reconciliation_oldest_seconds', ARRAY[m.mode], d.oldest::float8),
       ('reconciliation_not_compared', ARRAY[m.mode], l.unknown::float8),
       ('reconciliation_age_seconds', ARRAY[m.mode], coalesce((
           SELECT extract(epoch FROM clock_timestamp() - ended_at)::float8 FROM last_run),
           'Infinity')),
       ('payouts_books_differ', ARRAY[m.mode], p.waiting::float8)) AS g (name, labels, value)
"""
