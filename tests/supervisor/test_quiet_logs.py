"""What the log says of refusals and of probes."""

import logging
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone
from structlog.testing import capture_logs

from gateway.settings.logs import PathsKeepSecrets, RefusalsAreNoFailures
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


def _line(record: logging.LogRecord) -> str:
    """What the log's own handler writes of it."""
    formatters = (handler.formatter for handler in logging.getLogger().handlers)
    (ours,) = (one for one in formatters if isinstance(one, PathsKeepSecrets))
    return ours.format(record)


@pytest.mark.django_db
def test_no_token_of_a_link_is_logged(shop: Any, caplog: pytest.LogCaptureFixture) -> None:
    from merchants.accounts import own, services, team
    from merchants.accounts.letters import token_of
    from merchants.accounts.models import PersonLink

    now = timezone.now()
    ann = services.user_create(email="ann@shop.example", password="a long enough phrase")
    services.member_add(user_id=ann.id, role="owner", shop_id=shop.id)
    own.password_link_send(email=ann.email, now=now)
    made = team.invite(shop_id=shop.id, email="carla@shop.example", role="manager", by=ann, now=now)
    reset = token_of("password_link", PersonLink.objects.get().id)
    join = token_of("invitation", made.id)
    weak = {"name": "Carla", "password": "password123"}
    assert Client().post(f"/reset/{reset}", weak).status_code == 422
    assert Client().post(f"/join/{join}", weak).status_code == 400
    assert Client().get(f"/c/{reset}").status_code == 404
    assert Client().get(f"/reset/{reset}/").status_code == 404
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/join/{join}", weak).status_code == 403
    team.invitation_withdraw(shop_id=shop.id, invitation_id=made.id, by=ann, now=now)
    assert Client().get(f"/join/{join}").status_code == 404
    lines = [_line(record) for record in caplog.records]
    assert sum("/reset/<str:token>" in line for line in lines) == 1
    assert sum("/join/<str:token>" in line for line in lines) == 3
    assert sum("/c/<str:token>" in line for line in lines) == 1
    assert sum("/reset/..." in line for line in lines) == 1
    assert not [line for line in lines if reset in line or join in line]


def test_ids_of_rows_are_logged_and_pages_that_were_come_from_are_not() -> None:
    from django.urls import resolve

    path = "/dashboard/0198c0de-0000-7000-8000-000000000001/team"
    request = RequestFactory().post(path)
    request.resolver_match = resolve(path)
    said = ("Referer checking failed - https://pay.example/reset/abc fits nothing.", path)
    record = logging.LogRecord("django.security.csrf", 30, "", 1, "Forbidden (%s): %s", said, None)
    record.request = request
    line = _line(record)
    assert f"https://pay.example/... fits nothing.): {path}" in line
    assert record.args == said
