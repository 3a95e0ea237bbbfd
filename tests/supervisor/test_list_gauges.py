"""What Prometheus hears of the screening lists."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gateway.compliance.models import ListSource
from gateway.compliance.services import list_load
from gateway.supervisor.database_gauges import DatabaseGauges

pytestmark = pytest.mark.django_db


def told() -> dict[tuple[str, str], float]:
    return {
        (family.name.removeprefix("tillway_"), sample.labels.get("list", "")): sample.value
        for family in DatabaseGauges().collect()
        for sample in family.samples
        if family.name.startswith("tillway_list")
    }


def test_a_house_without_a_list_says_that_one_is_missing() -> None:
    assert told() == {("lists_missing", ""): 1.0}


def test_every_list_says_how_old_and_how_large_it_is() -> None:
    lines = ["0x" + "a1" * 20 + ",ONE", "0x" + "a2" * 20 + ",ONE"]
    now = timezone.now() - timedelta(hours=20)
    list_load(lines=lines, source="ofac", loaded_by="test", now=now)
    ListSource.objects.create(name="un", refusal="list_unreachable")
    found = told()
    assert found["lists_missing", ""] == 1
    assert 72_000 <= found["list_checked_age_seconds", "ofac"] < 72_600
    assert found["list_checked_age_seconds", "un"] == float("inf")
    assert (found["list_entities", "ofac"], found["list_addresses", "ofac"]) == (1, 2)
    assert (found["list_version", "ofac"], found["list_version", "un"]) == (1, 0)
    assert (found["list_refused", "ofac"], found["list_refused", "un"]) == (0, 1)
    assert found["list_changes_unfinished", "ofac"] == 1


def test_a_disabled_list_is_not_told_of() -> None:
    ListSource.objects.create(name="un", enabled=False)
    assert told() == {("lists_missing", ""): 1.0}
