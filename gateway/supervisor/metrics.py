"""Prometheus: what the web counts itself, and what the database knows at the moment of asking."""

import os
import time
from collections.abc import Callable, Iterator

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

from gateway.market.hedges.metrics import HedgingGauges

REQUESTS = Counter(
    "tillway_requests_total", "Requests by view, method and status", ["view", "method", "status"]
)
SECONDS = Histogram(
    "tillway_request_seconds",
    "Seconds a request took, by view",
    ["view"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

GAUGES_SQL = """
SELECT 'outbox_waiting', '', count(*)::float8 FROM events_outbox
UNION ALL
SELECT 'outbox_oldest_seconds', '',
       coalesce(extract(epoch FROM clock_timestamp() - min(occurred_at)), 0)::float8
  FROM events_outbox
UNION ALL
SELECT 'processed_block', chain_id::text, number::float8 FROM chains_processedhead
UNION ALL
SELECT 'processed_head_age_seconds', chain_id::text,
       extract(epoch FROM clock_timestamp() - updated_at)::float8
  FROM chains_processedhead
UNION ALL
SELECT 'transactions_waiting', chain_id::text, count(*)::float8
  FROM chains_outgoingtransaction WHERE status IN ('queued', 'signed', 'sent') GROUP BY chain_id
UNION ALL
SELECT 'transactions_waiting_oldest_seconds', chain_id::text,
       extract(epoch FROM clock_timestamp() - min(created_at))::float8
  FROM chains_outgoingtransaction WHERE status IN ('queued', 'signed', 'sent') GROUP BY chain_id
UNION ALL
SELECT 'transactions_awaiting_limit', chain_id::text, count(*)::float8
  FROM chains_outgoingtransaction WHERE status = 'queued' AND awaiting_limit_since IS NOT NULL
 GROUP BY chain_id
"""

GAUGE_HELP = {
    "outbox_waiting": "Events that handlers have still to handle",
    "outbox_oldest_seconds": "Age of the oldest of them",
    "processed_block": "Number of the last block that was listened to",
    "processed_head_age_seconds": "Seconds since the last block was listened to",
    "transactions_waiting": "Outgoing transactions that are in no block yet",
    "transactions_waiting_oldest_seconds": "Seconds since the oldest of them was asked for",
    "transactions_awaiting_limit": "Of them, those that the signer's limit holds back",
}


class DatabaseGauges(Collector):
    """Gauges that one query answers."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        families = {
            name: GaugeMetricFamily(f"tillway_{name}", text, labels=["chain"])
            for name, text in GAUGE_HELP.items()
        }
        with connection.cursor() as cursor:
            cursor.execute(GAUGES_SQL)
            for name, chain, value in cursor.fetchall():
                families[name].add_metric([chain], value)
        yield from families.values()


class MetricsMiddleware:
    """Counts and times each request under its view's name, never under its path."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        view = match.view_name if match and match.view_name else "unknown"
        # A method is any word the client likes; each would be a series that is never forgotten.
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(view, method, str(response.status_code)).inc()
        SECONDS.labels(view).observe(time.perf_counter() - started)
        return response


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """For the operator's Prometheus; the proxy keeps it from the public."""
    registry = CollectorRegistry()
    registry.register(DatabaseGauges())
    registry.register(HedgingGauges())
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)
        own = b""
    else:
        own = generate_latest(REGISTRY)
    return HttpResponse(generate_latest(registry) + own, content_type=CONTENT_TYPE_LATEST)
