"""What the log says of refusals and of probes."""

import logging

import pytest
from django.test import Client
from structlog.testing import capture_logs

from gateway.settings.logs import RefusalsAreNoFailures
from gateway.supervisor import health


def test_what_is_missing_is_said_once_and_so_is_its_return(monkeypatch, caplog) -> None:
    problem = ["gone"]
    monkeypatch.setattr(health, "PROBES", {"valkey": lambda: problem[0]})
    monkeypatch.setattr(health, "_told", {"missing": frozenset()})
    with capture_logs() as said:
        assert [Client().get("/readyz").status_code for _ in range(3)] == [503] * 3
        problem[0] = ""
        assert [Client().get("/readyz").status_code for _ in range(3)] == [200] * 3
    assert [line["event"] for line in said] == ["not_ready", "ready_again"]
    assert not [record for record in caplog.records if record.name == "django.request"]


@pytest.mark.parametrize(("status", "kept"), [(403, False), (404, False), (500, True)])
def test_only_a_failure_of_ours_carries_its_traceback(status: int, kept: bool) -> None:
    record = logging.LogRecord("django.request", 30, "", 1, "x", (), (ValueError, None, None))
    record.status_code = status
    assert RefusalsAreNoFailures().filter(record)
    assert (record.exc_info is not None) is kept


def test_the_filter_stands_before_djangos_requests() -> None:
    filters = logging.getLogger("django.request").filters
    assert any(isinstance(one, RefusalsAreNoFailures) for one in filters)
