"""Gauges of what providers tell each other: what is due to one, what waits for our people.

Each counterparty in force has a row in every gauge from the first scrape on; the house's own has
one without any.
"""

from gateway.supervisor.gauges import DatabaseGauge

TRAVEL_GAUGES = (
    DatabaseGauge(
        "travel_exchanges_due", "Messages that a provider has not taken yet", ("counterparty",)
    ),
    DatabaseGauge(
        "travel_exchange_tries", "Tries of the one that was tried most", ("counterparty",)
    ),
    DatabaseGauge("travel_exchanges_deciding", "Inquiries that wait for the house's people"),
)

TRAVEL_GAUGES_SQL = """
SELECT 'travel_exchanges_deciding', '{}'::text[], count(*)::float8
  FROM compliance_travelling_exchange WHERE state = 'received'
UNION ALL
SELECT g.name, ARRAY[told.name], g.value
  FROM (SELECT c.name, count(e.id) AS due, coalesce(max(e.tries), 0) AS tries
          FROM compliance_travelling_counterparty c
          LEFT JOIN compliance_travelling_exchange e
            ON e.counterparty_name = c.name AND e.due_at IS NOT NULL
         WHERE c.ended_at IS NULL GROUP BY c.name) told
 CROSS JOIN LATERAL (VALUES
       ('travel_exchanges_due', told.due::float8),
       ('travel_exchange_tries', told.tries::float8)) AS g (name, value)
"""
