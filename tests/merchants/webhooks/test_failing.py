"""An endpoint that accepts nothing: who is told, when it is switched off, and what settles it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from gateway.events import relay
from merchants.notices.models import Notice
from merchants.notices.wording import words_of
from merchants.webhooks import queue, services
from merchants.webhooks.models import Delivery, Endpoint
from merchants.webhooks.schedule import DISABLE_AFTER, WARN_AFTER, Result, Verdict
from tests.merchants.webhooks.conftest import happen

pytestmark = pytest.mark.django_db


@pytest.fixture
def endpoint(shop: Any) -> Endpoint:
    return services.endpoint_create(
        shop_id=shop.id, url="https://hooks.example/a?token=secret", now=timezone.now()
    )[0]


def _answered(endpoint: Endpoint, result: Result, *, after: timedelta = timedelta(0)) -> None:
    """An attempt came to this end, so long from now."""
    if not Delivery.objects.exists():
        happen(endpoint.shop_id, "ticket.paid", subject="ticket:1")
    now = timezone.now() + after
    Delivery.objects.update(state="pending", trying=False, due_at=now)
    [claimed] = queue.claim(slots={endpoint.id: 1}, now=now)
    outcome = queue.Outcome(
        event_id=claimed.event_id,
        endpoint_id=endpoint.id,
        number=claimed.number,
        verdict=Verdict(result, now if result is Result.RETRY else None),
        status=500,
        error="",
        excerpt="",
        milliseconds=1,
        hung=False,
    )
    queue.record(outcomes=[outcome], now=now)
    relay.drain(limit=100)


def _open() -> list[str]:
    return sorted(Notice.objects.filter(settled_at=None).values_list("kind", flat=True))


def test_people_are_warned_after_a_day_and_told_when_it_is_switched_off(endpoint: Endpoint) -> None:
    _answered(endpoint, Result.RETRY)
    _answered(endpoint, Result.RETRY, after=WARN_AFTER - timedelta(minutes=1))
    assert _open() == []
    _answered(endpoint, Result.RETRY, after=WARN_AFTER + timedelta(minutes=1))
    assert _open() == ["webhook_failing"]
    _answered(endpoint, Result.RETRY, after=WARN_AFTER + timedelta(hours=2))
    assert Notice.objects.get().times == 1, "once, whatever is tried meanwhile"
    _answered(endpoint, Result.RETRY, after=DISABLE_AFTER + timedelta(minutes=1))
    assert _open() == ["webhook_disabled"]
    endpoint.refresh_from_db()
    assert (endpoint.enabled, endpoint.disabled_reason) == (False, "failing")
    assert endpoint.off_since is not None


def test_what_is_accepted_again_settles_the_warning(endpoint: Endpoint) -> None:
    _answered(endpoint, Result.RETRY)
    _answered(endpoint, Result.RETRY, after=WARN_AFTER)
    assert _open() == ["webhook_failing"]
    _answered(endpoint, Result.SUCCEEDED, after=WARN_AFTER)
    assert _open() == []
    endpoint.refresh_from_db()
    assert (endpoint.failing_since, endpoint.warned, endpoint.slow) == (None, False, False)
    _answered(endpoint, Result.RETRY, after=WARN_AFTER)
    _answered(endpoint, Result.RETRY, after=2 * WARN_AFTER)
    assert _open() == ["webhook_failing"], "the next time it is told anew"


@pytest.mark.parametrize("act", ["on", "delete"])
def test_whoever_looks_after_it_settles_the_notice(endpoint: Endpoint, act: str) -> None:
    _answered(endpoint, Result.GONE)
    assert _open() == ["webhook_disabled"]
    if act == "on":
        services.endpoint_update(shop_id=endpoint.shop_id, endpoint_id=endpoint.id, enabled=True)
    else:
        services.endpoint_delete(shop_id=endpoint.shop_id, endpoint_id=endpoint.id)
    relay.drain(limit=100)
    assert _open() == []


def test_switched_off_by_hand_nobody_is_told(endpoint: Endpoint) -> None:
    services.endpoint_update(shop_id=endpoint.shop_id, endpoint_id=endpoint.id, enabled=False)
    relay.drain(limit=100)
    assert not Notice.objects.exists()


def test_a_notice_names_the_host_and_nothing_secret(endpoint: Endpoint) -> None:
    _answered(endpoint, Result.GONE)
    words = words_of(Notice.objects.get())
    assert "hooks.example" in words.title
    assert "secret" not in f"{words} {Notice.objects.get().body}"
    assert words.path == f"/dashboard/{endpoint.shop_id}/developers/webhooks/{endpoint.id}"


def test_no_webhook_hears_of_webhooks(endpoint: Endpoint) -> None:
    _answered(endpoint, Result.GONE)
    assert set(Delivery.objects.values_list("type", flat=True)) == {"ticket.paid"}


def test_one_that_failed_has_fewer_slots_until_one_is_accepted(endpoint: Endpoint) -> None:
    _answered(endpoint, Result.RETRY)
    Delivery.objects.update(trying=False)
    assert [slow for _, _, slow in queue.endpoints_waiting()] == [True]
    _answered(endpoint, Result.SUCCEEDED)
    happen(endpoint.shop_id, "ticket.paid", subject="ticket:2")
    assert [slow for _, _, slow in queue.endpoints_waiting()] == [False]
