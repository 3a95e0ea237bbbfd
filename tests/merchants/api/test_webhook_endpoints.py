"""Webhook endpoints over the API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from merchants.api.models import IdempotencyRecord
from merchants.audit.models import Record
from merchants.webhooks.models import Delivery, Replay
from merchants.webhooks.replaying import replays_continue
from tests.merchants.api.conftest import Api, refused

pytestmark = pytest.mark.django_db
URL = "https://example.com/hooks?shop=1"


def test_an_endpoint_is_made_changed_and_deleted(api: Api) -> None:
    made = api.post("webhook_endpoints", {"url": URL, "events": ["invoice.*"]})
    assert made.status_code == 201
    endpoint = made.json()
    assert endpoint["secret"].startswith("whsec_")
    assert endpoint["url"] == URL
    path = made["Location"].removeprefix("/v1/")
    assert "secret" not in api.get(path).json()
    changed = api.send("PATCH", path, {"enabled": False, "events": ["payout.sent"]}).json()
    assert (changed["enabled"], changed["disabled_reason"]) == (False, "asked")
    assert changed["events"] == ["payout.sent"]
    assert changed["url"] == URL
    refused(api.post(f"{path}/test"), 409, "webhook_endpoint_disabled")
    assert api.send("DELETE", path).status_code == 204
    refused(api.get(path), 404, "webhook_endpoint_unknown")
    assert api.get("webhook_endpoints").json()["data"] == []


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "field_required", "url"),
        ({"url": "http://example.com/"}, "target_not_public", "url"),
        ({"url": "https://192.168.1.1/"}, "target_not_public", "url"),
        ({"url": 5}, "not_text", "url"),
        ({"url": URL, "events": ["invoice.payed"]}, "event_unknown", "events"),
        ({"url": URL, "events": []}, "event_unknown", "events"),
        ({"url": URL, "events": "invoice.paid"}, "not_a_list", "events"),
        ({"url": URL, "secret": "whsec_x"}, "unknown_field", "secret"),
    ],
)
def test_a_bad_endpoint_is_refused(api: Api, body: Any, code: str, field: str) -> None:
    answer = api.post("webhook_endpoints", body)
    assert refused(answer, answer.status_code, code)["field"] == field
    assert answer.status_code in (400, 422)


def test_a_changed_secret_is_shown_once(api: Api) -> None:
    endpoint = api.post("webhook_endpoints", {"url": URL}).json()
    rotated = api.post(f"webhook_endpoints/{endpoint['id']}/rotate_secret").json()
    assert rotated["secret"] != endpoint["secret"]


def test_deliveries_are_listed_and_sent_again(api: Api, open_shop: Any) -> None:
    endpoint = api.post("webhook_endpoints", {"url": URL}).json()
    for _ in range(3):
        api.invoice()
    open_shop.drain()
    path = f"webhook_endpoints/{endpoint['id']}/deliveries"
    first = api.get(f"{path}?limit=2").json()
    rest = api.get(f"{path}?limit=2&cursor={first['next_cursor']}").json()
    assert [len(first["data"]), len(rest["data"]), rest["next_cursor"]] == [2, 1, None]
    event_id = first["data"][0]["event_id"]
    Delivery.objects.filter(event_id=event_id).update(state="failed", tries=10, attempts=10)
    assert len(api.get(f"{path}?state=failed").json()["data"]) == 1
    again = api.post(f"{path}/{event_id}/redeliver")
    assert again.status_code == 202
    assert again.json()["state"] == "pending"
    assert Delivery.objects.get(event_id=event_id).tries == 0
    refused(api.post(f"{path}/{uuid4()}/redeliver"), 404, "delivery_unknown")
    assert api.get(f"{path}/{event_id}").json()["log"] == []


def _hour_ago() -> str:
    return (timezone.now() - timedelta(hours=1)).isoformat()


def test_a_range_of_time_is_sent_again(api: Api, open_shop: Any) -> None:
    endpoint = api.post("webhook_endpoints", {"url": URL}).json()
    path = f"webhook_endpoints/{endpoint['id']}"
    api.send("PATCH", path, {"enabled": False})
    off_since = api.get(path).json()["off_since"]
    for _ in range(3):
        api.invoice()
    open_shop.drain()
    assert api.get(f"{path}/deliveries").json()["data"] == []
    api.send("PATCH", path, {"enabled": True})
    asked = {"since": off_since, "events": ["invoice.created"]}
    begun = api.post(f"{path}/replay", asked, Idempotency_Key="one")
    assert begun.status_code == 202, begun.content
    replay = begun.json()
    assert (replay["deliveries"], replay["queued"], replay["state"]) == (3, 0, "open")
    assert replay["since"] == off_since and replay["events"] == ["invoice.created"]
    again = api.post(f"{path}/replay", asked, Idempotency_Key="one")
    assert again.json() == replay and Replay.objects.count() == 1
    refused(api.post(f"{path}/replay", asked), 409, "replay_running")
    replays_continue(now=timezone.now())
    shown = api.get(begun["Location"].removeprefix("/v1/")).json()
    assert (shown["state"], shown["queued"]) == ("done", 3)
    sent = api.get(f"{path}/deliveries?replay={replay['id']}").json()["data"]
    assert {one["replay_id"] for one in sent} == {replay["id"]} and len(sent) == 3
    assert api.get(f"{path}/deliveries?replay={uuid4()}").json()["data"] == []
    refused(api.get(f"{path}/replays/{uuid4()}"), 404, "replay_unknown")


def test_a_key_that_may_not_read_events_has_none_sent(
    api: Api, open_shop: Any, key_for: Callable[..., str]
) -> None:
    endpoint = api.post("webhook_endpoints", {"url": URL}).json()
    key = Api(key_for(open_shop.shop_id, scopes=("webhooks:read", "webhooks:write")))
    answer = key.post(f"webhook_endpoints/{endpoint['id']}/replay", {"since": _hour_ago()})
    assert "events:read" in refused(answer, 403, "scope_missing")["detail"]
    assert not Replay.objects.exists()


def test_a_replay_is_written_down_once_and_its_key_asks_for_nothing_else(api: Api) -> None:
    endpoint = api.post("webhook_endpoints", {"url": URL}).json()
    path, asked = f"webhook_endpoints/{endpoint['id']}/replay", {"since": _hour_ago()}
    begun = api.post(path, asked, Idempotency_Key="one").json()
    IdempotencyRecord.objects.all().delete()  # as it is a day later
    assert api.post(path, asked, Idempotency_Key="one").json() == begun
    assert Record.objects.filter(act="webhook.replayed").count() == 1
    IdempotencyRecord.objects.all().delete()
    other = {"since": (timezone.now() - timedelta(hours=2)).isoformat()}
    refused(api.post(path, other, Idempotency_Key="one"), 409, "replay_key_conflict")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "field_required"),
        ({"since": "yesterday"}, "not_a_moment"),
        ({"since": "2026-11-30T10:00:00"}, "not_a_moment"),
        ({"since": "2999-01-01T00:00:00Z"}, "replay_range_invalid"),
        ({"since": "2001-01-01T00:00:00Z"}, "replay_too_old"),
        ({"since": _hour_ago(), "events": ["invoice.eaten"]}, "event_unknown"),
        ({"since": _hour_ago(), "from": _hour_ago()}, "unknown_field"),
    ],
)
def test_a_bad_replay_is_refused(api: Api, body: Any, code: str) -> None:
    endpoint = api.post("webhook_endpoints", {"url": URL}).json()
    answer = api.post(f"webhook_endpoints/{endpoint['id']}/replay", body)
    refused(answer, answer.status_code, code)
    assert answer.status_code in (400, 422) and not Replay.objects.exists()
