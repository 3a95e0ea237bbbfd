"""What is counted, and that nobody can make us count without end."""

import pytest
from django.test import Client
from prometheus_client.registry import REGISTRY


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
