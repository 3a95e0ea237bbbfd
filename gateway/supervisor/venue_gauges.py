"""Gauges of the outside makers and the exchanges that the settings name.

Each has a row in every gauge of its kind from the first scrape on, whether it was ever asked or
not, so that an alert on it can't be silent because a series is missing.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog

from gateway.events.errors import TillwayError
from gateway.market.exchanges.configured import exchange_settings
from gateway.market.hedges.exchange_models import ORDER_STATUSES
from gateway.market.makers.configuration import configured_makers
from gateway.supervisor.gauges import DatabaseGauge

log = structlog.get_logger(__name__)

VENUE_GAUGES = (
    DatabaseGauge(
        "maker_questions", "Questions that a maker was asked, by outcome", ("maker", "outcome")
    ),
    DatabaseGauge("maker_orders", "Its orders that were taken, by outcome", ("maker", "outcome")),
    DatabaseGauge(
        "maker_excluded_until_timestamp_seconds",
        "Unix time until which it is not asked; in the past, or 0: it is",
        ("maker",),
    ),
    DatabaseGauge("maker_excluded_seconds", "How long it is not asked yet; 0: it is", ("maker",)),
    DatabaseGauge(
        "maker_answer_p95_seconds",
        "In what time 95 of 100 questions of the last hour were answered; late ones by their limit",
        ("maker",),
    ),
    DatabaseGauge(
        "exchange_day_orders", "Orders of the UTC day, by their state now", ("exchange", "state")
    ),
    DatabaseGauge(
        "exchange_balances_differing",
        "Balances that the last comparison found to differ from the books",
        ("exchange",),
    ),
    DatabaseGauge(
        "exchange_compared_age_seconds",
        "Age of the last comparison of its balances; +Inf: there was none",
        ("exchange",),
    ),
)

# The questions of the last hour by the index on their time, the orders of the day by that on
# exchange and time: neither table is read through.
VENUE_GAUGES_SQL = """
WITH makers AS (
    SELECT n.maker, coalesce(answered, 0) AS answered, coalesce(declined, 0) AS declined,
           coalesce(late, 0) AS late, coalesce(invalid, 0) AS refused,
           coalesce(filled, 0) AS filled, coalesce(failed_on_chain, 0) AS failed,
           coalesce(extract(epoch FROM excluded_until), 0) AS until
      FROM unnest(%s::text[]) AS n (maker) LEFT JOIN makers_makerstanding s ON s.maker = n.maker
), answers AS (
    SELECT maker, percentile_cont(0.95) WITHIN GROUP (ORDER BY milliseconds) / 1000 AS seconds
      FROM makers_quoterequest
     WHERE asked_at > clock_timestamp() - interval '1 hour' AND milliseconds IS NOT NULL
     GROUP BY maker
), exchanges AS (
    SELECT n.exchange, n.compared, coalesce(s.differing, 0) AS differing,
           CASE WHEN s.checked_at IS NULL THEN 'Infinity'
                ELSE extract(epoch FROM clock_timestamp() - s.checked_at)::float8 END AS age
      FROM unnest(%s::text[], %s::boolean[]) AS n (exchange, compared)
      LEFT JOIN hedges_exchangestanding s ON s.exchange = n.exchange
)
SELECT g.name, g.labels, g.value::float8 FROM (
    SELECT v.* FROM makers, LATERAL (VALUES
        ('maker_questions', ARRAY[maker, 'answered'], answered::float8),
        ('maker_questions', ARRAY[maker, 'declined'], declined),
        ('maker_questions', ARRAY[maker, 'late'], late),
        ('maker_questions', ARRAY[maker, 'refused'], refused),
        ('maker_orders', ARRAY[maker, 'filled'], filled),
        ('maker_orders', ARRAY[maker, 'failed'], failed),
        ('maker_excluded_until_timestamp_seconds', ARRAY[maker], until),
        ('maker_excluded_seconds', ARRAY[maker],
         greatest(0, until - extract(epoch FROM clock_timestamp())))
    ) AS v (name, labels, value)
    UNION ALL
    SELECT 'maker_answer_p95_seconds', ARRAY[maker], coalesce(seconds, 0)
      FROM makers LEFT JOIN answers USING (maker)
    UNION ALL
    SELECT 'exchange_day_orders', ARRAY[e.exchange, st.status], (
               SELECT count(*) FROM hedges_exchangeorder o
                WHERE o.exchange = e.exchange AND o.status = st.status
                  AND o.created_at >= date_trunc('day', clock_timestamp(), 'UTC'))
      FROM exchanges e, unnest(%s::text[]) AS st (status)
    UNION ALL
    SELECT v.* FROM exchanges, LATERAL (VALUES
        ('exchange_balances_differing', ARRAY[exchange], differing::float8),
        ('exchange_compared_age_seconds', ARRAY[exchange], age)
    ) AS v (name, labels, value) WHERE compared
) AS g
"""


Told = TypeVar("Told")


def venue_parameters() -> tuple[list[str] | list[bool], ...]:
    """What ``VENUE_GAUGES_SQL`` is asked with: names from the settings, and states of orders.

    Settings that can't be read name nobody: the other gauges go on without them.
    """
    exchanges = _readable(exchange_settings)
    return (
        [maker.name for maker in _readable(configured_makers)],
        [entry.name for entry in exchanges],
        [bool(entry.assets) for entry in exchanges],
        list(ORDER_STATUSES),
    )


def _readable(told: Callable[[], Iterable[Told]]) -> list[Told]:
    try:
        return list(told())
    except TillwayError as trouble:
        log.error("metrics_without_venues", code=trouble.code, detail=str(trouble)[:200])
        return []
