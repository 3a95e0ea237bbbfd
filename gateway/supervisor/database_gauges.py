"""What the database knows at the moment of asking: gauges for Prometheus, by seven queries.

Each enabled chain has a row in every gauge of chains, 0 where there is nothing, so that an alert
on it can't be silent because a series is missing.
"""

from collections.abc import Iterator

import structlog
from django.db import DatabaseError, InterfaceError, connection
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from gateway.supervisor.desk_gauges import DESK_GAUGES, DESK_GAUGES_SQL
from gateway.supervisor.gauges import DatabaseGauge
from gateway.supervisor.list_gauges import LIST_GAUGES, LIST_GAUGES_SQL
from gateway.supervisor.measure_gauges import MEASURE_GAUGES, MEASURE_GAUGES_SQL
from gateway.supervisor.reconciliation_gauges import (
    RECONCILIATION_GAUGES,
    RECONCILIATION_GAUGES_SQL,
)
from gateway.supervisor.travel_gauges import TRAVEL_GAUGES, TRAVEL_GAUGES_SQL
from gateway.supervisor.venue_gauges import VENUE_GAUGES, VENUE_GAUGES_SQL, venue_parameters
from gateway.tenancy.scope import house_scope

log = structlog.get_logger(__name__)


DATABASE_UP = DatabaseGauge("database_up", "1 if the database answered this scrape, else 0")
HOUSE_GAUGES = (
    DatabaseGauge("outbox_waiting", "Events that handlers have still to handle"),
    DatabaseGauge("outbox_oldest_seconds", "Age of the oldest of them"),
    DatabaseGauge("processed_block", "Number of the last block that was listened to", ("chain",)),
    DatabaseGauge(
        "processed_block_timestamp_seconds", "Unix time that this block carries", ("chain",)
    ),
    DatabaseGauge(
        "processed_head_age_seconds", "Seconds since the last block was listened to", ("chain",)
    ),
    DatabaseGauge(
        "chain_stalled_seconds",
        "Seconds since the chain was said to be stalled; 0: it is not",
        ("chain",),
    ),
    DatabaseGauge(
        "transactions_waiting",
        "Outgoing transactions that have not ended, by state",
        ("chain", "state"),
    ),
    DatabaseGauge(
        "transactions_waiting_oldest_seconds",
        "Seconds since the oldest one that is in no block yet was asked for",
        ("chain",),
    ),
    DatabaseGauge(
        "transactions_unsent_oldest_seconds",
        "Seconds since the oldest one that no node was given was asked for; not those at the limit",
        ("chain",),
    ),
    DatabaseGauge(
        "transactions_awaiting_limit", "Queued ones that the signer's limit holds back", ("chain",)
    ),
    DatabaseGauge(
        "transactions_awaiting_gas", "Those that wait for their account to have gas", ("chain",)
    ),
    DatabaseGauge("floats_short", "Assets of which shops may draw more than is there", ("chain",)),
    DatabaseGauge("floats_stuck", "Short ones to which nothing is brought by itself", ("chain",)),
    DatabaseGauge("accounts_low_on_gas", "Accounts that send and have little gas left", ("chain",)),
    DatabaseGauge(
        "transactions_in_doubt", "Those whose nonce is used, by what is not proved", ("chain",)
    ),
    DatabaseGauge("deposits_uncollected", "Decided deposits that wait to be swept", ("chain",)),
    DatabaseGauge(
        "deposits_dust",
        "Decided deposits that stay: their sweep costs more than they are worth",
        ("chain",),
    ),
    DatabaseGauge(
        "shortfalls_open", "Payments that reorgs took back after their money had left", ("chain",)
    ),
    DatabaseGauge(
        "sponsored_day",
        "Transfers that shoppers signed and the house took to send in 24 hours, by status",
        ("chain", "status"),
    ),
    DatabaseGauge(
        "sponsored_day_fee_wei", "Wei of gas that the house paid for those of them", ("chain",)
    ),
)

GAUGES = (
    *HOUSE_GAUGES,
    *LIST_GAUGES,
    *TRAVEL_GAUGES,
    *DESK_GAUGES,
    *VENUE_GAUGES,
    *MEASURE_GAUGES,
    *RECONCILIATION_GAUGES,
)

# Two looks at the outgoing transactions, each by the partial index that holds what has not ended:
# the table itself keeps every transaction that ever was.
GAUGES_SQL = """
WITH told AS (
    SELECT chain_id, status, created_at, awaiting_limit_since, awaiting_gas_since,
           doubted_since
      FROM chains_outgoingtransaction WHERE status = 'queued'
    UNION ALL
    SELECT chain_id, status, created_at, awaiting_limit_since, awaiting_gas_since,
           doubted_since
      FROM chains_outgoingtransaction WHERE status IN ('signed', 'sent', 'mined')
), waiting AS (
    SELECT c.id::text AS chain,
           count(*) FILTER (WHERE status = 'queued') AS queued,
           count(*) FILTER (WHERE status = 'signed') AS signed,
           count(*) FILTER (WHERE status = 'sent') AS sent,
           count(*) FILTER (WHERE status = 'mined') AS mined,
           count(*) FILTER (WHERE awaiting_limit_since IS NOT NULL) AS awaiting_limit,
           count(*) FILTER (WHERE awaiting_gas_since IS NOT NULL) AS awaiting_gas,
           count(*) FILTER (WHERE doubted_since IS NOT NULL) AS in_doubt,
           min(created_at) FILTER (WHERE status <> 'mined') AS oldest_waiting,
           min(created_at) FILTER (WHERE status IN ('queued', 'signed')
                                     AND awaiting_limit_since IS NULL) AS oldest_unsent
      FROM chains_chain c LEFT JOIN told ON told.chain_id = c.id
     WHERE c.enabled
     GROUP BY c.id
), heads AS (
    SELECT chain_id::text AS chain, number, timestamp, updated_at, stalled_since
      FROM chains_processedhead h JOIN chains_chain c ON c.id = h.chain_id AND c.enabled
), uncollected AS (
    SELECT c.id::text AS chain,
           (SELECT count(*) FROM execution_fillrequest f
             WHERE f.chain_id = c.id AND f.status = 'pending') AS pending,
           (SELECT count(*) FROM execution_fillrequest f
             WHERE f.chain_id = c.id AND f.status = 'dust') AS dust,
           (SELECT count(*) FROM settlement_shortfall s
             WHERE split_part(s.asset, '@', 2) = c.id::text AND s.status = 'open') AS short,
           (SELECT count(*) FROM refills_accountgas a
             WHERE a.chain_id = c.id AND a.low_since IS NOT NULL) AS low_on_gas,
           (SELECT count(*) FROM floats_assetfloat a
             WHERE a.chain_id = c.id AND a.low_since IS NOT NULL) AS floats_short,
           (SELECT count(*) FROM floats_assetfloat a
             WHERE a.chain_id = c.id AND a.stuck_since IS NOT NULL) AS floats_stuck
      FROM chains_chain c WHERE c.enabled
), sponsored AS (
    SELECT c.id::text AS chain, s.status, count(a.id) AS taken, sum(a.fee_units) AS fee
      FROM chains_chain c
     CROSS JOIN unnest(ARRAY['queued', 'mined', 'paid', 'delivered', 'failed', 'expired'])
        AS s (status)
      LEFT JOIN sponsoring_authorization a
        ON a.chain_id = c.id AND a.status = s.status
       AND a.created_at > clock_timestamp() - interval '1 day'
     WHERE c.enabled
     GROUP BY c.id, s.status
), outbox AS (
    SELECT count(*) AS waiting, min(occurred_at) AS oldest FROM events_outbox
)
SELECT g.name, g.labels, coalesce(g.value, 0)::float8 FROM (
    SELECT v.* FROM outbox, LATERAL (VALUES
        ('outbox_waiting', '{}'::text[], waiting::numeric),
        ('outbox_oldest_seconds', '{}', extract(epoch FROM clock_timestamp() - oldest))
    ) AS v (name, labels, value)
    UNION ALL
    SELECT v.* FROM heads, LATERAL (VALUES
        ('processed_block', ARRAY[chain], number::numeric),
        ('processed_block_timestamp_seconds', ARRAY[chain], timestamp::numeric),
        ('processed_head_age_seconds', ARRAY[chain],
         extract(epoch FROM clock_timestamp() - updated_at)),
        ('chain_stalled_seconds', ARRAY[chain],
         extract(epoch FROM clock_timestamp() - stalled_since))
    ) AS v (name, labels, value)
    UNION ALL
    SELECT v.* FROM waiting, LATERAL (VALUES
        ('transactions_waiting', ARRAY[chain, 'queued'], queued::numeric),
        ('transactions_waiting', ARRAY[chain, 'signed'], signed::numeric),
        ('transactions_waiting', ARRAY[chain, 'sent'], sent::numeric),
        ('transactions_waiting', ARRAY[chain, 'mined'], mined::numeric),
        ('transactions_awaiting_limit', ARRAY[chain], awaiting_limit::numeric),
        ('transactions_awaiting_gas', ARRAY[chain], awaiting_gas::numeric),
        ('transactions_in_doubt', ARRAY[chain], in_doubt::numeric),
        ('transactions_waiting_oldest_seconds', ARRAY[chain],
         extract(epoch FROM clock_timestamp() - oldest_waiting)),
        ('transactions_unsent_oldest_seconds', ARRAY[chain],
         extract(epoch FROM clock_timestamp() - oldest_unsent))
    ) AS v (name, labels, value)
    UNION ALL
    SELECT v.* FROM uncollected, LATERAL (VALUES
        ('deposits_uncollected', ARRAY[chain], pending::numeric),
        ('deposits_dust', ARRAY[chain], dust::numeric),
        ('shortfalls_open', ARRAY[chain], short::numeric),
        ('accounts_low_on_gas', ARRAY[chain], low_on_gas::numeric),
        ('floats_short', ARRAY[chain], floats_short::numeric),
        ('floats_stuck', ARRAY[chain], floats_stuck::numeric)
    ) AS v (name, labels, value)
    UNION ALL
    SELECT 'sponsored_day', ARRAY[chain, status], taken::numeric FROM sponsored
    UNION ALL
    SELECT 'sponsored_day_fee_wei', ARRAY[chain], sum(fee) FROM sponsored GROUP BY chain
) AS g
"""


class DatabaseGauges(Collector):
    """The gauges above, at the time of the scrape; without a database only that it is missing."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = DATABASE_UP.family()
        try:
            with house_scope(), connection.cursor() as cursor:
                cursor.execute(GAUGES_SQL)
                rows = cursor.fetchall()
                for sql in (
                    LIST_GAUGES_SQL,
                    TRAVEL_GAUGES_SQL,
                    DESK_GAUGES_SQL,
                    MEASURE_GAUGES_SQL,
                    RECONCILIATION_GAUGES_SQL,
                ):
                    cursor.execute(sql)
                    rows += cursor.fetchall()
                cursor.execute(VENUE_GAUGES_SQL, venue_parameters())
                rows += cursor.fetchall()
        except (DatabaseError, InterfaceError) as error:
            log.error("metrics_without_database", detail=str(error)[:200])
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        families = {gauge.name: gauge.family() for gauge in GAUGES}
        for name, labels, value in rows:
            families[name].add_metric(labels, value)
        yield from families.values()

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Every gauge there is, without asking the database."""
        for gauge in (DATABASE_UP, *GAUGES):
            yield gauge.family()
