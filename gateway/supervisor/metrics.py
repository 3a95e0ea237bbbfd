"""Prometheus: what the web counts itself, and what the database knows at the moment of asking."""

import os
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY

from gateway.supervisor.database_gauges import DatabaseGauges

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
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)
        own = b""
    else:
        own = generate_latest(REGISTRY)
    return HttpResponse(generate_latest(registry) + own, content_type=CONTENT_TYPE_LATEST)
