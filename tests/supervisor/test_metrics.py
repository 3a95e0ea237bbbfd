"""What is counted, and that nobody can make us count without end."""

import pytest
from django.db import OperationalError
from django.test import Client
from prometheus_client.registry import REGISTRY

from gateway.supervisor import metrics


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


def test_without_a_database_the_web_still_tells_what_it_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Gone:
        def cursor(self) -> object:
            raise OperationalError("the server closed the connection")

    monkeypatch.setattr(metrics, "connection", Gone())
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    assert b"tillway_requests_total" in answer.content
    assert b"tillway_outbox_waiting" not in answer.content
