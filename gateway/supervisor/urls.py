"""Health and metrics."""

from django.urls import path

from gateway.supervisor import health, metrics

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
]
