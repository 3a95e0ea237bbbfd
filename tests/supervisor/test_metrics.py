"""What is counted, and that nobody can make us count without end."""

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from prometheus_client.registry import REGISTRY

from gateway.supervisor import database_gauges
from gateway.supervisor.metrics import metrics


@pytest.mark.django_db
def test_a_made_up_method_is_no_series_of_its_own() -> None:
    Client().generic("INVENTED", "/healthz")
    methods = {
        sample.labels["method"]
        for family in REGISTRY.collect()
        if family.name == "tillway_requests"
        for sample in family.samples
    }
    assert "other" in methods
    assert "INVENTED" not in methods


def test_without_a_database_the_page_still_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def cursor(self) -> None:
            raise OperationalError("gone")

    monkeypatch.setattr(database_gauges, "connection", Gone())
    text = metrics(RequestFactory().get("/metrics")).content.decode()
    assert "tillway_database_up 0.0" in text
    assert "tillway_processed_block{" not in text
    assert "tillway_requests_total" in text
