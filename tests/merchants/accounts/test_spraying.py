"""Many names tried from one address."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from gateway.outside import buckets
from merchants.accounts import services

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey")]
PASSWORD = "a long enough phrase"
ANN = "ann@shop.example"
V4, OTHER = "198.51.100.7", "198.51.100.8"


@pytest.fixture(autouse=True)
def _nothing_was_asked() -> Iterator[None]:
    """What this process knows of Valkey, and what it said of it, begins anew."""
    buckets.buckets_of.cache_clear()
    yield
    buckets.buckets_of.cache_clear()


@pytest.fixture(autouse=True)
def _ann() -> None:
    services.user_create(email=ANN, password=PASSWORD)


def _try(address: str, email: str = ANN, password: str = "not this one", **more: str) -> Any:
    form = {"username": email, "password": password}
    return Client(REMOTE_ADDR=address).post("/login", form, headers=more)


def _spray(address: str, count: int) -> list[int]:
    return [_try(address, f"n{i}@shop.example").status_code for i in range(count)]


def test_spraying_forty_names_is_refused_and_others_are_not() -> None:
    assert _spray(V4, 40) == [200] * 30 + [429] * 10
    refused = _try(V4, password=PASSWORD)
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 20
    page = refused.content.decode()
    assert "sign_in_throttled" in page
    assert f"{refused['Retry-After']} seconds" in page
    assert f'value="{ANN}"' in page
    assert _try(OTHER, password=PASSWORD).status_code == 302


def test_a_success_costs_nothing_and_resets_nothing(settings: Any) -> None:
    settings.SIGN_IN_BURST = 4
    assert _spray(V4, 3) == [200] * 3
    assert [_try(V4, password=PASSWORD).status_code for _ in range(5)] == [302] * 5
    assert _spray(V4, 2) == [200, 429]


def test_the_wait_ends(settings: Any, valkey: Any) -> None:
    settings.SIGN_IN_BURST = 2
    assert _spray(V4, 3) == [200, 200, 429]
    [name] = valkey.keys("sign_in:failed:*")
    began = float(valkey.hget(name, "at"))
    valkey.hset(name, "at", began - settings.SIGN_IN_REFILL_SECONDS)  # as if that long ago
    assert _try(V4, password=PASSWORD).status_code == 302


def test_neighbours_in_one_ipv6_network_count_together(settings: Any) -> None:
    settings.SIGN_IN_BURST = 2
    tries = [_try(f"2001:db8::{i}", f"n{i}@shop.example").status_code for i in range(1, 4)]
    assert tries == [200, 200, 429]
    assert _try("2001:db8:0:1::1").status_code == 200


def test_the_message_is_bilingual(settings: Any) -> None:
    settings.SIGN_IN_BURST = 1
    _spray(V4, 1)
    refused = _try(V4, **{"Accept-Language": "zh-hans"})
    assert f"请等待 {refused['Retry-After']} 秒后重试" in refused.content.decode()


def test_without_valkey_people_sign_in_and_it_is_said_once(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VALKEY_URL = "redis://127.0.0.1:1/0"
    settings.SIGN_IN_BURST = 1
    said: list[str] = []
    monkeypatch.setattr(buckets, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(buckets.log, "exception", said.append)
    assert _spray(V4, 3) == [200] * 3
    assert _try(V4, password=PASSWORD).status_code == 302
    assert said == ["rate_limit_unavailable"]
